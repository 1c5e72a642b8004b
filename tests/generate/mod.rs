//! Random policies as text, and random questions about them.
//!
//! Enters: random bytes. Leaves: a [`Policy`], statements of the DSL that use every construct that has a say in
//! decisions and, but for rare accidents, compile without errors; and questions about it. It must not know how
//! decisions are made: it only sees to it that every kind of decision comes up often.

mod dice;
mod formula;
mod questions;
mod rules;
mod shrink;
mod vocabulary;

pub use dice::{Dice, bytes};
pub use questions::question;
pub use shrink::shrink;
pub use vocabulary::Vocabulary;

/// A random policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its statements; their order carries no meaning.
    pub statements: Vec<String>,
    /// What the questions speak of.
    pub vocabulary: Vocabulary,
}

impl Policy {
    /// Throws a policy.
    pub fn random(dice: &mut Dice<'_>) -> Policy {
        let mut statements = Vec::new();
        let mut vocabulary = Vocabulary::random(dice, &mut statements);
        rules::write(dice, &mut vocabulary, &mut statements);
        Policy { statements, vocabulary }
    }

    /// Its text.
    pub fn text(&self) -> String {
        text(&self.statements)
    }
}

/// Statements as one file.
pub fn text(statements: &[String]) -> String {
    let mut text = statements.join("\n");
    text.push('\n');
    text
}
