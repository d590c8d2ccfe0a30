//! Assigning visitors to the arms of an experiment by hashing, in the way
//! [GrowthBook](https://docs.growthbook.io) documents:
//! the same visitor gets the same arm on every node and on every visit, without stored state.

/// A half-open interval of hash values; both ends lie between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BucketRange {
    /// The first value inside.
    pub start: f64,
    /// The first value beyond.
    pub end: f64,
}

/// A share of all visitors, set aside so that experiments of one namespace do not overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Namespace {
    /// The namespace's name, which seeds its hash.
    pub id: String,
    /// The share that belongs to one experiment.
    pub range: BucketRange,
}

/// A number from 0 up to but not including 1 that depends only on `seed`, `value` and `version`.
///
/// Version 2 is unbiased and has 10,000 steps. Version 1 has 1,000 steps and is kept for
/// experiments that began with it. Any other version gives `None`.
pub fn hash(seed: &str, value: &str, version: u32) -> Option<f64> {
    match version {
        1 => Some(f64::from(fnv1a([value, seed]) % 1_000) / 1_000.0),
        2 => Some(f64::from(fnv1a([&fnv1a([seed, value]).to_string()]) % 10_000) / 10_000.0),
        _ => None,
    }
}

/// One range for each of `count` arms, each covering its weight's share of `coverage`.
///
/// `coverage` is held between 0 and 1; one that is no number covers nobody. Weights that are
/// missing, negative, of another count or not summing to 1 (within 0.01) are replaced by equal ones.
/// Because a range's start does not depend on `coverage`, raising it moves nobody between arms.
pub fn bucket_ranges(count: usize, coverage: f64, weights: Option<&[f64]>) -> Vec<BucketRange> {
    let coverage = if coverage.is_nan() {
        0.0
    } else {
        coverage.clamp(0.0, 1.0)
    };
    let equal = vec![1.0 / f64::from(u32::try_from(count).unwrap_or(u32::MAX)); count];
    let weights = weights
        .filter(|weights| weights.len() == count && are_shares(weights))
        .unwrap_or(&equal);
    let mut next = 0.0;
    let ranges = weights.iter().map(|weight| {
        let start = next;
        next += weight;
        BucketRange {
            start,
            end: start + coverage * weight,
        }
    });
    ranges.collect()
}

/// The arm whose range holds `bucket`, or `None` for a visitor outside the experiment.
pub fn choose_variation(bucket: f64, ranges: &[BucketRange]) -> Option<usize> {
    ranges.iter().position(|range| in_range(bucket, *range))
}

/// Whether `bucket` lies in `range`.
pub fn in_range(bucket: f64, range: BucketRange) -> bool {
    (range.start..range.end).contains(&bucket)
}

/// Whether the visitor identified by `value` belongs to the namespace's share.
pub fn in_namespace(value: &str, namespace: &Namespace) -> bool {
    hash(&format!("__{}", namespace.id), value, 1)
        .is_some_and(|bucket| in_range(bucket, namespace.range))
}

fn are_shares(weights: &[f64]) -> bool {
    weights.iter().all(|weight| *weight >= 0.0)
        && (0.99..=1.01).contains(&weights.iter().sum::<f64>())
}

