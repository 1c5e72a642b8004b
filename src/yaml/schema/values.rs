//! What the schema says of single values and lists of them: patterns and words, as the readers take them.
//!
//! A pattern may let pass what a later phase refuses (a privilege that nobody declared, a formula with a slip). It must not
//! refuse what is read. It holds to what JSON Schema and the regular expressions of every validator have in common.

use super::json::{Json, Pair, texts};
use super::{Writer, any, list, object};
use crate::diagnostic::Code;
use crate::terms::Reason;
use crate::yaml::shape::Value;
use crate::yaml::values::STRATEGIES;

/// What a text may look like: `1` and `true` are texts where one is wanted.
const SCALAR: &[&str] = &["string", "number", "boolean"];

/// A text in double quotes inside of a text, which may be empty.
const QUOTED: &str = r#""([^"\\]|\\[\s\S])*""#;
/// The same, not empty.
const SOME_QUOTED: &str = r#""([^"\\]|\\[\s\S])+""#;
/// What the DSL reads as a blank: a comment is one too.
const GAP: &str = r"([\t-\r ;]|#[^\n]*)*";
/// The same, where a word has to end.
const PART: &str = r"([\t-\r ;]|#[^\n]*\n)+";

/// A value that is neither a map with known keys nor made of others: a reference to its definition.
pub(super) fn value(of: &Value, to: &mut Writer) -> Option<Json> {
    Some(match of {
        Value::Text => to.define("text", |_| typed(SCALAR, "A text", Vec::new())),
        Value::Reason => to.define("reason", |_| typed(SCALAR, "A reason", vec![pattern(r"\S")])),
        Value::Name => name(to),
        Value::Names => to.define("names", |to| one_or_list(name(to), 0)),
        Value::SomeNames => to.define("some-names", |to| one_or_list(name(to), 1)),
        Value::Codes => to.define("codes", |to| one_or_list(code(to), 1)),
        Value::Principals => to.define("principals", |to| one_or_list(principal(to), 1)),
        Value::Resource => resource(to),
        Value::Parent => to.define("parent", |to| {
            let one = resource(to);
            any([one.clone(), list(one, 1, Some(1))])
        }),
        Value::Resources => to.define("resource-references", |to| one_or_list(resource(to), 1)),
        Value::Privileges => to.define("privileges", |to| one_or_list(privilege(to), 1)),
        Value::Except => to.define("except", |to| one_or_list(privilege(to), 0)),
        Value::Formula => {
            to.define("formula", |_| typed(SCALAR, "A formula or condition", vec![pattern(r"\S")]))
        }
        Value::Default => to.define("default", |_| default()),
        Value::Strategy => to.define("resolve", |_| {
            words("How entries that disagree are resolved", STRATEGIES.map(|(word, _)| word))
        }),
        Value::Path => words("The id says what it lies in", ["path"]),
        Value::Type => to.define("type", |_| attribute_type()),
        Value::Literal => literal(to),
        Value::Date => to.define("date", |_| date()),
        Value::Flag => typed(&["boolean"], "`true` or `false`", Vec::new()),
        Value::Count => count(),
        Value::Because => words("The reason for a decision", Reason::ALL.map(Reason::name)),
        Value::Marks => to.define("marks", |_| {
            one_or_list(typed(&["string"], "Marks: `+` granted, `-` denied", vec![pattern(r"^[-+\s]*$")]), 0)
        }),
        _ => return None,
    })
}

/// A scope that is written as a text.
pub(super) fn scope(to: &mut Writer) -> Json {
    to.define("scope-reference", |_| reference("A scope: `type:id`, or `type:*` for a whole type", r"\*|"))
}

fn resource(to: &mut Writer) -> Json {
    to.define("resource-reference", |_| reference("A resource: its type, a colon and its id", ""))
}

/// `only: true` beside a whole type, which has nothing below it.
pub(super) fn whole_type() -> Pair {
    pattern(format!(r"^{}:\*$", type_name()))
}

/// The keys of maps whose keys are names. `<<` is a name only in quotes, which a validator does not see.
pub(super) fn name_key() -> Json {
    object([("minLength", Json::Number(1)), ("not", object([("enum", texts(["\"\"", "<<"]))]))])
}

/// The keys that are names of attributes.
pub(super) fn attribute_key() -> Json {
    object([pattern("^[A-Za-z_][A-Za-z0-9_-]*$")])
}

/// The keys that name a resource.
pub(super) fn resource_key() -> Json {
    reference("A resource: its type, a colon and its id", "")
}

/// The keys that name a value for a question.
pub(super) fn setting_key() -> Json {
    object([pattern(r"^(principal|resource|context)\.[A-Za-z_][A-Za-z0-9_-]*$")])
}

fn typed(types: &[&'static str], title: &'static str, more: Vec<Pair>) -> Json {
    let kind = match types {
        [one] => Json::from(*one),
        many => texts(many.iter().copied()),
    };
    object([("title", title.into()), ("type", kind)].into_iter().chain(more))
}

fn pattern(pattern: impl Into<std::borrow::Cow<'static, str>>) -> Pair {
    ("pattern", Json::Text(pattern.into()))
}

fn not(of: Vec<Pair>) -> Pair {
    ("not", object(of))
}

fn words<const N: usize>(title: &'static str, of: [&'static str; N]) -> Json {
    object([("title", title.into()), ("enum", texts(of))])
}

