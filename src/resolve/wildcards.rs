//! Wildcards over sorted names.
//!
//! Enters: a pattern in which `*` stands for any run of characters, and names in order. Leaves: the positions of those
//! that match. Knows nothing of what the names are.

/// The positions of the names that match. Names that begin differently than the pattern are not looked at.
pub(super) fn matching(pattern: &str, names: &[&str]) -> Vec<u32> {
    let Some((prefix, rest)) = pattern.split_once('*') else {
        return names
            .binary_search(&pattern)
            .map(|at| u32::try_from(at).unwrap_or(u32::MAX))
            .into_iter()
            .collect();
    };
    let begin = names.partition_point(|name| *name < prefix);
    let inside = names.get(begin..).unwrap_or_default();
    let inside = inside.get(..inside.partition_point(|name| name.starts_with(prefix))).unwrap_or_default();
    let (middle, suffix) = rest.rsplit_once('*').unwrap_or(("", rest));
    let first = u32::try_from(begin).unwrap_or(u32::MAX);
    (first..)
        .zip(inside)
        .filter(|(_, name)| {
            let behind = name.get(prefix.len()..).unwrap_or_default();
            behind.strip_suffix(suffix).is_some_and(|between| holds_in_order(between, middle))
        })
        .map(|(at, _)| at)
        .collect()
}

/// Whether a name matches a pattern.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    !matching(pattern, &[name]).is_empty()
}

/// Whether the parts of `middle`, separated by `*`, are found in `text` one behind the other. The leftmost place of each
/// leaves most room for the next, so nothing has to be tried twice.
fn holds_in_order(mut text: &str, middle: &str) -> bool {
    middle.split('*').filter(|part| !part.is_empty()).all(|part| match text.find(part) {
        Some(at) => {
            text = text.get(at + part.len()..).unwrap_or_default();
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::{matches, matching};

    const NAMES: [&str; 7] = ["a", "a.b.get", "a.b.list", "a.c.get", "ab", "b", "b.get"];

    #[track_caller]
    fn check(pattern: &str, expected: &[&str]) {
        let found: Vec<&str> = matching(pattern, &NAMES).into_iter().map(|at| NAMES[at as usize]).collect();
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
        check("ab", &["ab"]);
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
    fn characters_of_several_bytes_are_not_cut() {
        assert!(matches("é*", "éa"));
        assert!(matches("*é", "aé"));
        assert!(!matches("*\u{a9}", "é"));
    }
}
