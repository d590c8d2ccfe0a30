//! One unit vector.

use std::sync::Arc;

use super::SpaceSpec;

/// How far a vector's length may be from one before it is scaled. Vectors read back from storage are within it, and so
/// come back bit for bit.
const UNIT_TOLERANCE: f64 = 1e-6;

/// A vector of an embedding space: `dimensions` finite `f32` whose Euclidean length is one. Cloning is cheap.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding(Arc<[f32]>);

impl Embedding {
    /// Checks `values` against `space` and scales them to length one.
    ///
    /// # Errors
    /// [`VectorError::WrongDimension`] when the space takes another number of values, [`VectorError::NotFinite`] when
    /// one is NaN or infinite, [`VectorError::Zero`] when all are zero.
    pub fn new(space: &SpaceSpec, values: Vec<f32>) -> Result<Self, VectorError> {
        if values.len() != usize::from(space.dimensions) {
            return Err(VectorError::WrongDimension {
                space: space.clone(),
                actual: values.len(),
            });
        }
        if let Some(position) = values.iter().position(|value| !value.is_finite()) {
            return Err(VectorError::NotFinite { position });
        }
        Self::scaled(values).ok_or(VectorError::Zero)
    }

    /// The values.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// Cosine similarity, -1 to 1, higher is nearer. Both vectors must belong to the same space.
    pub fn cosine(&self, other: &Self) -> f32 {
        debug_assert_eq!(self.0.len(), other.0.len(), "vectors of two spaces");
        let dot: f32 = self.0.iter().zip(&*other.0).map(|(a, b)| a * b).sum();
        dot.clamp(-1.0, 1.0)
    }

    /// This vector pulled towards `other`, of the same space. `weight` says how far: 0 gives `self`, 1 gives `other`.
    /// Weights outside that range count as its nearer end. Opposite vectors that cancel each other give `self`.
    #[must_use]
    pub fn blend(&self, other: &Self, weight: f32) -> Self {
        debug_assert_eq!(self.0.len(), other.0.len(), "vectors of two spaces");
        let weight = weight.clamp(0.0, 1.0);
        let sum = self.0.iter().zip(&*other.0);
        Self::scaled(sum.map(|(a, b)| a * (1.0 - weight) + b * weight).collect())
            .unwrap_or_else(|| self.clone())
    }

    /// The direction between all `vectors`, which must belong to one space. `None` when there are none, or when they
    /// cancel each other.
    pub fn mean<'a>(vectors: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut vectors = vectors.into_iter();
        let mut sum = vectors.next()?.0.to_vec();
        for vector in vectors {
            debug_assert_eq!(sum.len(), vector.0.len(), "vectors of two spaces");
            for (total, value) in sum.iter_mut().zip(&*vector.0) {
                *total += value;
            }
        }
        Self::scaled(sum)
    }

    /// The vector of a text that was embedded in pieces: their mean, each with its weight. `None` when there are none, or
    /// when they cancel each other. One piece's vector is the text's, bit for bit.
    pub(super) fn pooled(pieces: &[(Self, f32)]) -> Option<Self> {
        if let [(only, _)] = pieces {
            return Some(only.clone());
        }
        let (first, _) = pieces.first()?;
        let mut sum = vec![0.0; first.0.len()];
        for (vector, weight) in pieces {
            debug_assert_eq!(sum.len(), vector.0.len(), "vectors of two spaces");
            for (total, value) in sum.iter_mut().zip(&*vector.0) {
                *total += value * weight;
            }
        }
        Self::scaled(sum)
    }

    /// Scales finite values to length one, or `None` when they have no direction.
    fn scaled(mut values: Vec<f32>) -> Option<Self> {
        // In f64, because the square of a large f32 is infinite and that of a small one is zero.
        let square: f64 = values.iter().map(|&value| f64::from(value).powi(2)).sum();
        let length = square.sqrt();
        if !(length.is_finite() && length > 0.0) {
            return None;
        }
        if (length - 1.0).abs() > UNIT_TOLERANCE {
            for value in &mut values {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the quotient is at most one, and rounding to f32 is wanted"
                )]
                let scaled = (f64::from(*value) / length) as f32;
                *value = scaled;
            }
        }
        Some(Self(values.into()))
    }
}