fn one_or_list(one: Json, least: u32) -> Json {
    any([one.clone(), list(one, least, None)])
}

fn name(to: &mut Writer) -> Json {
    to.define("name", |_| {
        // A name in double quotes inside of the text can be empty too.
        let empty = not(vec![("enum", texts(["\"\""]))]);
        typed(&["string", "number"], "A name", vec![("minLength", Json::Number(1)), empty])
    })
}

/// The type in `type:id`.
fn type_name() -> String {
    format!(r#"({SOME_QUOTED}|[^":][^:]*)"#)
}

/// `type:id`, or with `also` in place of the id.
fn reference(title: &'static str, also: &str) -> Json {
    let ty = type_name();
    let never = any([object([pattern(" only$")]), object([pattern(format!("^{ty}:\"\"$"))])]);
    let written = pattern(format!("^{ty}:({also}[^*]+|{SOME_QUOTED})$"));
    typed(&["string"], title, vec![written, ("not", never)])
}

fn principal(to: &mut Writer) -> Json {
    const TITLE: &str = "A principal: `user:ID`, `service:ID`, `group:ID`, `role:ID`, `anyone`, `authenticated` or `anonymous`";
    to.define("principal", |_| {
        let written = pattern(r"^(anyone|authenticated|anonymous|(user|service|group|role):[\s\S]+)$");
        typed(&["string"], TITLE, vec![written, not(vec![pattern("^[a-z]+:\"\"$")])])
    })
}

fn written_privilege() -> Vec<Pair> {
    vec![
        ("minLength", Json::Number(1)),
        pattern(format!(r"^([^*]+|[A-Za-z0-9_.:/@+*-]+|{QUOTED}|category:[\s\S]+)$")),
        not(vec![("enum", texts(["\"\"", "category:\"\""]))]),
    ]
}

fn privilege(to: &mut Writer) -> Json {
    const TITLE: &str = "A privilege, a wildcard such as `access-*`, or `category:NAME`";
    to.define("privilege-reference", |_| typed(&["string", "number"], TITLE, written_privilege()))
}

/// The keys of a matrix's rows.
pub(super) fn privilege_key() -> Json {
    object(written_privilege())
}

/// The codes that may be silenced, by number and by name; numbers in small letters are read as well.
fn code(to: &mut Writer) -> Json {
    to.define("code", |_| allowable_code())
}

fn allowable_code() -> Json {
    let codes = || Code::ALL.iter().filter(|code| code.allowable());
    let all = codes().flat_map(|code| [code.number(), code.name()]);
    let small: Vec<&str> = codes().map(|code| code.number().trim_start_matches('P')).collect();
    let known = object([("title", "The code of a finding".into()), ("enum", texts(all))]);
    any([
        known,
        typed(&["string"], "The code of a finding", vec![pattern(format!("^p({})$", small.join("|")))]),
    ])
}

fn default() -> Json {
    let usual = words(
        "What holds where nothing grants or denies",
        [
            "deny",
            "grant",
            "grant to anyone",
            "grant to authenticated",
            "grant when unlisted",
            "grant to authenticated when unlisted",
        ],
    );
    let class = format!("({PART}to{PART}(anyone|authenticated|anonymous))?");
    let written = format!("^{GAP}(deny|grant{class}({PART}when{PART}unlisted)?){GAP}$");
    any([usual, typed(&["string"], "What holds where nothing grants or denies", vec![pattern(written)])])
}

/// The types that are no sets.
fn plain_type() -> String {
    let text = r#""([^"\\\n]|\\[^\n])*""#;
    format!(r"(bool|int|string|timestamp|ip|principal|{text}({GAP}\|{GAP}{text})*)")
}

fn attribute_type() -> Json {
    let plain = plain_type();
    let usual = words("The type of an attribute", ["bool", "int", "string", "timestamp", "ip", "principal"]);
    let written = format!(r"^{GAP}({plain}|\[{GAP}{plain}{GAP}\]){GAP}$");
    let member =
        typed(&["string"], "The type of the values of a set", vec![pattern(format!("^{GAP}{plain}{GAP}$"))]);
    let written = typed(
        &["string"],
        "The type of an attribute: a word, a set such as `[string]`, or an enum such as `\"A\" | \"B\"`",
        vec![pattern(written)],
    );
    any([usual, written, list(member, 1, Some(1))])
}

fn literal(to: &mut Writer) -> Json {
    to.define("value", |to| {
        let set = list(literal(to), 0, None);
        any([typed(SCALAR, "A value", Vec::new()), set])
    })
}

fn date() -> Json {
    const DATE: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
    const TIME: &str = r"[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[-+][0-9]{2}:[0-9]{2})";
    typed(
        &["string"],
        "A date such as `2026-01-31`, or a timestamp such as `2026-01-31T12:00:00Z`",
        vec![pattern(format!("^{DATE}({TIME})?$"))],
    )
}

fn count() -> Json {
    let number = typed(
        &["integer"],
        "A whole number",
        vec![("minimum", Json::Number(0)), ("maximum", Json::Number(u32::MAX))],
    );
    any([number, typed(&["string"], "A whole number", vec![pattern(r"^\+?[0-9]+$")])])
}
