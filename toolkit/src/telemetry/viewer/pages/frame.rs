use maud::{DOCTYPE, Markup, html};

use super::super::visible::Visible;

/// A small waterfall as the sign of the pages.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath \
                    fill='%233b6fd4' d='M1 2h14v3H1zM4 7h8v3H4zM8 12h6v3H8z'/%3E%3C/svg%3E";

/// Where a page is: links are relative, so that the pages also work behind a proxy that adds a prefix.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At `/traces`.
    Traces,
    /// At `/traces/endpoints`.
    Endpoints,
    /// At `/traces/models`.
    #[cfg(feature = "model")]
    Models,
    /// At `/traces/models/{name}`.
    #[cfg(feature = "model")]
    Model,
    /// At `/traces/{trace_id}`.
    Trace,
}

impl Place {
    /// The list of traces.
    pub(super) fn to_traces(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            #[cfg(feature = "model")]
            Self::Model => "../../traces",
            _ => "../traces",
        }
    }

    /// What is below the list of traces begins so.
    pub(super) fn below_traces(self) -> &'static str {
        match self {
            Self::Traces => "traces/",
            #[cfg(feature = "model")]
            Self::Model => "../",
            _ => "",
        }
    }
}

/// A whole page around its content.
pub(super) fn frame(place: Place, service: &str, title: &str, content: Markup) -> Markup {
    let below = place.below_traces();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (Visible(title)) " · " (Visible(service)) }
                link rel="icon" href=(ICON);
                link rel="stylesheet" href={ (below) "viewer.css" };
                script defer src={ (below) "viewer.js" } {}
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                header.top {
                    p.service { (Visible(service)) }
                    nav aria-label="Pages" {
                        (tab(place, Place::Traces, place.to_traces(), "Traces"))
                        (tab(place, Place::Endpoints, &format!("{below}endpoints"), "Endpoints"))
                        (models_tab(place))
                    }
                }
                main #content tabindex="-1" { (content) }
            }
        }
    }
}

/// The switch of the pages that follow what happens; the script shows it, for it does nothing without.
pub(super) fn live_switch() -> Markup {
    html! { button #live type="button" aria-pressed="false" hidden { span.dot aria-hidden="true" {} "Live" } }
}

/// A service without models has no page about them.
#[cfg(feature = "model")]
fn models_tab(here: Place) -> Markup {
    let href = format!("{}models", here.below_traces());
    html! { @if crate::telemetry::models::has_any() { (tab(here, Place::Models, &href, "Models")) } }
}

/// A service without models has no page about them.
#[cfg(not(feature = "model"))]
fn models_tab(_: Place) -> Markup {
    Markup::default()
}

fn tab(here: Place, there: Place, href: &str, name: &str) -> Markup {
    html! { a href=(href) aria-current=[(here == there).then_some("page")] { (name) } }
}
