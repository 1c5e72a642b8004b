//! Questions that could reach what no test reaches.
//!
//! Enters: a model. Leaves: questions about each entry, assignment and requirement, the simplest of each first. They are guesses: who
//! uses them asks them.

use super::super::Question;
use crate::model::{
    Class, Entry, Formula, Grantee, InstanceId, Model, Operand, PrincipalValue, PrivilegeId, Scope, TypeId,
    Value, ValueTest, ValueType,
};
use crate::terms::AttributeRoot;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Of each list of principals, privileges and rules, so many are tried.
const FEW: usize = 3;
/// Combinations of values of one question.
const COMBINATIONS: usize = 24;

type Name = (SmolStr, SmolStr);
type Setting = (AttributeRoot, SmolStr, Value);

/// What is looked up over and over.
struct Index<'m> {
    model: &'m Model,
    /// For each role the first entries of it and of the roles that it inherits.
    of_roles: Vec<Vec<&'m Entry>>,
    /// For each privilege the first entries that name it.
    naming: Vec<Vec<&'m Entry>>,
    /// For each type its first resource.
    first: Vec<Option<usize>>,
    /// The first resource of a type right below another.
    below: BTreeMap<(InstanceId, TypeId), usize>,
}

impl<'m> Index<'m> {
    fn of(model: &'m Model) -> Index<'m> {
        let mut own: Vec<Vec<&Entry>> = vec![Vec::new(); model.roles.len()];
        let mut naming: Vec<Vec<&Entry>> = vec![Vec::new(); model.privileges.len()];
        let add = |list: Option<&mut Vec<&'m Entry>>, entry: &'m Entry| {
            list.into_iter().filter(|list| list.len() < FEW).for_each(|list| list.push(entry));
        };
        for entry in &model.entries {
            for grantee in &entry.to {
                if let Grantee::Role(role) = grantee {
                    add(own.get_mut(role.index()), entry);
                }
            }
            for privilege in &entry.privileges {
                add(naming.get_mut(privilege.index()), entry);
            }
        }
        let (mut first, mut below) = (vec![None; model.types.len()], BTreeMap::new());
        for (at, instance) in model.instances.iter().enumerate() {
            if let Some(first @ None) = first.get_mut(instance.ty.index()) {
                *first = Some(at);
            }
            for &parent in &instance.parents {
                below.entry((parent, instance.ty)).or_insert(at);
            }
        }
        let of_roles = (0..model.roles.len()).map(|at| of_role(model, at, &own)).collect();
        Index { model, of_roles, naming, first, below }
    }
}

/// The first entries of a role, and of the roles it inherits.
fn of_role<'m>(model: &Model, role: usize, own: &[Vec<&'m Entry>]) -> Vec<&'m Entry> {
    let (mut roles, mut at, mut found) = (vec![role], 0, Vec::new());
    while let Some(&role) = roles.get(at).filter(|_| found.len() < FEW) {
        at += 1;
        found.extend(own.get(role).into_iter().flatten().copied());
        let inherited = model.roles.get(role).into_iter().flat_map(|role| &role.inherits);
        for role in inherited.map(|(role, _)| role.index()) {
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
    }
    found.truncate(FEW);
    found
}

/// Up to so many questions to try.
pub(super) fn candidates(model: &Model, most: usize) -> Vec<Question> {
    let index = &Index::of(model);
    let entries = model.entries.iter().flat_map(|entry| {
        let privileges = entry.privileges.iter().take(FEW);
        privileges.flat_map(move |&privilege| about(index, &entry.to, privilege, (entry.scope, entry), None))
    });
    let assignments = model.assignments.iter().flat_map(|assignment| {
        let brought = index.of_roles.get(assignment.role.index()).into_iter().flatten();
        brought.flat_map(move |entry| {
            let scope = narrower(entry.scope, assignment.scope);
            let privilege = entry.privileges.first().copied();
            privilege.into_iter().flat_map(move |privilege| {
                about(index, &assignment.to, privilege, (scope, entry), assignment.from)
            })
        })
    });
    let naming = index.naming.iter().enumerate().map(|(at, naming)| (PrivilegeId::at(at), naming));
    let required = naming.filter(|&(privilege, _)| !formulas(model, privilege).is_empty());
    let requirements = required.flat_map(|(privilege, naming)| {
        naming.iter().flat_map(move |entry| about(index, &entry.to, privilege, (entry.scope, entry), None))
    });
    // A large policy leaves none of the three without a share.
    let share = most / 3;
    entries.take(share).chain(assignments.take(share)).chain(requirements.take(share)).collect()
}

