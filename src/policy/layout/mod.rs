//! The layout of an artifact.
//!
//! One file, little-endian, read in place:
//!
//! ```text
//! header     magic (8 bytes), version (u32), sections (u32), length of the file (u64), checksum (u64)
//! directory  offset (u32) and length in bytes (u32) of each section, in the order of `Section`
//! sections   each a multiple of eight bytes long, zero padded, one behind the other
//! ```
//!
//! The checksum is XXH3 over everything behind it. A section is an array of records, each a fixed number of u32; or of
//! u32, u64 or bytes. Ids are indexes into those arrays. A list is a position in `Lists`, where its length stands, its
//! elements behind it; position 0 holds the empty list. A row of bits, one for each privilege, is a position in `Rows`, where
//! its `RowHead` stands, its words behind it; position 0 holds the empty row. An optional id is stored as id + 1, with 0 for none.
//!
//! Invariants, checked once by `verify` when an artifact is loaded:
//!
//! - every id, list and range is inside its section; strings are UTF-8;
//! - lists and rows stand one behind the other, and so do the entries and the holdings of the holders: none overlap;
//! - a formula refers only to formulas before it, and is at most `MAX_FORMULA_DEPTH` deep; those of conditions name no
//!   privilege; deciding a privilege takes at most `MAX_DECISIONS`, nested at most `MAX_DECISION_DEPTH` and, with
//!   formulas, `MAX_LEVELS`;
//! - entries and holdings of one holder are sorted by scope, so that a resource's own can be found by bisection;
//! - every name table has a free slot, so that a search in it ends;
//! - nodes stand in the order of their types;
//! - there is a string for every holder that has a name and for every privilege, in the order of their numbers.
//!
//! A holder is whatever entries can be written for. Holders are numbered: users and services, then groups, then roles,
//! then the classes anyone, authenticated, anonymous. An entry here is what all entries of a policy with the same holder, scope and
//! condition say together: three rows of privileges. Rows that are equal are stored once, and of two forms the one that is much
//! shorter: in a large policy most roles have few privileges out of thousands. The entries of a role contain those of the roles it inherits.
//!
//! Users and services for whom the same holds wherever no resource is asked about have the same profile: they are in the
//! same groups, and their own entries and holdings without a scope are equal. What is decided for one of them without looking
//! at a value, a name or a time is decided for all, and a loaded policy remembers it by profile and privilege, as far as
//! `MEMO` bytes go. Profiles that would not fit are not numbered.
//!
//! What is said of whom is there a second time, put in order for questions about resources: the ledger of a holder is a hash table
//! from scopes to opinions. A user's or service's has what it has itself, what its groups have, `authenticated` and `anyone`, and what
//! comes with all roles that it holds so; a group's has that of the groups it is in too. A question goes up from its resource, looks up
//! each scope, and never looks at what is said elsewhere. An opinion is the rows of an entry, and for strategies that ask, how specific
//! it is. Where more than its scope decides whether an entry covers a resource, it is marked, and a question that it speaks of is
//! decided by the entries themselves. Ledgers are made as far as `LEDGERS` goes; a holder without one is looked at entry by entry.

mod words;

pub(crate) use words::*;

/// First bytes of every artifact.
pub(crate) const MAGIC: [u8; 8] = *b"policyc\0";
/// Increased with every change that an older reader would misread.
pub(crate) const VERSION: u32 = 5;
/// In `RowHead::words`: the row is sparse.
pub(crate) const SPARSE: u32 = 1 << 31;
/// A row of up to so many words is a cache line, and never sparse.
#[cfg(feature = "compile")]
pub(crate) const DENSE_ROW: usize = 8;
/// The width in words from which on the elements of a sparse row do not fit 16 bits.
#[cfg(feature = "compile")]
pub(crate) const SPARSE_WIDTH: usize = 1 << 10;
/// In `SourceEntry::privileges`: a debug list, not a row.
pub(crate) const LISTED: u32 = 1 << 31;
/// In `Up` and in the slots of a ledger: one, not a list. Most are one, and a list would be one more place to look at.
pub(crate) const ONE: u32 = 1 << 31;
/// In `Opinion::rank`: a condition or a further scope decides, too.
pub(crate) const MORE: u32 = 1 << 31;
/// Bytes before the directory.
pub(crate) const HEADER: usize = 32;
/// Bytes of the decisions that a loaded policy remembers.
pub(crate) const MEMO: usize = 1 << 20;
/// Entries and holdings that are looked at to make ledgers.
#[cfg(feature = "compile")]
pub(crate) const LEDGERS: usize = 1_000_000;
/// Nesting of formulas.
pub(crate) const MAX_FORMULA_DEPTH: u32 = 160;
/// Decisions that one decision may take, itself included, with everything it requires and includes.
pub(crate) const MAX_DECISIONS: u64 = 100_000;
/// How deep decisions may nest by requirements and inclusions.
pub(crate) const MAX_DECISION_DEPTH: u32 = 64;
/// How deep decisions and their formulas may nest together, so that the deepest fits on the stack of any thread.
pub(crate) const MAX_LEVELS: u32 = 1_024;
/// Levels and alternatives of ancestors of a resource, itself included.
pub(crate) const MAX_CHAIN: usize = 64;
/// Attributes in one request.
pub(crate) const MAX_ATTRIBUTES: usize = 64;
/// Groups and roles, known to the policy, that one request may supply.
pub(crate) const MAX_SUPPLIED: usize = 1024;

