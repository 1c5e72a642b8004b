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

use crate::diagnostic::Code;
use crate::few::Few;
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

/// A resource type.
#[derive(Clone, Debug)]
pub struct ResourceType {
    /// Its name and where it is declared.
    pub name: Spanned<SmolStr>,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// The types it may lie in, each with the place where that is said; sorted by id.
    pub parents: Vec<(TypeId, Span)>,
    /// Whether its ids are paths: `T:a/b` lies in `P:a` for each of `parents`.
    pub by_path: bool,
    /// Its own `default`; the policy's applies when `None`.
    pub default: Option<DefaultRule>,
    /// Its own `resolve`; the policy's applies when `None`.
    pub resolve: Option<Strategy>,
}

/// The type of an attribute or a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// `bool`.
    Bool,
    /// `int`: 64 bits, signed.
    Int,
    /// `string`.
    String,
    /// `timestamp`.
    Timestamp,
    /// `ip`: an address or a network.
    Ip,
    /// `principal`: a user, service or group.
    Principal,
    /// `"A" | "B"`: sorted, without duplicates.
    Enum(Vec<SmolStr>),
    /// `[T]`; T is no set.
    Set(Box<ValueType>),
}

/// A declared attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Whose.
    pub root: AttributeRoot,
    /// The resource type, for those of resources.
    pub ty: Option<TypeId>,
    /// The name alone, and where it is declared.
    pub name: Spanned<SmolStr>,
    /// The (root, name) pair.
    pub name_id: AttributeNameId,
    /// The type of its values.
    pub value_type: ValueType,
    /// Documentation.
    pub doc: Option<SmolStr>,
}

/// A category.
#[derive(Clone, Debug)]
pub struct Category {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Its title.
    pub title: Option<SmolStr>,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// What its privileges are asked on; empty: without a resource. Sorted.
    pub on: Vec<TypeId>,
    /// The formula of all its privileges.
    pub requires: Option<Formula>,
    /// Where that formula stands.
    pub requires_at: Option<Span>,
}

/// A privilege.
#[derive(Clone, Debug)]
pub struct Privilege {
    /// Its id.
    pub name: Spanned<SmolStr>,
    /// Its title.
    pub title: Option<SmolStr>,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// Its category.
    pub category: CategoryId,
    /// Its own formula; the category's holds besides.
    pub requires: Option<Formula>,
    /// Where that formula stands.
    pub requires_at: Option<Span>,
    /// What it includes, in the order written.
    pub includes: Vec<(PrivilegeId, Span)>,
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// All of its declaration.
    pub span: Span,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// Roles whose entries it has too; sorted by id.
    pub inherits: Vec<(RoleId, Span)>,
    /// Roles that a holder must hold besides; sorted by id.
    pub requires: Vec<(RoleId, Span)>,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// The groups it is a member of; sorted by id.
    pub groups: Vec<(GroupId, Span)>,
    /// Counts for nothing and passes nothing on.
    pub disabled: bool,
}

/// A user or service.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Which of the two.
    pub kind: PrincipalKind,
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// The groups it is a member of; sorted by id.
    pub groups: Vec<(GroupId, Span)>,
    /// The values it carries; sorted by attribute.
    pub attributes: Vec<(AttributeId, Value)>,
}

/// A resource that the policy knows.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its type.
    pub ty: TypeId,
    /// Its id.
    pub id: SmolStr,
    /// Where it is declared or first mentioned (in the order of files and lines).
    pub span: Span,
    /// Whether it has a declaration of its own.
    pub declared: bool,
    /// What it lies in: derived from the path, one for each parent type, or the one declared. Sorted.
    pub parents: Vec<InstanceId>,
    /// The values it carries; sorted by attribute.
    pub attributes: Vec<(AttributeId, Value)>,
    /// Documentation.
    pub doc: Option<SmolStr>,
}

/// A typed value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `true`, `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string or a word of an enum.
    String(SmolStr),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// A network; an address is one with the full prefix.
    Ip(Network),
    /// Kind and name.
    Principal(PrincipalValue),
    /// Sorted, without duplicates.
    Set(Vec<Value>),
}

/// A principal as a value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalValue {
    /// `user:x`.
    User(SmolStr),
    /// `service:x`.
    Service(SmolStr),
    /// `group:x`.
    Group(SmolStr),
}

/// Where an entry or assignment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// No scope.
    Everywhere,
    /// `type:*`: every resource of that type, and no other.
    Type(TypeId),
    /// `type:id`: it and all below; with `only`, it alone.
    Resource {
        /// The resource.
        instance: InstanceId,
        /// It alone.
        only: bool,
    },
}

/// Who an entry or assignment speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grantee {
    /// A user or service.
    Principal(PrincipalId),
    /// A group.
    Group(GroupId),
    /// Whoever holds the role.
    Role(RoleId),
    /// A class.
    Class(Class),
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it does.
    pub effect: Effect,
    /// Everything it names: its list closed over `includes`, then less what `except` lists.
    pub privileges: Vec<PrivilegeId>,
    /// To whom, sorted; inside a role, the role.
    pub to: Few<Grantee>,
    /// Where.
    pub scope: Scope,
    /// When.
    pub when: Option<Formula>,
    /// The role whose block it stands in.
    pub in_role: Option<RoleId>,
    /// All of it.
    pub span: Span,
    /// What each part of its list named, wildcards and categories with what they expanded to; for reports.
    pub named: Vec<NamedPrivileges>,
}