fn narrower(one: Scope, other: Scope) -> Scope {
    match (one, other) {
        (Scope::Everywhere, other) => other,
        (Scope::Type(_), Scope::Resource { .. }) => other,
        (one, _) => one,
    }
}

/// Questions of those whom a rule speaks of.
fn about(
    index: &Index<'_>,
    to: &[Grantee],
    privilege: PrivilegeId,
    (scope, entry): (Scope, &Entry),
    at: Option<i64>,
) -> Vec<Question> {
    let model = index.model;
    let Some(named) = model.privileges.get(privilege.index()) else { return Vec::new() };
    let Some((resource, ancestors)) = place(index, privilege, scope) else { return Vec::new() };
    let settings = settings(model, entry.when.iter().chain(formulas(model, privilege)));
    let mut all = Vec::new();
    for &grantee in to.iter().take(FEW) {
        for attributes in &settings {
            let mut question = Question {
                privilege: named.name.value.clone(),
                resource: resource.clone(),
                ancestors: ancestors.clone(),
                attributes: attributes.clone(),
                at,
                ..Question::default()
            };
            if ask_as(model, grantee, &mut question).is_some() {
                all.push(question);
            }
        }
    }
    all
}

fn ask_as(model: &Model, grantee: Grantee, question: &mut Question) -> Option<()> {
    match grantee {
        Grantee::Principal(id) => {
            let principal = model.principals.get(id.index())?;
            question.identity = Some((principal.kind, principal.name.value.clone()));
        }
        Grantee::Group(id) => question.groups.push(model.groups.get(id.index())?.name.value.clone()),
        Grantee::Role(id) => question.roles.push(model.roles.get(id.index())?.name.value.clone()),
        Grantee::Class(Class::Authenticated) => {}
        Grantee::Class(Class::Anyone | Class::Anonymous) => question.anonymous = true,
    }
    Some(())
}

/// What a privilege and its category require.
fn formulas(model: &Model, privilege: PrivilegeId) -> Vec<&Formula> {
    let Some(privilege) = model.privileges.get(privilege.index()) else { return Vec::new() };
    let category = model.categories.get(privilege.category.index());
    category.and_then(|category| category.requires.as_ref()).into_iter().chain(&privilege.requires).collect()
}

/// A place in a scope at which a privilege is asked: a resource and the ancestors to name, or neither. `None`: none is found.
fn place(index: &Index<'_>, privilege: PrivilegeId, scope: Scope) -> Option<(Option<Name>, Vec<Name>)> {
    let model = index.model;
    let privilege = model.privileges.get(privilege.index())?;
    let on = &model.categories.get(privilege.category.index())?.on;
    let named = |at: usize| {
        let instance = model.instances.get(at)?;
        Some((model.types.get(instance.ty.index())?.name.value.clone(), instance.id.clone()))
    };
    let some = |ty: TypeId| {
        let known = index.first.get(ty.index()).copied().flatten().and_then(named);
        let made_up = || Some((model.types.get(ty.index())?.name.value.clone(), SmolStr::new("example")));
        known.or_else(made_up)
    };
    match scope {
        _ if on.is_empty() => (scope == Scope::Everywhere).then_some((None, Vec::new())),
        Scope::Everywhere => Some((some(*on.first()?), Vec::new())),
        Scope::Type(ty) => on.contains(&ty).then(|| (some(ty), Vec::new())),
        Scope::Resource { instance, only } => {
            let root = model.instances.get(instance.index())?;
            if on.contains(&root.ty) {
                return Some((named(instance.index()), Vec::new()));
            }
            if only {
                return None;
            }
            if let Some(&below) = on.iter().find_map(|&ty| index.below.get(&(instance, ty))) {
                return Some((named(below), Vec::new()));
            }
            let lies = |ty: &&TypeId| {
                let parents = model.types.get(ty.index()).map(|ty| &ty.parents);
                parents.is_some_and(|parents| parents.iter().any(|(parent, _)| *parent == root.ty))
            };
            let ty = model.types.get(on.iter().find(lies)?.index())?;
            let name = ty.name.value.clone();
            if ty.by_path {
                return Some((Some((name, format!("{}/example", root.id).into())), Vec::new()));
            }
            Some((Some((name, SmolStr::new("example"))), named(instance.index()).into_iter().collect()))
        }
    }
}

