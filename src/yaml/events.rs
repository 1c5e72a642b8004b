//! YAML text > events with their places.
//!
//! The only file that names the YAML parser. Enters: a text. Leaves: events and, at most once and last, a fault. Knows
//! nothing of what they build.

use super::DEPTH;
use granit_parser::{ErrorKind, Options, Parser, ScalarStyle, ScanError, Span, StrInput};
use std::borrow::Cow;
use std::ops::Range;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// `|` or `>`.
    Block,
}

/// A piece of YAML.
#[derive(Debug)]
pub(super) enum EventKind<'a> {
    /// A document begins.
    Document,
    /// A text.
    Scalar(Cow<'a, str>, Style),
    /// A list begins.
    List,
    /// A map begins.
    Map,
    /// The innermost list or map ends.
    End,
    /// `*x`, and the number of the anchor it names; `None` if there is none.
    Alias(Option<usize>),
}

/// A piece of YAML and its place.
#[derive(Debug)]
pub(super) struct Event<'a> {
    /// The piece.
    pub kind: EventKind<'a>,
    /// Its bytes; those of a list or map are only its bracket, or none.
    pub range: Range<usize>,
    /// The number of the anchor that it carries.
    pub anchor: Option<usize>,
    /// Where its tag is.
    pub tag: Option<Range<usize>>,
}

/// What the parser missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missed {
    /// The end of the list or map whose bracket stands there.
    Close,
    /// Something between two things in brackets.
    Separator,
    /// A place where a `:` may stand.
    Colon,
    /// The end of a text in quotes.
    Quote,
    /// What a text without quotes may begin with.
    Name,
    /// Something else.
    Nothing,
}

/// Why there are no more events.
#[derive(Debug)]
pub(super) struct Fault {
    /// The byte at which the parser gave up.
    pub at: usize,
    /// Whether the nesting was the reason.
    pub too_deep: bool,
    /// What it says.
    pub message: String,
    /// What to do.
    pub help: Option<&'static str>,
    /// What was missed.
    pub missed: Missed,
}

/// The events of `text`, without those that only frame it.
pub(super) struct Events<'a> {
    parser: Parser<'a, StrInput<'a>>,
}

impl<'a> Events<'a> {
    /// Starts to read.
    pub(super) fn new(text: &'a str) -> Events<'a> {
        let mut options = Options::default();
        options.set_emit_comments(false);
        options.emit_unresolved_aliases = true;
        // The depth is counted by whoever builds from the events. The scanner needs a bound of its own, as it runs ahead.
        options.flow_nesting_limit = DEPTH + 1;
        options.block_nesting_limit = DEPTH + 1;
        Events { parser: Parser::new_from_str_with_options(text, options) }
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<Event<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            return match self.parser.next()? {
                Err(error) => Some(Err(fault(&error))),
                Ok((event, span)) => match translate(event, &span) {
                    None => continue,
                    Some(event) => Some(Ok(event)),
                },
            };
        }
    }
}

fn translate<'a>(event: granit_parser::Event<'a>, span: &Span) -> Option<Event<'a>> {
    use granit_parser::Event as Theirs;
    let (kind, anchor) = match event {
        Theirs::DocumentStart(..) => (EventKind::Document, 0),
        Theirs::Scalar(text, style, anchor, _) => {
            let style = match style {
                ScalarStyle::Plain => Style::Plain,
                ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
            };
            (EventKind::Scalar(text, style), anchor)
        }
        Theirs::SequenceStart(_, anchor, _) => (EventKind::List, anchor),
        Theirs::MappingStart(_, anchor, _) => (EventKind::Map, anchor),
        Theirs::SequenceEnd | Theirs::MappingEnd => (EventKind::End, 0),
        Theirs::Alias(id) => (EventKind::Alias(Some(id)), 0),
        Theirs::UnresolvedAlias(_) => (EventKind::Alias(None), 0),
        _ => return None,
    };
    let range = span.byte_range().unwrap_or(0..0);
    let tag = span.tag_span().and_then(|tag| tag.byte_range());
    Some(Event { kind, range, anchor: (anchor != 0).then_some(anchor), tag })
}

fn fault(error: &ScanError) -> Fault {
    let help = match error.kind() {
        ErrorKind::MissingAnchorOrAliasName => Some("put a text that starts with `*` or `&` in quotes"),
        ErrorKind::TabInIndentation | ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed => {
            Some("indent with spaces")
        }
        ErrorKind::MismatchedFlowCollectionEnd { .. } => {
            Some("close each bracket with its own kind, the inner one first")
        }
        ErrorKind::MisplacedFlowCollectionEnd => Some("take it away, or put what it belongs to in quotes"),
        ErrorKind::ExpectedBlockSequenceEntry | ErrorKind::ExpectedBlockMappingKey => {
            Some("what belongs together stands equally far to the right, all with `- ` or all with `key:`")
        }
        ErrorKind::InvalidBlockScalarHeader => Some("begin the text on the line below, or put it in quotes"),
        ErrorKind::PlainScalarStartsWithDashFlowIndicator | ErrorKind::BlockSequenceEntryNotAllowed => {
            Some("put a text that starts with `-` in quotes")
        }
        _ => None,
    };
    let missed = match error.kind() {
        ErrorKind::UnclosedFlowCollection { .. } => Missed::Close,
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::BlockEntryInFlowCollection
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidColonPlacement => Missed::Separator,
        ErrorKind::MappingValueNotAllowed => Missed::Colon,
        ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::UnclosedQuotedScalar
        | ErrorKind::DocumentIndicatorInQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar
        | ErrorKind::InvalidTrailingSingleQuotedScalar => Missed::Quote,
        ErrorKind::UnexpectedCharacter { .. } => Missed::Name,
        _ => Missed::Nothing,
    };
    Fault {
        at: error.marker().byte_offset().unwrap_or(0),
        too_deep: matches!(error.kind(), ErrorKind::RecursionLimitExceeded),
        message: error.info(),
        help,
        missed,
    }
}
