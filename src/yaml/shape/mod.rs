//! What a YAML file may hold: each map with its keys, what a key means, and what may stand behind it.
//!
//! This is the only list of keys. The readers take the keys of a map from here, in this order, and with them what is
//! unknown and what is missing; `schema` walks the same tables; `convert` writes sections in their order. Knows nothing
//! of text and of the ast.

mod checks;
mod declarations;
mod rules;

pub(super) use checks::{CHECK, EXCLUSIVE, INVARIANT, LIMIT, MATRIX, TEST};
pub(super) use declarations::{
    ATTRIBUTE, CATEGORY, CATEGORY_PRIVILEGE, GROUP, INSTANCE, POLICY, PRIVILEGE, RESOURCE, ROLE, SERVICE,
    USER,
};
pub(super) use rules::{ASSIGNMENT, BLOCK, ENTRY, ROLE_BLOCK, ROLE_ENTRY, SCOPE};

/// A map with known keys.
pub(super) struct Map<K: ?Sized = [Key]> {
    /// The word by which the schema refers to it.
    pub(super) id: &'static str,
    /// What it describes, as messages say it.
    pub(super) what: &'static str,
    /// What has to hold between keys.
    pub(super) rules: &'static [Rule],
    /// Its keys, in the order in which they are listed.
    pub(super) keys: K,
}

impl Map {
    /// The names of its keys.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.keys.iter().map(|key| key.name)
    }

    /// Whether it has a key.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }
}

/// A key of a map.
pub(super) struct Key {
    pub(super) name: &'static str,
    /// What stands behind it.
    pub(super) value: Value,
    /// What it means, as an editor shows it: a sentence without its final stop.
    pub(super) says: &'static str,
    /// Whether the map is refused without it.
    pub(super) required: bool,
}

const fn key(name: &'static str, value: Value, says: &'static str) -> Key {
    Key { name, value, says, required: false }
}

const fn required(name: &'static str, value: Value, says: &'static str) -> Key {
    Key { name, value, says, required: true }
}

/// What has to hold between the keys of a map.
pub(super) enum Rule {
    /// Exactly one of them is written.
    One(&'static [&'static str]),
    /// One of them or more are written.
    Some(&'static [&'static str]),
    /// None of them is written.
    None(&'static [&'static str]),
    /// Where the key is written, the rule holds.
    With(&'static str, &'static Rule),
    /// `only: true` stands beside an `on` that names one resource.
    Only,
}

