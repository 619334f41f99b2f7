//! The random stream of `numpy`'s legacy `RandomState`: the same seed gives the same numbers here
//! as there.
//!
//! The generator is MT19937 (Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998)
//! with its authors' 2002 seeding and 53-bit doubles; normals are Marsaglia's polar method
//! (Marsaglia and Bray, SIAM Review 6(3), 1964); integers are drawn by masking and rejecting.
//! `numpy` has frozen this stream.

const WORDS: usize = 624;
const OFFSET: usize = 397;

/// One stream, at some point of it.
#[derive(Clone, Debug)]
pub(crate) struct RandomState {
    words: [u32; WORDS],
    next: usize,
    /// The polar method makes normals in pairs; the second waits here, whatever else is drawn
    /// meanwhile.
    spare_normal: Option<f64>,
}

impl RandomState {
    /// The stream of `numpy.random.RandomState(seed)`.
    pub(crate) fn new(seed: u32) -> Self {
        let mut words = [0; WORDS];
        let mut word = seed;
        for (slot, number) in words.iter_mut().zip(1..) {
            *slot = word;
            word = (word ^ (word >> 30)).wrapping_mul(1_812_433_253).wrapping_add(number);
        }
        Self { words, next: WORDS, spare_normal: None }
    }

    /// A float of [0, 1) with 53 random bits: `uniform()`.
    pub(crate) fn uniform(&mut self) -> f64 {
        let high = f64::from(self.next_u32() >> 5);
        let low = f64::from(self.next_u32() >> 6);
        (high * f64::from(1 << 26) + low) / (1_u64 << 53) as f64
    }

    /// A draw from N(0, 1): `standard_normal()`.
    pub(crate) fn standard_normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        loop {
            let first = 2.0 * self.uniform() - 1.0;
            let second = 2.0 * self.uniform() - 1.0;
            let radius = first * first + second * second;
            if radius > 0.0 && radius < 1.0 {
                // Not `f64::ln`: that is the platform's, and platforms differ in the last bit.
                let stretch = (-2.0 * libm::log(radius) / radius).sqrt();
                self.spare_normal = Some(stretch * first);
                return stretch * second;
            }
        }
    }

    /// An integer of [0, `n`), for an `n` of at least 1: `randint(n)`. One that can only be 0 draws
    /// nothing.
    pub(crate) fn randint(&mut self, n: usize) -> usize {
        let max = (n as u64).saturating_sub(1);
        if max == 0 {
            return 0;
        }
        let mask = u64::MAX >> max.leading_zeros();
        loop {
            let word =
                if u32::try_from(max).is_ok() { self.next_u32().into() } else { self.next_u64() };
            if word & mask <= max {
                return (word & mask) as usize;
            }
        }
    }

    /// Calls `swap` with the pairs of positions whose exchange, in this order, shuffles `n` things:
    /// for what does not lie in one slice.
    pub(crate) fn shuffle_by(&mut self, n: usize, mut swap: impl FnMut(usize, usize)) {
        for last in (1..n).rev() {
            swap(last, self.randint(last + 1));
        }
    }

    /// Shuffles in place: `shuffle(items)`.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        self.shuffle_by(items.len(), |a, b| items.swap(a, b));
    }

    /// The integers of [0, `n`), shuffled: `permutation(n)`.
    pub(crate) fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut items: Vec<usize> = (0..n).collect();
        self.shuffle(&mut items);
        items
    }

    fn next_u32(&mut self) -> u32 {
        if self.next == WORDS {
            self.twist();
        }
        let mut word = self.words[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.next_u32());
        high << 32 | u64::from(self.next_u32())
    }

    fn twist(&mut self) {
        for i in 0..WORDS {
            let joined =
                (self.words[i] & 0x8000_0000) | (self.words[(i + 1) % WORDS] & 0x7fff_ffff);
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.words[i] = self.words[(i + OFFSET) % WORDS] ^ (joined >> 1) ^ odd;
        }
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Every literal below is what NumPy 2.4.6 returns for the call in the comment above it.

    #[test]
    fn words_are_the_mersenne_twisters() {
        // RandomState(5489).randint(0, 2**32, size=10000, dtype=np.uint32)[[0, 1, 2, 9999]];
        // the last is also the number the C++ standard prescribes for `std::mt19937`.
        let mut stream = RandomState::new(5489);
        let words: Vec<u32> = (0..10_000).map(|_| stream.next_u32()).collect();
        assert_eq!([words[0], words[1], words[2]], [3_499_211_612, 581_869_302, 3_890_346_734]);
        assert_eq!(words[9_999], 4_123_659_995);
        // RandomState(42).randint(0, 2**32, size=2, dtype=np.uint32)
        let mut stream = RandomState::new(42);
        assert_eq!([stream.next_u32(), stream.next_u32()], [1_608_637_542, 3_421_126_067]);
    }

    #[test]
    fn floats_are_numpys_to_the_last_bit() {
        // RandomState(42).uniform(size=3)
        let mut stream = RandomState::new(42);
        let uniforms = [(); 3].map(|()| stream.uniform());
        assert_eq!(
            uniforms,
            [0.374_540_118_847_362_5, 0.950_714_306_409_916_2, 0.731_993_941_811_405_1]
        );
        // RandomState(42).standard_normal(3)
        let mut stream = RandomState::new(42);
        let normals = [(); 3].map(|()| stream.standard_normal());
        assert_eq!(
            normals,
            [0.496_714_153_011_232_7, -0.138_264_301_171_184_66, 0.647_688_538_100_692_5]
        );
    }

    #[test]
    fn integers_are_numpys_above_32_bits_too() {
        // r = RandomState(42); r.randint(3, size=12), r.randint(1, size=2), r.randint(2**40,
        // size=2)
        let mut stream = RandomState::new(42);
        assert_eq!([(); 12].map(|()| stream.randint(3)), [2, 0, 2, 2, 0, 0, 2, 1, 2, 2, 2, 2]);
        assert_eq!([(); 2].map(|()| stream.randint(1)), [0, 0]);
        assert_eq!([(); 2].map(|()| stream.randint(1 << 40)), [375_095_422_324, 425_815_370_599]);
    }

    #[test]
    fn a_permutation_is_numpys() {
        // RandomState(42).permutation(10)
        assert_eq!(RandomState::new(42).permutation(10), [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
        assert!(RandomState::new(42).permutation(0).is_empty());
    }
}
