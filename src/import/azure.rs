//! Role definitions of Azure > a draft: actions, and what `notActions` takes from them.
//!
//! Enters: definitions as the command line, the REST interface or PowerShell write them. Leaves: a role for each, an entry for each block
//! of permissions. A block allows what one of its actions names and none of its `notActions`; blocks add up, and deny nothing to each
//! other. Actions and data actions are apart. Names are the same in any case of letters; the first spelling counts.

use super::document::{documents, texts};
use super::draft::{Draft, Entry, Role};
use super::finding::Report;
use super::list::{Item, Written};
use super::{Input, MAX_TOLD};
use crate::ast::Effect;
use crate::resolve::wildcards::Pattern;
use crate::source::Span;
use crate::yaml::plain::Value;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The category of all data actions.
const DATA: &str = "data-actions";

pub(super) fn read(input: &Input<'_>, report: &mut Report) -> Draft {
    let mut definitions = Vec::new();
    for (id, source) in input.files() {
        for document in documents(id, source, report) {
            collect(&document, &mut definitions, report);
        }
    }
    let mut draft = Draft { origin: "role definitions of Azure".to_owned(), ..Draft::default() };
    let universe = Universe::of(&definitions, input, &mut draft, report);
    let mut names: HashMap<SmolStr, Span> = HashMap::new();
    for definition in definitions {
        if names.insert(definition.name.clone(), definition.span).is_some() {
            let message = format!("the role `{}` is defined twice", definition.name);
            report.error(definition.span, message, "keep one of the two");
            continue;
        }
        let entries =
            definition.blocks.iter().flat_map(|block| universe.entries(block, &definition.name, report));
        let entries: Vec<Entry> = entries.collect();
        let Definition { name, doc, comments, .. } = definition;
        draft.roles.push(Role { name, doc, comments, entries, ..Role::default() });
    }
    draft
}

/// A role, as it is defined.
struct Definition {
    name: SmolStr,
    doc: Option<String>,
    comments: Vec<String>,
    blocks: Vec<Block>,
    span: Span,
}

/// Actions of one kind, and what is taken from them.
struct Block {
    is_data: bool,
    actions: Vec<(SmolStr, Span)>,
    except: Vec<(SmolStr, Span)>,
}

/// The value of a key in whatever case: every tool of Azure has its own.
fn field<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let (_, value) = value.pairs().iter().find(|(known, _)| known.text.eq_ignore_ascii_case(key))?;
    (!value.is_null()).then_some(value)
}

fn collect(value: &Value, definitions: &mut Vec<Definition>, report: &mut Report) {
    if let Some(list) = value.list() {
        return list.iter().for_each(|value| collect(value, definitions, report));
    }
    if value.is_null() {
        return;
    }
    if let Some(list) = field(value, "value").filter(|list| list.list().is_some()) {
        return collect(list, definitions, report);
    }
    let body = field(value, "properties").filter(|body| body.is_map()).unwrap_or(value);
    if field(body, "principalId").is_some() {
        let message = "a role assignment is not imported: its scopes are resources of Azure";
        return report.left_out(
            value.span,
            message,
            "give role definitions here, and write `assign ROLE to ... on ...` for what you need",
        );
    }
    let name = field(body, "roleName").or(field(value, "name")).and_then(Value::text);
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        let message = format!("expected a role definition, found {} without `roleName`", value.noun());
        return report.error(value.span, message, "give what `az role definition list` prints");
    };
    let blocks = match field(body, "permissions") {
        None if field(body, "actions").or(field(body, "dataActions")).is_some() => {
            blocks(body, None, name, report)
        }
        None => {
            let message = format!("the role `{name}` has no `permissions`");
            return report.error(value.span, message, "give what `az role definition list` prints");
        }
        Some(list) => match list.list() {
            Some(list) => list.iter().flat_map(|block| blocks(block, Some(()), name, report)).collect(),
            None => {
                let message = format!("`permissions` has to be a list, and is {}", list.noun());
                return report.error(list.span, message, "write `\"permissions\": [{ \"actions\": [...] }]`");
            }
        },
    };
    let doc = field(body, "description").and_then(Value::text).map(|text| text.to_string());
    let scopes = texts(field(body, "assignableScopes"), "assignableScopes", report);
    let scopes: Vec<&str> =
        scopes.iter().map(|(text, _)| text.as_str()).filter(|text| *text != "/").collect();
    let mut comments = Vec::new();
    if !scopes.is_empty() {
        comments.push(format!("assignableScopes: {}", scopes.join(", ")));
    }
    definitions.push(Definition { name: name.clone(), doc, comments, blocks, span: value.span });
}

