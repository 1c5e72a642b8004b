//! The maps of entries, assignments and blocks.

use super::{ALLOW, DOC, Key, Map, Rule, Value, key, required};

/// The keys of which an entry has one.
pub(super) const EFFECTS: &[&str] = &["grant", "deny", "bypass"];

const GRANT: Key = key("grant", Value::Privileges, "What is granted: privileges, wildcards, categories");
const DENY: Key = key("deny", Value::Privileges, "What is denied: privileges, wildcards, categories");
const BYPASS: Key = key("bypass", Value::Privileges, "What is granted whatever is denied and required");
const EXCEPT: Key = key("except", Value::Except, "What is left out of the privileges beside it");
const TO: Key =
    required("to", Value::Principals, "Who: users, services, groups, roles, `anyone`, `authenticated`");
const ON_SAYS: &str =
    "Where: `folder:finance` with all below it, `flow:*` for a whole type; without it, everywhere";
const ON: Key = key("on", Value::Scope, ON_SAYS);
const ONLY: Key = key("only", Value::Flag, "`true`: on the resource alone, without what is below it");
const WHEN: Key = key("when", Value::Formula, "A condition, such as `context.mfa and principal.level >= 3`");
const BLOCK_ON: Key = required("on", Value::Scope, "Where everything in the block holds");
const BLOCK_SAYS: &str = "What is granted and denied there; the items have no `on` of their own";

/// An item of `entries`.
pub(in crate::yaml) static ENTRY: Map<[Key; 10]> = Map {
    id: "entry",
    what: "an entry",
    rules: &[Rule::One(EFFECTS), Rule::Only],
    keys: [GRANT, DENY, BYPASS, EXCEPT, TO, ON, ONLY, WHEN, DOC, ALLOW],
};

/// An item of the `entries` of a role.
pub(in crate::yaml) static ROLE_ENTRY: Map<[Key; 9]> = Map {
    id: "role-entry",
    what: "an entry of a role",
    rules: &[Rule::One(EFFECTS), Rule::Only],
    keys: [GRANT, DENY, BYPASS, EXCEPT, ON, ONLY, WHEN, DOC, ALLOW],
};

/// An item of `assignments`.
pub(in crate::yaml) static ASSIGNMENT: Map<[Key; 9]> = Map {
    id: "assignment",
    what: "an assignment",
    rules: &[Rule::Only],
    keys: [
        required("assign", Value::Name, "The role that is given"),
        TO,
        ON,
        ONLY,
        key("from", Value::Date, "The date or timestamp from which it holds"),
        key("until", Value::Date, "The date or timestamp at which it ends"),
        WHEN,
        DOC,
        ALLOW,
    ],
};

/// `{ on, only, entries, assignments }`.
pub(in crate::yaml) static BLOCK: Map<[Key; 6]> = Map {
    id: "block",
    what: "a block",
    rules: &[Rule::Some(&["entries", "assignments"]), Rule::Only],
    keys: [
        BLOCK_ON,
        ONLY,
        key("entries", Value::Items(&[Value::Inner("block-entry", &ENTRY)]), BLOCK_SAYS),
        key(
            "assignments",
            Value::Items(&[Value::Inner("block-assignment", &ASSIGNMENT)]),
            "Who holds which role there; the items have no `on` of their own",
        ),
        DOC,
        ALLOW,
    ],
};

/// `{ on, only, entries }` in a role.
pub(in crate::yaml) static ROLE_BLOCK: Map<[Key; 5]> = Map {
    id: "role-block",
    what: "a block of a role's entries",
    rules: &[Rule::Some(&["entries"]), Rule::Only],
    keys: [
        BLOCK_ON,
        ONLY,
        key("entries", Value::Items(&[Value::Inner("role-block-entry", &ROLE_ENTRY)]), BLOCK_SAYS),
        DOC,
        ALLOW,
    ],
};

/// `{ only }` in place of a scope.
pub(in crate::yaml) static SCOPE: Map<[Key; 1]> = Map {
    id: "scope",
    what: "a scope",
    rules: &[],
    keys: [required("only", Value::Resource, "The resource alone, without what is below it")],
};
