// SPDX-License-Identifier: MPL-2.0
//! Encrypted connections: rustls with ring. The broker's certificate is always verified; there is no setting against it.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use zeroize::Zeroizing;

use crate::broker::{BadBroker, read};

/// A checked configuration.
pub type Config = Arc<ClientConfig>;

/// Trusts the authorities in `ca` (PEM), or those of the system; `cert` and `key` (PEM) show who we are.
///
/// # Errors
/// When a file can not be read or holds something else, or the system has no authorities.
pub fn config(ca: Option<&Path>, cert: Option<&Path>, key: Option<&Path>) -> Result<Config, BadBroker> {
    let identity = match (cert, key) {
        (Some(cert), Some(key)) => Some((certificates("cert-location", cert)?, private_key(key)?)),
        (None, None) => None,
        (Some(_), None) => return Err(BadBroker("cert-location: it is set, but key-location is not; set both".into())),
        (None, Some(_)) => return Err(BadBroker("key-location: it is set, but cert-location is not; set both".into())),
    };
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            for authority in certificates("ca-location", path)? {
                let refused = |e| BadBroker(format!("ca-location: {} holds no usable authority: {e}", path.display()));
                roots.add(authority).map_err(refused)?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(BadBroker(
                    "ca-location: this system has no certificate authorities; install ca-certificates or name the broker's CA"
                        .into(),
                ));
            }
        }
    }
    let wrong = |e: rustls::Error| BadBroker(format!("cert-location and key-location do not fit together: {e}"));
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(wrong)?
        .with_root_certificates(roots);
    let config = match identity {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(wrong)?,
        None => builder.with_no_client_auth(),
    };
    Ok(Arc::new(config))
}

fn certificates(property: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, BadBroker> {
    let pem = read(property, path)?;
    match CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>() {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(BadBroker(format!("{property}: {} holds no PEM certificate", path.display()))),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, BadBroker> {
    let pem = Zeroizing::new(read("key-location", path)?);
    PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_| BadBroker(format!("key-location: {} holds no PEM key without a pass phrase", path.display())))
}

/// Why a handshake failed, as a clause with its remedy. `has_identity`: we have a certificate to show.
pub fn explain(error: &rustls::Error, host: &str, trusted: &str, has_identity: bool) -> String {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            format!("its certificate is signed by no authority of {trusted}; set ca-location to the broker's CA")
        }
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => {
            format!("its certificate is not for {host:?}; use the name that stands in the certificate")
        }
        rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "its certificate has expired; renew it, or set this machine's clock".to_owned()
        }
        rustls::Error::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
            "its certificate is not valid yet; set this machine's clock".to_owned()
        }
        rustls::Error::InvalidCertificate(other) => format!("its certificate is not usable ({other}); let its owner renew it"),
        rustls::Error::AlertReceived(alert) => refused_by_it(*alert, has_identity),
        other => format!("the handshake failed ({other}); check that its port speaks TLS"),
    }
}

/// It broke the handshake off with this word.
fn refused_by_it(alert: AlertDescription, has_identity: bool) -> String {
    use AlertDescription as A;
    match (alert, has_identity) {
        (A::ProtocolVersion, _) => "it speaks neither TLS 1.2 nor 1.3; let its owner renew it".to_owned(),
        (A::CertificateExpired, true) => {
            "our certificate has expired for it; renew cert-location, or set this machine's clock".to_owned()
        }
        (alert, true) => {
            format!("it does not accept our certificate ({alert:?}); check by whom cert-location is signed, and until when")
        }
        (A::CertificateRequired, false) => {
            "it asks for a certificate, and we have none; set cert-location and key-location".to_owned()
        }
        (alert, false) => {
            format!("it refused the handshake ({alert:?}); it may ask for a certificate: set cert-location and key-location")
        }
    }
}
