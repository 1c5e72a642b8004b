//! The maps of constraints, tests and matrices.

use super::{ALLOW, DOC, Key, Keys, Map, Rule, Value, key, required};

const EXCEPT: Key = key("except", Value::Except, "What is left out of the privileges beside it");
const RESOURCE: Key = key("on", Value::Resource, "The resource that is asked about");
const WITH: Key =
    key("with", Value::Settings, "The values of attributes: `context.mfa: true`, `resource.status: LIVE`");
const AT: Key = key("at", Value::Date, "The date or timestamp at which it is asked");

/// `{ roles }`, an item of `exclusive`.
pub(in crate::yaml) static EXCLUSIVE: Map<[Key; 3]> = Map {
    id: "exclusive",
    what: "an item of `exclusive`",
    rules: &[],
    keys: [required("roles", Value::SomeNames, "The roles of which nobody may hold two"), DOC, ALLOW],
};

/// `{ limit, role }`.
pub(in crate::yaml) static LIMIT: Map<[Key; 4]> = Map {
    id: "limit",
    what: "a limit",
    rules: &[],
    keys: [
        required("limit", Value::Count, "How many principals may hold the role at most"),
        required("role", Value::Name, "The role"),
        DOC,
        ALLOW,
    ],
};

/// `{ never | always | only, can, on }` or `{ never-together }`.
pub(in crate::yaml) static INVARIANT: Map<[Key; 9]> = Map {
    id: "invariant",
    what: "an invariant",
    rules: &[
        Rule::One(&["never", "always", "only", "never-together"]),
        Rule::With("never-together", &Rule::None(&["can", "on"])),
        Rule::With("never", &Rule::Some(&["can"])),
        Rule::With("always", &Rule::Some(&["can"])),
        Rule::With("only", &Rule::Some(&["can"])),
    ],
    keys: [
        key("never", Value::Principals, "Who must never be granted what stands under `can`"),
        key("always", Value::Principals, "Who must always be granted what stands under `can`"),
        key("only", Value::Principals, "Who alone may be granted what stands under `can`"),
        key("never-together", Value::Privileges, "Privileges of which nobody may hold two"),
        key("can", Value::Privileges, "The privileges that the invariant speaks of"),
        EXCEPT,
        key("on", Value::Scope, "The scope that it speaks of; without it, every one"),
        DOC,
        ALLOW,
    ],
};

/// `{ test, as, with, at, checks }`.
pub(in crate::yaml) static TEST: Map<[Key; 7]> = Map {
    id: "test",
    what: "a test",
    rules: &[],
    keys: [
        required("test", Value::Text, "What the test is about"),
        key("as", Value::Principals, "Who asks, in the checks that follow"),
        WITH,
        AT,
        required("checks", Value::Items(&[Value::Map(&CHECK)]), "The questions, with their answers"),
        DOC,
        ALLOW,
    ],
};

/// `{ as, with, at, can | cannot, except, on, in, because }`.
pub(in crate::yaml) static CHECK: Map<[Key; 9]> = Map {
    id: "check",
    what: "a check",
    rules: &[
        Rule::Some(&["can", "cannot", "as", "with", "at"]),
        Rule::With("can", &Rule::None(&["cannot"])),
        Rule::With("except", &Rule::Some(&["can", "cannot"])),
        Rule::With("on", &Rule::Some(&["can", "cannot"])),
        Rule::With("because", &Rule::Some(&["can", "cannot"])),
        Rule::With("in", &Rule::Some(&["can", "cannot"])),
        Rule::With("in", &Rule::Some(&["on"])),
    ],
    keys: [
        key("as", Value::Principals, "Who asks, from here on; attributes and the time start afresh"),
        WITH,
        AT,
        key("can", Value::Privileges, "What has to be granted"),
        key("cannot", Value::Privileges, "What has to be denied"),
        EXCEPT,
        RESOURCE,
        key("in", Value::Resources, "What the resource lies in, nearest first"),
        key("because", Value::Because, "The reason that the decision has to have"),
    ],
};

/// `{ matrix, on, with, roles, rows }`.
pub(in crate::yaml) static MATRIX: Map<[Key; 7]> = Map {
    id: "matrix",
    what: "a matrix",
    rules: &[],
    keys: [
        required("matrix", Value::Text, "What the matrix is about"),
        RESOURCE,
        WITH,
        required("roles", Value::SomeNames, "The columns: a role each"),
        required(
            "rows",
            Value::Each(Keys::Privilege, &Value::Marks),
            "A row for each privilege: a mark for each role, `+` granted, `-` denied",
        ),
        DOC,
        ALLOW,
    ],
};
