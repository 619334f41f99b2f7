//! The random numbers of one tree: a named generator, a stream of its own, integers drawn by code
//! that is pinned here, so that the same seed is the same tree in every later release.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// `ChaCha8` keyed by the seed, on the stream numbered by the tree.
pub(crate) struct TreeRng(ChaCha8Rng);

impl TreeRng {
    /// The stream of tree `tree` in the forest of `seed`.
    pub(crate) fn new(seed: u64, tree: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(tree);
        Self(rng)
    }

    /// A stream of its own, keyed by the next numbers of this one.
    pub(crate) fn fork(&mut self) -> Self {
        let mut key = [0; 32];
        self.0.fill_bytes(&mut key);
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A uniform number in [0, 1), a multiple of 2⁻⁵³.
    pub(crate) fn unit(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.0.next_u64() >> 11) as f64 * STEP
    }

    /// A uniform integer in `0..bound`, without bias (Lemire 2019, "Fast random integer generation
    /// in an interval", algorithm 5). `bound` is at least 1.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let mut product = u64::from(self.0.next_u32()) * u64::from(bound);
        if (product as u32) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (product as u32) < threshold {
                product = u64::from(self.0.next_u32()) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_chacha8_keyed_by_the_seed() {
        // The all-zero key and stream: the published ChaCha8 key stream begins 3e 00 ef 2f 89 5f 40 d6
        // (Strombergson's test vectors, TC1, 256-bit key).
        let mut rng = TreeRng::new(0, 0);
        assert_eq!(rng.0.next_u32(), 0x2fef_003e);
        assert_eq!(rng.0.next_u32(), 0xd640_5f89);
    }

    #[test]
    fn a_fork_is_keyed_by_the_next_numbers() {
        let mut rng = TreeRng::new(0, 0);
        let fork = rng.fork().0.next_u32();
        let mut same = TreeRng::new(0, 0);
        let mut key = [0; 32];
        for word in key.as_chunks_mut().0 {
            *word = same.0.next_u32().to_le_bytes();
        }
        assert_eq!(key[..8], [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6]);
        assert_eq!(fork, ChaCha8Rng::from_seed(key).next_u32());
        assert_eq!(rng.0.next_u32(), same.0.next_u32());
    }

    #[test]
    fn integers_are_the_high_word_of_the_product() {
        // 0x2fef003e and 0xd6405f89 of the stream above, times 1000, shifted right by 32.
        let mut rng = TreeRng::new(0, 0);
        assert_eq!(rng.below(1000), 187);
        assert_eq!(rng.below(1000), 836);
    }

    #[test]
    fn numbers_below_1_are_53_bits() {
        // 0xd6405f89_2fef003e of the stream above, shifted right by 11.
        let mut rng = TreeRng::new(0, 0);
        assert_eq!(rng.unit() * 2_f64.powi(53), (0xd640_5f89_2fef_003e_u64 >> 11) as f64);
    }

    #[test]
    fn trees_of_one_seed_have_streams_of_their_own() {
        let draw = |tree| {
            let mut rng = TreeRng::new(42, tree);
            [(); 8].map(|()| rng.below(u32::MAX))
        };
        assert_ne!(draw(0), draw(1));
        assert_eq!(draw(3), draw(3));
    }
}
