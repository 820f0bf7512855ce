//! Encrypted connections to other services, for everything here that makes them.

use rustls::crypto::{CryptoProvider, ring};

/// Sees to it that the process has an implementation of TLS's cryptography: ring's, unless another is installed.
///
/// reqwest takes the one of the process, and panics when there is none.
pub(crate) fn ensure_tls() {
    if CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster, and what it has installed will do.
        let _ = ring::default_provider().install_default();
    }
}
