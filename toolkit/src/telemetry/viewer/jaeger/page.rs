use axum::{
    Router,
    body::{Body, to_bytes},
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, Request, Uri, header};
use otlp_embedded::{Config, State, ui_app};
use tower::ServiceExt;
use uuid::Uuid;

use crate::problem::Problem;

/// Where the page says that it is; it is told otherwise before it is sent.
const BASE: &str = r#"<base href="/jaeger/""#;
/// Where Jaeger's own server puts the settings of the UI.
const CONFIG_PLACE: &str = "const JAEGER_CONFIG = DEFAULT_CONFIG;";
/// Leaves out what needs more than traces, and leads back to the pages of the viewer instead of to other sites.
const CONFIG: &str = r#"const JAEGER_CONFIG = {
          archiveEnabled: false,
          dependencies: { menuEnabled: false },
          menu: [{ label: "Traces and endpoints", url: "../traces", anchorTarget: "_self" }],
          monitor: { menuEnabled: false },
        };"#;

/// Jaeger's UI: one page, and the files that it loads.
#[derive(Clone)]
pub(super) struct Ui(Router);

impl Ui {
    /// The UI alone: its own store stays empty, for no call of its API is passed on.
    pub(super) fn new() -> Self {
        Self(ui_app(State::new(Config { max_length: 0, max_memory_usage: 0 }), "/jaeger/"))
    }

    /// The page, at any address below `/jaeger`.
    pub(super) async fn page(&self, uri: &Uri) -> Response {
        let html = self.sent("/index.html").await.into_body();
        let html = match to_bytes(html, usize::MAX).await {
            Ok(html) => html,
            Err(error) => return Problem::internal(error.into()).into_response(),
        };
        let nonce = Uuid::new_v4().simple().to_string();
        let mut response = Html(page(&String::from_utf8_lossy(&html), uri.path(), &nonce)).into_response();
        if let Ok(policy) = HeaderValue::try_from(policy(&nonce)) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }

    /// A file; the name of each has a hash of what is in it, so that a browser may keep it.
    pub(super) async fn file(&self, uri: &Uri) -> Response {
        let mut response = self.sent(uri.path().strip_prefix("/jaeger").unwrap_or_default()).await;
        if response.status().is_success() {
            let kept = HeaderValue::from_static("private, max-age=31536000, immutable");
            response.headers_mut().insert(header::CACHE_CONTROL, kept);
        }
        response
    }

    async fn sent(&self, path: &str) -> Response {
        match Request::get(path).body(Body::empty()) {
            Ok(request) => self.0.clone().oneshot(request).await.unwrap_or_else(|never| match never {}),
            Err(error) => Problem::internal(error.into()).into_response(),
        }
    }
}

/// The page as it is sent for a path. `nonce` marks the scripts that stand in it as its own.
fn page(html: &str, path: &str, nonce: &str) -> String {
    html.replacen(BASE, &format!(r#"<base href="{}""#, base(path)), 1)
        .replacen(CONFIG_PLACE, CONFIG, 1)
        .replace("<script", &format!(r#"<script nonce="{nonce}""#))
}

/// The way from a path to `/jaeger/`, so that the UI also works behind a proxy that adds a prefix.
fn base(path: &str) -> String {
    match path.strip_prefix("/jaeger/") {
        None => "jaeger/".to_owned(),
        Some(below) => format!("./{}", "../".repeat(below.matches('/').count())),
    }
}

/// What the UI needs, all from this service: its components write styles into the page, and graphs are laid out by
/// WebAssembly, in workers that the page makes.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src blob:; base-uri 'self'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_page_has_all_places_that_are_filled_in() {
        let html = Ui::new().sent("/index.html").await.into_body();
        let html = String::from_utf8(to_bytes(html, usize::MAX).await.unwrap().to_vec()).unwrap();
        assert_eq!(html.matches(BASE).count(), 1);
        assert_eq!(html.matches(CONFIG_PLACE).count(), 1);
        let page = page(&html, "/jaeger/search", "n");
        assert!(page.contains(r#"<base href="./""#) && page.contains(r#"url: "../traces""#));
        assert_eq!(page.matches("<script").count(), page.matches(r#"<script nonce="n""#).count());
    }

    #[test]
    fn the_base_is_where_the_ui_is_seen_from_each_address() {
        for (path, way) in [
            ("/jaeger", "jaeger/"),
            ("/jaeger/", "./"),
            ("/jaeger/search", "./"),
            ("/jaeger/trace/4bf9", "./../"),
            ("/jaeger/trace/4bf9/", "./../../"),
        ] {
            assert_eq!(base(path), way, "{path}");
        }
    }
}
