//! Findings > source excerpts with underlines, drawn by miette. The one file that adapts our findings to it.

use super::excerpt::Excerpt;
use super::{Findings, MAX_DRAWN, count};
use crate::cli::terminal::{Stream, Style, clean};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::{error, fmt};

pub(super) fn findings(to: &mut Stream, findings: &Findings<'_>) {
    let handler = handler(to.style);
    let mut shown = 0;
    for finding in findings.first(MAX_DRAWN) {
        let drawn = draw(&handler, finding, findings.sources, to.style);
        to.line(&drawn);
        shown += 1;
    }
    let rest = findings.list.len() - shown;
    if rest > 0 {
        let count = count(rest, "more finding");
        to.line(&format!("and {count}; fix these first, or use `policyc check --format json` for all\n"));
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
