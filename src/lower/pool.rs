//! The sections under construction, and the tables by which equal parts are stored once.

use crate::hash::Map;
use crate::model::PrivilegeId;
use crate::policy::layout::{
    Constant, DENSE_ROW, Formula, FormulaKind, Record, RowHead, SPARSE, SPARSE_WIDTH, Section, Test,
    ValueType,
};
use smol_str::SmolStr;

/// The sections of an artifact as they grow.
pub(super) struct Pool {
    sections: Vec<Vec<u8>>,
    strings: Map<SmolStr, u32>,
    debug_strings: Map<SmolStr, u32>,
    lists: Map<Box<[u32]>, u32>,
    debug_lists: Map<Box<[u32]>, u32>,
    rows: Map<(u32, u32, Vec<u64>), u32>,
    formulas: Map<Formula, u32>,
    tests: Map<Test, u32>,
    constants: Map<Constant, u32>,
    value_types: Map<ValueType, u32>,
    /// The list or the row that is looked for.
    elements: Vec<u32>,
}

impl Pool {
    /// A pool of what is number 0.
    pub(super) fn new() -> Pool {
        let mut pool = Pool {
            sections: vec![Vec::new(); Section::COUNT],
            strings: Map::default(),
            debug_strings: Map::default(),
            lists: Map::default(),
            debug_lists: Map::default(),
            rows: Map::default(),
            formulas: Map::default(),
            tests: Map::default(),
            constants: Map::default(),
            value_types: Map::default(),
            elements: Vec::new(),
        };
        // The empty list, the empty row and the formula `true` are number 0.
        pool.word(Section::Lists, 0);
        pool.word(Section::DebugLists, 0);
        pool.word(Section::StringBounds, 0);
        pool.word(Section::DebugStringBounds, 0);
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

    /// A record that was appended; all zero when there is none of that number.
    pub(super) fn record<R: Record>(&self, at: u32) -> R {
        let start = at as usize * R::BYTES;
        let bytes = self.sections.get(R::SECTION as usize).and_then(|all| all.get(start..start + R::BYTES));
        bytes.map_or_else(R::default, R::read)
    }

    /// The number of a string.
    pub(super) fn string(&mut self, text: &str) -> u32 {
        if let Some(&at) = self.strings.get(text) {
            return at;
        }
        let at = self.append_string(Section::Strings, Section::StringBounds, text);
        self.strings.insert(SmolStr::new(text), at);
        at
    }

    /// The number of a string of the debug sections.
    pub(super) fn debug_string(&mut self, text: &str) -> u32 {
        if let Some(&at) = self.debug_strings.get(text) {
            return at;
        }
        let at = self.append_string(Section::DebugStrings, Section::DebugStringBounds, text);
        self.debug_strings.insert(SmolStr::new(text), at);
        at
    }

    /// Appends the name of a holder or privilege, at the number of its owner. Nothing else refers to it by that.
    pub(super) fn name(&mut self, text: &str) {
        self.append_string(Section::Strings, Section::StringBounds, text);
    }

    fn append_string(&mut self, bytes: Section, bounds: Section, text: &str) -> u32 {
        let at = number(self.bytes(bounds) / 4 - 1);
        self.section(bytes).extend_from_slice(text.as_bytes());
        let end = number(self.bytes(bytes));
        self.word(bounds, end);
        at
    }

    /// The position of a list.
    pub(super) fn list(&mut self, elements: impl IntoIterator<Item = u32>) -> u32 {
        self.elements.clear();
        self.elements.extend(elements);
        if self.elements.is_empty() {
            return 0;
        }
        if let Some(&at) = self.lists.get(self.elements.as_slice()) {
            return at;
        }
        let at = self.append_list(Section::Lists);
        self.lists.insert(self.elements.as_slice().into(), at);
        at
    }

    /// The position of a list of the debug sections.
    pub(super) fn debug_list(&mut self, elements: impl IntoIterator<Item = u32>) -> u32 {
        self.elements.clear();
        self.elements.extend(elements);
        if self.elements.is_empty() {
            return 0;
        }
        if let Some(&at) = self.debug_lists.get(self.elements.as_slice()) {
            return at;
        }
        let at = self.append_list(Section::DebugLists);
        self.debug_lists.insert(self.elements.as_slice().into(), at);
        at
    }

    fn append_list(&mut self, section: Section) -> u32 {
        let at = number(self.bytes(section) / 4);
        let elements = std::mem::take(&mut self.elements);
        self.word(section, number(elements.len()));
        elements.iter().for_each(|&element| self.word(section, element));
        self.elements = elements;
        at
    }

    /// The elements of a list.
    pub(super) fn elements(&self, at: u32) -> impl Iterator<Item = u32> + '_ {
        self.list_bytes(at).as_chunks().0.iter().map(|word| u32::from_le_bytes(*word))
    }

