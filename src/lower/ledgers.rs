//! What is said of whom, in order for questions: the ledgers that `policy::layout` describes.
//!
//! Enters: the lowered holders, entries and holdings. Leaves: the sections of ledgers and opinions. Nothing is decided here; what
//! the entries say is found by scope instead of by holder, so the two ways to a decision have to agree.

use super::holders::Numbers;
use super::pool::{Pool, number};
use crate::hash::Map;
use crate::policy::layout::{
    Entry, Holder, Holding, LEDGERS, LedgerHead, MORE, ONE, Opinion, ScopeCode, ScopeKind, Section,
};
use xxhash_rust::xxh3::xxh3_64;

/// An opinion, and the scope that it has.
type Said = (ScopeCode, u32);

/// How specific holders are, as in `Opinion::rank`.
const IDENTITY: u32 = 0;
const GROUP: u32 = 1;
const ROLE: u32 = 2;
const CLASS: u32 = 3;

/// Makes the ledgers of all holders. `ranked`: some strategy asks how specific holders are.
pub(super) fn ledgers(numbers: &Numbers, ranked: bool, pool: &mut Pool) {
    // Position 0 says that there is none.
    pool.word(Section::Ledgers, 0);
    let mut maker = Maker {
        numbers,
        pool,
        ranked,
        opinions: Map::default(),
        ledgers: Map::default(),
        of_groups: Map::default(),
        shared: Vec::new(),
        left: LEDGERS,
    };
    let Numbers { first_group, first_role, first_class } = *numbers;
    let rank = |holder: u32| match holder {
        _ if holder < first_role => GROUP,
        _ if holder < first_class => ROLE,
        _ => CLASS,
    };
    for holder in first_group..first_class + 3 {
        let said = maker.said(holder, rank(holder));
        maker.shared.push(said);
    }
    // What many share comes first, should not everything fit.
    let mut places = vec![0; first_class as usize + 3];
    for holder in (first_group..first_class + 3).chain(0..first_group) {
        let place = maker.ledger(holder).unwrap_or(0);
        places.get_mut(holder as usize).into_iter().for_each(|known| *known = place);
    }
    places.into_iter().for_each(|place| pool.word(Section::LedgerOf, place));
}

struct Maker<'a> {
    numbers: &'a Numbers,
    pool: &'a mut Pool,
    ranked: bool,
    opinions: Map<Opinion, u32>,
    /// Positions, by the hash of the words that stand there: there are many, and copies of them would take as much room again.
    ledgers: Map<u64, u32>,
    /// The ledgers of principals that have nothing but their groups, by the list of these.
    of_groups: Map<u32, Option<u32>>,
    /// What groups, roles and classes have by themselves, from the first group on; `None`: too much.
    shared: Vec<Option<Vec<Said>>>,
    /// How much may still be looked at.
    left: usize,
}

/// How an entry comes to a holder.
struct Way<'a> {
    assignments: &'a [Holding],
    rank: u32,
}

