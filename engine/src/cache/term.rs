//! Campaign terms' vectors in the shared tier.

use bytes::Bytes;
use domain::term::TermHash;

use super::Key;
use super::codec::Encode;

/// A campaign term in one embedding space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TermKey {
    space: i32,
    term: TermHash,
}

/// A term's vector, and the term itself: whoever reads it can tell whether it is the one meant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TermVector {
    pub(crate) text: Box<str>,
    pub(crate) values: Vec<f32>,
}

impl TermKey {
    /// The term in the space of this version.
    pub(crate) fn new(space: i32, term: TermHash) -> Self {
        Self { space, term }
    }

    /// The space's version.
    pub(crate) fn space(&self) -> i32 {
        self.space
    }
}

impl std::fmt::Display for TermKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "term:{}:{}", self.space, self.term)
    }
}

impl Key for TermKey {
    type Value = TermVector;

    fn is_shared(&self) -> bool {
        true
    }
}

impl Encode for TermVector {
    fn encode(&self, to: &mut Vec<u8>) {
        // A term has at most 80 characters.
        to.extend(u16::try_from(self.text.len()).unwrap_or(0).to_le_bytes());
        to.extend_from_slice(self.text.as_bytes());
        for value in &self.values {
            to.extend(value.to_le_bytes());
        }
    }

    fn decode(mut bytes: Bytes) -> Option<Self> {
        if bytes.len() < 2 {
            return None;
        }
        let length = u16::from_le_bytes(bytes.split_to(2).as_ref().try_into().ok()?);
        if bytes.len() < usize::from(length) {
            return None;
        }
        let text = bytes.split_to(usize::from(length));
        let (values, rest) = bytes.as_chunks::<4>();
        rest.is_empty().then_some(())?;
        Some(Self {
            text: std::str::from_utf8(&text).ok()?.into(),
            values: values.iter().map(|v| f32::from_le_bytes(*v)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_survives_the_journey_and_a_part_of_it_is_none() {
        let term = TermVector {
            text: "größe".into(),
            values: vec![0.25, -1.0, 3e-9],
        };
        let mut bytes = Vec::new();
        term.encode(&mut bytes);
        assert_eq!(TermVector::decode(bytes.clone().into()), Some(term));
        for length in 0..bytes.len() {
            let part = TermVector::decode(Bytes::copy_from_slice(&bytes[..length]));
            assert!(part.is_none_or(|part| part.values.len() < 3), "{length}");
        }
        assert_eq!(TermVector::decode(Bytes::from_static(&[9, 0, b'x'])), None);
    }
}
