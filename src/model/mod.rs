//! What was meant: names became dense ids, wildcards became lists, literals have types.
//!
//! Enters: the result of `resolve`. Leaves: the one description of a policy that `validate`, `lower`, `analyze` and the
//! reference evaluator of the tests read. Invariants, kept by `resolve`:
//!
//! - every list indexed by an id type is sorted by name (attributes by root, type, name; instances by type, id), so
//!   that neither the order of files nor that of statements nor the front end reaches anything behind this point;
//! - every id is in range; every `Vec<PrivilegeId>` called `privileges` is sorted and free of duplicates;
//! - entries, assignments and invariants stand in the order of their meaning (`Ord` of what they say), not of their
//!   places; two that say the same are both kept, for the lints;
//! - the instances hold, besides the declared ones, every one that a scope names and all their ancestors.
//!
//! A model may still contradict itself: cycles, broken constraints and the like are found by `validate`.

mod checks;
mod declarations;
mod rules;

pub use checks::*;
pub use declarations::*;
pub use rules::*;

use crate::diagnostic::Code;
use crate::source::{Span, Spanned};
pub use crate::terms::{
    AttributeRoot, Class, CompareOp, DefaultRule, Effect, Network, PrincipalKind, Reason, Strategy,
};
use smol_str::SmolStr;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into the list of the model.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The id at a position of the list of the model.
            #[must_use]
            pub fn at(index: usize) -> $name {
                $name(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    )+};
}

ids! {
    /// Into [`Model::types`].
    TypeId
    /// Into [`Model::attributes`].
    AttributeId
    /// Into [`Model::attribute_names`].
    AttributeNameId
    /// Into [`Model::categories`].
    CategoryId
    /// Into [`Model::privileges`].
    PrivilegeId
    /// Into [`Model::roles`].
    RoleId
    /// Into [`Model::groups`].
    GroupId
    /// Into [`Model::principals`].
    PrincipalId
    /// Into [`Model::instances`].
    InstanceId
    /// Into [`Model::entries`].
    EntryId
    /// Into [`Model::assignments`].
    AssignmentId
}

/// A whole policy.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The name in the header.
    pub name: Option<Spanned<SmolStr>>,
    /// What types and privileges without a resource do when nothing has an opinion.
    pub default: DefaultRule,
    /// How types that say nothing, and privileges without a resource, resolve entries that disagree.
    pub resolve: Strategy,
    /// Resource types, by name.
    pub types: Vec<ResourceType>,
    /// Distinct (root, name) pairs of the attributes; conditions and requests speak of these.
    pub attribute_names: Vec<(AttributeRoot, SmolStr)>,
    /// Declared attributes, by root, type, name.
    pub attributes: Vec<Attribute>,
    /// Categories, by name.
    pub categories: Vec<Category>,
    /// Privileges, by name.
    pub privileges: Vec<Privilege>,
    /// Roles, by name.
    pub roles: Vec<Role>,
    /// Groups, by name.
    pub groups: Vec<Group>,
    /// Users, then services, each by name.
    pub principals: Vec<Principal>,
    /// Resources, by type and id.
    pub instances: Vec<Instance>,
    /// All entries, those of roles included.
    pub entries: Vec<Entry>,
    /// All assignments.
    pub assignments: Vec<Assignment>,
    /// `exclusive` statements.
    pub exclusives: Vec<Exclusive>,
    /// `limit` statements.
    pub limits: Vec<Limit>,
    /// `never`, `always`, `only`, `never together`.
    pub invariants: Vec<Invariant>,
    /// `test` blocks, in the order of files and lines.
    pub tests: Vec<Test>,
    /// `matrix` blocks, likewise.
    pub matrices: Vec<Matrix>,
    /// Every `@allow`, in the order of files and lines.
    pub allows: Vec<AllowRange>,
    /// Where formulas and their tests are written.
    pub places: Places,
}

/// Where conditions and the tests in formulas are written. Apart from these, since few rules have a condition and a policy
/// may have a million of them.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Rule, condition; sorted.
    conditions: Vec<(Span, Span)>,
    /// Formula, test: those of a formula with several, in the order written; sorted by formula.
    tests: Vec<(Span, Span)>,
}

impl Places {
    /// Adds the condition of a rule.
    pub fn add_condition(&mut self, rule: Span, condition: Span) {
        self.conditions.push((rule, condition));
    }

    /// Adds a test to a formula, behind those that it has.
    pub fn add_test(&mut self, formula: Span, test: Span) {
        self.tests.push((formula, test));
    }

    /// How many tests there are.
    #[must_use]
    pub fn tests(&self) -> usize {
        self.tests.len()
    }

    /// Forgets all tests but so many.
    pub fn keep_tests(&mut self, count: usize) {
        self.tests.truncate(count);
    }

    /// Makes what was added ready to be found.
    pub fn sort(&mut self) {
        self.conditions.sort_unstable();
        self.tests.sort_by_key(|&(formula, _)| formula);
    }

    /// The condition of a rule.
    #[must_use]
    pub fn condition(&self, rule: Span) -> Option<Span> {
        let at = self.conditions.partition_point(|&(other, _)| other < rule);
        self.conditions.get(at).filter(|(other, _)| *other == rule).map(|&(_, condition)| condition)
    }

    /// A test of a formula, by its number among those.
    #[must_use]
    pub fn test(&self, formula: Span, number: usize) -> Option<Span> {
        let start = self.tests.partition_point(|&(other, _)| other < formula);
        self.tests.get(start + number).filter(|(other, _)| *other == formula).map(|&(_, test)| test)
    }
}

/// An `@allow` and the declaration that it covers.
#[derive(Clone, Debug)]
pub struct AllowRange {
    /// The codes, each with the place of its name.
    pub codes: Vec<(Code, Span)>,
    /// The reason.
    pub why: SmolStr,
    /// The `@allow` itself.
    pub span: Span,
    /// The declaration; a finding whose primary label lies in it is silenced.
    pub covers: Span,
}