/// What a block says of actions and of data actions. `strict`: it is nothing but a block.
fn blocks(block: &Value, strict: Option<()>, role: &str, report: &mut Report) -> Vec<Block> {
    let keys = ["actions", "notActions", "dataActions", "notDataActions", "condition", "conditionVersion"];
    for (key, _) in block.pairs().iter().filter(|_| strict.is_some()) {
        if !keys.iter().any(|known| key.text.eq_ignore_ascii_case(known)) {
            let message = format!("a block of permissions has no key `{}`", key.text);
            report.error(key.span, message, format!("the keys are {}", keys.join(", ")));
        }
    }
    if !block.is_map() {
        let message = format!("a block of permissions has to be a map, and this is {}", block.noun());
        report.error(block.span, message, "write `{ \"actions\": [...], \"notActions\": [...] }`");
        return Vec::new();
    }
    if let Some(condition) =
        field(block, "condition").filter(|value| value.text().is_none_or(|text| !text.is_empty()))
    {
        let message =
            format!("a block of `{role}` holds under a condition, and conditions of Azure are not read");
        let help = "write the block by hand, with `when` and an attribute for what the condition asks";
        report.left_out(condition.span, message, help);
        return Vec::new();
    }
    let mut list = |key: &str| -> Vec<(SmolStr, Span)> {
        let found = texts(field(block, key), key, report);
        found
            .into_iter()
            .filter(|(text, _)| !text.is_empty())
            .map(|(text, span)| (text.clone(), span))
            .collect()
    };
    let (actions, except) = (list("actions"), list("notActions"));
    let (data, data_except) = (list("dataActions"), list("notDataActions"));
    vec![
        Block { is_data: false, actions, except },
        Block { is_data: true, actions: data, except: data_except },
    ]
}

/// The actions of one kind.
#[derive(Default)]
struct Kind {
    /// In small letters, sorted, each with its number and how it is spelled.
    actions: Vec<(SmolStr, u32, SmolStr)>,
}

/// All actions that there are.
struct Universe {
    control: Kind,
    data: Kind,
}

impl Universe {
    fn of(definitions: &[Definition], input: &Input<'_>, draft: &mut Draft, report: &mut Report) -> Universe {
        let (mut control, mut data): (BTreeMap<SmolStr, SmolStr>, _) = (BTreeMap::new(), BTreeMap::new());
        let mut first_wildcard = None;
        let mut meet = |is_data: bool, text: &SmolStr| {
            let kind = if is_data { &mut data } else { &mut control };
            kind.entry(text.to_lowercase().into()).or_insert_with(|| text.clone());
        };
        for block in definitions.iter().flat_map(|definition| &definition.blocks) {
            for (text, span) in block.actions.iter().chain(&block.except) {
                match text.contains('*') {
                    true => drop(first_wildcard.get_or_insert(*span)),
                    false => meet(block.is_data, text),
                }
            }
        }
        for name in &input.known.names {
            meet(name.is_data, &name.text);
        }
        if let Some(span) = first_wildcard {
            let count = control.len() + data.len();
            let message = format!(
                "`*` stands for {count} actions: those that these definitions name; the policy knows no others, and denies them"
            );
            let help = "give the operations that there are with `--privileges`: what `az provider operation list` prints";
            report.note(span, message, help);
        }
        let mut providers: HashMap<String, SmolStr> = HashMap::new();
        let mut both = Vec::new();
        let mut kind = |actions: &BTreeMap<SmolStr, SmolStr>, other: Option<&BTreeMap<SmolStr, SmolStr>>| {
            let mut numbered = Vec::with_capacity(actions.len());
            for (lower, text) in actions {
                let provider = text.split('/').next().unwrap_or_default();
                let provider =
                    providers.entry(provider.to_lowercase()).or_insert_with(|| provider.into()).clone();
                let number = match other {
                    None => draft.privileges.declare(text, &provider, &[]),
                    Some(control) if control.contains_key(lower) => {
                        both.push(text.clone());
                        draft.privileges.declare(&format!("data:{text}"), DATA, &[])
                    }
                    Some(_) => draft.privileges.declare(text, DATA, &[]),
                };
                numbered.push((lower.clone(), number, text.clone()));
            }
            Kind { actions: numbered }
        };
        let universe = Universe { control: kind(&control, None), data: kind(&data, Some(&control)) };
        if !both.is_empty() {
            let names: Vec<String> = both.iter().take(MAX_TOLD).map(|name| format!("`{name}`")).collect();
            let more = if both.len() > names.len() { ", ..." } else { "" };
            let message = format!("both an action and a data action: {}{more}", names.join(", "));
            report.note(None, message, "the data action is called `data:` and its name");
        }
        universe
    }

