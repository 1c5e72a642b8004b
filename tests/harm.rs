//! Artifacts that somebody made to do harm: the checksum fits, the contents do not. They are refused, and fast.

use policyc::diagnostic::Code;
use policyc::source::{Format, Sources};
use policyc::{Compiled, LoadError, Policy, Principal, Request, compile};
use std::fmt::Write as _;

const HEADER: usize = 32;
const SECTIONS: usize = 32;
const TYPES: usize = 5;
const LISTS: usize = 6;
const ATTRIBUTES: usize = 8;
const VALUE_TYPES: usize = 9;
const PRIVILEGES: usize = 10;
const HOLDERS: usize = 12;
const LEDGER_OF: usize = 16;
const LEDGERS: usize = 17;
const OPINIONS: usize = 18;
const FORMULAS: usize = 19;
const NODES: usize = 22;
const PARENTS: usize = 23;

const SMALL: &str = r#"
resource folder in folder { attribute tags: [string] }
category desk on folder { desk.open desk.audit requires desk.open }
user ann
user bob
grant desk.open to user:ann, user:bob
grant desk.audit to user:ann on folder:top
folder:low in folder:top
"#;

#[track_caller]
fn compiled(text: &str) -> Compiled {
    let mut sources = Sources::new();
    sources.add("harm.policy", Format::Policy, text);
    compile(&sources)
}

/// The sections of an artifact, as u32.
struct Parts(Vec<Vec<u32>>);

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

impl Parts {
    fn of(text: &str) -> Parts {
        let policy = compiled(text).policy.unwrap();
        let bytes = policy.as_bytes();
        let section = |at: usize| {
            let start = word(bytes, HEADER + 8 * at) as usize;
            let length = word(bytes, HEADER + 8 * at + 4) as usize;
            // The strings are no u32; they are only carried along, zero padded.
            (0..length.div_ceil(4)).map(|at| word(bytes, start + 4 * at)).collect()
        };
        Parts((0..SECTIONS).map(section).collect())
    }

    /// Appends a list; its position.
    fn list(&mut self, elements: &[u32]) -> u32 {
        let at = self.0[LISTS].len() as u32;
        self.0[LISTS].push(elements.len() as u32);
        self.0[LISTS].extend(elements);
        at
    }

    /// Appends a formula; its number.
    fn formula(&mut self, kind: u32, of: u32) -> u32 {
        self.0[FORMULAS].extend([kind, of]);
        self.0[FORMULAS].len() as u32 / 2 - 1
    }

    /// Writes them with a checksum that fits.
    fn load(&self) -> Result<Policy, LoadError> {
        let lengths = compiled(SMALL).policy.unwrap().as_bytes().to_vec();
        let mut bytes = lengths[..HEADER + 8 * SECTIONS].to_vec();
        for (at, section) in self.0.iter().enumerate() {
            let start = bytes.len() as u32;
            let before = word(&lengths, HEADER + 8 * at + 4) as usize;
            let length = if section.len() == before.div_ceil(4) { before } else { section.len() * 4 };
            bytes[HEADER + 8 * at..][..4].copy_from_slice(&start.to_le_bytes());
            bytes[HEADER + 8 * at + 4..][..4].copy_from_slice(&(length as u32).to_le_bytes());
            section.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        }
        let length = bytes.len() as u64;
        bytes[16..24].copy_from_slice(&length.to_le_bytes());
        let checksum = xxhash_rust::xxh3::xxh3_64(&bytes[HEADER..]);
        bytes[24..32].copy_from_slice(&checksum.to_le_bytes());
        Policy::load(bytes)
    }
}

#[track_caller]
fn refused(parts: &Parts, what: &'static str) {
    assert_eq!(parts.load().unwrap_err(), LoadError::Invalid(what));
}

#[test]
fn what_is_taken_apart_and_put_together_loads() {
    assert!(Parts::of(SMALL).load().is_ok());
}

#[test]
fn sets_of_sets_are_refused_before_somebody_follows_them_down() {
    let mut parts = Parts::of(SMALL);
    let set = parts.0[VALUE_TYPES].chunks(2).position(|ty| ty[0] == 7).unwrap() as u32;
    for at in 0..200_000 {
        let inner = if at == 0 { set } else { parts.0[VALUE_TYPES].len() as u32 / 2 - 1 };
        parts.0[VALUE_TYPES].extend([7, inner]);
    }
    parts.0[ATTRIBUTES][2] = parts.0[VALUE_TYPES].len() as u32 / 2 - 1;
    refused(&parts, "types of values");
}

#[test]
fn a_list_inside_another_is_refused() {
    let mut parts = Parts::of(SMALL);
    let outer = parts.list(&[1, 0]);
    parts.0[TYPES][3] = outer;
    refused(&parts, "types");
    parts.0[TYPES][3] = outer + 1;
    refused(&parts, "types");
    parts.0[LISTS].push(1);
    refused(&parts, "lists");
}

#[test]
fn a_requirement_that_doubles_itself_is_counted_without_being_written_out() {
    let mut parts = Parts::of(SMALL);
    let many = parts.list(&vec![0; 99_000]);
    let mut top = parts.formula(6, many);
    for _ in 0..18 {
        let twice = parts.list(&[top, top]);
        top = parts.formula(1, twice);
    }
    parts.0[PRIVILEGES][5] = top;
    refused(&parts, "requirements");
}