impl Maker<'_> {
    /// The position of a holder's ledger; `None` if it would be too much.
    fn ledger(&mut self, holder: u32) -> Option<u32> {
        let Numbers { first_group, first_role, first_class } = *self.numbers;
        let own: Holder = self.pool.record(holder);
        let is_principal = holder < first_group;
        let only_groups = is_principal && own.entries == own.entries_end && own.holdings == own.holdings_end;
        if only_groups && let Some(&known) = self.of_groups.get(&own.groups) {
            return known;
        }
        let mut members: Vec<u32> = match holder {
            _ if holder < first_role => {
                self.pool.elements(own.groups).map(|group| first_group + group).collect()
            }
            _ => vec![holder],
        };
        match holder {
            _ if is_principal => members.extend([first_class, first_class + 1]),
            _ if holder > first_class => members.push(first_class),
            _ => {}
        }
        let mut said = if is_principal { self.said(holder, IDENTITY) } else { Some(Vec::new()) };
        for member in members {
            let more = self.shared.get((member - first_group) as usize).and_then(Option::as_ref);
            said = said.zip(more).and_then(|(mut said, more)| {
                self.left = self.left.checked_sub(more.len())?;
                said.extend(more);
                Some(said)
            });
        }
        let place = said.map(|said| self.write(said));
        if only_groups {
            self.of_groups.insert(own.groups, place);
        }
        place
    }

    /// What a holder has by itself and by the roles that it holds.
    fn said(&mut self, holder: u32, rank: u32) -> Option<Vec<Said>> {
        let own: Holder = self.pool.record(holder);
        let mut said = Vec::new();
        self.entries(own, &Way { assignments: &[], rank }, &mut said)?;
        let first_role = self.numbers.first_role;
        for first in own.holdings..own.holdings_end {
            self.left = self.left.checked_sub(1)?;
            let first: Holding = self.pool.record(first);
            let role: Holder = self.pool.record(first_role + first.role);
            self.entries(role, &Way { assignments: &[first], rank: ROLE }, &mut said)?;
            // With the roles that a role holds nothing comes that it does not hold itself.
            if rank == ROLE {
                continue;
            }
            for further in role.holdings..role.holdings_end {
                self.left = self.left.checked_sub(1)?;
                let further: Holding = self.pool.record(further);
                let role: Holder = self.pool.record(first_role + further.role);
                self.entries(role, &Way { assignments: &[first, further], rank: ROLE }, &mut said)?;
            }
        }
        Some(said)
    }

    /// Adds what the entries of a holder say that come on a way.
    fn entries(&mut self, holder: Holder, way: &Way<'_>, said: &mut Vec<Said>) -> Option<()> {
        for entry in holder.entries..holder.entries_end {
            self.left = self.left.checked_sub(1)?;
            let entry: Entry = self.pool.record(entry);
            let mut scopes = vec![entry.scope];
            let mut conditions = entry.condition;
            for assignment in way.assignments {
                scopes.push(assignment.scope);
                scopes.extend(self.pool.elements(assignment.scopes));
                conditions |= assignment.condition;
            }
            scopes.retain(|&scope| ScopeCode(scope) != ScopeCode::EVERYWHERE);
            scopes.sort_unstable();
            scopes.dedup();
            let more = conditions != 0 || scopes.len() > 1;
            let rank = if self.ranked { way.rank } else { 0 } | if more { MORE } else { 0 };
            let Entry { grant, deny, bypass, .. } = entry;
            let opinion = Opinion { grant, deny, bypass, rank };
            let pool = &mut *self.pool;
            let opinion = *self.opinions.entry(opinion).or_insert_with(|| pool.push(opinion));
            said.push((scopes.first().map_or(ScopeCode::EVERYWHERE, |&scope| ScopeCode(scope)), opinion));
        }
        Some(())
    }

    /// The position of a ledger with all of this.
    fn write(&mut self, mut said: Vec<Said>) -> u32 {
        said.sort_unstable();
        said.dedup();
        let (mut everywhere, mut scoped, mut sorts) = (0, Vec::new(), 0);
        for same in said.chunk_by(|a, b| a.0 == b.0) {
            let code = match *same {
                [(_, one)] => ONE | one,
                _ => self.pool.list(same.iter().map(|&(_, opinion)| opinion)),
            };
            let Some(&(scope, _)) = same.first() else { continue };
            match scope.kind() {
                ScopeKind::Everywhere => everywhere = code,
                kind => {
                    sorts |= match kind {
                        ScopeKind::Only(_) => LedgerHead::ONLY,
                        ScopeKind::Type(_) => LedgerHead::TYPES,
                        _ => 0,
                    };
                    scoped.push((scope, code));
                }
            }
        }
        // At most half of the slots are taken, so that a search is short.
        let bits =
            if scoped.is_empty() { 0 } else { (scoped.len() * 2).next_power_of_two().trailing_zeros() };
        let head = LedgerHead(bits | sorts);
        let mut words = vec![0; 2 + 2 * head.slots()];
        words.splice(..2, [head.0, everywhere]);
        for (scope, code) in scoped {
            let mut at = head.slot(scope);
            while words.get(3 + 2 * at).is_some_and(|&taken| taken != 0) {
                at = (at + 1) & (head.slots() - 1);
            }
            words.splice(2 + 2 * at..4 + 2 * at, [scope.0, code]);
        }
        let bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        let hash = xxh3_64(&bytes);
        let all = self.pool.section(Section::Ledgers);
        let known = self.ledgers.get(&hash).copied();
        if let Some(known) =
            known.filter(|&known| all.get(known as usize * 4..).is_some_and(|all| all.starts_with(&bytes)))
        {
            return known;
        }
        let place = number(all.len() / 4);
        all.extend_from_slice(&bytes);
        self.ledgers.insert(hash, place);
        place
    }
}
