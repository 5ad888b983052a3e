//! TLS of what goes out.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use crate::platform::error::{Fault, Result};

/// What is believed of a server: the roots of the machine and those of Mozilla.
///
/// # Errors
/// When the cryptography does not offer what TLS needs.
pub fn client_config() -> Result<ClientConfig> {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    // A company may have a root of its own; a machine without any does with Mozilla's.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| Fault::part("TLS", e))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
