//! Choices out of random bytes. Out of bytes, every choice is the first one, so fewer bytes make smaller policies.

use arbtest::arbitrary::Unstructured;

/// A source of choices.
pub struct Dice<'b>(Unstructured<'b>);

impl<'b> Dice<'b> {
    /// Chooses by these bytes.
    pub fn new(bytes: &'b [u8]) -> Dice<'b> {
        Dice(Unstructured::new(bytes))
    }

    /// A number below `count`, which is not 0.
    pub fn below(&mut self, count: usize) -> usize {
        self.0.int_in_range(0..=count - 1).unwrap_or(0)
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        self.0.int_in_range(least..=most).unwrap_or(least)
    }

    /// True in `percent` of all cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of these; there is one.
    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// Up to `most` of these, each once, in a random order.
    pub fn some<T: Clone>(&mut self, from: &[T], least: usize, most: usize) -> Vec<T> {
        let mut rest = from.to_vec();
        let count = self.between(least, most).min(rest.len());
        (0..count).map(|_| rest.swap_remove(self.below(rest.len()))).collect()
    }

    /// Puts these in a random order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

/// Bytes that look random, the same for every seed (SplitMix64). The seed is scrambled first: streams of neighbouring seeds
/// would otherwise be the same but for their start.
pub fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = scramble(seed ^ 0x0123_4567_89ab_cdef);
    let words = std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        scramble(state)
    });
    words.flat_map(u64::to_le_bytes).take(count).collect()
}

fn scramble(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
