//! A remedy that is an edit.
//!
//! A phase says what would mend its finding in terms of what it found ([`Remedy`]): another name here, this entry gone. What
//! that means for the text ([`Fix`]) is worked out where the text is at hand. Knows nothing of formats.

use super::Diagnostic;
use crate::source::Span;

/// Whether a fix may be applied unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// No decision can change, or the text had no meaning and can only have meant this.
    Safe,
    /// A guess about what was meant. In a policy that is a guess about who may do what.
    Unsafe,
}

/// A text in place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What it replaces; empty where something is put in.
    pub span: Span,
    /// What stands there then; empty where something is taken out.
    pub text: String,
}

/// What would mend a finding, as edits of one file in ascending order that do not overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words.
    pub title: String,
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// All of them, or none, are applied.
    pub edits: Vec<Edit>,
}

/// What would mend a finding, before anybody looked at the text around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remedy {
    pub title: String,
    pub safety: Safety,
    pub change: Change,
}

/// How what replaces a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A name, in quotes where it has to be.
    Name,
    /// A text, always in quotes where the language wants these.
    Text,
    /// As it is.
    Verbatim,
}

/// What is to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Exactly these texts.
    Write(Vec<Edit>),
    /// Another name at the place of one, in whatever quotes the place asks for. Where the place does not say `from`, nothing
    /// is done: text that was unescaped or folded has no exact places.
    Rename { span: Span, from: String, to: String, form: Form },
    /// Items taken out of a list that keeps others.
    Drop(Vec<Span>),
    /// A whole declaration, entry or `@allow` taken out, with what documents it.
    Remove(Span),
    /// As `Remove`, if both say the same.
    RemoveTwin { again: Span, first: Span },
    /// Names put into a list, behind an item of it.
    Append { behind: Span, names: Vec<String> },
}

impl Diagnostic {
    /// Says which edit would mend it.
    #[must_use]
    pub(crate) fn remedy(mut self, safety: Safety, title: impl Into<String>, change: Change) -> Diagnostic {
        self.remedy = Some(Box::new(Remedy { title: title.into(), safety, change }));
        self
    }

    /// The same, if there is one.
    #[must_use]
    pub(crate) fn maybe_remedy(mut self, remedy: Option<Remedy>) -> Diagnostic {
        self.remedy = remedy.map(Box::new).or(self.remedy);
        self
    }

    /// "did you mean", if there is something that may have been meant by `from` at `span`. It stays a guess: a name that is
    /// merely near must not be granted anything unseen.
    #[must_use]
    pub(crate) fn meant(self, span: Span, from: &str, to: Option<&str>) -> Diagnostic {
        let Some(to) = to else { return self };
        self.help(format!("did you mean `{to}`?")).rename(Safety::Unsafe, span, [from, to], Form::Name)
    }

    /// The second of two names at the place of the first.
    #[must_use]
    pub(crate) fn rename(self, safety: Safety, span: Span, names: [&str; 2], form: Form) -> Diagnostic {
        let [from, to] = names.map(str::to_owned);
        let title = format!("write `{to}`");
        self.remedy(safety, title, Change::Rename { span, from, to, form })
    }
}