/// What may stand behind a key, or in a list.
pub(super) enum Value {
    /// Any text.
    Text,
    /// A text that says something.
    Reason,
    /// A name of anything.
    Name,
    /// A name or a list of names, which may be empty.
    Names,
    /// A name or a list of names, at least one.
    SomeNames,
    /// A code of a finding or a list of them.
    Codes,
    /// A principal or a list of them, at least one.
    Principals,
    /// `type:id`.
    Resource,
    /// A resource, or a list of one or none.
    Parent,
    /// A resource or a list of them, at least one.
    Resources,
    /// A resource with all below it, a whole type, or a resource alone.
    Scope,
    /// Privileges, wildcards and categories, at least one.
    Privileges,
    /// The same, and there may be none.
    Except,
    /// A formula or condition.
    Formula,
    /// What holds where nothing has an opinion.
    Default,
    /// How entries that disagree are resolved.
    Strategy,
    /// The word `path`.
    Path,
    /// The type of an attribute.
    Type,
    /// The value of an attribute.
    Literal,
    /// A date or timestamp.
    Date,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Count,
    /// The word of a reason for a decision.
    Because,
    /// Marks of a row of a matrix.
    Marks,
    /// Nothing.
    Null,
    /// Values of attributes by `context.x`, `resource.x` and `principal.x`, at least one.
    Settings,
    /// Lists of roles that exclude each other, or one of them.
    Exclusive,
    /// A map with known keys.
    Map(&'static Map),
    /// The same in a block, which gives the scope: what the schema calls it, and the map.
    Inner(&'static str, &'static Map),
    /// A map with known keys, or nothing.
    Details(&'static Map),
    /// A map with a value for every key, or nothing.
    Each(Keys, &'static Value),
    /// A list of maps, one of them, or nothing.
    Items(&'static [Value]),
    /// Any of these.
    Either(&'static [Value]),
}

/// What the keys of a map are whose keys are not known.
#[derive(Clone, Copy)]
pub(super) enum Keys {
    Name,
    Attribute,
    Resource,
    Privilege,
}

const DOC: Key = key("doc", Value::Text, "Documentation: what this is for. Reports and exports show it");
const ALLOW: Key = key(
    "allow",
    Value::Items(&ALLOWS),
    "Findings that are fine here, each with the reason. What somebody may do stands under `grant`",
);

static ALLOWS: [Value; 1] = [Value::Map(&ALLOWED)];

/// `{ code, why }`.
pub(super) static ALLOWED: Map<[Key; 2]> = Map {
    id: "allow",
    what: "an `allow`",
    rules: &[],
    keys: [
        required("code", Value::Codes, "The code of the finding, such as `P0307` or `unmet-requirement`"),
        required("why", Value::Reason, "Why the finding is fine here"),
    ],
};

const RULES: &[Value] = &[Value::Map(&ENTRY), Value::Map(&BLOCK)];
const ASSIGNMENTS: &[Value] = &[Value::Map(&ASSIGNMENT), Value::Map(&BLOCK)];

/// The top of a file: its sections, in the order in which they are written best.
pub(super) static FILE: Map<[Key; 18]> = Map {
    id: "file",
    what: "a policy file",
    rules: &[],
    keys: [
        key(
            "policy",
            Value::Either(&[Value::Name, Value::Map(&POLICY)]),
            "The name of the policy, or a map with its name and settings. One file of a policy has it",
        ),
        key(
            "resources",
            Value::Each(Keys::Name, &Value::Details(&RESOURCE)),
            "The types of resources that are asked about, by name",
        ),
        key(
            "principal",
            Value::Each(Keys::Attribute, &declarations::ATTRIBUTE_TYPE),
            "The attributes of whoever asks, with their types",
        ),
        key(
            "context",
            Value::Each(Keys::Attribute, &declarations::ATTRIBUTE_TYPE),
            "The attributes that a request brings along, with their types",
        ),
        key(
            "categories",
            Value::Each(Keys::Name, &Value::Details(&CATEGORY)),
            "Categories of privileges, by name, with the privileges in them",
        ),
        key(
            "privileges",
            Value::Each(Keys::Name, &Value::Map(&PRIVILEGE)),
            "Privileges that are declared apart from their category, by name",
        ),
        key(
            "roles",
            Value::Each(Keys::Name, &Value::Details(&ROLE)),
            "Roles by name: what each grants and denies",
        ),
        key("groups", Value::Each(Keys::Name, &Value::Details(&GROUP)), "Groups by name"),
        key("users", Value::Each(Keys::Name, &Value::Details(&USER)), "Users by id"),
        key("services", Value::Each(Keys::Name, &Value::Details(&SERVICE)), "Services by id"),
        key(
            "instances",
            Value::Each(Keys::Resource, &Value::Details(&INSTANCE)),
            "Resources by `type:id`: what they lie in, and the values of their attributes",
        ),
        key("assignments", Value::Items(ASSIGNMENTS), "Who holds which role, where and when"),
        key("entries", Value::Items(RULES), "What is granted and denied to principals without a role"),
        key(
            "invariants",
            Value::Items(&[Value::Map(&INVARIANT)]),
            "What must hold whatever else is written; a policy that breaks one is refused",
        ),
        key("exclusive", Value::Exclusive, "Roles of which nobody may hold two"),
        key("limits", Value::Items(&[Value::Map(&LIMIT)]), "How many principals may hold a role"),
        key("tests", Value::Items(&[Value::Map(&TEST)]), "Questions with the answers that are expected"),
        key(
            "matrices",
            Value::Items(&[Value::Map(&MATRIX)]),
            "Tables of privileges by roles, with the answers that are expected",
        ),
    ],
};
