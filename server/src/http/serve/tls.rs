//! The certificate, when Landfall encrypts by itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// A certificate and its key, ready to use.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
}

/// Why connections cannot be encrypted as configured.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The certificate's file cannot be read or holds none.
    #[error(
        "tls_certificate: {path} {problem}; it must be a PEM file that this user may read, with the server's \
         certificate first and those of its issuers after it"
    )]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The key's file cannot be read or holds none.
    #[error(
        "tls_key: {path} {problem}; it must be a PEM file that this user may read, with the certificate's private \
         key, not encrypted"
    )]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The two do not belong together, or one of them is of an unknown kind.
    #[error(
        "the certificate {certificate} cannot be used with the key {key}: {source}; `tls_certificate` and \
         `tls_key` must belong together"
    )]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
}

impl Tls {
    /// Reads a certificate with its chain, and its key, from PEM files.
    ///
    /// # Errors
    /// [`TlsError`] names the file that is missing, unreadable or senseless.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let chain = read_chain(certificate).map_err(|problem| TlsError::Certificate {
            path: certificate.to_owned(),
            problem,
        })?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| TlsError::Key {
            path: key.to_owned(),
            problem: problem(&error, "holds no private key"),
        })?;
        let pair = |source| TlsError::Pair {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            source,
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(pair)?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(pair)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// Shakes hands on new connections.
    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    const EMPTY: &str = "holds no certificate";
    let chain = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| problem(&error, EMPTY))?;
    if chain.is_empty() {
        return Err(EMPTY.to_owned());
    }
    Ok(chain)
}

/// What is wrong with a file; `empty` when it holds nothing of the kind looked for.
fn problem(error: &pem::Error, empty: &str) -> String {
    match error {
        pem::Error::Io(error) => format!("cannot be read: {error}"),
        pem::Error::NoItemsFound => empty.to_owned(),
        error => format!("is not valid PEM: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_cannot_be_used_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let certificate = file("certificate.pem", &own.cert.pem());
        let key = file("key.pem", &own.signing_key.serialize_pem());
        let foreign = file("other.pem", &other.signing_key.serialize_pem());
        let empty = file("empty.pem", "nothing here\n");
        let broken = file("broken.pem", "-----BEGIN CERTIFICATE-----\n!\n");
        let missing = folder.path().join("missing.pem");

        let check = |certificate: &Path, key: &Path, expected: &[&str]| {
            let text =
                Tls::load(certificate, key).map_or_else(|e| e.to_string(), |_| String::new());
            for part in expected {
                assert!(text.contains(part), "{text:?} lacks {part:?}");
            }
            assert_eq!(text.is_empty(), expected.is_empty(), "{text}");
        };
        check(&certificate, &key, &[]);
        check(
            &missing,
            &key,
            &["tls_certificate: ", "missing.pem cannot be read"],
        );
        check(
            &empty,
            &key,
            &["tls_certificate: ", "empty.pem holds no certificate"],
        );
        check(
            &broken,
            &key,
            &["tls_certificate: ", "broken.pem is not valid PEM"],
        );
        check(
            &certificate,
            &missing,
            &["tls_key: ", "missing.pem cannot be read"],
        );
        check(
            &certificate,
            &certificate,
            &["tls_key: ", "holds no private key"],
        );
        check(
            &certificate,
            &foreign,
            &["other.pem", "must belong together"],
        );
    }
}
