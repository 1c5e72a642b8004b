//! Rows of bits, all of one width.
//!
//! Enters: counts. Leaves: rows to read and to unite. Must not know what a row or a bit stands for.

/// How many bits a word holds.
const WORD: usize = u64::BITS as usize;

/// A table of bits.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    words: Vec<u64>,
    width: usize,
}

impl Rows {
    /// `rows` rows of at least `bits` bits, all unset.
    pub(super) fn new(rows: usize, bits: usize) -> Rows {
        let width = bits.div_ceil(WORD).max(1);
        Rows { words: vec![0; rows * width], width }
    }

    /// A row; empty when there is none of this number.
    pub(super) fn row(&self, row: usize) -> &[u64] {
        let start = row.saturating_mul(self.width);
        self.words.get(start..start.saturating_add(self.width)).unwrap_or(&[])
    }

    /// A row to write to; empty when there is none of this number.
    pub(super) fn row_mut(&mut self, row: usize) -> &mut [u64] {
        let start = row.saturating_mul(self.width);
        self.words.get_mut(start..start.saturating_add(self.width)).unwrap_or(&mut [])
    }

    /// Sets one bit.
    pub(super) fn set(&mut self, row: usize, bit: usize) {
        set(self.row_mut(row), bit);
    }

    /// Whether a bit is set.
    pub(super) fn has(&self, row: usize, bit: usize) -> bool {
        has(self.row(row), bit)
    }

    /// Adds the bits of row `from` to row `to`.
    pub(super) fn unite(&mut self, to: usize, from: usize) {
        if to == from {
            return;
        }
        let (low, high) = (to.min(from), to.max(from));
        let Some((head, tail)) = self.words.split_at_mut_checked(high.saturating_mul(self.width)) else {
            return;
        };
        let low = head.get_mut(low * self.width..(low + 1) * self.width).unwrap_or(&mut []);
        let high = tail.get_mut(..self.width).unwrap_or(&mut []);
        if to < from {
            unite(low, high);
        } else {
            unite(high, low);
        }
    }
}

/// Sets one bit of a row.
pub(super) fn set(row: &mut [u64], bit: usize) {
    if let Some(word) = row.get_mut(bit / WORD) {
        *word |= 1 << (bit % WORD);
    }
}

/// Whether a bit of a row is set.
pub(super) fn has(row: &[u64], bit: usize) -> bool {
    row.get(bit / WORD).is_some_and(|word| word >> (bit % WORD) & 1 == 1)
}

/// Adds the bits of `from` to `to`.
pub(super) fn unite(to: &mut [u64], from: &[u64]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to |= from);
}

/// Keeps of `to` the bits of `with`.
pub(super) fn intersect(to: &mut [u64], with: &[u64]) {
    to.iter_mut().zip(with).for_each(|(to, with)| *to &= with);
}

/// Whether two rows share a bit.
pub(super) fn overlap(left: &[u64], right: &[u64]) -> bool {
    left.iter().zip(right).any(|(left, right)| left & right != 0)
}

/// How many bits of a row are set.
pub(super) fn count(row: &[u64]) -> usize {
    row.iter().map(|word| word.count_ones() as usize).sum()
}

/// Whether every bit of `small` is one of `large`.
pub(super) fn within(small: &[u64], large: &[u64]) -> bool {
    small.iter().zip(large).all(|(small, large)| small & !large == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_united_in_both_directions() {
        let mut rows = Rows::new(3, 70);
        rows.set(0, 69);
        rows.set(2, 1);
        rows.unite(2, 0);
        assert!(rows.has(2, 69) && rows.has(2, 1) && !rows.has(0, 1));
        rows.unite(0, 2);
        assert!(rows.has(0, 1));
        assert!(!rows.has(1, 1));
    }

    #[test]
    fn nothing_outside_is_touched() {
        let mut rows = Rows::new(1, 10);
        rows.set(4, 1);
        rows.set(0, 900);
        rows.unite(0, 9);
        rows.unite(9, 0);
        assert_eq!(rows.row(0), [0]);
        assert!(!rows.has(7, 0));
    }

    #[test]
    fn overlap_and_intersection() {
        let mut row = [0b110, 1];
        assert!(overlap(&row, &[0, 1]));
        assert!(!overlap(&row, &[1, 0]));
        intersect(&mut row, &[0b010, 0]);
        assert_eq!(row, [0b010, 0]);
    }

    #[test]
    fn counts_and_parts() {
        assert_eq!(count(&[0b110, 1]), 3);
        assert!(within(&[0b010, 1], &[0b110, 1]));
        assert!(!within(&[0b110, 1], &[0b010, 1]));
    }
}