/// 32-bit FNV-1a over the texts' UTF-16 code units, one after the other.
fn fnv1a<const N: usize>(texts: [&str; N]) -> u32 {
    let units = texts.into_iter().flat_map(str::encode_utf16);
    units.fold(0x811c_9dc5, |hash, unit| {
        (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hashes_are_the_published_ones() {
        let check = |seed: &str, value: &str, version: u32, expected: Option<f64>| {
            assert_eq!(
                hash(seed, value, version),
                expected,
                "{seed:?} {value:?} {version}"
            );
        };
        check("", "a", 1, Some(0.22));
        check("b", "a", 1, Some(0.946));
        check("", "josé", 1, Some(0.586));
        check("seed", "a", 2, Some(0.0505));
        check("foo", "def", 2, Some(0.2019));
        check("", "用户123", 2, Some(0.3071));
        check("", "😀", 2, Some(0.4971));
        check("abc", "def", 0, None);
        check("abc", "def", 3, None);
    }

    fn pairs(ranges: &[BucketRange]) -> Vec<(f64, f64)> {
        ranges
            .iter()
            .map(|range| (range.start, range.end))
            .collect()
    }

    #[test]
    fn ranges_follow_weights_and_coverage() {
        let check = |count, coverage, weights: Option<&[f64]>, expected: &[(f64, f64)]| {
            assert_eq!(
                pairs(&bucket_ranges(count, coverage, weights)),
                expected,
                "{count} {coverage} {weights:?}"
            );
        };
        let halves: &[(f64, f64)] = &[(0.0, 0.5), (0.5, 1.0)];
        check(0, 1.0, None, &[]);
        check(2, 1.0, None, halves);
        check(2, 0.5, None, &[(0.0, 0.25), (0.5, 0.75)]);
        check(2, 1.0, Some(&[0.4, 0.6]), &[(0.0, 0.4), (0.4, 1.0)]);
        check(2, -0.2, None, &[(0.0, 0.0), (0.5, 0.5)]);
        check(2, f64::NAN, None, &[(0.0, 0.0), (0.5, 0.5)]);
        check(2, 1.5, None, halves);
        check(2, 1.0, Some(&[0.4, 0.1]), halves);
        check(2, 1.0, Some(&[0.7, 0.6]), halves);
        check(2, 1.0, Some(&[1.5, -0.5]), halves);
        check(2, 1.0, Some(&[f64::NAN, 0.5]), halves);
        check(2, 1.0, Some(&[0.2, 0.3, 0.5]), halves);
        check(2, 1.0, Some(&[0.4, 0.5999]), &[(0.0, 0.4), (0.4, 0.9999)]);
    }

    #[test]
    fn a_range_holds_its_start_but_not_its_end() {
        let ranges = bucket_ranges(2, 0.5, None);
        let check =
            |bucket, expected| assert_eq!(choose_variation(bucket, &ranges), expected, "{bucket}");
        check(0.0, Some(0));
        check(0.2, Some(0));
        check(0.25, None);
        check(0.5, Some(1));
        check(0.75, None);
        check(f64::NAN, None);
    }

    #[test]
    fn namespaces_share_visitors_out() {
        let check = |value, id: &str, start, end, expected| {
            let namespace = Namespace {
                id: id.into(),
                range: BucketRange { start, end },
            };
            assert_eq!(
                in_namespace(value, &namespace),
                expected,
                "{value} {namespace:?}"
            );
        };
        check("1", "namespace1", 0.0, 0.4, false);
        check("1", "namespace1", 0.4, 1.0, true);
        check("3", "namespace2", 0.0, 0.4, true);
        check("3", "namespace2", 0.4, 1.0, false);
    }

    /// Between one and five weights that sum to 1.
    fn weights() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec(1..100_u32, 1..6).prop_map(|parts| {
            let sum: u32 = parts.iter().sum();
            parts
                .into_iter()
                .map(|part| f64::from(part) / f64::from(sum))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn a_hash_is_a_share(seed in any::<String>(), value in any::<String>(), version in 1..3_u32) {
            prop_assert!((0.0..1.0).contains(&hash(&seed, &value, version).unwrap()));
        }

        #[test]
        fn raising_coverage_never_moves_anyone_already_in(
            weights in weights(), bucket in 0.0..1.0, coverage in 0.0..=1.0, more in 0.0..=1.0
        ) {
            let choose = |coverage| choose_variation(bucket, &bucket_ranges(weights.len(), coverage, Some(&weights)));
            let before = choose(f64::min(coverage, more));
            prop_assert!(before.is_none() || before == choose(f64::max(coverage, more)));
        }

        #[test]
        fn ranges_never_overlap(weights in weights(), coverage in 0.0..=1.0) {
            let ranges = bucket_ranges(weights.len(), coverage, Some(&weights));
            prop_assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }
}
