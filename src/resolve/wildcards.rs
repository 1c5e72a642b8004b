//! Wildcards over sorted names.
//!
//! Enters: a pattern in which `*` stands for any run of characters, and names in order. Leaves: the positions of those
//! that match. Knows nothing of what the names are.

use std::ops::Range;

/// A pattern taken apart at its stars.
pub(crate) struct Pattern<'p> {
    prefix: &'p str,
    middle: Vec<&'p str>,
    suffix: &'p str,
}

impl<'p> Pattern<'p> {
    /// The pattern of a text: it holds a star, else it is no pattern but a name.
    pub fn new(text: &'p str) -> Pattern<'p> {
        let (prefix, rest) = text.split_once('*').unwrap_or((text, ""));
        let (middle, suffix) = rest.rsplit_once('*').unwrap_or(("", rest));
        Pattern { prefix, middle: middle.split('*').filter(|part| !part.is_empty()).collect(), suffix }
    }

    /// The part of sorted names that can match: those that begin as the pattern does.
    pub fn candidates(&self, names: &[&str]) -> Range<usize> {
        let begin = names.partition_point(|name| *name < self.prefix);
        let behind = names.get(begin..).unwrap_or_default();
        begin..begin + behind.partition_point(|name| name.starts_with(self.prefix))
    }

    /// The positions of the names that match, of those in a range.
    pub fn matching(&self, names: &[&str], range: Range<usize>) -> impl Iterator<Item = usize> {
        let inside = names.get(range.clone()).unwrap_or_default();
        range.zip(inside).filter(|(_, name)| self.matches(name)).map(|(at, _)| at)
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &str) -> bool {
        let behind = name.strip_prefix(self.prefix);
        let between = behind.and_then(|behind| behind.strip_suffix(self.suffix));
        between.is_some_and(|between| holds_in_order(between.as_bytes(), &self.middle))
    }
}

/// Whether the parts are found in the text one behind the other. The leftmost place of each leaves most room for the next,
/// so nothing has to be tried twice.
fn holds_in_order(mut text: &[u8], parts: &[&str]) -> bool {
    parts.iter().all(|part| match find(text, part) {
        Some(at) => {
            text = text.get(at + part.len()..).unwrap_or_default();
            true
        }
        None => false,
    })
}

/// The leftmost place of a part, which is not empty. Names and parts are short, and for those comparing at each place is
/// ten times faster than preparing a search; a long part gets the search, so that nothing is quadratic.
fn find(text: &[u8], part: &str) -> Option<usize> {
    const SHORT: usize = 32;
    if part.len() > SHORT {
        // Every cut before was made at the end of a part, between two characters.
        return std::str::from_utf8(text).ok()?.find(part);
    }
    let (first, rest) = part.as_bytes().split_first()?;
    let last = text.len().checked_sub(part.len())?;
    let starts = text.iter().take(last + 1).enumerate().filter(|(_, byte)| *byte == first);
    starts.map(|(at, _)| at).find(|at| text.get(at + 1..).is_some_and(|behind| behind.starts_with(rest)))
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    const NAMES: [&str; 7] = ["a", "a.b.get", "a.b.list", "a.c.get", "ab", "b", "b.get"];

    #[track_caller]
    fn check(pattern: &str, expected: &[&str]) {
        let parts = Pattern::new(pattern);
        let found: Vec<&str> = parts.matching(&NAMES, parts.candidates(&NAMES)).map(|at| NAMES[at]).collect();
        assert_eq!(found, expected, "{pattern}");
    }

    #[test]
    fn a_star_is_any_run_of_characters_also_none() {
        check("*", &NAMES);
        check("a*", &["a", "a.b.get", "a.b.list", "a.c.get", "ab"]);
        check("*.get", &["a.b.get", "a.c.get", "b.get"]);
        check("a.*.get", &["a.b.get", "a.c.get"]);
        check("a.*.*", &["a.b.get", "a.b.list", "a.c.get"]);
        check("*b*", &["a.b.get", "a.b.list", "ab", "b", "b.get"]);
        check("**", &NAMES);
        check("a*b", &["ab"]);
        check("c*", &[]);
    }

    fn matches(pattern: &str, name: &str) -> bool {
        Pattern::new(pattern).matches(name)
    }

    #[test]
    fn parts_do_not_overlap() {
        assert!(matches("aba*", "aba"));
        assert!(!matches("aba*ba", "aba"));
        assert!(!matches("a*a", "a"));
        assert!(matches("*ab*b", "abb"));
        assert!(!matches("*ab*b", "ab"));
        assert!(!matches("*a*a*", "a"));
    }

    #[test]
    fn long_parts_are_found_too() {
        let (part, other) = ("long".repeat(20), "long".repeat(19));
        assert!(matches(&format!("a*{part}*"), &format!("a é{part}b")));
        assert!(!matches(&format!("a*{part}*"), &format!("a é{other}b")));
        assert!(matches(&format!("*é*{part}*é*"), &format!("éé{part}é")));
    }

    #[test]
    fn characters_of_several_bytes_are_not_cut() {
        assert!(matches("é*", "éa"));
        assert!(matches("*é", "aé"));
        assert!(!matches("*\u{a9}", "é"));
    }
}
