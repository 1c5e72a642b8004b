//! What is packed into the words of an artifact: a row, a way up, a ledger, a scope, the rules of a type, an operand.
//!
//! Enters: a word. Leaves: its parts, and the other way round. Where which of them stands is the business of `layout`.

use super::{ONE, SPARSE};

/// What stands before the words of a row. Words outside are zero. A row of few bits far apart is sparse: instead of the words it
/// has the places of its bits, counted from the first word on, ascending, as u16, zero padded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowHead {
    /// First word of the row that is stored.
    pub first: u32,
    /// How many are; with `SPARSE`: how many bits.
    pub words: u32,
}

impl RowHead {
    /// How many u64 stand behind it.
    pub(crate) fn length(self) -> usize {
        match self.words & SPARSE {
            0 => self.words as usize,
            _ => (self.words & !SPARSE).div_ceil(4) as usize,
        }
    }
}

impl From<u64> for RowHead {
    fn from(head: u64) -> RowHead {
        RowHead { first: head as u32, words: (head >> 32) as u32 }
    }
}

impl From<RowHead> for u64 {
    fn from(head: RowHead) -> u64 {
        u64::from(head.words) << 32 | u64::from(head.first)
    }
}

/// What a node lies in: with `ONE` a node, else a list of nodes; and whether something is scoped to it. A way up reads these words
/// and no more, so many of them fit a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Up(pub u32);

impl Up {
    /// An entry or assignment is scoped to the node.
    pub(crate) const LISTED: u32 = 1 << 30;

    /// What it lies in, if that is one.
    #[inline]
    pub(crate) const fn one(self) -> Option<u32> {
        if self.0 & ONE == 0 { None } else { Some(self.0 & ScopeCode::MAX_ID) }
    }

    /// The list of what it lies in, if that is not one; the empty list is number 0.
    #[inline]
    pub(crate) const fn list(self) -> u32 {
        if self.0 & ONE == 0 { self.0 & ScopeCode::MAX_ID } else { 0 }
    }

    /// Whether an entry or assignment is scoped to the node.
    #[inline]
    pub(crate) const fn is_listed(self) -> bool {
        self.0 & Up::LISTED != 0
    }
}

/// What stands before the slots of a ledger: a word of these, and the opinions of what has no scope, as in a slot.
///
/// A slot is a scope and its opinions: with `ONE` an opinion, else a list of them; 0 if the slot is free. The slots are a power of two,
/// one of them free, or none; a scope stands in the slot that `LedgerHead::slot` says or, where that is taken, in the next free one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LedgerHead(pub u32);

impl LedgerHead {
    /// There is a scope of one resource without what lies below it.
    pub(crate) const ONLY: u32 = 1 << 5;
    /// There is a scope of a whole type.
    pub(crate) const TYPES: u32 = 1 << 6;
    /// The largest.
    pub(crate) const MAX: u32 = (1 << 7) - 1;

    /// The logarithm of the number of slots; 0: there are none.
    #[inline]
    pub(crate) const fn bits(self) -> u32 {
        self.0 & 31
    }

    /// How many slots there are.
    #[inline]
    pub(crate) const fn slots(self) -> usize {
        match self.bits() {
            0 => 0,
            bits => 1 << bits,
        }
    }

    /// Whether there may be a scope of that sort.
    #[inline]
    pub(crate) const fn has(self, sort: u32) -> bool {
        self.0 & sort != 0
    }

    /// Where a scope stands if nothing else is in its way.
    #[inline]
    pub(crate) const fn slot(self, scope: ScopeCode) -> usize {
        (scope.0.wrapping_mul(0x9e37_79b1) as u64 >> (32 - self.bits())) as usize
    }
}

/// The kinds of names that have a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Privilege,
    Type,
    Role,
    Group,
    User,
    Service,
    /// `type id`, the id of the type as four bytes before the name.
    Node,
    /// The root as one byte before the name.
    Attribute,
}

impl Names {
    pub(crate) const COUNT: usize = Names::ALL.len();
    pub(crate) const ALL: [Names; 8] = [
        Names::Privilege,
        Names::Type,
        Names::Role,
        Names::Group,
        Names::User,
        Names::Service,
        Names::Node,
        Names::Attribute,
    ];
}

/// A scope in one number: 0 everywhere; else the id of a type or node above two bits that say which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ScopeCode(pub u32);

/// What a `ScopeCode` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    Everywhere,
    Type(u32),
    Below(u32),
    Only(u32),
    Invalid,
}

