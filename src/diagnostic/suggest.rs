//! "Did you mean": a word and the words that exist > the one that was probably meant.
//!
//! Knows nothing of what the words stand for.

/// The candidate nearest to `word`, if one is near enough to have been meant; a slip of case alone always is. Of equally
/// near ones the first in alphabetical order, so that the answer does not depend on the order of the candidates.
pub fn closest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = word.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut limit = tolerance(wanted.len());
    let mut best: Option<(usize, &str)> = None;
    let mut rows = Rows::default();
    let mut other = Vec::new();
    for candidate in candidates {
        // A character takes at least a byte and at most four.
        if candidate.len() + limit < wanted.len()
            || candidate.len() > 4 * (wanted.len() + limit)
            || candidate == word
        {
            continue;
        }
        other.clear();
        other.extend(candidate.chars().map(|c| c.to_ascii_lowercase()));
        let Some(distance) = rows.distance(&wanted, &other, limit) else { continue };
        if best.is_none_or(|found| (distance, candidate) < found) {
            best = Some((distance, candidate));
            limit = distance;
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether two words of the language are the same but for their case or a plural: then nothing else can be meant.
pub(crate) fn is_same_word(word: &str, known: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let singular = |word: &str| -> String {
        match word.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None => word.strip_suffix('s').unwrap_or(word).to_owned(),
        }
    };
    word == known || singular(&word) == singular(known)
}

/// How many slips a word of that many characters may have.
fn tolerance(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    }
}

/// The rows of the table that the distance is computed in, kept between candidates.
#[derive(Default)]
struct Rows {
    before: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`; `None` if more than `limit`.
    fn distance(&mut self, a: &[char], b: &[char], limit: usize) -> Option<usize> {
        if a.len().abs_diff(b.len()) > limit {
            return None;
        }
        let width = b.len() + 1;
        self.before.clear();
        self.before.resize(width, 0);
        self.last.clear();
        self.last.extend(0..width);
        self.row.clear();
        self.row.resize(width, 0);
        let (mut before_a, mut best_of_last) = ('\0', 0);
        for (i, &of_a) in a.iter().enumerate() {
            let (mut before_b, mut left, mut corner) = ('\0', i + 1, i);
            let mut best = left;
            if let Some(first) = self.row.first_mut() {
                *first = left;
            }
            // Of each column: above is `last`, the corner `last` one to the left, and a swap comes from `before`.
            let swaps = std::iter::once(0).chain(self.before.iter().copied());
            let columns = b.iter().zip(self.last.iter().skip(1)).zip(swaps).zip(self.row.iter_mut().skip(1));
            for (j, (((&of_b, &above), swapped), cell)) in columns.enumerate() {
                let mut cost = (corner + usize::from(of_a != of_b)).min(above + 1).min(left + 1);
                if i > 0 && j > 0 && of_a == before_b && before_a == of_b {
                    cost = cost.min(swapped + 1);
                }
                *cell = cost;
                best = best.min(cost);
                (left, corner, before_b) = (cost, above, of_b);
            }
            // A swap reaches back two rows: only when both are past the limit is there no way back.
            if best > limit && best_of_last > limit {
                return None;
            }
            (before_a, best_of_last) = (of_a, best);
            std::mem::swap(&mut self.before, &mut self.last);
            std::mem::swap(&mut self.last, &mut self.row);
        }
        self.last.last().copied().filter(|&distance| distance <= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(closest(word, candidates.iter().copied()), expected);
        assert_eq!(closest(word, candidates.iter().rev().copied()), expected, "in reverse order");
    }

    #[test]
    fn slips() {
        check("assing", &["assign", "as"], Some("assign"));
        check("rol", &["role", "roles"], Some("role"));
        check("untill", &["until"], Some("until"));
        check("flow.veiw", &["flow.view", "flow.edit"], Some("flow.view"));
        check("FLOW.VIEW", &["flow.view"], Some("flow.view"));
        check(
            "compute.instance.get",
            &["compute.instances.get", "compute.instances.list"],
            Some("compute.instances.get"),
        );
        check("büro", &["buero", "buro"], Some("buro"));
    }

    #[test]
    fn too_far() {
        check("ab", &["ac", "a"], None);
        check("reader", &["writer"], None);
        check("x", &["a-very-long-name-of-something"], None);
        check("", &["a", ""], None);
        check("same", &["same"], None);
    }

    #[test]
    fn ties_go_by_alphabet() {
        check("cat", &["rat", "bat", "hat"], Some("bat"));
    }

    #[test]
    fn distances() {
        let of = |a: &str, b: &str| {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            Rows::default().distance(&a, &b, 9)
        };
        assert_eq!(of("kitten", "sitting"), Some(3));
        assert_eq!(of("ab", "ba"), Some(1));
        assert_eq!(of("abcd", "badc"), Some(2));
        assert_eq!(of("", "abc"), Some(3));
        assert_eq!(of("abc", ""), Some(3));
    }
}
