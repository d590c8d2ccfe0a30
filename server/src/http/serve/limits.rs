//! What the transport may be told, and what it allows its clients.

use std::time::Duration;

use engine::desk::transfer::MAX_FILE_BYTES;

use super::tls::{Tls, TlsError};
use crate::config::Config;
use crate::http::IMPORTS;

const MEGABYTE: u64 = 1_024 * 1_024;

/// How connections are served.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads that own connections, at least 1.
    pub threads: usize,
    /// Most connections at a time, at least 1. Further ones wait until one closes.
    pub max_connections: usize,
    /// The certificate, when connections are encrypted.
    pub tls: Option<Tls>,
    /// What a client may take.
    pub limits: Limits,
}

/// What a client may take. Times are kept a little too long rather than too short: by half of the shortest of
/// `head`, `idle` and `write`, and at most by 2 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From a connection's start, or from the first byte of a further request, to the end of its headers.
    pub head: Duration,
    /// Between an answer and the next request.
    pub idle: Duration,
    /// For the whole body of a request.
    pub upload: Duration,
    /// Most bytes in the body of a request.
    pub upload_bytes: u64,
    /// For the whole of a file that is to be imported.
    pub import: Duration,
    /// Most bytes in the body of a request that brings such a file.
    pub import_bytes: u64,
    /// Without taking any part of an answer.
    pub write: Duration,
    /// For requests in flight once a stop is asked for.
    pub drain: Duration,
}

impl Options {
    /// What the configuration asks for.
    ///
    /// # Errors
    /// [`TlsError`] when the certificate or its key cannot be used.
    pub fn from_config(config: &Config) -> Result<Self, TlsError> {
        let tls = match (&config.tls_certificate, &config.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls::load(certificate, key)?),
            _ => None,
        };
        Ok(Self {
            threads: config.worker_threads,
            max_connections: config.max_connections,
            tls,
            limits: Limits::default(),
        })
    }
}

/// What the body of one request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    /// Most bytes.
    pub(super) bytes: u64,
    /// Longest time.
    pub(super) time: Duration,
    /// What it carries, and what helps when that is too much.
    words: (&'static str, &'static str),
}

impl Allowance {
    /// What is said when it has more bytes.
    pub(super) fn refusal(&self) -> String {
        let (what, help) = self.words;
        let most = match self.bytes / MEGABYTE {
            0 => format!("{} bytes", self.bytes),
            megabytes => format!("{megabytes} MB"),
        };
        format!("{what} has more than {most}. {help}\n")
    }
}

impl Limits {
    /// What a body sent to `path` may take. Only files that are to be imported may be large.
    pub(super) fn of_body(&self, path: &str) -> Allowance {
        if IMPORTS.contains(&path) {
            return Allowance {
                bytes: self.import_bytes,
                time: self.import,
                words: (
                    "This file",
                    "Split it, and import one part after the other.",
                ),
            };
        }
        Allowance {
            bytes: self.upload_bytes,
            time: self.upload,
            words: ("What you sent", "Shorten it; nothing of it was saved."),
        }
    }

    /// How often connections are looked at.
    pub(super) fn period(&self) -> Duration {
        let shortest = self.head.min(self.idle).min(self.write);
        (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(1))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            upload: Duration::from_secs(30),
            upload_bytes: 2 * MEGABYTE,
            import: Duration::from_mins(10),
            // A form has some words around the file.
            import_bytes: MAX_FILE_BYTES + 64 * 1_024,
            write: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}