/// One item of a privilege list and what it stands for.
#[derive(Clone, Debug)]
pub struct NamedPrivileges {
    /// The item.
    pub span: Span,
    /// Whether it is a wildcard or a category.
    pub broad: bool,
    /// Whether it is `*` alone.
    pub everything: bool,
    /// What it names, sorted, before `includes` and `except`.
    pub privileges: Few<PrivilegeId>,
}

/// An assignment.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The role.
    pub role: RoleId,
    /// To whom, sorted.
    pub to: Few<Grantee>,
    /// Where.
    pub scope: Scope,
    /// From when, inclusive; microseconds since 1970-01-01T00:00:00Z.
    pub from: Option<i64>,
    /// Until when, exclusive.
    pub until: Option<i64>,
    /// When; boxed, since few assignments have it and a policy may have a million of them.
    pub when: Option<Box<Formula>>,
    /// All of it.
    pub span: Span,
}

/// A requirement or a condition. Conditions hold no privileges; requirements negate none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Formula {
    /// All of them; two or more.
    And(Vec<Formula>),
    /// One of them; two or more.
    Or(Vec<Formula>),
    /// Not.
    Not(Box<Formula>),
    /// The principal is granted the privilege.
    Privilege(PrivilegeId),
    /// It is granted one of these; sorted, not empty.
    Any(Vec<PrivilegeId>),
    /// It is granted all of these; sorted, not empty.
    All(Vec<PrivilegeId>),
    /// A test of values.
    Test(ValueTest),
}

/// A test of values; undecided where an attribute is missing, but for `Has`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueTest {
    /// A bool attribute is true.
    Truth(AttributeNameId),
    /// The attribute has a value.
    Has(AttributeNameId),
    /// A comparison.
    Compare {
        /// The left side.
        left: Operand,
        /// How.
        op: CompareOp,
        /// The right side.
        right: Operand,
    },
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operand {
    /// The value of an attribute.
    Attribute(AttributeNameId),
    /// Who asks.
    Principal,
    /// A literal, already of the type that the other side wants.
    Value(Value),
}

/// `exclusive R1, R2, ...`.
#[derive(Clone, Debug)]
pub struct Exclusive {
    /// The roles, each with its place; sorted by id.
    pub roles: Vec<(RoleId, Span)>,
    /// All of it.
    pub span: Span,
}

/// `limit N for role:R`.
#[derive(Clone, Debug)]
pub struct Limit {
    /// N.
    pub count: u32,
    /// R.
    pub role: RoleId,
    /// All of it.
    pub span: Span,
}

/// An invariant.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// What it claims.
    pub kind: InvariantKind,
    /// Who, sorted; empty for `never together`.
    pub who: Vec<Grantee>,
    /// What.
    pub privileges: Vec<PrivilegeId>,
    /// Where.
    pub scope: Scope,
    /// All of it.
    pub span: Span,
}

/// What an invariant claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InvariantKind {
    /// None of `who` can do any of it anywhere in the scope.
    Never,
    /// Each of `who` can do all of it everywhere in the scope.
    Always,
    /// Whoever can do any of it anywhere in the scope is one of `who`.
    Only,
    /// Nobody can do two of it on one resource.
    Together,
}

/// A resource named by a test, known to the policy or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceName {
    /// Its type.
    pub ty: TypeId,
    /// Its id.
    pub id: SmolStr,
}

/// Who asks, in a test.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Caller {
    /// The user or service, known to the policy or not; `None`: anonymous, or somebody unnamed.
    pub identity: Option<(PrincipalKind, SmolStr)>,
    /// `as anonymous`.
    pub anonymous: bool,
    /// Supplied groups.
    pub groups: Vec<GroupId>,
    /// Supplied roles.
    pub roles: Vec<RoleId>,
}

/// One question of a test and the decision it expects.
#[derive(Clone, Debug)]
pub struct TestCheck {
    /// Who asks.
    pub caller: Caller,
    /// Values that the request carries.
    pub attributes: Vec<(AttributeNameId, Value)>,
    /// Its time, in microseconds since 1970-01-01T00:00:00Z; `None`: it has none.
    pub at: Option<i64>,
    /// What is asked.
    pub privilege: PrivilegeId,
    /// On what.
    pub resource: Option<ResourceName>,
    /// Supplied ancestors, nearest first.
    pub ancestors: Vec<ResourceName>,
    /// Granted or not.
    pub expect: bool,
    /// The reason expected, if any.
    pub because: Option<Reason>,
    /// The line.
    pub span: Span,
}

/// A `test` block.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Its questions, one for each privilege of each `can` and `cannot`.
    pub checks: Vec<TestCheck>,
}

/// A `matrix` block; its questions are those of somebody who holds one role alone.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Its questions, row by row.
    pub checks: Vec<TestCheck>,
}
