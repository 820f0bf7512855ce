//! The pages that show the document. Everything they load is in the binary: they work without a network.

#![cfg_attr(
    not(any(feature = "swagger-ui", feature = "redoc", feature = "scalar", feature = "rapidoc")),
    allow(dead_code, reason = "without a page, nothing is served")
)]

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;

/// One page and the files that it loads.
struct Page {
    path: &'static str,
    html: &'static str,
    files: &'static [File],
}

struct File {
    path: &'static str,
    media_type: &'static str,
    content: fn() -> Content,
}

struct Content {
    bytes: &'static [u8],
    gzip: bool,
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

#[cfg(feature = "swagger-ui")]
const SWAGGER: Page = Page {
    path: "/docs",
    html: include_str!("../../../assets/swagger/index.html"),
    files: &[
        File {
            path: "/docs/swagger-ui.css",
            media_type: "text/css; charset=utf-8",
            content: || swagger_file("swagger-ui.css"),
        },
        File {
            path: "/docs/swagger-ui-bundle.js",
            media_type: JAVASCRIPT,
            content: || swagger_file("swagger-ui-bundle.js"),
        },
    ],
};

#[cfg(feature = "redoc")]
const REDOC: Page = Page {
    path: "/docs/redoc",
    html: include_str!("../../../assets/redoc/index.html"),
    files: &[File {
        path: "/docs/redoc.standalone.js",
        media_type: JAVASCRIPT,
        content: || Content { bytes: include_bytes!("../../../assets/redoc/redoc.standalone.js"), gzip: false },
    }],
};

#[cfg(feature = "scalar")]
const SCALAR: Page = Page {
    path: "/docs/scalar",
    html: include_str!("../../../assets/scalar/index.html"),
    files: &[File {
        path: "/docs/scalar.standalone.js",
        media_type: JAVASCRIPT,
        content: || Content { bytes: include_bytes!("../../../assets/scalar/scalar.standalone.js"), gzip: false },
    }],
};

#[cfg(feature = "rapidoc")]
const RAPIDOC: Page = Page {
    path: "/docs/rapidoc",
    html: include_str!("../../../assets/rapidoc/index.html"),
    files: &[File {
        path: "/docs/rapidoc-min.js",
        media_type: JAVASCRIPT,
        content: || Content { bytes: include_bytes!("../../../assets/rapidoc/rapidoc-min.js"), gzip: false },
    }],
};

const PAGES: &[Page] = &[
    #[cfg(feature = "swagger-ui")]
    SWAGGER,
    #[cfg(feature = "redoc")]
    REDOC,
    #[cfg(feature = "scalar")]
    SCALAR,
    #[cfg(feature = "rapidoc")]
    RAPIDOC,
];

/// The routes of all pages that are compiled in.
pub(crate) fn routes(title: &str) -> Router {
    PAGES.iter().fold(Router::new(), |router, page| {
        let html = page.html.replace("{title}", &escaped(title));
        let router = router.route(page.path, get(async move || axum::response::Html(html)));
        page.files.iter().fold(router, |router, file| router.route(file.path, get(async || serve(file))))
    })
}

/// The address of the first page, to show at start-up.
pub(crate) fn first() -> Option<&'static str> {
    PAGES.first().map(|page| page.path)
}

fn serve(file: &File) -> Response {
    let Content { bytes, gzip } = (file.content)();
    let headers = [(header::CONTENT_TYPE, file.media_type), (header::CACHE_CONTROL, "max-age=3600")];
    let mut response = (headers, bytes).into_response();
    if gzip {
        // Every browser that runs these scripts accepts gzip.
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    }
    response
}

#[cfg(feature = "swagger-ui")]
fn swagger_file(name: &str) -> Content {
    use std::{borrow::Cow, sync::Arc};

    let served = utoipa_swagger_ui::serve(name, Arc::new(utoipa_swagger_ui::Config::from("openapi.json")));
    match served {
        Ok(Some(file)) => match file.bytes {
            Cow::Borrowed(bytes) => Content { bytes, gzip: file.gzpipped },
            Cow::Owned(_) => Content { bytes: b"", gzip: false },
        },
        _ => Content { bytes: b"", gzip: false },
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
