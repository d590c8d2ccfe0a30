//! How similarities are distributed.

/// The width of a bar: similarities run from -1 to 1.
const WIDTH: f32 = 0.05;
const BARS: usize = 40;
/// Digits after the point that a suggested floor may have, the fewest first.
const DIGITS: [i32; 5] = [2, 3, 4, 5, 6];

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

/// The similarity of `to` below which the same share lies as lies below `floor` in `from`, with two digits
/// after the point or as many as it takes to separate the two; `floor` itself where there is nothing to go by.
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
    let under = place.checked_sub(1).and_then(|place| sorted.get(place));
    separating(under.copied(), sorted.get(place).copied()).clamp(-1.0, 1.0)
}

/// A number above `under` and not above `above`, with as few digits as that takes. Where the two are the
/// same, nothing is: then neither lies below it.
fn separating(under: Option<f32>, above: Option<f32>) -> f32 {
    let between = match (under, above) {
        // Half way, so that the floor separates the two.
        (Some(under), Some(above)) => f32::midpoint(under, above),
        (None, Some(above)) => above,
        (Some(under), None) => under + 0.01,
        (None, None) => 0.0,
    };
    let separates = |floor: &f32| {
        under.is_none_or(|under| under < *floor) && above.is_none_or(|above| *floor <= above)
    };
    DIGITS
        .map(|digits| 10_f32.powi(digits))
        .iter()
        .flat_map(|scale| {
            let scaled = between * scale;
            [scaled.round() / scale, scaled.floor() / scale]
        })
        .find(separates)
        .unwrap_or(between)
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

    #[test]
    fn what_is_suggested_is_rounded_so_that_it_does_what_it_says() {
        let check = |from: &[f32], floor: f32, to: &[f32], expected: f32| {
            let found = same_quantile(from, floor, to);
            assert!((found - expected).abs() < 1e-7, "{found}");
            let heard = |all: &[f32], floor: f32| all.iter().filter(|one| **one >= floor).count();
            assert_eq!(heard(from, floor), heard(to, found));
        };
        // All are heard: the nearest hundredth would pass the lowest.
        check(&[0.5], 0.3, &[0.347], 0.34);
        check(&[0.5, 0.6], 0.3, &[-0.0049, 0.2], -0.01);
        // Two that no hundredth separates.
        check(&[0.1, 0.5], 0.3, &[0.3412, 0.3436], 0.342);
        check(&[0.1, 0.5], 0.3, &[0.341_21, 0.341_29], 0.341_25);
        // None is heard.
        check(&[0.1], 0.3, &[0.349], 0.36);
        // Equal ones cannot be separated: all of them are heard.
        let tied = same_quantile(&[0.1, 0.5], 0.3, &[0.347, 0.347]);
        assert!(tied <= 0.347, "{tied}");
    }
}
