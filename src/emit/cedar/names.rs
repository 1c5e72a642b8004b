//! Names of a policy > names of Cedar.
//!
//! Ids of entities, actions and attributes are strings in Cedar, so they stay as they are. Entity types are identifiers: what
//! an identifier can't hold becomes `_`, a reserved word gets one behind it, and two names that become one are refused.

use super::text::string;
use crate::model::{Model, PrincipalKind, PrincipalValue, TypeId};
use smol_str::{SmolStr, SmolStrBuilder};
use std::fmt;

/// Entity types that the export declares itself, and the types of its records.
pub(super) const OWN: [&str; 9] = [
    "User",
    "Service",
    "Anonymous",
    "Group",
    "Role",
    "Application",
    "PrincipalValue",
    "PrincipalValues",
    "RequestContext",
];

/// Words that Cedar's policies or schemas keep for themselves.
const RESERVED: [&str; 27] = [
    "true",
    "false",
    "if",
    "then",
    "else",
    "in",
    "is",
    "like",
    "has",
    "namespace",
    "entity",
    "action",
    "type",
    "appliesTo",
    "principal",
    "resource",
    "context",
    "Bool",
    "Boolean",
    "Long",
    "String",
    "Set",
    "Record",
    "Entity",
    "Extension",
    "enum",
    "tags",
];
/// The names of extension types, which an entity type would hide.
const EXTENSIONS: [&str; 4] = ["ipaddr", "decimal", "datetime", "duration"];

/// An entity: its type and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Uid {
    pub(super) ty: SmolStr,
    pub(super) id: SmolStr,
}

impl Uid {
    pub(super) fn new(ty: &str, id: &SmolStr) -> Uid {
        Uid { ty: ty.into(), id: id.clone() }
    }

    pub(super) fn group(name: &SmolStr) -> Uid {
        Uid::new("Group", name)
    }

    pub(super) fn role(name: &SmolStr) -> Uid {
        Uid::new("Role", name)
    }

    pub(super) fn principal(kind: PrincipalKind, name: &SmolStr) -> Uid {
        Uid::new(kind_name(kind), name)
    }

    /// Whom an attribute names.
    pub(super) fn of(value: &PrincipalValue) -> Uid {
        match value {
            PrincipalValue::User(name) => Uid::principal(PrincipalKind::User, name),
            PrincipalValue::Service(name) => Uid::principal(PrincipalKind::Service, name),
            PrincipalValue::Group(name) => Uid::group(name),
        }
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.ty, string(&self.id))
    }
}

/// The entity type of a kind of principal.
pub(super) fn kind_name(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::User => "User",
        PrincipalKind::Service => "Service",
    }
}

/// The entity type of a resource type of this name.
#[must_use]
pub fn type_name(name: &str) -> SmolStr {
    let mut made = SmolStrBuilder::new();
    for (at, letter) in name.chars().enumerate() {
        match letter {
            'a'..='z' | 'A'..='Z' | '_' => made.push(letter),
            '0'..='9' if at > 0 => made.push(letter),
            '0'..='9' => {
                made.push('_');
                made.push(letter);
            }
            _ => made.push('_'),
        }
    }
    let mut made = made.finish();
    let is_kept = |word: &str| RESERVED.contains(&word) || EXTENSIONS.contains(&word);
    if made.is_empty() || is_kept(&made) || made.starts_with("__") {
        made = if made.starts_with("__") { format!("t{made}").into() } else { format!("{made}_").into() };
    }
    made
}

/// The entity types of all resource types, and those whose name another one has already, with that one: `None` is the export's own.
pub(super) fn type_names(model: &Model) -> (Vec<SmolStr>, Vec<(TypeId, Option<TypeId>)>) {
    let names: Vec<SmolStr> = model.types.iter().map(|ty| type_name(&ty.name.value)).collect();
    let mut taken = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if OWN.contains(&name.as_str()) {
            taken.push((TypeId::at(at), None));
        } else if let Some(other) = names.iter().take(at).position(|other| other == name) {
            taken.push((TypeId::at(at), Some(TypeId::at(other))));
        }
    }
    (names, taken)
}