macro_rules! sections {
    ($($name:ident $doc:literal)+) => {
        /// The sections, in the order of the directory.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Section { $(#[doc = $doc] $name,)+ }

        impl Section {
            pub(crate) const ALL: &'static [Section] = &[$(Section::$name,)+];
            pub(crate) const COUNT: usize = Section::ALL.len();
        }
    };
}

sections! {
    Meta "One `Meta`."
    Strings "The bytes of all strings that decisions need: names of holders, of privileges, then all others."
    StringBounds "u32: where each string begins, and where the last one ends."
    NameTables "One `NameTable` for each kind of name."
    NameSlots "`NameSlot`s of all name tables."
    Types "`Type`s."
    Lists "u32: all lists."
    AttributeNames "`AttributeName`s."
    Attributes "`Attribute`s, by name and type."
    ValueTypes "`ValueType`s."
    Privileges "`Privilege`s."
    Rows "u64: all rows."
    Holders "`Holder`s."
    Profiles "u32: for each user and service its profile, from 1; 0: none."
    Entries "`Entry`s."
    Holdings "`Holding`s."
    LedgerOf "u32: for each holder the position of its ledger in `Ledgers`; 0: none."
    Ledgers "u32: all ledgers, behind one that is unused."
    Opinions "`Opinion`s."
    Formulas "`Formula`s."
    Tests "`Test`s."
    Constants "`Constant`s."
    Nodes "`Node`s: the resources that the policy knows, by type."
    Parents "u32: for each `Node` its `Up`."
    DebugStrings "Debug: the bytes of file names, titles, documentation."
    DebugStringBounds "Debug, u32."
    DebugLists "Debug, u32: lists."
    DebugTitles "Debug: `Title`s of privileges."
    DebugSources "Debug: `SourceEntry`s, the entries as written."
    DebugEntries "Debug, u32: for each `Entry`, the list of the `SourceEntry`s in it."
    DebugHoldings "Debug: for each `Holding`, the `Place` of its assignment."
    DebugEdges "Debug: `Edge`s, memberships and inheritances."
}

impl Section {
    /// Whether it can be stripped.
    pub(crate) fn is_debug(self) -> bool {
        self as usize >= Section::DebugStrings as usize
    }
}

/// A record of u32 fields.
pub(crate) trait Record: Copy + Default {
    /// The section that holds them.
    const SECTION: Section;
    /// How many bytes one takes.
    const BYTES: usize;
    /// Reads one; the bytes are at least `BYTES` long, or it is all zero.
    fn read(bytes: &[u8]) -> Self;
    /// Appends one.
    #[cfg(feature = "compile")]
    fn write(&self, to: &mut Vec<u8>);
}

macro_rules! records {
    ($($(#[$doc:meta])* $name:ident in $section:ident { $($(#[$field_doc:meta])* $field:ident)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub(crate) struct $name { $($(#[$field_doc])* pub $field: u32,)+ }

        impl Record for $name {
            const SECTION: Section = Section::$section;
            const BYTES: usize = [$(stringify!($field),)+].len() * 4;

            #[inline]
            fn read(bytes: &[u8]) -> Self {
                let mut words = bytes.chunks_exact(4).map(|word| match word {
                    [a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]),
                    _ => 0,
                });
                $name { $($field: words.next().unwrap_or(0),)+ }
            }

            #[cfg(feature = "compile")]
            fn write(&self, to: &mut Vec<u8>) {
                $(to.extend_from_slice(&self.$field.to_le_bytes());)+
            }
        }
    )+};
}

