//! How values look in the shared tier: a checksum, the second since 1970 in which the value was
//! computed, then the value's own bytes.
//!
//! Anything that does not decode is a miss, never an error: a truncated or foreign value is
//! computed again and overwritten.

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

use super::Decision;
use crate::body::{Body, Compressed};

/// A value with a form in the shared tier.
pub trait Encode: Sized {
    /// Appends the value's bytes.
    fn encode(&self, to: &mut Vec<u8>);
    /// Reads what [`Self::encode`] wrote; `None` for anything else.
    fn decode(bytes: Bytes) -> Option<Self>;
}

/// The value, computed at `created`, in its envelope.
pub(super) fn seal<V: Encode>(value: &V, created: i64) -> Vec<u8> {
    let mut bytes = vec![0; 8];
    bytes.extend(created.to_le_bytes());
    value.encode(&mut bytes);
    let checksum = xxh3_64(&bytes[8..]);
    bytes[..8].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// The value of an envelope that is whole, and when it was computed.
pub(super) fn open<V: Encode>(mut sealed: Bytes) -> Option<(V, i64)> {
    let expected = number(&mut sealed)?;
    if xxh3_64(&sealed) != expected {
        return None;
    }
    let created = number(&mut sealed)?.cast_signed();
    Some((V::decode(sealed)?, created))
}

impl Encode for Decision {
    fn encode(&self, to: &mut Vec<u8>) {
        // Numbers and options always serialise.
        let _ = serde_json::to_writer(to, self);
    }

    fn decode(bytes: Bytes) -> Option<Self> {
        serde_json::from_slice(&bytes).ok()
    }
}

impl Encode for Body {
    fn encode(&self, to: &mut Vec<u8>) {
        to.extend(self.hash.to_le_bytes());
        to.extend((self.length as u64).to_le_bytes());
        let parts = [&self.gzip, &self.brotli].map(|both| [&both.start, &both.rest]);
        for part in parts.into_iter().flatten() {
            to.extend((part.len() as u64).to_le_bytes());
            to.extend_from_slice(part);
        }
    }

    fn decode(mut bytes: Bytes) -> Option<Self> {
        let hash = number(&mut bytes)?;
        let length = usize::try_from(number(&mut bytes)?).ok()?;
        let mut part = || {
            let length = usize::try_from(number(&mut bytes)?).ok()?;
            (length <= bytes.len()).then(|| bytes.split_to(length))
        };
        let body = Self {
            gzip: Compressed {
                start: part()?,
                rest: part()?,
            },
            brotli: Compressed {
                start: part()?,
                rest: part()?,
            },
            length,
            hash,
        };
        bytes.is_empty().then_some(body)
    }
}

fn number(bytes: &mut Bytes) -> Option<u64> {
    if bytes.len() < 8 {
        return None;
    }
    Some(u64::from_le_bytes(
        bytes.split_to(8).as_ref().try_into().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Document;
    use domain::VariantId;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_body_survives_the_journey_and_damage_is_a_miss(html in "[a-z]{1,9}.{1,400}", at in any::<usize>()) {
            let body = Body::compress(&Document { html, shared: 1 });
            let sealed = seal(&body, 1_700_000_000);
            prop_assert_eq!(open::<Body>(sealed.clone().into()), Some((body, 1_700_000_000)));
            let mut damaged = sealed.clone();
            let place = at % damaged.len();
            damaged[place] ^= 1;
            prop_assert_eq!(open::<Body>(damaged.into()), None);
            let mut short = sealed;
            short.truncate(place);
            prop_assert_eq!(open::<Body>(short.into()), None);
        }

        #[test]
        fn garbage_is_a_miss(garbage in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(open::<Body>(garbage.clone().into()).is_none());
            prop_assert!(open::<Decision>(garbage.into()).is_none());
        }
    }

    #[test]
    fn a_decision_survives_the_journey() {
        let decision = Decision {
            variant: Some(VariantId(7)),
            similarity: Some(0.25),
        };
        assert_eq!(
            open::<Decision>(seal(&decision, 5).into()),
            Some((decision, 5))
        );
    }
}
