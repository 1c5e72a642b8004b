//! How much of everything a policy may hold. Enters: nothing. Leaves: numbers. Knows nothing of what is counted.
//!
//! The limits keep what a hostile or generated policy costs within bounds; none of them is near what people write.

/// The limits of one run; tests make them small.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Resource types. Their ancestors are a square table of bits.
    pub types: usize,
    /// Categories.
    pub categories: usize,
    /// Privileges.
    pub privileges: usize,
    /// Declared attributes.
    pub attributes: usize,
    /// Roles.
    pub roles: usize,
    /// Groups.
    pub groups: usize,
    /// Users, and as many services.
    pub principals: usize,
    /// Resources, those that are only mentioned and all ancestors included.
    pub instances: usize,
    /// How often resources of path types lie in others, all told; with many parent types a path has many parents.
    pub parents: usize,
    /// Entries.
    pub entries: usize,
    /// Assignments.
    pub assignments: usize,
    /// Questions of tests and matrices, each counted with the values, ancestors, groups and roles that it carries.
    pub questions: usize,
    /// Privileges that all lists together name once wildcards, categories and `includes` are written out.
    pub expanded: usize,
    /// Bytes of the names that wildcards, each counted once, are compared with, and 16 for each name.
    pub compared: usize,
    /// Levels of the resource tree, a resource itself included.
    pub levels: usize,
    /// Nesting of formulas.
    pub nesting: usize,
    /// Names that misspelled ones are compared with, all told; beyond it they get no suggestion.
    pub comparisons: usize,
    /// Errors that are listed; the others are counted.
    pub findings: usize,
}

impl Limits {
    /// What policies are held to.
    pub const DEFAULT: Limits = Limits {
        types: 1 << 12,
        categories: 1 << 16,
        privileges: 1 << 20,
        attributes: 1 << 16,
        roles: 1 << 20,
        groups: 1 << 20,
        principals: 1 << 23,
        instances: 1 << 22,
        parents: 1 << 24,
        entries: 1 << 23,
        assignments: 1 << 23,
        questions: 1 << 20,
        expanded: 1 << 25,
        compared: 1 << 29,
        levels: 64,
        nesting: 256,
        comparisons: 1 << 22,
        findings: 100_000,
    };
}
