//! A small seeded generator: splitmix64, after Steele, Lea and Flood, "Fast Splittable
//! Pseudorandom Number Generators", 2014.

/// A stream of numbers that a seed determines.
#[derive(Debug, Clone)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// The stream of a page's default content.
    pub(super) fn for_page(seed: u64, page: u32) -> Self {
        Self::mixed([seed, u64::from(page), u64::MAX])
    }

    /// The stream of a variant, which does not depend on how many there are.
    pub(super) fn for_variant(seed: u64, page: u32, segment: u32) -> Self {
        Self::mixed([seed, u64::from(page), u64::from(segment)])
    }

    fn mixed(parts: [u64; 3]) -> Self {
        let mut random = Self { state: 0 };
        for part in parts {
            random.state = random.next() ^ part;
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 when `bound` is 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        // The high half of the product is uniform enough for texts and never reaches the bound.
        let wide = u128::from(self.next()) * (bound as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// One of `items`.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// `N` different ones of `items`, which are at least as many.
    pub(super) fn sample<T: Copy, const N: usize>(&mut self, items: &[T]) -> [T; N] {
        let mut left: Vec<T> = items.to_vec();
        std::array::from_fn(|_| {
            let index = self.below(left.len());
            left.swap_remove(index)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_algorithm() {
        let mut random = Random { state: 1_234_567 };
        let numbers = [random.next(), random.next(), random.next()];
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(numbers, published);
    }

    #[test]
    fn a_sample_has_no_repetition() {
        let mut random = Random::for_page(1, 2);
        for _ in 0..100 {
            let mut sample: [u8; 4] = random.sample(&[1, 2, 3, 4]);
            sample.sort_unstable();
            assert_eq!(sample, [1, 2, 3, 4]);
        }
    }

    #[test]
    fn neighbours_get_unrelated_streams() {
        let first = |page, segment| Random::for_variant(1, page, segment).next();
        assert_ne!(first(0, 1), first(1, 0));
        assert_ne!(first(0, 0), Random::for_page(1, 0).next());
    }
}
