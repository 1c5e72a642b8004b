//! The sections under construction, and the tables by which equal parts are stored once.

use crate::policy::layout::{Constant, Formula, FormulaKind, Record, Row, Section, Test, ValueType};
use std::collections::HashMap;

/// The sections of an artifact as they grow.
pub(super) struct Pool {
    sections: Vec<Vec<u8>>,
    strings: HashMap<String, u32>,
    debug_strings: HashMap<String, u32>,
    lists: HashMap<Vec<u32>, u32>,
    debug_lists: HashMap<Vec<u32>, u32>,
    rows: HashMap<(u32, Vec<u64>), u32>,
    formulas: HashMap<Formula, u32>,
    tests: HashMap<Test, u32>,
    constants: HashMap<Constant, u32>,
    value_types: HashMap<ValueType, u32>,
    /// One row at full width, all zero between uses.
    scratch: Vec<u64>,
}

impl Pool {
    /// An empty pool for a policy with so many privileges.
    pub(super) fn new(privileges: usize) -> Pool {
        let mut pool = Pool {
            sections: vec![Vec::new(); Section::COUNT],
            strings: HashMap::new(),
            debug_strings: HashMap::new(),
            lists: HashMap::new(),
            debug_lists: HashMap::new(),
            rows: HashMap::new(),
            formulas: HashMap::new(),
            tests: HashMap::new(),
            constants: HashMap::new(),
            value_types: HashMap::new(),
            scratch: vec![0; privileges.div_ceil(64)],
        };
        // The empty list, the empty row and the formula `true` are number 0.
        pool.list([]);
        pool.debug_list([]);
        pool.row(&[]);
        pool.formula(FormulaKind::True, 0);
        pool
    }

    /// The bytes of a section, to append to.
    pub(super) fn section(&mut self, section: Section) -> &mut Vec<u8> {
        // There is one for each section, so the fallback is never taken; it keeps this free of panics.
        let at = (section as usize).min(self.sections.len() - 1);
        &mut self.sections[at]
    }

    /// How many bytes a section has so far.
    pub(super) fn bytes(&self, section: Section) -> usize {
        self.sections.get(section as usize).map_or(0, Vec::len)
    }

    pub(super) fn into_sections(self) -> Vec<Vec<u8>> {
        self.sections
    }

    /// Appends a u32 to a section of them.
    pub(super) fn word(&mut self, section: Section, word: u32) {
        self.section(section).extend_from_slice(&word.to_le_bytes());
    }

    /// Appends a record to its section; its number.
    pub(super) fn push<R: Record>(&mut self, record: R) -> u32 {
        let at = self.bytes(R::SECTION) / R::BYTES;
        record.write(self.section(R::SECTION));
        number(at)
    }

    /// The number of a string.
    pub(super) fn string(&mut self, text: &str) -> u32 {
        if let Some(&at) = self.strings.get(text) {
            return at;
        }
        let at = self.append_string(Section::Strings, Section::StringEnds, text);
        self.strings.insert(text.to_owned(), at);
        at
    }

    /// The number of a string of the debug sections.
    pub(super) fn debug_string(&mut self, text: &str) -> u32 {
        if let Some(&at) = self.debug_strings.get(text) {
            return at;
        }
        let at = self.append_string(Section::DebugStrings, Section::DebugStringEnds, text);
        self.debug_strings.insert(text.to_owned(), at);
        at
    }

    fn append_string(&mut self, bytes: Section, ends: Section, text: &str) -> u32 {
        let at = number(self.bytes(ends) / 4);
        self.section(bytes).extend_from_slice(text.as_bytes());
        let end = number(self.bytes(bytes));
        self.word(ends, end);
        at
    }

    /// The position of a list.
    pub(super) fn list(&mut self, elements: impl IntoIterator<Item = u32>) -> u32 {
        let elements: Vec<u32> = elements.into_iter().collect();
        if let Some(&at) = self.lists.get(&elements) {
            return at;
        }
        let at = self.append_list(Section::Lists, &elements);
        self.lists.insert(elements, at);
        at
    }

    /// The position of a list of the debug sections.
    pub(super) fn debug_list(&mut self, elements: impl IntoIterator<Item = u32>) -> u32 {
        let elements: Vec<u32> = elements.into_iter().collect();
        if let Some(&at) = self.debug_lists.get(&elements) {
            return at;
        }
        let at = self.append_list(Section::DebugLists, &elements);
        self.debug_lists.insert(elements, at);
        at
    }

    fn append_list(&mut self, section: Section, elements: &[u32]) -> u32 {
        let at = number(self.bytes(section) / 4);
        self.word(section, number(elements.len()));
        elements.iter().for_each(|&element| self.word(section, element));
        at
    }

    /// The number of the row with the given bits; those of several lists together.
    pub(super) fn row(&mut self, lists: &[&[crate::model::PrivilegeId]]) -> u32 {
        let (mut first, mut end) = (usize::MAX, 0);
        for privilege in lists.iter().flat_map(|list| list.iter()) {
            let word = privilege.index() / 64;
            if let Some(bits) = self.scratch.get_mut(word) {
                *bits |= 1 << (privilege.0 % 64);
                first = first.min(word);
                end = end.max(word + 1);
            }
        }
        let words = match self.scratch.get_mut(first.min(end)..end) {
            Some(window) => {
                let words = window.to_vec();
                window.fill(0);
                words
            }
            None => Vec::new(),
        };
        let key = (if words.is_empty() { 0 } else { number(first) }, words);
        if let Some(&at) = self.rows.get(&key) {
            return at;
        }
        let start = number(self.bytes(Section::RowWords) / 8);
        for word in &key.1 {
            self.section(Section::RowWords).extend_from_slice(&word.to_le_bytes());
        }
        let at = self.push(Row { first: key.0, words: number(key.1.len()), start });
        self.rows.insert(key, at);
        at
    }

    /// The number of a formula.
    pub(super) fn formula(&mut self, kind: FormulaKind, of: u32) -> u32 {
        let formula = Formula { kind: kind as u32, of };
        if let Some(&at) = self.formulas.get(&formula) {
            return at;
        }
        let at = self.push(formula);
        self.formulas.insert(formula, at);
        at
    }

    /// The conjunction of formulas; 0 is true and says nothing.
    pub(super) fn all_of(&mut self, mut parts: Vec<u32>) -> u32 {
        parts.retain(|&part| part != 0);
        parts.sort_unstable();
        parts.dedup();
        match parts.as_slice() {
            [] => 0,
            &[one] => one,
            _ => {
                let list = self.list(parts);
                self.formula(FormulaKind::And, list)
            }
        }
    }

    pub(super) fn test(&mut self, test: Test) -> u32 {
        if let Some(&at) = self.tests.get(&test) {
            return at;
        }
        let at = self.push(test);
        self.tests.insert(test, at);
        at
    }

    pub(super) fn constant(&mut self, constant: Constant) -> u32 {
        if let Some(&at) = self.constants.get(&constant) {
            return at;
        }
        let at = self.push(constant);
        self.constants.insert(constant, at);
        at
    }

    pub(super) fn value_type(&mut self, value_type: ValueType) -> u32 {
        if let Some(&at) = self.value_types.get(&value_type) {
            return at;
        }
        let at = self.push(value_type);
        self.value_types.insert(value_type, at);
        at
    }
}

/// A count as it is stored. What does not fit was refused before, or makes the whole larger than an artifact may be.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