records! {
    /// The counts of everything that has names, and what applies without a resource.
    Meta in Meta {
        /// String + 1.
        name
        /// Users.
        users
        /// Services.
        services
        /// Groups.
        groups
        /// Roles.
        roles
        /// How privileges without a resource are decided: `Rules`.
        rules
        /// Profiles of holders.
        profiles
    }
    /// A name table: slots `start..start + slots`, a power of two.
    NameTable in NameTables {
        /// First slot.
        start
        /// How many.
        slots
    }
    /// A slot: upper half of the hash, and id + 1.
    NameSlot in NameSlots {
        /// Compared before the name is.
        tag
        /// 0: free.
        id
    }
    /// A resource type.
    Type in Types {
        /// String.
        name
        /// 1: ids are paths.
        by_path
        /// `Rules`.
        rules
        /// List of types.
        parents
        /// Its first node.
        nodes
        /// Past the last.
        nodes_end
    }
    /// What conditions call an attribute.
    AttributeName in AttributeNames {
        /// 0 principal, 1 resource, 2 context.
        root
        /// String.
        name
    }
    /// A declared attribute.
    Attribute in Attributes {
        /// `AttributeName`.
        name
        /// Type + 1.
        ty
        /// `ValueType`.
        value_type
    }
    /// A type of values.
    ValueType in ValueTypes {
        /// 0 bool, 1 int, 2 string, 3 timestamp, 4 ip, 5 principal, 6 enum, 7 set.
        kind
        /// Enum: list of strings. Set: `ValueType` before this one, no set itself.
        of
    }
    /// A privilege. Its name is the string behind those of all holders, at its number.
    Privilege in Privileges {
        /// List of types; empty: asked without a resource.
        on
        /// List of privileges, in the order in which they are judged.
        includes
        /// Formula; 0: none.
        requires
    }
    /// A holder. `entries..entries_end` and `holdings..holdings_end` are its own. Its name is the string of its number; classes
    /// have none.
    Holder in Holders {
        /// First `Entry`.
        entries
        /// Past the last.
        entries_end
        /// First `Holding`.
        holdings
        /// Past the last.
        holdings_end
        /// List of the groups (their numbers among groups) that it counts as, itself included; closed.
        groups
        /// List of pairs: `AttributeName`, `Constant`.
        attributes
    }
    /// All entries of one holder, scope and condition.
    Entry in Entries {
        /// `ScopeCode`.
        scope
        /// Formula; 0: always.
        condition
        /// Row; 0 is the empty one.
        grant
        /// Row.
        deny
        /// Row.
        bypass
    }
    /// A role that a holder holds.
    Holding in Holdings {
        /// `ScopeCode`.
        scope
        /// List of more `ScopeCode`s that have to cover the resource.
        scopes
        /// Formula; 0: always.
        condition
        /// Role.
        role
    }
    /// What an entry says, with everything but its scope.
    Opinion in Opinions {
        /// Row.
        grant
        /// Row.
        deny
        /// Row.
        bypass
        /// How specific: 0 identity, 1 group, 2 role, 3 class; 0 if no strategy asks. With `MORE`: more than the scope decides.
        rank
    }
    /// A formula. 0 is true.
    Formula in Formulas {
        /// `FormulaKind`.
        kind
        /// List, formula, test or privilege.
        of
    }
    /// A test of values. Operands: `Operand`.
    Test in Tests {
        /// `TestKind`.
        kind
        /// Operand or attribute name.
        left
        /// Operand.
        right
    }
    /// A constant.
    Constant in Constants {
        /// As in `ValueType`, with 6 for a group and 7 for a set.
        kind
        /// bool; low half; string; first word of the address; list of constants.
        a
        /// High half; second word; for principals 0 user, 1 service.
        b
        /// Third word.
        c
        /// Fourth word.
        d
        /// Prefix, + 256 for IPv6.
        e
    }
    /// A resource.
    Node in Nodes {
        /// Type.
        ty
        /// String.
        id
        /// List of pairs: `AttributeName`, `Constant`.
        attributes
    }
    /// Title and documentation of a privilege; debug strings + 1.
    Title in DebugTitles {
        /// Title.
        title
        /// Documentation.
        doc
        /// Name of its category.
        category
    }
    /// An entry as written.
    SourceEntry in DebugSources {
        /// File, a debug string + 1.
        file
        /// From 1.
        line
        /// From 1.
        column
        /// 0 grant, 1 deny, 2 bypass.
        effect
        /// Holder it is written for.
        holder
        /// The row of its privileges; with `LISTED`: their debug list, where no row is the same.
        privileges
    }
    /// Where something is written.
    Place in DebugHoldings {
        /// File, a debug string + 1.
        file
        /// From 1.
        line
        /// From 1.
        column
    }
    /// A membership or inheritance: `from` is in or inherits `to`. Sorted.
    Edge in DebugEdges {
        /// Holder.
        from
        /// Holder.
        to
        /// As in `Place`.
        file
        /// From 1.
        line
        /// From 1.
        column
    }
}
