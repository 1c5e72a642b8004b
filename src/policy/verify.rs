//! The one check of an artifact: every invariant of the layout, so that reading never misses.
//!
//! Enters: a policy whose header and checksum fit. Leaves: nothing, or which part contradicts the layout. The checksum
//! guards against damage, not against malice: this does.

use super::layout::{
    Attribute, AttributeName, Constant, Entry, Formula, FormulaKind, Holder, Holding, LISTED, LedgerHead,
    MAX_FORMULA_DEPTH, MORE, Meta, NameSlot, NameTable, Names, Node, ONE, Operand, Opinion, Place, Privilege,
    Record, RowHead, Rules, SPARSE, ScopeCode, ScopeKind, Section, SourceEntry, Test, TestKind, Title, Type,
    TypeTag, Up, ValueTag, ValueType,
};
use super::lists::Lists;
use super::read::places;
use super::width::too_wide;
use super::{LoadError, Policy};
use std::collections::{HashMap, HashSet};

/// Steps that deciding one formula may take.
const MAX_FORMULA_SIZE: u64 = 1 << 20;

type Checked = Result<(), LoadError>;

fn ensure(holds: bool, what: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(LoadError::Invalid(what)) }
}

pub(super) fn verify(policy: &Policy) -> Checked {
    let checker = Checker::new(policy)?;
    checker.strings(Section::Strings, Section::StringBounds, "strings")?;
    checker.strings(Section::DebugStrings, Section::DebugStringBounds, "debug strings")?;
    checker.types()?;
    checker.attributes()?;
    checker.constants()?;
    let plain = checker.formulas()?;
    checker.privileges()?;
    let mut values = HashSet::new();
    checker.nodes(&mut values)?;
    checker.holders(&plain, &mut values)?;
    checker.ledgers()?;
    checker.names()?;
    checker.debug()?;
    match too_wide(policy) {
        None => Ok(()),
        Some(_) => Err(LoadError::Invalid("requirements")),
    }
}

/// What a formula, or all formulas of a list, come to.
#[derive(Clone, Copy, Default)]
struct Shape {
    depth: u32,
    size: u64,
    /// Whether a privilege is named.
    names: bool,
}

impl Shape {
    fn with(self, other: Shape) -> Shape {
        Shape {
            depth: self.depth.max(other.depth),
            size: self.size + other.size,
            names: self.names || other.names,
        }
    }
}

struct Checker<'a> {
    policy: &'a Policy,
    lists: Lists,
    strings: u32,
    types: u32,
    attribute_names: u32,
    privileges: u32,
    /// Where rows begin.
    rows: Vec<bool>,
    formulas: u32,
    tests: u32,
    constants: u32,
    nodes: u32,
}