impl ScopeCode {
    pub(crate) const EVERYWHERE: ScopeCode = ScopeCode(0);
    /// Largest id that has a code.
    pub(crate) const MAX_ID: u32 = (1 << 30) - 1;

    pub(crate) const fn of_type(ty: u32) -> ScopeCode {
        ScopeCode(ty << 2 | 1)
    }

    pub(crate) const fn below(node: u32) -> ScopeCode {
        ScopeCode(node << 2 | 2)
    }

    pub(crate) const fn only(node: u32) -> ScopeCode {
        ScopeCode(node << 2 | 3)
    }

    pub(crate) const fn kind(self) -> ScopeKind {
        match (self.0 & 3, self.0 >> 2) {
            (0, 0) => ScopeKind::Everywhere,
            (1, ty) => ScopeKind::Type(ty),
            (2, node) => ScopeKind::Below(node),
            (3, node) => ScopeKind::Only(node),
            _ => ScopeKind::Invalid,
        }
    }
}

/// Default and strategy in one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules(pub u32);

impl Rules {
    /// Bits 0 and 1: the strategy; bit 2: grants; bits 3 and 4: the class; bit 5: only when unlisted.
    pub(crate) const MAX: u32 = 63;

    #[cfg(feature = "compile")]
    pub(crate) fn new(strategy: crate::terms::Strategy, default: crate::terms::DefaultRule) -> Rules {
        use crate::terms::{Class, DefaultRule, Strategy};
        let strategy = match strategy {
            Strategy::DenyOverrides => 0,
            Strategy::GrantOverrides => 1,
            Strategy::Nearest => 2,
            Strategy::MostSpecific => 3,
        };
        let default = match default {
            DefaultRule::Deny => 0,
            DefaultRule::Grant { to, when_unlisted } => {
                let class = match to {
                    Class::Anyone => 0,
                    Class::Authenticated => 1,
                    Class::Anonymous => 2,
                };
                1 << 2 | class << 3 | u32::from(when_unlisted) << 5
            }
        };
        Rules(strategy | default)
    }

    pub(crate) const fn grant_overrides(self) -> bool {
        self.0 & 3 == 1
    }

    pub(crate) const fn by_level(self) -> bool {
        self.0 & 2 == 2
    }

    pub(crate) const fn by_rank(self) -> bool {
        self.0 & 3 == 3
    }

    pub(crate) const fn grants_by_default(self) -> bool {
        self.0 & 4 == 4
    }

    /// 0 anyone, 1 authenticated, 2 anonymous.
    pub(crate) const fn default_class(self) -> u32 {
        self.0 >> 3 & 3
    }

    pub(crate) const fn when_unlisted(self) -> bool {
        self.0 & 32 == 32
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $number:literal)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($variant = $number,)+ }

        impl $name {
            #[inline]
            pub(crate) const fn of(number: u32) -> Option<$name> {
                match number { $($number => Some($name::$variant),)+ _ => None }
            }
        }
    )+};
}

kinds! {
    /// The kinds of formulas.
    FormulaKind { True = 0 And = 1 Or = 2 Not = 3 Test = 4 Privilege = 5 Any = 6 All = 7 }
    /// The kinds of tests.
    TestKind {
        Truth = 0 Has = 1 Equal = 2 NotEqual = 3 Less = 4 LessOrEqual = 5 Greater = 6 GreaterOrEqual = 7 In = 8
        Contains = 9 From = 10 Until = 11
    }
    /// The kinds of values.
    ValueTag {
        Bool = 0 Int = 1 String = 2 Timestamp = 3 Ip = 4 Principal = 5 Group = 6 Set = 7
    }
    /// The kinds of types of values.
    TypeTag {
        Bool = 0 Int = 1 String = 2 Timestamp = 3 Ip = 4 Principal = 5 Enum = 6 Set = 7
    }
}

/// A side of a comparison: an attribute name, the principal, or a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    Attribute(u32),
    Principal,
    Constant(u32),
}

impl Operand {
    pub(crate) const fn of(number: u32) -> Option<Operand> {
        match number & 3 {
            0 => Some(Operand::Attribute(number >> 2)),
            1 if number == 1 => Some(Operand::Principal),
            2 => Some(Operand::Constant(number >> 2)),
            _ => None,
        }
    }

    #[cfg(feature = "compile")]
    pub(crate) const fn code(self) -> u32 {
        match self {
            Operand::Attribute(name) => name << 2,
            Operand::Principal => 1,
            Operand::Constant(constant) => constant << 2 | 2,
        }
    }
}
