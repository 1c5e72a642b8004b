//! What stands between two tokens: comments, blank lines, and marks that the layout writes itself.
//!
//! Enters: the text between the tokens. Leaves: its comments in order, each as written but for the blanks at its end.

/// What stands before a token.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Gap<'t> {
    /// The comment on the line of the token before.
    pub trailing: Option<&'t str>,
    /// The comments with a line of their own, and whether a blank line stands before each.
    pub own: Vec<(bool, &'t str)>,
    /// Whether a blank line stands right before the token.
    pub blank: bool,
}

impl<'t> Gap<'t> {
    /// Reads a gap; `behind_token` is false at the beginning of a file, where a comment ends nobody's line.
    pub fn of(text: &'t str, behind_token: bool) -> Gap<'t> {
        let mut gap = Gap::default();
        let mut newlines = 0usize;
        let mut rest = text;
        while let Some(at) = rest.find(['\n', '#']) {
            let (_, found) = rest.split_at(at);
            if let Some(behind) = found.strip_prefix('\n') {
                newlines += 1;
                rest = behind;
                continue;
            }
            let end = found.find('\n').unwrap_or(found.len());
            let (comment, behind) = found.split_at(end);
            let comment = comment.trim_end();
            if newlines == 0 && behind_token && gap.trailing.is_none() {
                gap.trailing = Some(comment);
            } else {
                gap.own.push((newlines > 1, comment));
            }
            newlines = 0;
            rest = behind;
        }
        gap.blank = newlines > 1;
        gap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blank_lines() {
        assert_eq!(Gap::of(" ,; ", true), Gap::default());
        assert_eq!(Gap::of("\n\n \r\n", true), Gap { blank: true, ..Gap::default() });
        let gap = Gap::of(" # a \r\n  ### b\n\n#c\n", true);
        assert_eq!(
            gap,
            Gap { trailing: Some("# a"), own: vec![(false, "### b"), (true, "#c")], blank: false }
        );
        let gap = Gap::of("# a\n\n", false);
        assert_eq!(gap, Gap { trailing: None, own: vec![(false, "# a")], blank: true });
    }
}