/// What a piece of so many tokens counts beside the others of its text.
pub(super) fn weight(tokens: usize) -> f32 {
    u16::try_from(tokens).unwrap_or(u16::MAX).into()
}

/// Why numbers are not an [`Embedding`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VectorError {
    /// The vector belongs to another space.
    #[error("{actual} numbers where the space {space} takes {}", space.dimensions)]
    WrongDimension {
        /// The space it was meant for.
        space: SpaceSpec,
        /// Numbers in the vector.
        actual: usize,
    },
    /// A value is NaN or infinite.
    #[error("number {position} is not finite")]
    NotFinite {
        /// Position in the vector, from 0.
        position: usize,
    },
    /// All values are zero: the vector points nowhere.
    #[error("all numbers are zero")]
    Zero,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::embedding::{Normalisation, Pooling};

    fn space(dimensions: u16) -> SpaceSpec {
        SpaceSpec {
            provider: "openai".into(),
            model: "text-embedding-3-small".into(),
            dimensions,
            pooling: Pooling::Provider,
            normalisation: Normalisation::L2,
        }
    }

    fn vector<const N: usize>(values: [f32; N]) -> Embedding {
        let dimensions = u16::try_from(N).expect("a short test vector");
        Embedding::new(&space(dimensions), values.to_vec()).expect("a valid test vector")
    }

    fn check(values: &[f32], expected: &str) {
        let error = Embedding::new(&space(2), values.to_vec()).expect_err("must be refused");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_vector_that_no_space_can_hold_is_refused_with_the_reason() {
        check(
            &[1.0, 0.0, 0.0],
            "3 numbers where the space openai/text-embedding-3-small (2 dimensions) takes 2",
        );
        check(
            &[],
            "0 numbers where the space openai/text-embedding-3-small (2 dimensions) takes 2",
        );
        check(&[1.0, f32::NAN], "number 1 is not finite");
        check(&[f32::NEG_INFINITY, 1.0], "number 0 is not finite");
        check(&[0.0, -0.0], "all numbers are zero");
    }

    #[test]
    fn extreme_values_still_have_a_direction() {
        assert_eq!(vector([f32::MAX, 0.0]).as_slice(), [1.0, 0.0]);
        assert_eq!(vector([0.0, -f32::MIN_POSITIVE]).as_slice(), [0.0, -1.0]);
    }

    #[test]
    fn blending_runs_from_one_vector_to_the_other() {
        let (east, north) = (vector([1.0, 0.0]), vector([0.0, 1.0]));
        assert_eq!(east.blend(&north, 0.0), east);
        assert_eq!(east.blend(&north, 1.0), north);
        assert_eq!(east.blend(&north, 7.0), north);
        let half = std::f32::consts::FRAC_1_SQRT_2;
        assert_eq!(east.blend(&north, 0.5).as_slice(), [half, half]);
    }

    #[test]
    fn vectors_that_cancel_each_other_have_no_mean() {
        let (east, west) = (vector([1.0, 0.0]), vector([-1.0, 0.0]));
        assert_eq!(Embedding::mean([&east, &west]), None);
        assert_eq!(Embedding::mean([]), None);
        assert_eq!(east.blend(&west, 0.5), east);
        assert_eq!(Embedding::mean([&east, &east, &west]), Some(east));
    }

    proptest! {
        #[test]
        fn every_embedding_has_length_one_and_survives_storage(
            values in prop::collection::vec(-1e30_f32..1e30, 8)
        ) {
            prop_assume!(values.iter().any(|&value| value != 0.0));
            let stored = Embedding::new(&space(8), values).unwrap();
            let square: f64 = stored.as_slice().iter().map(|&v| f64::from(v).powi(2)).sum();
            prop_assert!((square - 1.0).abs() < 1e-6);
            prop_assert!((stored.cosine(&stored) - 1.0).abs() < 1e-6);
            let read = Embedding::new(&space(8), stored.as_slice().to_vec()).unwrap();
            prop_assert_eq!(read, stored);
        }
    }
}
