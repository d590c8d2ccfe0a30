//! How similarities are distributed.

/// The width of a bar: similarities run from -1 to 1.
const WIDTH: f32 = 0.05;
const BARS: usize = 40;

/// How many similarities fall into each twentieth, from -1 to 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram(Vec<u32>);

impl Histogram {
    /// Counts similarities.
    pub(super) fn of(similarities: &[f32]) -> Self {
        let mut bars = vec![0_u32; BARS];
        for similarity in similarities {
            bars[bar(*similarity)] += 1;
        }
        Self(bars)
    }

    /// Each bar as its lower end, its upper end, and how many similarities fall into it.
    pub fn bars(&self) -> impl Iterator<Item = (f32, f32, u32)> {
        self.0.iter().enumerate().map(|(place, count)| {
            let place = u8::try_from(place).unwrap_or(u8::MAX);
            let low = f32::from(place) * WIDTH - 1.0;
            (low, low + WIDTH, *count)
        })
    }

    /// The largest bar.
    pub fn highest(&self) -> u32 {
        self.0.iter().copied().max().unwrap_or(0)
    }
}

fn bar(similarity: f32) -> usize {
    let place = ((similarity.clamp(-1.0, 1.0) + 1.0) / WIDTH).floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 40"
    )]
    let place = place as usize;
    place.min(BARS - 1)
}

/// The similarity of `to` below which the same share lies as lies below `floor` in `from`, rounded
/// to hundredths; `floor` itself where there is nothing to go by.
pub(super) fn same_quantile(from: &[f32], floor: f32, to: &[f32]) -> f32 {
    if from.is_empty() || to.is_empty() {
        return floor;
    }
    let below = from
        .iter()
        .filter(|similarity| **similarity < floor)
        .count();
    let mut sorted = to.to_vec();
    sorted.sort_by(f32::total_cmp);
    let place = below * sorted.len() / from.len();
    let found = match sorted.get(place) {
        // Half way to what lies below, so that the floor separates the two.
        Some(above) => match place.checked_sub(1).and_then(|place| sorted.get(place)) {
            Some(under) => f32::midpoint(*under, *above),
            None => *above,
        },
        None => sorted[sorted.len() - 1] + 0.01,
    };
    ((found * 100.0).round() / 100.0).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_similarity_falls_into_one_bar() {
        let all = [-1.0, -0.999, 0.0, 0.01, 0.349, 0.36, 1.0];
        let histogram = Histogram::of(&all);
        assert_eq!(histogram.bars().map(|(_, _, count)| count).sum::<u32>(), 7);
        assert_eq!(histogram.bars().count(), 40);
        let (low, high, _) = histogram.bars().nth(20).unwrap();
        assert!(low.abs() < 1e-6 && (high - 0.05).abs() < 1e-6);
        assert_eq!(histogram.highest(), 2);
    }

    #[test]
    fn the_suggested_floor_lets_the_same_share_through() {
        let check = |from: &[f32], floor: f32, to: &[f32], expected: f32| {
            let found = same_quantile(from, floor, to);
            assert!((found - expected).abs() < 1e-6, "{found}");
        };
        // Half of the old pairs lie below the floor, so half of the new ones should.
        check(&[0.1, 0.2, 0.4, 0.5], 0.35, &[0.5, 0.6, 0.8, 0.9], 0.7);
        check(&[0.4, 0.5], 0.35, &[0.6, 0.7], 0.6);
        check(&[0.1, 0.2], 0.35, &[0.6, 0.7], 0.71);
        check(&[], 0.35, &[0.6], 0.35);
        check(&[0.5], 0.35, &[], 0.35);
    }
}
