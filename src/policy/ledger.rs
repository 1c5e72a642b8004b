//! Reading a ledger in place: what is said of a holder, by scope.

use super::Policy;
use super::layout::{LedgerHead, ScopeCode, Section};

/// What is said of a holder; see `layout`.
#[derive(Clone, Copy)]
pub(crate) struct Ledger<'a> {
    head: LedgerHead,
    everywhere: u32,
    slots: &'a [[u8; 8]],
}

impl Policy {
    /// The ledger of a holder, if it has one.
    #[inline]
    pub(crate) fn ledger(&self, holder: u32) -> Option<Ledger<'_>> {
        match self.word(Section::LedgerOf, holder) {
            0 => None,
            place => self.ledger_at(place),
        }
    }

    /// The ledger at a position, if it is a whole one.
    #[inline]
    pub(super) fn ledger_at(&self, place: u32) -> Option<Ledger<'_>> {
        let words = self.section(Section::Ledgers).get((place as usize).saturating_mul(4)..)?;
        let (first, behind) = words.split_first_chunk::<8>()?;
        let first = u64::from_le_bytes(*first);
        let head = LedgerHead(first as u32);
        let slots = behind.get(..head.slots().checked_mul(8)?)?.as_chunks().0;
        Some(Ledger { head, everywhere: (first >> 32) as u32, slots })
    }
}

impl<'a> Ledger<'a> {
    /// The opinions of what has a scope, as in a slot; 0: nothing is said there.
    #[inline]
    pub(crate) fn find(&self, scope: ScopeCode) -> u32 {
        let mut at = self.head.slot(scope);
        // One slot is free, so this ends.
        while let Some(slot) = self.slots.get(at) {
            let (known, code) = slot_of(slot);
            if known == scope || code == 0 {
                return code;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        0
    }

    /// The opinions of what has no scope.
    #[inline]
    pub(crate) fn everywhere(&self) -> u32 {
        self.everywhere
    }

    /// Whether nothing in it has a scope.
    #[inline]
    pub(crate) fn is_everywhere(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether there is something of one resource without what lies below it.
    #[inline]
    pub(crate) fn has_only(&self) -> bool {
        self.head.has(LedgerHead::ONLY)
    }

    /// Whether there is something of a whole type.
    #[inline]
    pub(crate) fn has_types(&self) -> bool {
        self.head.has(LedgerHead::TYPES)
    }

    /// Its head.
    pub(super) fn head(&self) -> LedgerHead {
        self.head
    }

    /// Scope and opinions of every slot.
    pub(super) fn slots(&self) -> impl Iterator<Item = (ScopeCode, u32)> + 'a {
        self.slots.iter().map(slot_of)
    }
}

#[inline]
fn slot_of(slot: &[u8; 8]) -> (ScopeCode, u32) {
    let slot = u64::from_le_bytes(*slot);
    (ScopeCode(slot as u32), (slot >> 32) as u32)
}
