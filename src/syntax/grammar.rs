//! Text > pairs of pest, or the place where the grammar ends and what could stand there.
//!
//! The only file that runs pest.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/policy.pest"]
#[allow(missing_docs, reason = "the rules are described in the grammar")]
struct Dsl;

/// A node of the tree that pest makes.
pub(super) type Node<'t> = Pair<'t, Rule>;

/// Why a text could not be read.
#[derive(Debug)]
pub(super) struct Failure {
    /// The furthest place that was reached, in bytes of the text given.
    pub at: usize,
    /// What could stand there.
    pub expected: Vec<Rule>,
}

/// Reads `rule` from the beginning of `text`: its pairs and how much of the text they take, blanks behind included.
pub(super) fn read(rule: Rule, text: &str) -> Result<(Pairs<'_, Rule>, usize), Failure> {
    match Dsl::parse(rule, text) {
        Ok(pairs) => {
            let end = pairs.clone().next_back().map_or(0, |pair| pair.as_span().end());
            #[cfg(test)]
            super::tests::count(end);
            Ok((pairs, end))
        }
        Err(error) => {
            // An error of pest costs as much as the whole text given is long: it looks for the line.
            #[cfg(test)]
            super::tests::count(text.len());
            let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
            let expected = match error.variant {
                ErrorVariant::ParsingError { positives, .. } => positives,
                ErrorVariant::CustomError { .. } => Vec::new(),
            };
            Err(Failure { at, expected })
        }
    }
}
