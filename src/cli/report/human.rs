//! Findings > source excerpts with underlines, drawn by miette. The one file that adapts our findings to it.

use super::excerpt::Excerpt;
use super::{Findings, MAX_WRITTEN, count, fixes, thousands};
use crate::cli::terminal::{Stream, Style, clean};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::{error, fmt};

pub(super) fn findings(to: &mut Stream, findings: &Findings<'_>, most: usize) {
    let handler = handler(to.style);
    for finding in findings.first(most) {
        let drawn = draw(&handler, finding, findings.sources, to.style);
        to.line(&drawn);
    }
    let rest = findings.omitted(most);
    if rest > 0 {
        let count = count(rest, "more finding");
        let reach = thousands(MAX_WRITTEN);
        to.line(&format!(
            "and {count}; fix these first, or see up to {reach}: `policyc check --format json`\n"
        ));
    }
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = match (style.unicode, style.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme::ascii(),
        (false, false) => GraphicalTheme::none(),
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_urls(false)
        .with_context_lines(1)
        .without_syntax_highlighting()
}

fn draw(handler: &GraphicalReportHandler, finding: &Diagnostic, sources: &Sources, style: Style) -> String {
    let excerpt = Excerpt::new(finding, sources, style);
    let mut text = String::new();
    match handler.render_report(&mut text, &Drawing { finding, excerpt }) {
        Ok(()) => text,
        // What can't be drawn can still be said.
        Err(_) => format!("{} {} {}\n", finding.severity.name(), finding.code, clean(&finding.message)),
    }
}

/// A finding as miette wants it.
#[derive(Debug)]
struct Drawing<'a> {
    finding: &'a Diagnostic,
    excerpt: Excerpt,
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&clean(&self.finding.message))
    }
}

impl error::Error for Drawing<'_> {}

