//! Showing personal content to a share of a page's visitors first.

use crate::bucketing::{bucket_ranges, choose_variation, hash};
use crate::cache_key::Arm;

/// The share, in per cent, at which nobody is left out.
pub const EVERYBODY: f64 = 100.0;
/// GrowthBook's unbiased hash.
const HASH_VERSION: u32 = 2;

/// The arm of a page's rollout that a visitor belongs to.
///
/// `percent`, 0 to 100, of those who have an id are personalised, from 100 on everybody is. Who is
/// depends on `seed` and id alone, in the way GrowthBook's SDKs assign visitors to an experiment
/// with one variation: it holds on every node and every visit, and raising `percent` takes nobody
/// out. Without an id no share can be kept to, so such a visitor waits for 100 per cent.
pub fn arm(seed: &str, percent: f64, visitor_id: Option<&str>) -> Arm {
    if percent >= EVERYBODY {
        return Arm::Personalised;
    }
    let ranges = bucket_ranges(1, percent / EVERYBODY, None);
    let inside = visitor_id
        .and_then(|id| hash(seed, id, HASH_VERSION))
        .and_then(|bucket| choose_variation(bucket, &ranges));
    match inside {
        Some(_) => Arm::Personalised,
        None => Arm::Holdout,
    }
}

impl Arm {
    /// One word for headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Personalised => "personalised",
            Self::Holdout => "holdout",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_visitor_is_inside_when_their_hash_is_below_the_share() {
        let check = |seed: &str, percent: f64, id: Option<&str>, expected: Arm| {
            assert_eq!(arm(seed, percent, id), expected, "{seed} {percent} {id:?}");
        };
        // GrowthBook's published hashes: 0.0505 and 0.2019.
        check("seed", 5.05, Some("a"), Arm::Holdout);
        check("seed", 5.06, Some("a"), Arm::Personalised);
        check("foo", 20.0, Some("def"), Arm::Holdout);
        check("foo", 21.0, Some("def"), Arm::Personalised);
        check("seed", 0.0, Some("a"), Arm::Holdout);
        check("seed", 100.0, Some("a"), Arm::Personalised);
        check("seed", 99.99, None, Arm::Holdout);
        check("seed", 100.0, None, Arm::Personalised);
        check("seed", f64::NAN, Some("a"), Arm::Holdout);
    }

    #[test]
    fn a_share_of_visitors_is_about_that_share() {
        let inside = (0..10_000)
            .filter(|n| arm("pricing", 30.0, Some(&format!("{n:032x}"))) == Arm::Personalised)
            .count();
        assert!((2_800..3_200).contains(&inside), "{inside}");
    }

    proptest! {
        #[test]
        fn raising_the_share_never_moves_anyone_out(
            seed in any::<String>(),
            id in any::<Option<String>>(),
            one in 0.0..=100.0,
            other in 0.0..=100.0,
        ) {
            let arm = |percent| arm(&seed, percent, id.as_deref());
            if arm(f64::min(one, other)) == Arm::Personalised {
                prop_assert_eq!(arm(f64::max(one, other)), Arm::Personalised);
            }
        }
    }
}
