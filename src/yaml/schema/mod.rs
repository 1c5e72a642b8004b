//! The shape of the YAML form > a JSON Schema, by which editors complete, explain and check a file as it is written.
//!
//! Enters: the tables of `shape`, from which the readers take their keys too. Leaves: the text of the schema. Its dialect
//! is draft 2020-12, of which it uses only what older validators understand the same way.

mod json;
mod values;

use super::shape::{EXCLUSIVE, FILE, Key, Keys, Map, Rule, SCOPE, Value};
use json::{Json, Pair, texts};

/// A JSON Schema (draft 2020-12) of the YAML form: which keys stand where, what they mean, and what may stand behind them.
/// Names that are not declared, and formulas with a slip, are found by the compiler alone.
#[must_use]
pub fn schema() -> String {
    let mut writer = Writer::default();
    let (properties, rest) = writer.map(&FILE, &[]);
    let mut top = vec![
        ("$schema", Json::from("https://json-schema.org/draft/2020-12/schema")),
        ("$id", "policyc.schema.json".into()),
        ("title", "A policy of policyc".into()),
        ("description", "A file of a policy. All files of a policy are read together, in any order".into()),
        // An empty file is fine.
        ("type", texts(["object", "null"])),
        properties,
    ];
    top.extend(rest);
    let definitions = writer.definitions.into_iter();
    let definitions = definitions.map(|(id, definition)| (id, definition.unwrap_or(Json::Bool(true))));
    top.push(("$defs", Json::Object(definitions.collect())));
    json::text(&Json::Object(top))
}

/// The definitions so far, in the order in which they were first needed; `None` while one is being written.
#[derive(Default)]
struct Writer {
    definitions: Vec<(&'static str, Option<Json>)>,
}

impl Writer {
    /// A reference to a definition, which is written if it is new.
    fn define(&mut self, id: &'static str, write: impl FnOnce(&mut Writer) -> Json) -> Json {
        if self.definitions.iter().all(|(known, _)| *known != id) {
            let at = self.definitions.len();
            self.definitions.push((id, None));
            let definition = write(self);
            if let Some((_, slot)) = self.definitions.get_mut(at) {
                *slot = Some(definition);
            }
        }
        object([("$ref", Json::from(format!("#/$defs/{id}")))])
    }

    fn value(&mut self, of: &Value) -> Json {
        match of {
            Value::Null => nothing(),
            Value::Scope => self.define("scope-or-only", |to| any([values::scope(to), to.named(&SCOPE)])),
            Value::Map(map) => self.named(map),
            Value::Inner(id, map) => self.define(id, |to| to.whole(map, &["on", "only"])),
            Value::Details(map) => any([self.named(map), nothing()]),
            Value::Each(keys, value) => {
                let keys = match keys {
                    Keys::Name => values::name_key(),
                    Keys::Attribute => values::attribute_key(),
                    Keys::Resource => values::resource_key(),
                    Keys::Privilege => values::privilege_key(),
                };
                let value = self.value(value);
                object([
                    ("type", texts(["object", "null"])),
                    ("propertyNames", keys),
                    ("additionalProperties", value),
                ])
            }
            Value::Settings => self.define("settings", |to| {
                let value = to.value(&Value::Literal);
                object([
                    ("type", "object".into()),
                    ("minProperties", Json::Number(1)),
                    ("propertyNames", values::setting_key()),
                    ("additionalProperties", value),
                ])
            }),
            Value::Items(items) => {
                let one = self.either(items);
                any([list(one.clone(), 0, None), one, nothing()])
            }
            Value::Exclusive => {
                let (name, map) = (self.value(&Value::Name), self.named(&EXCLUSIVE));
                let set = list(name, 1, None);
                any([set.clone(), list(any([set, map.clone()]), 0, None), map, nothing()])
            }
            Value::Either(values) => self.either(values),
            scalar => values::value(scalar, self).unwrap_or(Json::Bool(true)),
        }
    }

    fn either(&mut self, values: &[Value]) -> Json {
        match values {
            [one] => self.value(one),
            many => any(many.iter().map(|value| self.value(value)).collect::<Vec<Json>>()),
        }
    }

    /// A reference to the definition of a map.
    fn named(&mut self, map: &'static Map) -> Json {
        self.define(map.id, |to| to.whole(map, &[]))
    }

    fn whole(&mut self, map: &Map, without: &[&str]) -> Json {
        let (properties, rest) = self.map(map, without);
        let what = map.what.replace('`', "");
        let mut letters = what.chars();
        let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        object([("title", Json::from(title)), ("type", "object".into()), properties].into_iter().chain(rest))
    }

    /// The keys of a map but some, and what has to hold between them.
    fn map(&mut self, map: &Map, without: &[&str]) -> (Pair, Vec<Pair>) {
        let keys = || map.keys.iter().filter(|key| !without.contains(&key.name));
        let properties = keys().map(|key| (key.name, self.property(key))).collect();
        let mut rest = vec![("additionalProperties", Json::Bool(false))];
        let required: Vec<&'static str> = keys().filter(|key| key.required).map(|key| key.name).collect();
        if !required.is_empty() {
            rest.push(("required", texts(required)));
        }
        let rules =
            map.rules.iter().filter(|rule| !(matches!(rule, Rule::Only) && without.contains(&"only")));
        let rules: Vec<Json> = rules.map(rule).collect();
        if !rules.is_empty() {
            rest.push(("allOf", Json::List(rules)));
        }
        (("properties", Json::Object(properties)), rest)
    }

    fn property(&mut self, key: &Key) -> Json {
        let says = [("description", Json::from(key.says))];
        match self.value(&key.value) {
            Json::Object(pairs) => object(says.into_iter().chain(pairs)),
            other => other,
        }
    }
}

fn rule(of: &Rule) -> Json {
    let has = |key: &'static str| object([("required", texts([key]))]);
    match of {
        Rule::One(keys) => object([("oneOf", Json::List(keys.iter().map(|key| has(key)).collect()))]),
        Rule::Some([key]) => has(key),
        Rule::Some(keys) => any(keys.iter().map(|key| has(key)).collect::<Vec<Json>>()),
        Rule::None(keys) => {
            let never = keys.iter().map(|key| (*key, Json::Bool(false))).collect();
            object([("properties", Json::Object(never))])
        }
        Rule::With(key, then) => object([("if", has(key)), ("then", rule(then))]),
        Rule::Only => {
            let on = object([("only", object([("const", Json::Bool(true))]))]);
            let written = object([("required", texts(["only"])), ("properties", on)]);
            let whole = object([("type", "string".into()), values::whole_type()]);
            let on = object([("on", object([("not", whole)]))]);
            object([("if", written), ("then", object([("required", texts(["on"])), ("properties", on)]))])
        }
    }
}

fn object(pairs: impl IntoIterator<Item = Pair>) -> Json {
    Json::Object(pairs.into_iter().collect())
}

fn any(of: impl Into<Vec<Json>>) -> Json {
    object([("anyOf", Json::List(of.into()))])
}

fn list(items: Json, least: u32, most: Option<u32>) -> Json {
    let mut pairs = vec![("type", Json::from("array")), ("items", items)];
    if least > 0 {
        pairs.push(("minItems", Json::Number(least)));
    }
    pairs.extend(most.map(|most| ("maxItems", Json::Number(most))));
    Json::Object(pairs)
}

fn nothing() -> Json {
    object([("type", "null".into())])
}
