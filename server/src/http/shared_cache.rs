//! What caches between this server and its visitors may keep.

use std::fmt::Write as _;

use domain::SegmentKey;
use domain::segment::Reason;
use engine::Served;
use engine::catalog::Page;
use http::{HeaderName, header};

use super::headers::Value;
use crate::config::Config;

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
    pub(super) fn declare(&self, config: &Config, put: &mut impl FnMut(HeaderName, Value<'_>)) {
        let (control, vary) = match self {
            Self::Browser => ("private, no-cache", "accept-encoding, cookie"),
            Self::Nobody => ("private, no-store", "accept-encoding, cookie"),
            // A browser belongs to one visitor, whose segment may change with the next click.
            Self::Shared { .. } => ("private, no-cache", "x-landfall-segment, accept-encoding"),
        };
        put(header::CACHE_CONTROL, Value::Fixed(control));
        put(header::VARY, Value::Fixed(vary));
        if let Self::Shared { keys } = self {
            let lifetime = format!(
                "public, s-maxage={}, stale-while-revalidate={}",
                config.cache_fresh_seconds, config.cache_stale_seconds
            );
            put(CDN_CACHE_CONTROL, Value::Text(&lifetime));
            put(SURROGATE_CONTROL, Value::Text(&lifetime));
            // Keys are made of our own ids and of segments, which are letters, digits and hyphens.
            put(SURROGATE_KEY, Value::Text(keys));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reason: Reason, provisional: bool, expected: &[(&str, &str)]) {
        let keys = || "page-7 segment-smb default site".to_owned();
        let mut found = Vec::new();
        Policy::of(reason, provisional, keys).declare(&Config::default(), &mut |name, value| {
            found.push((name.to_string(), value.as_str().to_owned()));
        });
        let found: Vec<(&str, &str)> = found.iter().map(|(n, v)| (&**n, &**v)).collect();
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
}