impl miette::Diagnostic for Drawing<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let Diagnostic { severity, code, .. } = self.finding;
        Some(Box::new(format!("{} {code} {}", severity.name(), code.name())))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.finding.help.as_deref().map(clean);
        let help = help.map(|help| match fixes::mark(self.finding) {
            Some(mark) => format!("{help} [{mark}]"),
            None => help.into_owned(),
        });
        let more = match self.excerpt.left_out {
            0 => None,
            left_out => Some(format!("{} not shown", count(left_out, "more place"))),
        };
        match (help, more) {
            (Some(help), Some(more)) => Some(Box::new(format!("{help} ({more})"))),
            (Some(help), None) => Some(Box::new(help)),
            (None, Some(more)) => Some(Box::new(more)),
            (None, None) => None,
        }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{Format, Span};

    const PLAIN: Style = Style { color: false, unicode: false, width: 60 };

    /// The place of the `nth` time that a file says `text`.
    #[track_caller]
    fn place(sources: &Sources, file: usize, text: &str, nth: usize) -> Span {
        let (id, source) = sources.iter().nth(file).expect("the file is there");
        let (at, _) = source.text.match_indices(text).nth(nth).expect("the text is there");
        Span::new(id, at..at + text.len())
    }

    fn two_files() -> Sources {
        let mut sources = Sources::new();
        sources.add("a.policy", Format::Policy, "# first\nrole reader {\n    grant a\n}\n");
        sources.add("b.policy", Format::Policy, "group x\r\nrole reader\r\n");
        sources
    }

    #[test]
    fn one_drawing_points_into_several_files() {
        let sources = two_files();
        let finding = Diagnostic::new(
            Code::DuplicateDeclaration,
            place(&sources, 1, "reader", 0),
            "the role `reader` is declared twice",
        )
        .label("declared again here")
        .also(place(&sources, 0, "reader", 0), "first declared here")
        .help("rename one of them");
        insta::assert_snapshot!(draw(&handler(PLAIN), &finding, &sources, PLAIN), @r"
        error P0208 duplicate-declaration

          x the role `reader` is declared twice
           ,-[b.policy:2:6]
         1 | group x
         2 | role reader
           :      ^^^|^^
           :         `-- declared again here
           `----
           ,-[a.policy:2:6]
         1 | # first
         2 | role reader {
           :      ^^^|^^
           :         `-- first declared here
         3 |     grant a
           `----
          help: rename one of them
        ");
    }

    #[test]
    fn places_far_apart_are_shown_in_blocks_of_their_own() {
        let mut sources = Sources::new();
        let filler = "# nothing\n".repeat(50_000);
        sources.add(
            "a.policy",
            Format::Policy,
            format!("grant edit to user:ann\n{filler}deny edit to user:ann\n"),
        );
        let finding =
            Diagnostic::new(Code::ContradictoryEntries, place(&sources, 0, "deny edit", 0), "it is both")
                .label("denied here")
                .also(place(&sources, 0, "grant edit", 0), "granted here");
        insta::assert_snapshot!(draw(&handler(PLAIN), &finding, &sources, PLAIN), @r"
        error P0401 contradictory-entries

          x it is both
           ,-[a.policy:1:1]
         1 | grant edit to user:ann
           : ^^^^^|^^^^
           :      `-- granted here
         2 | # nothing
           `----
               ,-[a.policy:50002:1]
         50001 | # nothing
         50002 | deny edit to user:ann
               : ^^^^|^^^^
               :     `-- denied here
               `----
        ");
    }

    #[test]
    fn blocks_of_lines_are_marked_at_their_first() {
        let sources = two_files();
        let finding = Diagnostic::new(
            Code::EntryWithoutEffect,
            place(&sources, 0, "role reader {\n    grant a\n}", 0),
            "it is idle",
        )
        .label("this one");
        insta::assert_snapshot!(draw(&handler(PLAIN), &finding, &sources, PLAIN), @r"
        warning P0402 entry-without-effect

          ! it is idle
           ,-[a.policy:2:1]
         1 | # first
         2 | role reader {
           : ^^^^^^|^^^^^^
           :       `-- this one
         3 |     grant a
           `----
        ");
    }

    #[test]
    fn long_lines_wide_letters_tabs_and_places_at_the_end_are_drawn() {
        let mut sources = Sources::new();
        let long = "größe ".repeat(30);
        sources.add("a.policy", Format::Policy, format!("{long}FAULT {long}\n\tgrant 漢字 x"));
        let end = sources.iter().next().map_or(0, |(_, source)| source.text.len());
        let finding =
            Diagnostic::new(Code::SyntaxError, Span::new(crate::source::SourceId(0), end..end), "it ends")
                .label("here")
                .also(place(&sources, 0, "FAULT", 0), "wrong")
                .also(place(&sources, 0, "漢字", 0), "strange")
                .also(place(&sources, 0, "größe", 0), "out of view");
        insta::assert_snapshot!(draw(&handler(PLAIN), &finding, &sources, PLAIN), @r"
        error P0001 syntax-error

          x it ends
           ,-[a.policy:2:12]
         1 | ...größe größe FAULT größe größe größe größe größe gr...
           :    ^           ^^|^^
           :    |             `-- wrong
           :    `-- out of view
         2 |     grant 漢字 x
           :           ^^|^  ^
           :             |   `-- here
           :             `-- strange
           `----
        ");
    }

    #[test]
    fn forty_columns_are_enough() {
        let mut sources = Sources::new();
        let text = "# a comment that goes on beyond the width of the terminal\n\
                    grant edit, view, remove to group:operators on flow:finance/ledger\n\
                    deny edit to group:operators on flow:finance/ledger # for now\n";
        sources.add("finance/rules/a.policy", Format::Policy, text);
        let finding = Diagnostic::new(
            Code::ContradictoryEntries,
            place(&sources, 0, "edit", 1),
            "`edit` is both granted and denied to `group:operators` on `flow:finance/ledger`",
        )
        .label("denied here, to everybody in the group")
        .also(place(&sources, 0, "edit", 0), "granted here")
        .help("drop one of the two, or take it out of the grant with `except`");
        let narrow = Style { width: 40, ..PLAIN };
        let drawn = draw(&handler(narrow), &finding, &sources, narrow);
        assert!(drawn.lines().all(|line| line.chars().count() <= 40), "{drawn}");
        insta::assert_snapshot!(drawn, @r"
        error P0401 contradictory-entries

          x `edit` is both granted and denied
          | to `group:operators` on
          | `flow:finance/ledger`
           ,-[finance/rules/a.policy:3:6]
         1 | # a comment that goes on beyon...
         2 | grant edit, view, remove to gr...
           :       ^^|^
           :         `-- granted here
         3 | deny edit to group:operators o...
           :      ^^|^
           :        `-| denied here, to
           :          | everybody in the group
           `----
          help: drop one of the two, or take
                it out of the grant with
                `except`
        ");
    }

    #[test]
    fn whatever_the_places_something_is_drawn() {
        let sources = two_files();
        let text = sources.iter().map(|(_, source)| source.text.len()).max().unwrap_or(0);
        for start in 0..text + 3 {
            for end in start..text + 3 {
                for file in 0..3 {
                    let span = Span::new(crate::source::SourceId(file), start..end);
                    let finding = Diagnostic::new(Code::SyntaxError, span, "it is wrong")
                        .also(Span::new(crate::source::SourceId(0), end..end), "x")
                        .also(Span::new(crate::source::SourceId(1), end / 2..end), "y");
                    let drawn = draw(&handler(PLAIN), &finding, &sources, PLAIN);
                    assert!(drawn.contains("it is wrong") && !drawn.contains("Failed"), "{drawn}");
                }
            }
        }
    }

    #[test]
    fn places_beyond_the_limit_are_counted() {
        let sources = two_files();
        let span = place(&sources, 0, "reader", 0);
        let mut finding = Diagnostic::new(Code::RoleCycle, span, "round and round");
        for _ in 0..30 {
            finding = finding.also(span, "");
        }
        assert!(draw(&handler(PLAIN), &finding, &sources, PLAIN).contains("help: 11 more places not shown"));
    }
}