    fn entries(&self, block: &Block, role: &str, report: &mut Report) -> Vec<Entry> {
        let kind = if block.is_data { &self.data } else { &self.control };
        let (mut what, mut items) = (BTreeSet::new(), Vec::new());
        for (text, span) in &block.actions {
            let found = kind.named(text, report);
            if found.is_empty() {
                let message = format!("`{text}` of `{role}` names no action that there is");
                let help =
                    "no definition names such an action; give those that there are with `--privileges`";
                report.left_out(*span, message, help);
            }
            items.push(kind.item(text, &found, block.is_data));
            what.extend(found.iter().map(|(_, number, _)| *number));
        }
        let mut except = Vec::new();
        for (text, span) in &block.except {
            let found = kind.named(text, report);
            if found.is_empty() {
                let message = format!("`{role}` excludes `{text}`, which names no action that there is");
                report.note(
                    *span,
                    message,
                    "remember it when you add such a privilege; the policy does not exclude it",
                );
            }
            except.push(kind.item(text, &found, block.is_data));
            for (_, number, _) in found {
                what.remove(number);
            }
        }
        if !block.is_data {
            except.push(Item::Category(SmolStr::new_static(DATA)));
        }
        let mut entry = Entry::of(Effect::Grant, what.into_iter().collect());
        entry.written = Some(Written { items, except });
        vec![entry]
    }
}

impl Kind {
    /// The actions that a text names, in whatever case.
    fn named(&self, text: &str, report: &mut Report) -> Vec<&(SmolStr, u32, SmolStr)> {
        let lower = text.to_lowercase();
        if !lower.contains('*') {
            let found = self.actions.binary_search_by(|(known, _, _)| known.as_str().cmp(&lower));
            return found.ok().and_then(|at| self.actions.get(at)).into_iter().collect();
        }
        let prefix = lower.split('*').next().unwrap_or_default();
        let begin = self.actions.partition_point(|(known, _, _)| known.as_str() < prefix);
        let rest = self.actions.get(begin..).unwrap_or_default();
        let length = rest.partition_point(|(known, _, _)| known.starts_with(prefix));
        if !report.spend(length) {
            return Vec::new();
        }
        let pattern = Pattern::new(&lower);
        let candidates = rest.get(..length).unwrap_or_default().iter();
        let found: Vec<_> = candidates.filter(|(known, _, _)| pattern.matches(known)).collect();
        if report.spend(found.len().saturating_mul(8)) { found } else { Vec::new() }
    }

    /// A text as an item of a list, spelled as what it names is.
    fn item(&self, text: &SmolStr, found: &[&(SmolStr, u32, SmolStr)], is_data: bool) -> Item {
        let Some((_, _, first)) = found.first() else { return Item::Name(text.clone()) };
        if is_data && text == "*" {
            return Item::Category(SmolStr::new_static(DATA));
        }
        let Some((prefix, rest)) = text.split_once('*') else { return Item::Name(first.clone()) };
        let (middle, suffix) =
            rest.rsplit_once('*').map_or((None, rest), |(middle, suffix)| (Some(middle), suffix));
        let spelled = || {
            let end = first.len().checked_sub(suffix.len())?;
            let (prefix, suffix) = (first.get(..prefix.len())?, first.get(end..)?);
            Some(match middle {
                None => format!("{prefix}*{suffix}"),
                Some(middle) => format!("{prefix}*{middle}*{suffix}"),
            })
        };
        Item::Wildcard(spelled().map_or_else(|| text.clone(), SmolStr::from))
    }
}
