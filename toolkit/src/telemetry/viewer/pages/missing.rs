use maud::{Markup, html};

use super::{
    super::{filter::whole_id, visible::Visible},
    frame::{Place, frame},
};

/// The page instead of a trace that is not kept.
pub(super) fn page(service: &str, id: &str) -> Markup {
    let content = html! {
        h1 { "This trace is not here" }
        @if whole_id(id).is_some() {
            p { "No trace " code.id { (id) } " is in memory. That can be because" }
            ul {
                li { "newer requests have taken its place: failed and slow ones are kept longest," }
                li { "the service was started again since: traces are kept in memory only," }
                li { "another instance of the service has answered the request," }
                li { "or the request was not sampled, or its path is one that is not traced." }
            }
        } @else {
            p { code.id { (Visible(id)) } " is no trace id: that would be 32 digits of 0-9 and a-f, not all zero." }
        }
        p { a.action href=(Place::Trace.to_traces()) { "Show the traces that are kept" } }
    };
    frame(Place::Trace, service, "Trace not found", html! { div.message { (content) } })
}