    /// The elements of a list, as bytes.
    pub(super) fn list_bytes(&self, at: u32) -> &[u8] {
        let lists = self.sections.get(Section::Lists as usize).map(Vec::as_slice).unwrap_or_default();
        let start = at as usize * 4;
        let length =
            lists.get(start..start + 4).and_then(|word| Some(u32::from_le_bytes(word.try_into().ok()?)));
        lists.get(start + 4..start + 4 + 4 * length.unwrap_or(0) as usize).unwrap_or_default()
    }

    /// The position of the row with the given bits; those of several lists together.
    pub(super) fn row(&mut self, lists: &[&[PrivilegeId]]) -> u32 {
        let key = self.row_of(lists);
        if let Some(&at) = self.rows.get(&key) {
            return at;
        }
        let at = number(self.bytes(Section::Rows) / 8);
        let head = RowHead { first: key.0, words: key.1 };
        for word in std::iter::once(u64::from(head)).chain(key.2.iter().copied()) {
            self.section(Section::Rows).extend_from_slice(&word.to_le_bytes());
        }
        self.rows.insert(key, at);
        at
    }

    /// The position of the row with the given bits, if there is one.
    pub(super) fn known_row(&mut self, list: &[PrivilegeId]) -> Option<u32> {
        let key = self.row_of(&[list]);
        self.rows.get(&key).copied()
    }

    /// The first word, the length and the words of a row.
    fn row_of(&mut self, lists: &[&[PrivilegeId]]) -> (u32, u32, Vec<u64>) {
        let elements = &mut self.elements;
        elements.clear();
        elements.extend(lists.iter().flat_map(|list| list.iter()).map(|privilege| privilege.0));
        if lists.len() > 1 {
            elements.sort_unstable();
            elements.dedup();
        }
        let (Some(&first), Some(&last)) = (elements.first(), elements.last()) else {
            return (0, 0, Vec::new());
        };
        let first = first / 64;
        let width = (last / 64 - first + 1) as usize;
        let sparse = elements.len().div_ceil(4);
        let mut words;
        if width > DENSE_ROW && sparse * 2 <= width && width <= SPARSE_WIDTH {
            words = vec![0; sparse];
            for (at, element) in elements.iter().enumerate() {
                if let Some(word) = words.get_mut(at / 4) {
                    *word |= u64::from(element - first * 64) << (at % 4 * 16);
                }
            }
            (first, number(elements.len()) | SPARSE, words)
        } else {
            words = vec![0; width];
            for element in elements.iter() {
                if let Some(word) = words.get_mut((element / 64 - first) as usize) {
                    *word |= 1 << (element % 64);
                }
            }
            (first, number(width), words)
        }
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
    pub(super) fn all_of(&mut self, parts: &[u32]) -> u32 {
        if parts.iter().all(|&part| part == 0) {
            return 0;
        }
        let mut parts: Vec<u32> = parts.iter().copied().filter(|&part| part != 0).collect();
        parts.sort_unstable();
        parts.dedup();
        if let &[one] = parts.as_slice() {
            return one;
        }
        let list = self.list(parts);
        self.formula(FormulaKind::And, list)
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
