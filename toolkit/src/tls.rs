//! TLS for calls to other services and to a collector.

/// Has rustls use ring, unless the program has chosen something else already.
pub(crate) fn ensure() {
    // An error means that there is a choice.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
