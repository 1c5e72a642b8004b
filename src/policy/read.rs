//! Reading an artifact in place. Every access is checked; what `verify` has seen never misses.

use super::layout::{
    Attribute, AttributeName, Edge, HEADER, Holder, MAGIC, MEMO, Meta, NameSlot, NameTable, Names, Node,
    Privilege, Record, RowHead, SPARSE, Section, Type, TypeTag, Up, VERSION, ValueType,
};
use super::{Counts, LoadError, Policy};
use crate::evaluate::{Decision, Memo, ValueKind};
use crate::terms::AttributeRoot;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// A list of u32 in place.
#[derive(Clone, Copy)]
pub(crate) struct List<'a>(&'a [u8]);

impl<'a> List<'a> {
    #[inline]
    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = u32> + Clone + 'a {
        self.0.chunks_exact(4).map(word)
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        self.0.len() / 4
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// As pairs.
    #[inline]
    pub(crate) fn pairs(self) -> impl Iterator<Item = (u32, u32)> + 'a {
        self.0.chunks_exact(8).map(|pair| {
            let (a, b) = pair.split_at(4);
            (word(a), word(b))
        })
    }
}

#[inline]
fn word(bytes: &[u8]) -> u32 {
    match bytes {
        [a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]),
        _ => 0,
    }
}

/// The places of the bits of a sparse row, two bytes each.
#[inline]
pub(super) fn places(behind: &[u8], words: u32) -> &[[u8; 2]] {
    let bytes = (words & !SPARSE) as usize * 2;
    behind.get(..bytes).unwrap_or_default().as_chunks().0
}

/// Whether two names are the same. Names are short, and eight bytes at a time are there before a call has begun.
#[inline]
fn is_same(known: &[u8], name: &[u8]) -> bool {
    if known.len() != name.len() {
        return false;
    }
    let (Some(last), Some(last_of_name)) = (known.last_chunk::<8>(), name.last_chunk()) else {
        return known == name;
    };
    let mut words = known.as_chunks::<8>().0.iter().zip(name.as_chunks().0);
    last == last_of_name && words.all(|(a, b)| a == b)
}

/// The hash of a name in a table; `prefix` tells apart names that are the same in different places.
#[inline]
pub(crate) fn name_hash(prefix: &[u8], name: &str) -> u64 {
    if prefix.is_empty() {
        return xxh3_64(name.as_bytes());
    }
    let seed = prefix.iter().fold(prefix.len() as u64, |seed, &byte| seed << 8 | u64::from(byte));
    xxhash_rust::xxh3::xxh3_64_with_seed(name.as_bytes(), seed)
}

