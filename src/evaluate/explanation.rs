//! The whole story of a decision.

use crate::evaluate::Decision;
use crate::terms::Effect;

/// A decision and everything behind it. Without debug information in the artifact the places are missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The decision.
    pub decision: Decision,
    /// The privilege decided on.
    pub privilege: String,
    /// The resource decided on, `type:id`.
    pub resource: Option<String>,
    /// The entries that decided, nearest first.
    pub deciding: Vec<DecidingEntry>,
    /// What the request lacked where a condition could not be decided: `context.mfa`, `time`.
    pub missing_attributes: Vec<String>,
    /// For `missing-requirement`: the smallest sets of which one would have to hold, smallest first. Elements are privileges and
    /// tests of values, as a policy writes them.
    pub missing: Vec<Vec<String>>,
    /// Where an included privilege is not granted: its own story.
    pub included: Option<Box<Explanation>>,
}

/// An entry that decided and how it reaches the principal.
#[derive(Clone, Debug, PartialEq)]
pub struct DecidingEntry {
    /// What it does.
    pub effect: Effect,
    /// Where it is written.
    pub place: Option<Place>,
    /// The scope it holds on, `folder:finance`, `folder:finance only`, `flow:*`; `None`: everywhere.
    pub scope: Option<String>,
    /// From the principal to the entry: `user:ann`, `group:ops`, `role:operator`, `role:reader`; each with the place that
    /// makes the step from the one before.
    pub path: Vec<Step>,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// `user:ann`, `group:ops`, `role:reader`, `authenticated`.
    pub what: String,
    /// Where the step to here is written: a membership, an assignment, an inheritance.
    pub place: Option<Place>,
}

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as given to the compiler.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// The kind of value that an attribute takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `string`.
    String,
    /// `timestamp`.
    Timestamp,
    /// `ip`.
    Ip,
    /// `principal`.
    Principal,
    /// One of these words.
    Enum(Vec<String>),
    /// A set.
    Set(Box<ValueKind>),
}