impl<'a> Checker<'a> {
    fn new(policy: &'a Policy) -> Result<Checker<'a>, LoadError> {
        checked_words(policy, Section::Lists)?;
        let privileges = checked_count::<Privilege>(policy)?;
        let checker = Checker {
            policy,
            lists: Lists::of(policy, Section::Lists).ok_or(LoadError::Invalid("lists"))?,
            strings: checked_words(policy, Section::StringBounds)?.saturating_sub(1),
            types: checked_count::<Type>(policy)?,
            attribute_names: checked_count::<AttributeName>(policy)?,
            privileges,
            rows: Checker::rows(policy, privileges)?,
            formulas: checked_count::<Formula>(policy)?,
            tests: checked_count::<Test>(policy)?,
            constants: checked_count::<Constant>(policy)?,
            nodes: checked_count::<Node>(policy)?,
        };
        let meta: Meta = policy.record(0);
        ensure(checked_count::<Meta>(policy)? == 1, "counts")?;
        ensure(checker.lists.begins(0) && policy.list(0).is_empty(), "lists")?;
        ensure(meta.name <= checker.strings && meta.rules <= Rules::MAX, "its header")?;
        ensure(checker.nodes <= ScopeCode::MAX_ID && checker.types <= ScopeCode::MAX_ID, "counts")?;
        Ok(checker)
    }

    fn strings(&self, bytes: Section, bounds: Section, what: &'static str) -> Checked {
        let blob = self.policy.section(bytes);
        let text = std::str::from_utf8(blob).map_err(|_| LoadError::Invalid(what))?;
        checked_words(self.policy, bounds)?;
        let mut bounds = self.policy.words(bounds);
        let mut before = bounds.next().unwrap_or(0);
        ensure(before == 0, what)?;
        for bound in bounds {
            ensure(bound >= before && text.is_char_boundary(bound as usize), what)?;
            before = bound;
        }
        ensure(before as usize == blob.len(), what)
    }

    /// The records `start..end`.
    fn records<R: Record>(&self, start: u32, end: u32) -> impl Iterator<Item = R> {
        self.policy.records::<R>(start, end).map(R::read)
    }

    fn string(&self, at: u32, what: &'static str) -> Checked {
        ensure(at < self.strings, what)
    }

    /// A list whose elements are all below `limit`.
    fn list(&self, at: u32, limit: u32, what: &'static str) -> Checked {
        ensure(self.lists.below(at, limit), what)
    }

    fn types(&self) -> Checked {
        for at in 0..self.types {
            let ty: Type = self.policy.record(at);
            self.string(ty.name, "types")?;
            self.list(ty.parents, self.types, "types")?;
            ensure(ty.by_path <= 1 && ty.rules <= Rules::MAX, "types")?;
        }
        Ok(())
    }

    fn attributes(&self) -> Checked {
        let value_types = checked_count::<ValueType>(self.policy)?;
        for at in 0..value_types {
            let ValueType { kind, of } = self.policy.record(at);
            match TypeTag::of(kind) {
                None => return Err(LoadError::Invalid("types of values")),
                Some(TypeTag::Enum) => self.list(of, self.strings, "types of values")?,
                Some(TypeTag::Set) => {
                    let element: ValueType = self.policy.record(of);
                    ensure(of < at && element.kind != TypeTag::Set as u32, "types of values")?;
                }
                Some(_) => {}
            }
        }
        for at in 0..self.attribute_names {
            let AttributeName { root, name } = self.policy.record(at);
            ensure(root <= 2, "attribute names")?;
            self.string(name, "attribute names")?;
        }
        let mut before = None;
        for at in 0..checked_count::<Attribute>(self.policy)? {
            let Attribute { name, ty, value_type } = self.policy.record(at);
            ensure(
                name < self.attribute_names && ty <= self.types && value_type < value_types,
                "attributes",
            )?;
            ensure(before < Some((name, ty)), "attributes")?;
            before = Some((name, ty));
        }
        Ok(())
    }

    fn constants(&self) -> Checked {
        let mut sets = HashSet::new();
        for at in 0..self.constants {
            let constant: Constant = self.policy.record(at);
            match ValueTag::of(constant.kind) {
                None => return Err(LoadError::Invalid("constants")),
                Some(ValueTag::String | ValueTag::Group) => self.string(constant.a, "constants")?,
                Some(ValueTag::Principal) => {
                    self.string(constant.a, "constants")?;
                    ensure(constant.b <= 1, "constants")?;
                }
                Some(ValueTag::Ip) => {
                    let width = if constant.e >> 8 == 0 { 32 } else { 128 };
                    ensure(constant.e >> 8 <= 1 && constant.e & 255 <= width, "constants")?;
                }
                Some(ValueTag::Set) => {
                    self.list(constant.a, at, "constants")?;
                    let plain = |element: u32| {
                        let element: Constant = self.policy.record(element);
                        element.kind != ValueTag::Set as u32
                    };
                    let once = sets.insert(constant.a);
                    ensure(!once || self.policy.list(constant.a).iter().all(plain), "constants")?;
                }
                Some(ValueTag::Bool | ValueTag::Int | ValueTag::Timestamp) => {}
            }
        }
        for at in 0..self.tests {
            let Test { kind, left, right } = self.policy.record(at);
            let holds = match TestKind::of(kind) {
                None => false,
                Some(TestKind::Truth | TestKind::Has) => left < self.attribute_names,
                Some(TestKind::From | TestKind::Until) => {
                    let constant: Constant = self.policy.record(left);
                    left < self.constants && constant.kind == ValueTag::Timestamp as u32
                }
                Some(_) => self.operand(left) && self.operand(right),
            };
            ensure(holds, "tests")?;
        }
        Ok(())
    }

    fn operand(&self, number: u32) -> bool {
        match Operand::of(number) {
            None => false,
            Some(Operand::Principal) => true,
            Some(Operand::Attribute(name)) => name < self.attribute_names,
            Some(Operand::Constant(constant)) => constant < self.constants,
        }
    }

    /// Leaves for each formula whether it names no privilege.
    fn formulas(&self) -> Result<Vec<bool>, LoadError> {
        let root: Formula = self.policy.record(0);
        ensure(self.formulas > 0 && root.kind == FormulaKind::True as u32, "formulas")?;
        let mut shapes: Vec<Shape> = Vec::with_capacity(self.formulas as usize);
        // Lists are shared; each is added up once.
        let mut of_lists: HashMap<u32, Shape> = HashMap::new();
        for at in 0..self.formulas {
            let Formula { kind, of } = self.policy.record(at);
            let shape = |child: u32| shapes.get(child as usize).copied().unwrap_or_default();
            let inner = match FormulaKind::of(kind) {
                None => return Err(LoadError::Invalid("formulas")),
                Some(FormulaKind::True) => Shape::default(),
                Some(FormulaKind::And | FormulaKind::Or) => {
                    self.list(of, at, "formulas")?;
                    let parts = self.policy.list(of).iter();
                    *of_lists
                        .entry(of)
                        .or_insert_with(|| parts.fold(Shape::default(), |all, part| all.with(shape(part))))
                }
                Some(FormulaKind::Not) => {
                    ensure(of < at, "formulas")?;
                    shape(of)
                }
                Some(FormulaKind::Test) => {
                    ensure(of < self.tests, "formulas")?;
                    Shape::default()
                }
                Some(FormulaKind::Privilege) => {
                    ensure(of < self.privileges, "formulas")?;
                    Shape { names: true, ..Shape::default() }
                }
                Some(FormulaKind::Any | FormulaKind::All) => {
                    self.list(of, self.privileges, "formulas")?;
                    Shape { names: true, ..Shape::default() }
                }
            };
            let shape = Shape { depth: inner.depth + 1, size: inner.size + 1, ..inner };
            ensure(shape.depth <= MAX_FORMULA_DEPTH && shape.size <= MAX_FORMULA_SIZE, "formulas")?;
            shapes.push(shape);
        }
        Ok(shapes.iter().map(|shape| !shape.names).collect())
    }

    fn privileges(&self) -> Checked {
        for privilege in self.records::<Privilege>(0, self.privileges) {
            self.list(privilege.on, self.types, "privileges")?;
            self.list(privilege.includes, self.privileges, "privileges")?;
            ensure(privilege.requires < self.formulas, "privileges")?;
        }
        Ok(())
    }

    /// Leaves where rows begin, by position.
    fn rows(policy: &Policy, privileges: u32) -> Result<Vec<bool>, LoadError> {
        let bytes = policy.section(Section::Rows).len();
        let width = u64::from(privileges.div_ceil(64));
        ensure(bytes.is_multiple_of(8), "rows")?;
        let mut begins = vec![false; bytes / 8];
        let mut at = 0;
        while let Some(begin) = begins.get_mut(at) {
            *begin = true;
            let place = u32::try_from(at).map_err(|_| LoadError::Invalid("rows"))?;
            let (head, behind) = policy.row(place).ok_or(LoadError::Invalid("rows"))?;
            ensure(behind.len() / 8 >= head.length(), "rows")?;
            ensure(at > 0 || head == RowHead::default(), "rows")?;
            if head.words & SPARSE == 0 {
                ensure(u64::from(head.first) + u64::from(head.words) <= width, "rows")?;
            } else {
                let places = places(behind, head.words);
                let place = |bytes: &[u8; 2]| u16::from_le_bytes(*bytes);
                let last = u64::from(head.first) * 64 + u64::from(places.last().map_or(0, place));
                ensure(last < width * 64, "rows")?;
                ensure(places.is_sorted_by(|a, b| place(a) < place(b)), "rows")?;
            }
            at += 1 + head.length();
        }
        ensure(at > 0, "rows")?;
        Ok(begins)
    }

    /// Whether a row begins there.
    fn row(&self, at: u32) -> bool {
        self.rows.get(at as usize).is_some_and(|&begins| begins)
    }

    /// A list of names and constants; `known` are those that were looked at.
    fn attribute_values(&self, at: u32, known: &mut HashSet<u32>, what: &'static str) -> Checked {
        ensure(self.lists.begins(at), what)?;
        // Most have none: the empty list is number 0.
        if at == 0 || !known.insert(at) {
            return Ok(());
        }
        let list = self.policy.list(at);
        let mut pairs = list.pairs();
        ensure(list.len().is_multiple_of(2), what)?;
        ensure(pairs.all(|(name, constant)| name < self.attribute_names && constant < self.constants), what)
    }

    fn nodes(&self, values: &mut HashSet<u32>) -> Checked {
        for node in self.records::<Node>(0, self.nodes) {
            self.string(node.id, "resources")?;
            self.attribute_values(node.attributes, values, "resources")?;
        }
        let mut first = 0;
        for at in 0..self.types {
            let Type { nodes, nodes_end, .. } = self.policy.record(at);
            ensure(nodes == first && nodes_end >= nodes && nodes_end <= self.nodes, "resources")?;
            ensure(self.records::<Node>(nodes, nodes_end).all(|node| node.ty == at), "resources")?;
            first = nodes_end;
        }
        ensure(first == self.nodes, "resources")?;
        ensure(checked_words(self.policy, Section::Parents)? == self.nodes, "resources")?;
        for up in self.policy.words(Section::Parents).map(Up) {
            let one = up.one().is_none_or(|node| node < self.nodes);
            ensure(one && (up.list() == 0 || self.lists.below(up.list(), self.nodes)), "resources")?;
        }
        Ok(())
    }

    fn scope(&self, code: u32) -> bool {
        match ScopeCode(code).kind() {
            ScopeKind::Everywhere => true,
            ScopeKind::Type(ty) => ty < self.types,
            ScopeKind::Below(node) | ScopeKind::Only(node) => node < self.nodes,
            ScopeKind::Invalid => false,
        }
    }

    /// `plain`: which formulas name no privilege, as those of conditions must not.
    fn holders(&self, plain: &[bool], values: &mut HashSet<u32>) -> Checked {
        let counts = self.policy.counts();
        let expected = [counts.users, counts.services, counts.groups, counts.roles, 3].into_iter();
        let expected: u64 = expected.map(u64::from).sum();
        let holders = checked_count::<Holder>(self.policy)?;
        ensure(u64::from(holders) == expected, "counts")?;
        // A name for each of them but the classes, and for each privilege.
        let names = expected - 3 + u64::from(self.privileges);
        ensure(names <= u64::from(self.strings), "strings")?;
        let profiles = self.policy.record::<Meta>(0).profiles;
        let numbered = checked_words(self.policy, Section::Profiles)?;
        ensure(u64::from(numbered) == u64::from(counts.users) + u64::from(counts.services), "profiles")?;
        let largest = self.policy.words(Section::Profiles).max().unwrap_or(0);
        ensure(largest <= profiles, "profiles")?;
        let all = (checked_count::<Entry>(self.policy)?, checked_count::<Holding>(self.policy)?);
        let (mut entries, mut holdings) = (0, 0);
        // Where those of a holder begin.
        let mut begins = (vec![false; all.0 as usize], vec![false; all.1 as usize]);
        for holder in self.records::<Holder>(0, holders) {
            // Each has its own, one behind the other.
            let follows = holder.entries == entries && holder.holdings == holdings;
            let ends = holder.entries_end >= entries && holder.holdings_end >= holdings;
            begins.0.get_mut(entries as usize).into_iter().for_each(|begins| *begins = true);
            begins.1.get_mut(holdings as usize).into_iter().for_each(|begins| *begins = true);
            (entries, holdings) = (holder.entries_end, holder.holdings_end);
            ensure(follows && ends && entries <= all.0 && holdings <= all.1, "holders")?;
            // Most have none of either: the empty list is number 0.
            if holder.groups != 0 || holder.attributes != 0 {
                self.list(holder.groups, counts.groups, "holders")?;
                self.attribute_values(holder.attributes, values, "holders")?;
            }
        }
        ensure(entries == all.0 && self.entries(&begins.0, plain), "entries")?;
        ensure(holdings == all.1 && self.holdings(&begins.1, plain), "assignments")
    }

    /// All entries at once: most holders have none or one, and counting so few takes longer than looking at them. `begins`: which
    /// are the first of a holder; the others stand in the order of their scopes.
    fn entries(&self, begins: &[bool], plain: &[bool]) -> bool {
        let mut before = 0;
        self.records::<Entry>(0, self.policy.count::<Entry>()).zip(begins).all(|(entry, &begins)| {
            let follows = begins | (entry.scope >= before);
            before = entry.scope;
            let rows = [entry.grant, entry.deny, entry.bypass];
            follows
                && rows.into_iter().all(|row| self.row(row))
                && self.scope(entry.scope)
                && is_plain(plain, entry.condition)
        })
    }

    /// As [`Checker::entries`].
    fn holdings(&self, begins: &[bool], plain: &[bool]) -> bool {
        let (roles, mut before, mut known) = (self.policy.counts().roles, 0, HashSet::new());
        self.records::<Holding>(0, self.policy.count::<Holding>()).zip(begins).all(|(holding, &begins)| {
            let follows = begins | (holding.scope >= before);
            before = holding.scope;
            follows
                && holding.role < roles
                && self.scope(holding.scope)
                && is_plain(plain, holding.condition)
                && (holding.scopes == 0 || self.more_scopes(holding.scopes, &mut known))
        })
    }

    /// Ledgers stand one behind the other, each with a free slot so that a search in it ends, and holders refer to their beginnings.
    fn ledgers(&self) -> Checked {
        let opinions = checked_count::<Opinion>(self.policy)?;
        for Opinion { grant, deny, bypass, rank } in self.records::<Opinion>(0, opinions) {
            let rows = [grant, deny, bypass].into_iter().all(|row| self.row(row));
            ensure(rows && rank & !MORE <= 3, "opinions")?;
        }
        let is_code = |code: u32| match code {
            0 => true,
            one if one & ONE != 0 => one & !ONE < opinions,
            list => self.lists.below(list, opinions),
        };
        let length = checked_words(self.policy, Section::Ledgers)?;
        let mut begins = vec![false; length as usize];
        let mut at = 1;
        while at < length {
            let ledger = self.policy.ledger_at(at).ok_or(LoadError::Invalid("ledgers"))?;
            begins.get_mut(at as usize).into_iter().for_each(|begins| *begins = true);
            let (mut count, mut free) = (0, 0);
            for (scope, code) in ledger.slots() {
                (count, free) = (count + 1, free + u32::from(code == 0));
                ensure(is_code(code) && self.scope(scope.0), "ledgers")?;
            }
            ensure(is_code(ledger.everywhere()) && (count == 0 || free > 0), "ledgers")?;
            ensure(ledger.head().0 <= LedgerHead::MAX, "ledgers")?;
            at = at.saturating_add(2).saturating_add(2 * count);
        }
        let of = checked_words(self.policy, Section::LedgerOf)?;
        ensure(of == self.policy.count::<Holder>(), "ledgers")?;
        let begins = |place: u32| place == 0 || begins.get(place as usize).is_some_and(|&begins| begins);
        ensure(self.policy.words(Section::LedgerOf).all(begins), "ledgers")
    }

    /// A list of scopes; `known` are those that were looked at.
    fn more_scopes(&self, at: u32, known: &mut HashSet<u32>) -> bool {
        let scopes = || self.policy.list(at).iter();
        !known.insert(at) || self.lists.begins(at) && scopes().all(|code| self.scope(code))
    }

    fn names(&self) -> Checked {
        let counts = self.policy.counts();
        let slots = checked_count::<NameSlot>(self.policy)?;
        let tables = checked_count::<NameTable>(self.policy)?;
        ensure(tables as usize == Names::ALL.len(), "name tables")?;
        for kind in Names::ALL {
            let ids = match kind {
                Names::Privilege => self.privileges,
                Names::Type => self.types,
                Names::Role => counts.roles,
                Names::Group => counts.groups,
                Names::User => counts.users,
                Names::Service => counts.services,
                Names::Node => self.nodes,
                Names::Attribute => self.attribute_names,
            };
            let table: NameTable = self.policy.record(kind as u32);
            let end = table.start.checked_add(table.slots).ok_or(LoadError::Invalid("name tables"))?;
            ensure(end <= slots && (table.slots == 0 || table.slots.is_power_of_two()), "name tables")?;
            let (mut used, mut largest) = (0, 0);
            for slot in self.records::<NameSlot>(table.start, end) {
                largest = largest.max(slot.id);
                used += u32::from(slot.id != 0);
            }
            ensure(largest <= ids, "name tables")?;
            ensure(used == ids && (used < table.slots || used == 0), "name tables")?;
        }
        Ok(())
    }

    fn debug(&self) -> Checked {
        let fits = |count: u32, of: u32| count == 0 || count == of;
        let titles = checked_count::<Title>(self.policy)?;
        let entries = checked_words(self.policy, Section::DebugEntries)?;
        let holdings = checked_count::<Place>(self.policy)?;
        let sources = checked_count::<SourceEntry>(self.policy)?;
        checked_count::<super::layout::Edge>(self.policy)?;
        ensure(fits(titles, self.privileges), "debug information")?;
        ensure(fits(entries, self.policy.count::<Entry>()), "debug information")?;
        ensure(fits(holdings, self.policy.count::<Holding>()), "debug information")?;
        checked_words(self.policy, Section::DebugLists)?;
        let lists = Lists::of(self.policy, Section::DebugLists);
        let lists = lists.ok_or(LoadError::Invalid("debug information"))?;
        let mut of_sources = self.records::<SourceEntry>(0, sources).map(|entry| entry.privileges);
        let of_source = |at: u32| if at & LISTED != 0 { lists.begins(at & !LISTED) } else { self.row(at) };
        ensure(of_sources.all(of_source), "debug information")?;
        let mut of_entries = self.policy.words(Section::DebugEntries);
        ensure(of_entries.all(|list| lists.begins(list)), "debug information")
    }
}

fn is_plain(plain: &[bool], formula: u32) -> bool {
    plain.get(formula as usize).is_some_and(|&plain| plain)
}

fn checked_count<R: Record>(policy: &Policy) -> Result<u32, LoadError> {
    whole(policy, R::SECTION, R::BYTES)
}

/// How many u32 a section of them has.
fn checked_words(policy: &Policy, section: Section) -> Result<u32, LoadError> {
    whole(policy, section, 4)
}

fn whole(policy: &Policy, section: Section, bytes: usize) -> Result<u32, LoadError> {
    let length = policy.section(section).len();
    ensure(length.is_multiple_of(bytes), "the length of a section")?;
    let count = u32::try_from(length / bytes).unwrap_or(u32::MAX);
    ensure(count < u32::MAX, "counts")?;
    Ok(count)
}
