//! The certificate, when Landfall encrypts by itself.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use thiserror::Error;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};
use tracing::{info, warn};

/// How often the files are looked at.
const PERIOD: Duration = Duration::from_secs(10);

/// A certificate and its key, ready to use, and the files they are renewed from.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    provider: Arc<CryptoProvider>,
    certificate: PathBuf,
    key: PathBuf,
    current: Arc<Current>,
    period: Duration,
}

/// What new connections are shown.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

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
        let provider = Arc::new(ring::default_provider());
        let pair = read_pair(certificate, key, &provider)?;
        let current = Arc::new(Current(RwLock::new(Arc::new(pair))));
        let resolver = Arc::clone(&current);
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|source| unusable(certificate, key, source))?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            provider,
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current,
            period: PERIOD,
        })
    }

    /// Looks at the files every `period` instead of every ten seconds.
    #[must_use]
    pub fn looked_at_every(self, period: Duration) -> Self {
        Self { period, ..self }
    }

    /// Shakes hands on new connections.
    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }

    /// Uses for new connections what the files hold from now on, whenever it changes. What cannot be used, as while
    /// only one of the two files has been replaced, is logged once, and the certificate in use stays.
    pub(super) async fn follow(&self) -> Infallible {
        let mut complaint = String::new();
        loop {
            sleep(self.period).await;
            let tls = self.clone();
            // A disk may be slow.
            let Ok(outcome) = tokio::task::spawn_blocking(move || tls.renew()).await else {
                continue;
            };
            match outcome {
                Ok(changed) => {
                    if changed {
                        info!(certificate = %self.certificate.display(), "server.tls: a new certificate is in use");
                    }
                    complaint.clear();
                }
                Err(error) => {
                    let text = error.to_string();
                    if text != complaint {
                        warn!(error = %text, "server.tls: the certificate in use stays");
                        complaint = text;
                    }
                }
            }
        }
    }

    /// Takes the certificate over from the files; tells whether it is another one than before.
    fn renew(&self) -> Result<bool, TlsError> {
        let pair = read_pair(&self.certificate, &self.key, &self.provider)?;
        // A key that belongs to the same certificate is the same key.
        let changed = self.current.get().cert != pair.cert;
        if changed {
            self.current.set(pair);
        }
        Ok(changed)
    }
}

impl Current {
    fn get(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, pair: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get())
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn read_pair(
    certificate: &Path,
    key: &Path,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let chain = read_chain(certificate).map_err(|problem| TlsError::Certificate {
        path: certificate.to_owned(),
        problem,
    })?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| TlsError::Key {
        path: key.to_owned(),
        problem: problem(&error, "holds no private key"),
    })?;
    CertifiedKey::from_der(chain, private, provider)
        .map_err(|source| unusable(certificate, key, source))
}

fn unusable(certificate: &Path, key: &Path, source: rustls::Error) -> TlsError {
    TlsError::Pair {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        source,
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

    #[test]
    fn a_certificate_is_replaced_once_both_files_belong_together_again() {
        let folder = tempfile::tempdir().unwrap();
        let [certificate, key] =
            ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
        let pairs =
            [(); 2].map(|()| rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap());
        let [(first, first_key), (second, second_key)] =
            pairs.map(|pair| (pair.cert, pair.signing_key.serialize_pem()));
        fs::write(&certificate, first.pem()).unwrap();
        fs::write(&key, first_key).unwrap();
        let tls = Tls::load(&certificate, &key).unwrap();
        let check = |outcome: Result<bool, TlsError>,
                     expected: Option<bool>,
                     shown: &rcgen::Certificate| {
            assert_eq!(outcome.ok(), expected);
            assert_eq!(tls.current.get().cert, [shown.der().clone()]);
        };
        check(tls.renew(), Some(false), &first);
        fs::write(&certificate, second.pem()).unwrap();
        check(tls.renew(), None, &first);
        fs::remove_file(&key).unwrap();
        check(tls.renew(), None, &first);
        fs::write(&key, second_key).unwrap();
        check(tls.renew(), Some(true), &second);
        check(tls.renew(), Some(false), &second);
    }
}
