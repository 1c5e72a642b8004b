//! What somebody has, written so that two policies can be compared word by word.
//!
//! Enters: two policies. Leaves: numbers for scopes, conditions, rows and whatever is made of them: equal numbers mean the
//! same on both sides. An *item* is one folded entry as it reaches somebody, with its rank, all scopes and all conditions on the
//! way, and its three rows. Decides nothing.

use crate::hash::Map;
use crate::policy::Policy;
use crate::policy::layout::{
    AttributeName, Constant, Entry, Formula, FormulaKind, Holder, Holding, Names, Node, Operand, Privilege,
    ScopeCode, ScopeKind, Section, Test, TestKind, ValueTag,
};
use std::rc::Rc;

/// Numbers for lists of numbers and for texts.
#[derive(Default)]
pub(super) struct Pool {
    numbers: Map<Box<[u32]>, u32>,
    lists: Vec<Box<[u32]>>,
    texts: Map<String, u32>,
}

impl Pool {
    pub(super) fn list(&mut self, list: &[u32]) -> u32 {
        if let Some(&known) = self.numbers.get(list) {
            return known;
        }
        let number = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        self.lists.push(list.into());
        self.numbers.insert(list.into(), number);
        number
    }

    pub(super) fn text(&mut self, text: String) -> u32 {
        let next = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        *self.texts.entry(text).or_insert(next)
    }

    pub(super) fn get(&self, number: u32) -> &[u32] {
        self.lists.get(number as usize).map_or(&[], |list| list)
    }
}

/// A folded entry as it reaches somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Item {
    rank: u32,
    /// List of scopes.
    pub scopes: u32,
    /// List of conditions.
    pub conditions: u32,
    /// Lists of privileges.
    pub grant: u32,
    pub deny: u32,
    pub bypass: u32,
}

impl Item {
    /// Where, for whom and when it speaks.
    pub(super) fn key(&self) -> (u32, u32, u32) {
        (self.rank, self.scopes, self.conditions)
    }

    pub(super) fn rows(&self) -> [u32; 3] {
        [self.grant, self.deny, self.bypass]
    }
}

/// One policy, in the numbers of the pool.
pub(super) struct Content<'a> {
    policy: &'a Policy,
    /// The numbers that both sides have for its privileges.
    privileges: Vec<u32>,
    formulas: Vec<u32>,
    rows: Vec<Option<u32>>,
    scopes: Map<u32, u32>,
    holders: Vec<Option<Rc<[Item]>>>,
}

