use std::time::Duration;

use super::{Error, Method, RequestBuilder, Url};
use crate::tls::ensure_tls;

/// How long a connection may take to be there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a call may take in all, from connecting to the end of the response's body.
const TIMEOUT: Duration = Duration::from_secs(30);
/// What a service calls itself to those that it calls.
const USER_AGENT: &str = concat!("toolkit/", env!("CARGO_PKG_VERSION"));

/// A client for calls to other services, traced by OpenTelemetry's semantic conventions for HTTP.
///
/// An endpoint that borrows one is lent one; no `#[resource]` function is needed. All clones share one pool of
/// connections. See the [guide](crate::guide::calling_services).
///
/// ```standalone_crate
/// use toolkit::{http, prelude::*};
///
/// #[settings]
/// struct Settings {
///     /// Where the prices are.
///     prices: String,
/// }
///
/// /// What a thing costs, as another service says.
/// #[get("/v0/prices/{item_id}")]
/// async fn price(item_id: u32, settings: &Settings, client: &http::Client) -> toolkit::Result<Text> {
///     let url = format!("{}/v1/items/{item_id}/price", settings.prices);
///     let response = client.get(url).template("/v1/items/{id}/price").send().await?;
///     Ok(Text(response.error_for_status()?.text().await?))
/// }
///
/// # #[toolkit::main]
/// # async fn main() -> toolkit::Result {
/// # #[get("/v1/items/{item_id}/price")]
/// # async fn peer(item_id: u32) -> Text { Text(format!("{item_id} cents")) }
/// # let router = toolkit::app!().with(Settings { prices: String::new() }).into_router().await?;
/// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let prices = format!("http://{}", listener.local_addr()?);
/// # tokio::spawn(async move { toolkit::axum::serve(listener, router).await });
/// let service = toolkit::app!().with(Settings { prices }).client();
/// assert_eq!(service.get("/v0/prices/7").await.text(), "7 cents");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    inner: reqwest::Client,
}

impl Client {
    /// A client with the defaults of [`builder`](Self::builder).
    ///
    /// # Errors
    ///
    /// If the system's root certificates cannot be read.
    pub fn new() -> Result<Self, Error> {
        Self::builder().build().map(Self::from)
    }

    /// The configuration of a client: 10 seconds to connect, 30 seconds in all, `toolkit/<version>` as user agent, TLS by
    /// rustls with the system's root certificates, proxies as `HTTPS_PROXY` and its like say.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use toolkit::{http, prelude::*};
    ///
    /// /// Stands for the client that would be made by default.
    /// #[resource]
    /// fn client() -> toolkit::Result<http::Client> {
    ///     let client = http::Client::builder().timeout(Duration::from_secs(2)).build()?;
    ///     Ok(client.into())
    /// }
    ///
    /// assert!(client().is_ok());
    /// ```
    pub fn builder() -> reqwest::ClientBuilder {
        // Not left to `build`: that is reqwest's, and panics without.
        ensure_tls();
        reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(TIMEOUT).user_agent(USER_AGENT)
    }

    /// A GET request.
    pub fn get(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// A POST request.
    pub fn post(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// A HEAD request.
    pub fn head(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::HEAD, url)
    }

    /// A request with any method; the URL is an absolute one, as text or as a [`Url`].
    ///
    /// A URL that is none is told by [`send`](RequestBuilder::send). A user name and password in it are sent as basic
    /// authentication.
    pub fn request(&self, method: Method, url: impl AsRef<str>) -> RequestBuilder {
        match Url::parse(url.as_ref()) {
            Ok(url) => {
                // reqwest moves them from the URL to a header.
                let has_credentials = !url.username().is_empty() || url.password().is_some();
                RequestBuilder::new(self.inner.request(method, url), has_credentials)
            }
            // Parsed again for reqwest's error of it.
            Err(_) => RequestBuilder::new(self.inner.request(method, url.as_ref()), false),
        }
    }
}

impl From<reqwest::Client> for Client {
    fn from(inner: reqwest::Client) -> Self {
        Self { inner }
    }
}