#[test]
fn a_requirement_of_itself_is_refused() {
    let mut parts = Parts::of(SMALL);
    let itself = parts.formula(5, 1);
    parts.0[PRIVILEGES][5] = itself;
    refused(&parts, "requirements");
}

#[test]
fn holders_do_not_share_entries() {
    let mut parts = Parts::of(SMALL);
    let (first, second) = (parts.0[HOLDERS][0], parts.0[HOLDERS][6]);
    assert!(first < second);
    parts.0[HOLDERS][6] = first;
    refused(&parts, "holders");
}

/// Privileges that each require the next, at the bottom of a deep formula.
fn deep(privileges: usize) -> Compiled {
    let mut text = String::from("category a { u v w x }\ncategory c {\n");
    for at in 0..privileges {
        let (open, close) = ("(u and v or v and w and x and ".repeat(60), ")".repeat(60));
        writeln!(text, "  n{at} requires {open}n{}{close}", at + 1).unwrap();
    }
    writeln!(text, "  n{privileges}\n}}\nuser ann\ngrant n*, v, w, x to user:ann").unwrap();
    compiled(&text)
}

#[test]
fn the_deepest_decision_fits_on_a_small_stack() {
    let policy = deep(8).policy.unwrap();
    let ask = move || {
        let request = Request::new(Principal::user("ann"), "n0");
        policy.explain(&request).unwrap();
        policy.is_allowed(&request)
    };
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(ask).unwrap();
    assert!(thread.join().unwrap());
}

#[test]
fn a_deeper_decision_is_refused() {
    let compiled = deep(9);
    assert!(compiled.policy.is_none());
    let codes: Vec<Code> = compiled.diagnostics.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::RequirementTooWide]);
}

/// A chain of so many, each in or inheriting the one before.
fn chain(count: usize, link: impl Fn(usize) -> String) -> Vec<Code> {
    let links: String = (1..count).map(|at| link(at) + "\n").collect();
    let text = format!("category c {{ p }}\nrole r0 {{ grant p }}\ngroup g0\n{links}");
    compiled(&text).diagnostics.iter().map(|finding| finding.code).collect()
}

#[test]
fn long_chains_of_roles_are_refused_before_they_fill_the_memory() {
    let link = |at: usize| format!("role r{at} inherits r{}", at - 1);
    assert_eq!(chain(1_000, link), []);
    assert_eq!(chain(7_000, link), [Code::TooMany]);
}

#[test]
fn long_chains_of_groups_are_refused_before_they_fill_the_memory() {
    let link = |at: usize| format!("group g{at} in g{}", at - 1);
    assert_eq!(chain(1_000, link), []);
    assert_eq!(chain(12_000, link), [Code::TooMany]);
}

/// Where ann's ledger stands: a word, the opinions of what has no scope, slots.
fn ledger_of_ann(parts: &Parts) -> usize {
    let at = parts.0[LEDGER_OF][0] as usize;
    assert_eq!(parts.0[LEDGERS][at] & 31, 1, "two slots for one scope");
    at
}

#[test]
fn a_ledger_without_a_free_slot_is_refused() {
    let mut parts = Parts::of(SMALL);
    let at = ledger_of_ann(&parts);
    let slots = &mut parts.0[LEDGERS][at + 2..at + 6];
    let taken = slots.chunks(2).find(|slot| slot[1] != 0).unwrap().to_vec();
    slots.copy_from_slice(&[taken[0], taken[1], taken[0] + 1, taken[1]]);
    refused(&parts, "ledgers");
}

#[test]
fn a_ledger_of_more_slots_than_there_are_is_refused() {
    for bits in [2, 30, 31] {
        let mut parts = Parts::of(SMALL);
        let at = ledger_of_ann(&parts);
        parts.0[LEDGERS][at] = bits;
        refused(&parts, "ledgers");
    }
}

#[test]
fn opinions_and_ledgers_that_are_not_there_are_refused() {
    let mut parts = Parts::of(SMALL);
    let at = ledger_of_ann(&parts);
    let known = parts.0[OPINIONS].len() as u32 / 4;
    parts.0[LEDGERS][at + 1] = 1 << 31 | known;
    refused(&parts, "ledgers");
    let mut parts = Parts::of(SMALL);
    parts.0[LEDGER_OF][1] += 1;
    refused(&parts, "ledgers");
    let mut parts = Parts::of(SMALL);
    parts.0[OPINIONS][0] = u32::MAX;
    refused(&parts, "opinions");
}

#[test]
fn resources_out_of_the_order_of_their_types_are_refused() {
    let mut parts = Parts::of(SMALL);
    parts.0[NODES][0] = 1;
    refused(&parts, "resources");
    let mut parts = Parts::of(SMALL);
    parts.0[TYPES][5] = 1;
    refused(&parts, "resources");
    let mut parts = Parts::of(SMALL);
    parts.0[PARENTS][0] = 1 << 31 | 2;
    refused(&parts, "resources");
}