/// Values under which the tests in formulas differ, none first.
fn settings<'f>(model: &Model, formulas: impl Iterator<Item = &'f Formula>) -> Vec<Vec<Setting>> {
    let mut wanted: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    let mut open: Vec<&Formula> = formulas.collect();
    while let Some(formula) = open.pop() {
        match formula {
            Formula::And(parts) | Formula::Or(parts) => open.extend(parts),
            Formula::Not(part) => open.push(part),
            Formula::Test(test) => wanted_by(model, test, &mut wanted),
            Formula::Privilege(_) | Formula::Any(_) | Formula::All(_) => {}
        }
    }
    let mut all: Vec<Vec<Setting>> = vec![Vec::new()];
    for (name, values) in wanted {
        let Some((root, name)) = model.attribute_names.get(name) else { continue };
        let more: Vec<Vec<Setting>> = values
            .into_iter()
            .flat_map(|value| {
                let with = move |settings: &Vec<Setting>| {
                    let mut settings = settings.clone();
                    settings.push((*root, name.clone(), value.clone()));
                    settings
                };
                all.iter().map(with).collect::<Vec<_>>()
            })
            .collect();
        all.extend(more);
        all.truncate(COMBINATIONS);
    }
    all
}

/// What an attribute could be for a test to say one thing and then the other.
fn wanted_by(model: &Model, test: &ValueTest, wanted: &mut BTreeMap<usize, Vec<Value>>) {
    let mut add = |name: usize, values: Vec<Value>| {
        let known = wanted.entry(name).or_default();
        for value in values {
            if !known.contains(&value) {
                known.push(value);
            }
        }
    };
    let usual = |name: usize| {
        let attribute = model.attributes.iter().find(|attribute| attribute.name_id.index() == name);
        attribute.map(|attribute| value_of(&attribute.value_type)).into_iter().collect::<Vec<_>>()
    };
    match test {
        ValueTest::Truth(name) => add(name.index(), vec![Value::Bool(true), Value::Bool(false)]),
        ValueTest::Has(name) => add(name.index(), usual(name.index())),
        ValueTest::Compare { left, right, .. } => {
            for (one, other) in [(left, right), (right, left)] {
                let Operand::Attribute(name) = one else { continue };
                let near = match other {
                    Operand::Value(Value::Int(value)) => {
                        let near = [Some(*value), value.checked_sub(1), value.checked_add(1)];
                        near.into_iter().flatten().map(Value::Int).collect()
                    }
                    Operand::Value(Value::Set(values)) => values.iter().take(1).cloned().collect(),
                    Operand::Value(value) => vec![value.clone(), Value::Set(vec![value.clone()])],
                    _ => Vec::new(),
                };
                add(name.index(), near.into_iter().chain(usual(name.index())).collect());
            }
        }
    }
}

/// Some value of a type.
fn value_of(ty: &ValueType) -> Value {
    match ty {
        ValueType::Bool => Value::Bool(true),
        ValueType::Int => Value::Int(0),
        ValueType::String => Value::String("example".into()),
        ValueType::Timestamp => Value::Timestamp(0),
        ValueType::Ip => Value::Ip(crate::terms::Network::host(std::net::Ipv4Addr::LOCALHOST.into())),
        ValueType::Principal => Value::Principal(PrincipalValue::User("example".into())),
        ValueType::Enum(words) => Value::String(words.first().cloned().unwrap_or_default()),
        ValueType::Set(of) => Value::Set(vec![value_of(of)]),
    }
}