impl Policy {
    /// Finds the sections of an artifact, checks header and checksum, and nothing else.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Policy, LoadError> {
        if bytes.get(..8).is_none_or(|magic| magic != MAGIC) {
            let short = bytes.len() < 8 && MAGIC.starts_with(&bytes) && !bytes.is_empty();
            return Err(if short { LoadError::Truncated } else { LoadError::NotAnArtifact });
        }
        let word_at = |at: usize| bytes.get(at..at + 4).map(word).ok_or(LoadError::Truncated);
        let long_at = |at: usize| Ok(u64::from(word_at(at)?) | u64::from(word_at(at + 4)?) << 32);
        let found = word_at(8)?;
        if found != VERSION {
            return Err(LoadError::Version { found, supported: VERSION });
        }
        let (count, length, checksum) = (word_at(12)?, long_at(16)?, long_at(24)?);
        match length.cmp(&(bytes.len() as u64)) {
            std::cmp::Ordering::Greater => return Err(LoadError::Truncated),
            std::cmp::Ordering::Less => return Err(LoadError::Invalid("bytes behind its end")),
            std::cmp::Ordering::Equal => {}
        }
        if xxh3_64(bytes.get(HEADER..).unwrap_or_default()) != checksum {
            return Err(LoadError::Checksum);
        }
        if count as usize != Section::COUNT {
            return Err(LoadError::Invalid("the number of its sections"));
        }
        let mut sections = [(0, 0); Section::COUNT];
        let mut end = HEADER + 8 * Section::COUNT;
        for (at, section) in sections.iter_mut().enumerate() {
            let start = word_at(HEADER + 8 * at)? as usize;
            let length = word_at(HEADER + 8 * at + 4)? as usize;
            if start != end || bytes.len() - start.min(bytes.len()) < length {
                return Err(LoadError::Invalid("the place of a section"));
            }
            *section = (start, start + length);
            end = start + length.next_multiple_of(8);
        }
        if end != bytes.len() {
            return Err(LoadError::Invalid("its length"));
        }
        let mut policy = Policy { bytes, sections, ..Policy::default() };
        let slots = policy.sections.get(Section::NameSlots as usize).copied().unwrap_or_default();
        for kind in Names::ALL {
            let table: NameTable = policy.record(kind as u32);
            let start = slots.0.saturating_add((table.start as usize).saturating_mul(NameSlot::BYTES));
            let end = start.saturating_add((table.slots as usize).saturating_mul(NameSlot::BYTES));
            policy.tables[kind as usize] = (start, end.min(slots.1));
        }
        let meta: Meta = policy.record(0);
        let Meta { users, services, groups, roles, rules, profiles, .. } = meta;
        let privileges = policy.count::<Privilege>();
        policy.counts = Counts { users, services, groups, roles, rules, privileges };
        policy.classes = [0, 1, 2].map(|class: u32| {
            let first = users.saturating_add(services).saturating_add(groups).saturating_add(roles);
            let holder: Holder = policy.record(first.saturating_add(class));
            holder.entries < holder.entries_end || holder.holdings < holder.holdings_end
        });
        // Two more: whoever the policy does not know, with an identity and without.
        let places = (profiles as usize).saturating_add(2).saturating_mul(privileges as usize);
        policy.memo = Arc::new(Memo::new(if places <= MEMO { places } else { 0 }));
        Ok(policy)
    }

    /// The bytes of a section.
    #[inline]
    pub(crate) fn section(&self, section: Section) -> &[u8] {
        let (start, end) = self.sections[section as usize];
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// A record; all zero when there is none of that number.
    #[inline]
    pub(crate) fn record<R: Record>(&self, at: u32) -> R {
        let start = (at as usize).saturating_mul(R::BYTES);
        let bytes = self.section(R::SECTION).get(start..start.saturating_add(R::BYTES));
        bytes.map_or_else(R::default, R::read)
    }

    /// The bytes of the records `start..end`, each by itself.
    #[inline]
    pub(crate) fn records<R: Record>(&self, start: u32, end: u32) -> impl Iterator<Item = &[u8]> {
        let (start, end) =
            ((start as usize).saturating_mul(R::BYTES), (end as usize).saturating_mul(R::BYTES));
        self.section(R::SECTION).get(start..end).unwrap_or_default().chunks_exact(R::BYTES)
    }

    /// The words of a section of them.
    pub(super) fn words(&self, section: Section) -> impl Iterator<Item = u32> {
        List(self.section(section)).iter()
    }

    /// How many records of a kind there are.
    #[inline]
    pub(crate) fn count<R: Record>(&self) -> u32 {
        u32::try_from(self.section(R::SECTION).len() / R::BYTES).unwrap_or(u32::MAX)
    }

    /// A u32 of a section of them.
    #[inline]
    pub(crate) fn word(&self, section: Section, at: u32) -> u32 {
        let start = (at as usize).saturating_mul(4);
        self.section(section).get(start..start.saturating_add(4)).map_or(0, word)
    }

    /// The list at a position.
    #[inline]
    pub(crate) fn list(&self, at: u32) -> List<'_> {
        self.list_in(Section::Lists, at)
    }

    /// What a node lies in, and whether something is scoped to it.
    #[inline]
    pub(crate) fn up(&self, node: u32) -> Up {
        Up(self.word(Section::Parents, node))
    }

    /// What a node lies in.
    #[inline]
    pub(crate) fn parents(&self, node: u32) -> impl Iterator<Item = u32> + Clone + '_ {
        let up = self.up(node);
        let list = if up.list() == 0 { List(&[]) } else { self.list(up.list()) };
        up.one().into_iter().chain(list.iter())
    }

    /// The list at a position of a section of lists.
    #[inline]
    pub(crate) fn list_in(&self, section: Section, at: u32) -> List<'_> {
        let start = (at as usize).saturating_mul(4).saturating_add(4);
        let length = (self.word(section, at) as usize).saturating_mul(4);
        List(self.section(section).get(start..start.saturating_add(length)).unwrap_or_default())
    }

    /// A string.
    #[inline]
    pub(crate) fn string(&self, at: u32) -> &str {
        std::str::from_utf8(self.string_bytes(Section::Strings, Section::StringBounds, at))
            .unwrap_or_default()
    }

    /// A string of the debug sections.
    pub(crate) fn debug_string(&self, at: u32) -> &str {
        let text = self.string_bytes(Section::DebugStrings, Section::DebugStringBounds, at);
        std::str::from_utf8(text).unwrap_or_default()
    }

    /// The bytes of a string.
    #[inline]
    fn string_bytes(&self, bytes: Section, bounds: Section, at: u32) -> &[u8] {
        let at = (at as usize).saturating_mul(4);
        let Some(bounds) = self.section(bounds).get(at..at.saturating_add(8)) else { return &[] };
        let (start, end) = bounds.split_at(4);
        self.section(bytes).get(word(start) as usize..word(end) as usize).unwrap_or_default()
    }

    /// A row: its head, and all that stands behind it.
    #[inline]
    pub(crate) fn row(&self, at: u32) -> Option<(RowHead, &[u8])> {
        let rows = self.section(Section::Rows).get((at as usize).saturating_mul(8)..)?;
        let (head, behind) = rows.split_first_chunk()?;
        Some((RowHead::from(u64::from_le_bytes(*head)), behind))
    }

    /// Whether a row has a bit.
    #[inline]
    pub(crate) fn bit(&self, row: u32, privilege: u32) -> bool {
        if row == 0 {
            return false;
        }
        let Some((RowHead { first, words }, behind)) = self.row(row) else { return false };
        let at = (privilege / 64).wrapping_sub(first);
        if at >= words {
            return false;
        }
        if words & SPARSE != 0 {
            let place = privilege.wrapping_sub(first.wrapping_mul(64));
            let found = |found: &[u8; 2]| u32::from(u16::from_le_bytes(*found)).cmp(&place);
            return places(behind, words).binary_search_by(found).is_ok();
        }
        let byte = at as usize * 8 + (privilege as usize % 64) / 8;
        behind.get(byte).is_some_and(|bits| bits >> (privilege % 8) & 1 == 1)
    }

    /// The privileges of a row, ascending.
    #[cfg(feature = "compile")]
    pub(crate) fn bits(&self, row: u32) -> Vec<u32> {
        let Some((RowHead { first, words }, behind)) = self.row(row) else { return Vec::new() };
        if words & SPARSE != 0 {
            let place = |place: &[u8; 2]| first * 64 + u32::from(u16::from_le_bytes(*place));
            return places(behind, words).iter().map(place).collect();
        }
        let mut bits = Vec::new();
        for (word, bytes) in (0..words).zip(behind.as_chunks().0) {
            let mut left = u64::from_le_bytes(*bytes);
            while left != 0 {
                bits.push((first + word) * 64 + left.trailing_zeros());
                left &= left - 1;
            }
        }
        bits
    }

    /// The memberships and inheritances of a holder; they are sorted by it.
    pub(crate) fn edges(&self, from: u32) -> impl Iterator<Item = Edge> + '_ {
        let (mut low, mut high) = (0, self.count::<Edge>());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.record::<Edge>(middle).from < from { low = middle + 1 } else { high = middle }
        }
        (low..self.count::<Edge>()).map(|at| self.record(at)).take_while(move |edge: &Edge| edge.from == from)
    }

    /// Whether something is written for a class: 0 anyone, 1 authenticated, 2 anonymous.
    #[inline]
    pub(crate) fn has_class(&self, class: u32) -> bool {
        self.classes.get(class as usize).is_some_and(|&speaks| speaks)
    }

    /// Where decisions without a resource are remembered for somebody who brings nothing: a user or service, or whoever is
    /// not known.
    #[inline]
    pub(crate) fn profile_of(&self, holder: Option<u32>, anonymous: bool) -> u32 {
        match holder {
            // Nothing is remembered, so nobody has to wait for the number of a profile.
            _ if self.memo.is_empty() => u32::MAX,
            Some(holder) => match self.word(Section::Profiles, holder) {
                0 => u32::MAX,
                profile => profile.saturating_add(1),
            },
            None => u32::from(anonymous),
        }
    }

    /// A decision that was taken before.
    #[inline]
    pub(crate) fn known(&self, profile: u32, privilege: u32) -> Option<Decision> {
        self.memo.get(self.remembered_at(profile, privilege)?)
    }

    /// Remembers a decision that is the same for everybody with the profile, whatever the values and the time.
    pub(crate) fn keep(&self, profile: u32, privilege: u32, decision: Decision) {
        if let Some(at) = self.remembered_at(profile, privilege) {
            self.memo.put(at, decision);
        }
    }

    #[inline]
    fn remembered_at(&self, profile: u32, privilege: u32) -> Option<usize> {
        let privileges = self.counts.privileges;
        let at = (profile as usize).checked_mul(privileges as usize)?.checked_add(privilege as usize)?;
        (privilege < privileges).then_some(at)
    }

    /// The id of a name of a kind that has nothing before its names.
    #[inline]
    pub(crate) fn find(&self, kind: Names, name: &str) -> Option<u32> {
        let first = self.first_string(kind);
        self.search(kind, name_hash(&[], name), |id| {
            let known = self.string_bytes(Section::Strings, Section::StringBounds, first.wrapping_add(id));
            is_same(known, name.as_bytes())
        })
    }

    /// The ids of two names. While the memory brings one the other is looked for.
    #[inline]
    pub(crate) fn find_both(
        &self,
        (kind, name): (Names, &str),
        (other_kind, other): (Names, &str),
    ) -> (Option<u32>, Option<u32>) {
        let (hash, other_hash) = (name_hash(&[], name), name_hash(&[], other));
        let (found, other_found) = (self.likely(kind, hash), self.likely(other_kind, other_hash));
        let known = |kind, id: u32| {
            let at = self.first_string(kind).wrapping_add(id);
            self.string_bytes(Section::Strings, Section::StringBounds, at)
        };
        let (known, other_known) =
            (found.map(|id| known(kind, id)), other_found.map(|id| known(other_kind, id)));
        // Another name with the same tag may stand before it.
        let id = |kind, name: &str, found: Option<u32>, known: Option<&[u8]>| match known {
            Some(known) if !is_same(known, name.as_bytes()) => self.find(kind, name),
            _ => found,
        };
        (id(kind, name, found, known), id(other_kind, other, other_found, other_known))
    }

    /// The first id in a name table that has the hash.
    #[inline]
    fn likely(&self, kind: Names, hash: u64) -> Option<u32> {
        self.search(kind, hash, |_| true)
    }

    /// The id of a type.
    pub(crate) fn find_type(&self, name: &str) -> Option<u32> {
        let is_it = |id: u32| self.string(self.record::<Type>(id).name) == name;
        self.search(Names::Type, name_hash(&[], name), is_it)
    }

    /// The resource `ty:id`, if the policy knows it.
    pub(crate) fn find_node(&self, ty: u32, id: &str) -> Option<u32> {
        self.search(Names::Node, name_hash(&ty.to_le_bytes(), id), |at| {
            let node: Node = self.record(at);
            let known = self.string_bytes(Section::Strings, Section::StringBounds, node.id);
            node.ty == ty && is_same(known, id.as_bytes())
        })
    }

    /// What conditions call an attribute.
    pub(crate) fn find_attribute(&self, root: AttributeRoot, name: &str) -> Option<u32> {
        let root = root_number(root);
        self.search(Names::Attribute, name_hash(&[root], name), |id| {
            let known: AttributeName = self.record(id);
            known.root == u32::from(root) && self.string(known.name) == name
        })
    }

    /// Looks in a name table for an id that has the hash and is the one.
    #[inline]
    fn search(&self, kind: Names, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let (start, end) = self.tables.get(kind as usize).copied()?;
        let slots: &[[u8; NameSlot::BYTES]] = self.bytes.get(start..end)?.as_chunks().0;
        let mask = slots.len().checked_sub(1)?;
        let tag = (hash >> 32) as u32;
        for at in hash as u32 as usize.. {
            let slot = NameSlot::read(slots.get(at & mask)?);
            if slot.tag == tag && slot.id != 0 && is_it(slot.id - 1) {
                return Some(slot.id - 1);
            }
            if slot.id == 0 {
                break;
            }
        }
        None
    }

    /// The name of an id of a kind; for groups, roles and services their own number.
    pub(crate) fn name(&self, kind: Names, id: u32) -> &str {
        let string = match kind {
            Names::Type => self.record::<Type>(id).name,
            Names::Node => self.record::<Node>(id).id,
            Names::Attribute => self.record::<AttributeName>(id).name,
            _ => self.first_string(kind).wrapping_add(id),
        };
        self.string(string)
    }

    /// The string of the first name of a kind whose names stand in the order of their ids.
    #[inline]
    fn first_string(&self, kind: Names) -> u32 {
        match kind {
            Names::Privilege => self.counts.first_class(),
            Names::Role => self.counts.first_role(),
            Names::Group => self.counts.first_group(),
            Names::Service => self.counts.users,
            Names::User | Names::Type | Names::Node | Names::Attribute => 0,
        }
    }

    /// The declaration of an attribute for a type (id + 1) or none (0).
    pub(crate) fn attribute_of(&self, name: u32, ty: u32) -> Option<Attribute> {
        let (mut low, mut high) = (0, self.count::<Attribute>());
        while low < high {
            let middle = low + (high - low) / 2;
            let found: Attribute = self.record(middle);
            match (found.name, found.ty).cmp(&(name, ty)) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(found),
            }
        }
        None
    }

    /// A type of values, for callers.
    pub(crate) fn value_kind(&self, at: u32) -> ValueKind {
        let ValueType { kind, of } = self.record(at);
        match TypeTag::of(kind) {
            Some(TypeTag::Bool) | None => ValueKind::Bool,
            Some(TypeTag::Int) => ValueKind::Int,
            Some(TypeTag::String) => ValueKind::String,
            Some(TypeTag::Timestamp) => ValueKind::Timestamp,
            Some(TypeTag::Ip) => ValueKind::Ip,
            Some(TypeTag::Principal) => ValueKind::Principal,
            Some(TypeTag::Enum) => {
                ValueKind::Enum(self.list(of).iter().map(|word| self.string(word).to_owned()).collect())
            }
            // The element stands before its set, so this ends.
            Some(TypeTag::Set) if of < at => ValueKind::Set(Box::new(self.value_kind(of))),
            Some(TypeTag::Set) => ValueKind::Bool,
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }
}

/// The number of a root in an artifact.
pub(crate) fn root_number(root: AttributeRoot) -> u8 {
    match root {
        AttributeRoot::Principal => 0,
        AttributeRoot::Resource => 1,
        AttributeRoot::Context => 2,
    }
}
