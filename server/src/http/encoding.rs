//! Choosing among the encodings a body comes in.

use engine::body::{Body, Compressed};

use super::pieces::Pieces;

/// An encoding offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// The value of `Content-Encoding`; none for the plain document.
    pub(super) fn header(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// The body's bytes in this encoding.
    pub(super) fn of(self, body: &Body) -> Pieces {
        let both = |compressed: &Compressed| Pieces {
            start: compressed.start.clone(),
            rest: compressed.rest.clone(),
        };
        match self {
            Self::Brotli => both(&body.brotli),
            Self::Gzip => both(&body.gzip),
            Self::Identity => Pieces::from(body.identity()),
        }
    }

    /// How many bytes that are.
    pub(super) fn length(self, body: &Body) -> usize {
        let both = |compressed: &Compressed| compressed.start.len() + compressed.rest.len();
        match self {
            Self::Brotli => both(&body.brotli),
            Self::Gzip => both(&body.gzip),
            Self::Identity => body.length,
        }
    }

    /// The smallest encoding that an `Accept-Encoding` header allows (RFC 9110, 12.5.3). A client
    /// that refuses everything gets the plain document: a page beats a 406.
    pub(super) fn choose(accept: &str) -> Self {
        let mut brotli = None;
        let mut gzip = None;
        let mut other = false;
        for part in accept.split(',') {
            let mut pieces = part.split(';');
            let name = pieces.next().unwrap_or_default().trim();
            let refused = pieces.any(|piece| {
                piece
                    .trim()
                    .strip_prefix("q=")
                    .is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0))
            });
            if name.eq_ignore_ascii_case("br") {
                brotli = Some(!refused);
            } else if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
                gzip = Some(!refused);
            } else if name == "*" {
                other = !refused;
            }
        }
        if brotli.unwrap_or(other) {
            Self::Brotli
        } else if gzip.unwrap_or(other) {
            Self::Gzip
        } else {
            Self::Identity
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_acceptable_encoding_is_chosen() {
        let check = |accept: &str, expected: Encoding| {
            assert_eq!(Encoding::choose(accept), expected, "{accept:?}");
        };
        check("", Encoding::Identity);
        check("gzip, deflate, br, zstd", Encoding::Brotli);
        check("gzip;q=1.0, br;q=0", Encoding::Gzip);
        check("GZIP", Encoding::Gzip);
        check("deflate", Encoding::Identity);
        check("*", Encoding::Brotli);
        check("*;q=0, gzip", Encoding::Gzip);
        check("br;q=0.000", Encoding::Identity);
        check("gzip; q=0", Encoding::Identity);
    }
}