impl<'a> Content<'a> {
    pub(super) fn of(policy: &'a Policy, privileges: Vec<u32>, pool: &mut Pool) -> Content<'a> {
        // The empty list is number 0.
        pool.list(&[]);
        let mut content = Content {
            policy,
            privileges,
            formulas: Vec::new(),
            rows: vec![None; policy.section(Section::Rows).len() / 8],
            scopes: Map::default(),
            holders: vec![None; policy.count::<Holder>() as usize],
        };
        for at in 0..policy.count::<Formula>() {
            let number = content.formula(at, pool);
            content.formulas.push(number);
        }
        content
    }

    /// What a formula says; those before it are known.
    fn formula(&self, at: u32, pool: &mut Pool) -> u32 {
        let Formula { kind, of } = self.policy.record(at);
        let mut parts = match FormulaKind::of(kind) {
            Some(FormulaKind::And | FormulaKind::Or) => {
                self.policy.list(of).iter().map(|part| self.formula_number(part)).collect()
            }
            Some(FormulaKind::Not) => vec![self.formula_number(of)],
            Some(FormulaKind::Test) => vec![pool.text(test_key(self.policy, of))],
            Some(FormulaKind::Privilege) => vec![self.privilege(of)],
            Some(FormulaKind::Any | FormulaKind::All) => {
                self.policy.list(of).iter().map(|privilege| self.privilege(privilege)).collect()
            }
            Some(FormulaKind::True) | None => Vec::new(),
        };
        parts.sort_unstable();
        parts.dedup();
        parts.insert(0, kind);
        pool.list(&parts)
    }

    pub(super) fn formula_number(&self, at: u32) -> u32 {
        self.formulas.get(at as usize).copied().unwrap_or(u32::MAX)
    }

    pub(super) fn privilege(&self, id: u32) -> u32 {
        self.privileges.get(id as usize).copied().unwrap_or(u32::MAX)
    }

    fn row(&mut self, at: u32, pool: &mut Pool) -> u32 {
        if at == 0 {
            return 0;
        }
        if let Some(Some(known)) = self.rows.get(at as usize) {
            return *known;
        }
        let mut row: Vec<u32> = self.policy.bits(at).into_iter().map(|id| self.privilege(id)).collect();
        row.sort_unstable();
        let number = pool.list(&row);
        if let Some(place) = self.rows.get_mut(at as usize) {
            *place = Some(number);
        }
        number
    }

    /// The number of a scope; `None`: everywhere.
    fn scope(&mut self, code: u32, pool: &mut Pool) -> Option<u32> {
        let policy = self.policy;
        let ty = |ty: u32| policy.name(Names::Type, ty);
        let node = |at: u32| (ty(policy.record::<Node>(at).ty), policy.name(Names::Node, at));
        let text = match ScopeCode(code).kind() {
            ScopeKind::Everywhere => return None,
            ScopeKind::Type(at) => type_scope(ty(at)),
            ScopeKind::Below(at) => below_scope(node(at)),
            ScopeKind::Only(at) => only_scope(node(at)),
            ScopeKind::Invalid => String::new(),
        };
        Some(*self.scopes.entry(code).or_insert_with(|| pool.text(text)))
    }

    /// What reaches somebody by a holder that it matches.
    pub(super) fn items(&mut self, number: u32, pool: &mut Pool) -> Rc<[Item]> {
        if let Some(Some(known)) = self.holders.get(number as usize) {
            return Rc::clone(known);
        }
        let counts = self.policy.counts();
        let is_role = (counts.first_role()..counts.first_class()).contains(&number);
        let rank = match number {
            _ if number < counts.first_group() => 0,
            _ if number < counts.first_role() => 1,
            _ if is_role => ROLE,
            _ => 3,
        };
        let mut found = Vec::new();
        let holder: Holder = self.policy.record(number);
        self.entries(holder, rank, &[], pool, &mut found);
        for at in holder.holdings..holder.holdings_end {
            let first: Holding = self.policy.record(at);
            let role: Holder = self.policy.record(counts.first_role() + first.role);
            self.entries(role, ROLE, &[first], pool, &mut found);
            for at in if is_role { 0..0 } else { role.holdings..role.holdings_end } {
                let further: Holding = self.policy.record(at);
                let role: Holder = self.policy.record(counts.first_role() + further.role);
                self.entries(role, ROLE, &[first, further], pool, &mut found);
            }
        }
        found.sort_unstable();
        found.dedup();
        let items: Rc<[Item]> = found.into();
        if let Some(place) = self.holders.get_mut(number as usize) {
            *place = Some(Rc::clone(&items));
        }
        items
    }

    fn entries(&mut self, of: Holder, rank: u32, way: &[Holding], pool: &mut Pool, found: &mut Vec<Item>) {
        let policy = self.policy;
        let mut codes = Vec::new();
        let mut conditions = Vec::new();
        for holding in way {
            codes.push(holding.scope);
            codes.extend(policy.list(holding.scopes).iter());
            conditions.push(holding.condition);
        }
        for at in of.entries..of.entries_end {
            let entry: Entry = policy.record(at);
            let scopes = codes.iter().chain([&entry.scope]);
            let mut scopes: Vec<u32> = scopes.filter_map(|&code| self.scope(code, pool)).collect();
            let all = conditions.iter().chain([&entry.condition]).filter(|&&condition| condition != 0);
            let mut all: Vec<u32> = all.map(|&condition| self.formula_number(condition)).collect();
            for list in [&mut scopes, &mut all] {
                list.sort_unstable();
                list.dedup();
            }
            found.push(Item {
                rank,
                scopes: pool.list(&scopes),
                conditions: pool.list(&all),
                grant: self.row(entry.grant, pool),
                deny: self.row(entry.deny, pool),
                bypass: self.row(entry.bypass, pool),
            });
        }
    }

    /// What a privilege needs and where it is asked.
    pub(super) fn definition(&self, id: u32, pool: &mut Pool) -> u32 {
        let Privilege { on, includes, requires } = self.policy.record(id);
        let on = self.policy.list(on).iter();
        let mut on: Vec<u32> =
            on.map(|ty| pool.text(type_scope(self.policy.name(Names::Type, ty)))).collect();
        on.sort_unstable();
        let mut includes: Vec<u32> = self.policy.list(includes).iter().map(|id| self.privilege(id)).collect();
        includes.sort_unstable();
        let parts = [pool.list(&on), pool.list(&includes), self.formula_number(requires)];
        pool.list(&parts)
    }

    /// For each of these privileges what it needs and which entries name it; `None`: none does.
    pub(super) fn meanings(&mut self, ids: &[u32], pool: &mut Pool) -> Vec<Option<u32>> {
        let policy = self.policy;
        let mut found = vec![Vec::new(); ids.len()];
        for number in 0..policy.count::<Holder>() {
            let holder: Holder = policy.record(number);
            for at in holder.entries..holder.entries_end {
                let entry: Entry = policy.record(at);
                let rows = [entry.grant, entry.deny, entry.bypass];
                if !rows.iter().any(|&row| ids.iter().any(|&id| policy.bit(row, id))) {
                    continue;
                }
                let place = self.scope(entry.scope, pool).map_or(0, |scope| scope + 1);
                let name = pool.text(self.holder_name(number));
                let condition = self.formula_number(entry.condition);
                for (id, found) in ids.iter().zip(&mut found) {
                    for (effect, _) in (0..).zip(rows).filter(|&(_, row)| policy.bit(row, *id)) {
                        found.push(pool.list(&[name, place, condition, effect]));
                    }
                }
            }
        }
        let meaning = |(&id, mut entries): (&u32, Vec<u32>)| {
            entries.sort_unstable();
            (!entries.is_empty()).then(|| {
                entries.push(self.definition(id, pool));
                pool.list(&entries)
            })
        };
        ids.iter().zip(found).map(meaning).collect()
    }

    fn holder_name(&self, number: u32) -> String {
        let counts = self.policy.counts();
        if number >= counts.first_class() {
            return format!("class {}", number - counts.first_class());
        }
        let kind = [counts.users, counts.first_group(), counts.first_role()]
            .iter()
            .filter(|&&end| number >= end)
            .count();
        format!("{kind} {}", self.policy.string(number))
    }

    /// What a list of attributes and constants says.
    pub(super) fn attributes(&self, list: u32, pool: &mut Pool) -> u32 {
        let pairs = self.policy.list(list).pairs();
        let key =
            |(name, value)| format!("{}={}", name_key(self.policy, name), constant_key(self.policy, value));
        let mut all: Vec<u32> = pairs.map(|pair| pool.text(key(pair))).collect();
        all.sort_unstable();
        pool.list(&all)
    }
}

/// As `Rank::Role`.
const ROLE: u32 = 2;

/// The text that stands for the scope of a whole type.
pub(super) fn type_scope(ty: &str) -> String {
    format!("type {ty:?}")
}

/// The text that stands for a resource and all below it.
pub(super) fn below_scope((ty, id): (&str, &str)) -> String {
    format!("below {ty:?} {id:?}")
}

/// The text that stands for a resource alone.
pub(super) fn only_scope((ty, id): (&str, &str)) -> String {
    format!("only {ty:?} {id:?}")
}

/// What a test says, unmistakably.
fn test_key(policy: &Policy, at: u32) -> String {
    let Test { kind, left, right } = policy.record(at);
    let operand = |number: u32| match Operand::of(number) {
        Some(Operand::Attribute(name)) => name_key(policy, name),
        Some(Operand::Constant(at)) => constant_key(policy, at),
        Some(Operand::Principal) => "principal".to_owned(),
        None => String::new(),
    };
    match TestKind::of(kind) {
        Some(TestKind::Truth | TestKind::Has) => format!("{kind} {}", name_key(policy, left)),
        Some(TestKind::From | TestKind::Until) => format!("{kind} {}", constant_key(policy, left)),
        _ => format!("{kind} {} {}", operand(left), operand(right)),
    }
}

fn name_key(policy: &Policy, at: u32) -> String {
    let AttributeName { root, name } = policy.record(at);
    format!("{root}.{:?}", policy.string(name))
}

fn constant_key(policy: &Policy, at: u32) -> String {
    let Constant { kind, a, b, c, d, e } = policy.record(at);
    match ValueTag::of(kind) {
        Some(ValueTag::String | ValueTag::Group) => format!("{kind} {:?}", policy.string(a)),
        Some(ValueTag::Principal) => format!("{kind} {b} {:?}", policy.string(a)),
        Some(ValueTag::Set) => {
            let mut all: Vec<String> = policy.list(a).iter().map(|at| constant_key(policy, at)).collect();
            all.sort_unstable();
            format!("{all:?}")
        }
        _ => format!("{kind} {a} {b} {c} {d} {e}"),
    }
}
