//! A document of XML > its elements, as a test reporter reads them.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion, escape};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Element>,
    /// The text directly in it.
    pub text: String,
}

impl Element {
    fn new(start: &BytesStart<'_>) -> Element {
        let name = String::from_utf8(start.name().as_ref().to_vec()).unwrap();
        let mut attributes = BTreeMap::new();
        for attribute in start.attributes() {
            let attribute = attribute.unwrap();
            let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned();
            value.chars().for_each(check_character);
            assert!(attributes.insert(key, value).is_none(), "an attribute is written twice");
        }
        Element { name, attributes, ..Element::default() }
    }

    #[track_caller]
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).unwrap_or_else(|| panic!("no attribute {name}: {self:?}"))
    }

    /// The children of a name.
    pub fn all(&self, name: &str) -> Vec<&Element> {
        self.children.iter().filter(|child| child.name == name).collect()
    }

    /// The elements of a name at any depth below.
    pub fn below(&self, name: &str) -> Vec<&Element> {
        let mut found = Vec::new();
        for child in &self.children {
            if child.name == name {
                found.push(child);
            }
            found.extend(child.below(name));
        }
        found
    }
}

/// What XML 1.0 may hold.
#[track_caller]
fn check_character(character: char) {
    let fine =
        matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(fine, "{character:?} may not be in a document");
}

/// Reads a whole document.
#[track_caller]
pub fn read(text: &str) -> Element {
    text.chars().for_each(check_character);
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => open.push(Element::new(&start)),
            Event::Empty(start) => open.last_mut().unwrap().children.push(Element::new(&start)),
            Event::End(_) => {
                let element = open.pop().unwrap();
                open.last_mut().unwrap().children.push(element);
            }
            Event::Text(text) => open.last_mut().unwrap().text.push_str(&text.xml10_content().unwrap()),
            Event::CData(text) => open.last_mut().unwrap().text.push_str(&text.xml10_content().unwrap()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().unwrap().map(String::from);
                let name = reference.decode().unwrap();
                let entity = || escape::resolve_predefined_entity(&name).unwrap().to_owned();
                open.last_mut().unwrap().text.push_str(&character.unwrap_or_else(entity));
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?} has no place in a report"),
        }
    }
    let mut document = open.pop().unwrap();
    assert!(open.is_empty() && document.children.len() == 1, "a document is one element");
    document.children.pop().unwrap()
}
