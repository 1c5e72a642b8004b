//! Facts about faults in a policy, and the one table of their codes.
//!
//! Enters: facts found by the phases. Leaves: [`Diagnostic`]s in a stable order. Knows nothing of how they are drawn:
//! the reports for people and programs live with the command.

mod code;
mod fix;
mod levels;
mod suggest;

pub use code::{Code, Severity};
pub(crate) use fix::{Change, Form, Remedy};
pub use fix::{Edit, Fix, Safety};
pub use levels::{CannotLower, Level, Levels, Target};
pub use suggest::closest;
pub(crate) use suggest::is_same_word;

use crate::source::Span;

/// A place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// One short phrase; may be empty.
    pub text: String,
}

/// One finding: a fault, where it is, what makes it one, and the one thing to do next.
///
/// The message is one lower-case sentence without a final stop, with the user's words in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Number and name.
    pub code: Code,
    /// How bad it is; starts as the code's own severity.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The fault.
    pub primary: Label,
    /// What makes it one.
    pub secondary: Vec<Label>,
    /// What to do next.
    pub help: Option<String>,
    /// How many findings it is: one, unless it stands for those that were counted and not kept.
    pub number: usize,
    /// The edit that does it, where it is one.
    pub fix: Option<Box<Fix>>,
    /// What becomes the fix once the text is at hand.
    pub(crate) remedy: Option<Box<Remedy>>,
}

impl Diagnostic {
    /// A finding at `span`.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        let primary = Label { span, text: String::new() };
        let severity = code.severity();
        let (message, secondary) = (message.into(), Vec::new());
        Diagnostic {
            code,
            severity,
            message,
            primary,
            secondary,
            help: None,
            number: 1,
            fix: None,
            remedy: None,
        }
    }

    /// Stands for `number` findings beyond a limit, the first of which is at `span`; `what` and `place` say which:
    /// "syntax error", "in this file".
    pub(crate) fn rest(span: Span, number: usize, what: &str, place: &str) -> Diagnostic {
        let (plural, verb) = if number == 1 { ("", "is") } else { ("s", "are") };
        let message = format!("{number} more {what}{plural} {place} {verb} not listed");
        let rest = Diagnostic::new(Code::TooMany, span, message)
            .help("correct those that are listed, then check again");
        Diagnostic { number, ..rest }
    }

    /// Says something at the fault itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.primary.text = text.into();
        self
    }

    /// Points at a second place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }

    /// Says what to do next, if there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<String>) -> Diagnostic {
        self.help = text.or(self.help);
        self
    }
}

/// Puts findings in their one order: file, position, code, message.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.primary.span.source, d.primary.span.start, d.primary.span.end, d.code);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
}

/// Whether any finding is an error.
#[must_use]
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// Whether any finding is an error of itself, so that what builds on a sound policy has to wait. A warning that is only
/// taken for an error keeps nothing from running.
#[must_use]
pub fn has_own_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error && d.code.severity() == Severity::Error)
}
