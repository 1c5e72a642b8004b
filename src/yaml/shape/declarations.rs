//! The maps of what is declared by name.

use super::rules::{EFFECTS, ROLE_BLOCK, ROLE_ENTRY};
use super::{ALLOW, DOC, Key, Keys, Map, Rule, Value, key, required};

const DEFAULT: &str = "What holds where nothing grants or denies: `deny`, `grant`, `grant to authenticated`, and with \
                       `when unlisted` only for resources that no entry names";
const RESOLVE: &str = "Which entry wins when several disagree: `deny-overrides`, `nearest`, `most-specific` or `grant-overrides`";
const REQUIRES: &str =
    "A formula: what must be granted or true as well, such as `any access and resource.logic-app`";
const INCLUDES: &str = "Privileges that this one consists of: it is granted only where they are";

/// `{ name, default, resolve }`.
pub(in crate::yaml) static POLICY: Map<[Key; 5]> = Map {
    id: "policy",
    what: "`policy`",
    rules: &[],
    keys: [
        required("name", Value::Name, "The name of the policy"),
        key("default", Value::Default, DEFAULT),
        key("resolve", Value::Strategy, RESOLVE),
        DOC,
        ALLOW,
    ],
};

/// `{ in, by, attributes, default, resolve }`.
pub(in crate::yaml) static RESOURCE: Map<[Key; 7]> = Map {
    id: "resource-type",
    what: "a resource type",
    rules: &[],
    keys: [
        key("in", Value::Names, "The types that a resource of this type may lie in"),
        key("by", Value::Path, "`path`: the id says what it lies in, as `a/b` lies in `a`"),
        key(
            "attributes",
            Value::Each(Keys::Attribute, &ATTRIBUTE_TYPE),
            "The attributes of its resources, with their types",
        ),
        key("default", Value::Default, DEFAULT),
        key("resolve", Value::Strategy, RESOLVE),
        DOC,
        ALLOW,
    ],
};

/// What stands behind the name of an attribute that is declared.
pub(super) static ATTRIBUTE_TYPE: Value = Value::Either(&[Value::Type, Value::Map(&ATTRIBUTE)]);

/// `{ type }`.
pub(in crate::yaml) static ATTRIBUTE: Map<[Key; 3]> = Map {
    id: "attribute",
    what: "an attribute",
    rules: &[],
    keys: [required("type", Value::Type, "The type of its values"), DOC, ALLOW],
};

/// `{ on, title, requires, privileges }`.
pub(in crate::yaml) static CATEGORY: Map<[Key; 6]> = Map {
    id: "category",
    what: "a category",
    rules: &[],
    keys: [
        key(
            "on",
            Value::Names,
            "The types of resources that its privileges are asked on; none: without a resource",
        ),
        key("title", Value::Text, "What people call the category"),
        key("requires", Value::Formula, REQUIRES),
        key(
            "privileges",
            Value::Each(
                Keys::Name,
                &Value::Either(&[Value::Null, Value::Text, Value::Map(&CATEGORY_PRIVILEGE)]),
            ),
            "Its privileges by name, each with its title, a map, or nothing",
        ),
        DOC,
        ALLOW,
    ],
};

/// `{ title, requires, includes }`.
pub(in crate::yaml) static CATEGORY_PRIVILEGE: Map<[Key; 5]> = Map {
    id: "category-privilege",
    what: "a privilege",
    rules: &[],
    keys: [
        key("title", Value::Text, "What people call the privilege"),
        key("requires", Value::Formula, REQUIRES),
        key("includes", Value::Names, INCLUDES),
        DOC,
        ALLOW,
    ],
};

/// `{ category, title, requires, includes }`.
pub(in crate::yaml) static PRIVILEGE: Map<[Key; 6]> = Map {
    id: "privilege",
    what: "a privilege outside of `categories`",
    rules: &[],
    keys: [
        required("category", Value::Name, "The category that the privilege belongs to"),
        key("title", Value::Text, "What people call the privilege"),
        key("requires", Value::Formula, REQUIRES),
        key("includes", Value::Names, INCLUDES),
        DOC,
        ALLOW,
    ],
};

/// `{ inherits, requires, grant, deny, bypass, except, entries }`.
pub(in crate::yaml) static ROLE: Map<[Key; 9]> = Map {
    id: "role",
    what: "a role",
    rules: &[Rule::With("except", &Rule::One(EFFECTS))],
    keys: [
        key("inherits", Value::Names, "The roles whose entries this role takes over"),
        key("requires", Value::Names, "The roles that whoever is given this role must hold already"),
        key("grant", Value::Privileges, "What the role may do, everywhere and always"),
        key("deny", Value::Privileges, "What the role may not do, everywhere and always"),
        key("bypass", Value::Privileges, "What the role may do whatever is denied and required"),
        key("except", Value::Except, "What is left out of the one `grant`, `deny` or `bypass` beside it"),
        key(
            "entries",
            Value::Items(&[Value::Map(&ROLE_ENTRY), Value::Map(&ROLE_BLOCK)]),
            "What the role may do at a scope or on a condition",
        ),
        DOC,
        ALLOW,
    ],
};

/// `{ in, disabled }`.
pub(in crate::yaml) static GROUP: Map<[Key; 4]> = Map {
    id: "group",
    what: "a group",
    rules: &[],
    keys: [
        key("in", Value::Names, "The groups that this group is a member of"),
        key("disabled", Value::Flag, "`true`: nothing is given by way of this group"),
        DOC,
        ALLOW,
    ],
};

/// `{ in, attributes }`.
pub(in crate::yaml) static USER: Map<[Key; 4]> = identity("user", "a user");
/// `{ in, attributes }`.
pub(in crate::yaml) static SERVICE: Map<[Key; 4]> = identity("service", "a service");

const fn identity(id: &'static str, what: &'static str) -> Map<[Key; 4]> {
    Map {
        id,
        what,
        rules: &[],
        keys: [key("in", Value::Names, "The groups that it is a member of"), VALUES, DOC, ALLOW],
    }
}

/// `{ in, attributes }`.
pub(in crate::yaml) static INSTANCE: Map<[Key; 4]> = Map {
    id: "resource",
    what: "a resource",
    rules: &[],
    keys: [key("in", Value::Parent, "The resource that it lies in"), VALUES, DOC, ALLOW],
};

const VALUES: Key =
    key("attributes", Value::Each(Keys::Attribute, &Value::Literal), "The values of its attributes");
