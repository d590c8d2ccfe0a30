//! What caches between this server and its visitors may keep.

use std::fmt::Write as _;

use domain::SegmentKey;
use domain::segment::Reason;
use engine::Served;
use engine::catalog::Page;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::config::Config;

/// In which a shared cache says the segment it will keep the answer for.
const SEGMENT: HeaderName = HeaderName::from_static("x-landfall-segment");

const CDN_CACHE_CONTROL: HeaderName = HeaderName::from_static("cdn-cache-control");
const SURROGATE_CONTROL: HeaderName = HeaderName::from_static("surrogate-control");
const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");

/// Who may keep an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Policy {
    /// The visitor's browser, which asks each time whether it still holds.
    Browser,
    /// Nobody: a better answer is on its way, and a shared cache waits for it.
    Nobody,
    /// Shared caches as well, for all visitors of the segment they named.
    Shared {
        /// What the answer shows, in names by which it can be purged.
        keys: String,
    },
}

impl Policy {
    /// The policy of an answer to a visitor whose segment was found for `reason`. A `provisional`
    /// answer may be another one soon; `keys` name what a lasting one shows.
    pub(super) fn of(reason: Reason, provisional: bool, keys: impl FnOnce() -> String) -> Self {
        match reason {
            Reason::Header if provisional => Self::Nobody,
            Reason::Header => Self::Shared { keys: keys() },
            Reason::Parameter
            | Reason::Cookie
            | Reason::Condition
            | Reason::Default
            | Reason::Crawler => Self::Browser,
        }
    }

    /// Says so in an answer's headers.
    pub(super) fn declare(&self, headers: &mut HeaderMap, config: &Config) {
        let (control, vary) = match self {
            Self::Browser => ("private, no-cache", "accept-encoding, cookie"),
            Self::Nobody => ("private, no-store", "accept-encoding, cookie"),
            // A browser belongs to one visitor, whose segment may change with the next click.
            Self::Shared { .. } => ("private, no-cache", "x-landfall-segment, accept-encoding"),
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
        headers.insert(header::VARY, HeaderValue::from_static(vary));
        if let Self::Shared { keys } = self {
            let lifetime = HeaderValue::try_from(format!(
                "public, s-maxage={}, stale-while-revalidate={}",
                config.cache_fresh_seconds, config.cache_stale_seconds
            ));
            // Keys are made of our own ids and of segments, which are letters, digits and hyphens.
            if let (Ok(lifetime), Ok(keys)) = (lifetime, HeaderValue::try_from(keys)) {
                headers.insert(CDN_CACHE_CONTROL, lifetime.clone());
                headers.insert(SURROGATE_CONTROL, lifetime);
                headers.insert(SURROGATE_KEY, keys);
            }
        }
    }
}

/// The names by which the answer `served` for `segment` can be purged.
pub(super) fn keys(page: &Page, segment: &SegmentKey, served: &Served) -> String {
    let mut keys = format!("page-{} segment-{segment} ", page.id);
    // Writing to a String cannot fail.
    let _ = match served.variant {
        Some(variant) => write!(keys, "variant-{variant}"),
        None => write!(keys, "default"),
    };
    keys.push_str(" site");
    keys
}

/// The segment that a request names; empty unless it names exactly one, because caches disagree on
/// which of several headers counts.
pub(super) fn named(headers: &HeaderMap) -> &str {
    let mut values = headers.get_all(SEGMENT).iter();
    match (values.next(), values.next()) {
        (Some(only), None) => only.to_str().unwrap_or_default(),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reason: Reason, provisional: bool, expected: &[(&str, &str)]) {
        let keys = || "page-7 segment-smb default site".to_owned();
        let mut headers = HeaderMap::new();
        Policy::of(reason, provisional, keys).declare(&mut headers, &Config::default());
        let found: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        assert_eq!(found, expected, "{reason:?} {provisional}");
    }

    #[test]
    fn only_a_lasting_answer_for_a_named_segment_is_shared() {
        let browser = [
            ("cache-control", "private, no-cache"),
            ("vary", "accept-encoding, cookie"),
        ];
        for reason in [
            Reason::Parameter,
            Reason::Cookie,
            Reason::Condition,
            Reason::Default,
            Reason::Crawler,
        ] {
            check(reason, false, &browser);
            check(reason, true, &browser);
        }
        let nobody = [
            ("cache-control", "private, no-store"),
            ("vary", "accept-encoding, cookie"),
        ];
        check(Reason::Header, true, &nobody);
        let lifetime = "public, s-maxage=3600, stale-while-revalidate=86400";
        let shared = [
            ("cache-control", "private, no-cache"),
            ("vary", "x-landfall-segment, accept-encoding"),
            ("cdn-cache-control", lifetime),
            ("surrogate-control", lifetime),
            ("surrogate-key", "page-7 segment-smb default site"),
        ];
        check(Reason::Header, false, &shared);
    }

    #[test]
    fn a_segment_is_named_by_one_header() {
        let check = |values: &[&[u8]], expected: &str| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(SEGMENT, HeaderValue::from_bytes(value).unwrap());
            }
            assert_eq!(named(&headers), expected, "{values:?}");
        };
        check(&[], "");
        check(&[b"smb"], "smb");
        check(&[b"smb", b"enterprise"], "");
        check(&[b"sm\xffb"], "");
    }
}
