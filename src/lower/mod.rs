//! A valid model > policy.
//!
//! Enters: a model without errors. Leaves: an artifact as `policy::layout` describes it, a function of the model's meaning alone
//! but for the debug sections. What can be decided before any question is decided here: inheritance is closed, wildcards are rows,
//! entries of one holder, scope and condition are folded, equal rows, lists, strings and formulas are stored once.

mod debug;
mod formulas;
mod holders;
mod ledgers;
mod pool;
mod profiles;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{self, Model, PrivilegeId, TypeId};
use crate::policy::layout::{
    Attribute, AttributeName, Meta, NameSlot, NameTable, Names, Node, ONE, Privilege, Rules, ScopeCode,
    Section, Type, Up,
};
use crate::policy::{Policy, assemble, name_hash, root_number, too_wide};
use crate::source::Sources;
use crate::terms::{AttributeRoot, PrincipalKind, Strategy};
use crate::threads::both;
use pool::Pool;

/// From how many names on another thread makes their tables: before that, starting it takes as long.
const LARGE: usize = 5_000;

/// Lowers a model without errors. `None` after a reported limit.
pub fn lower(model: &Model, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Option<Policy> {
    let mut pool = Pool::new();
    strings(model, &mut pool);
    types(model, &mut pool);
    attributes(model, &mut pool);
    privileges(model, &mut pool);
    nodes(model, &mut pool);
    let is_large = model.principals.len() + model.instances.len() > LARGE;
    let (lowered, tables) =
        both(is_large, || holders::holders(model, &mut pool, diagnostics), || name_tables(model));
    let lowered = lowered?;
    let strategies = model.types.iter().filter_map(|ty| ty.resolve).chain([model.resolve]);
    let ranked = strategies.into_iter().any(|strategy| strategy == Strategy::MostSpecific);
    ledgers::ledgers(&holders::Numbers::of(model), ranked, &mut pool);
    meta(model, lowered.profiles, &mut pool);
    names(&tables, &mut pool);
    debug::debug(model, sources, &lowered, &mut pool);
    let sections = pool.into_sections();
    let total: usize = sections.iter().map(|section| section.len() + 8).sum();
    if u32::try_from(total).is_err() || model.instances.len() > ScopeCode::MAX_ID as usize {
        let span = model.name.as_ref().map(|name| name.span).unwrap_or_default();
        let message = "the compiled policy would be larger than 4 GiB";
        diagnostics.push(Diagnostic::new(Code::TooMany, span, message).help("split the policy in two"));
        return None;
    }
    let slices: Vec<&[u8]> = sections.iter().map(Vec::as_slice).collect();
    match Policy::load(assemble(&slices)) {
        Ok(policy) => Some(policy),
        Err(_) => {
            let slices: Vec<&[u8]> = sections.iter().map(Vec::as_slice).collect();
            diagnostics.push(too_wide_finding(model, &Policy::unverified(assemble(&slices))));
            None
        }
    }
}

/// The one thing that only the artifact's own check counts: the decisions that a decision takes.
fn too_wide_finding(model: &Model, policy: &Policy) -> Diagnostic {
    let privilege = too_wide(policy).and_then(|at| model.privileges.get(at as usize));
    match privilege {
        Some(privilege) => {
            let message = format!(
                "deciding `{}` would take more than 100,000 decisions, nest deeper than 64 of them, or than 1,024 with \
                 their formulas, by what it requires and includes",
                privilege.name.value
            );
            Diagnostic::new(Code::RequirementTooWide, privilege.name.span, message)
                .help("require a category or a privilege that stands for several instead of long chains")
        }
        None => {
            let span = model.name.as_ref().map(|name| name.span).unwrap_or_default();
            Diagnostic::new(Code::TooMany, span, "the policy does not fit the limits of an artifact")
                .help("shorten its longest formulas")
        }
    }
}

fn meta(model: &Model, profiles: u32, pool: &mut Pool) {
    let name = model.name.as_ref().map_or(0, |name| pool.string(&name.value) + 1);
    let users = model.principals.iter().filter(|principal| principal.kind == PrincipalKind::User).count();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    pool.push(Meta {
        name,
        users: count(users),
        services: count(model.principals.len() - users),
        groups: count(model.groups.len()),
        roles: count(model.roles.len()),
        rules: Rules::new(model.resolve, model.default).0,
        profiles,
    });
}

/// The names of holders and privileges, each at the number that its owner has.
fn strings(model: &Model, pool: &mut Pool) {
    let principals = model.principals.iter().map(|principal| &principal.name.value);
    let groups = model.groups.iter().map(|group| &group.name.value);
    let roles = model.roles.iter().map(|role| &role.name.value);
    let privileges = model.privileges.iter().map(|privilege| &privilege.name.value);
    for name in principals.chain(groups).chain(roles).chain(privileges) {
        pool.name(name);
    }
}

fn types(model: &Model, pool: &mut Pool) {
    let mut nodes_end = 0;
    for (at, ty) in model.types.iter().enumerate() {
        let nodes = nodes_end;
        let of_type = model.instances.get(nodes as usize..).unwrap_or_default();
        nodes_end += pool::number(of_type.partition_point(|instance| instance.ty.index() <= at));
        let rules = Rules::new(ty.resolve.unwrap_or(model.resolve), ty.default.unwrap_or(model.default)).0;
        let name = pool.string(&ty.name.value);
        let parents = pool.list(ty.parents.iter().map(|(parent, _)| parent.0));
        pool.push(Type { name, by_path: u32::from(ty.by_path), rules, parents, nodes, nodes_end });
    }
}

fn attributes(model: &Model, pool: &mut Pool) {
    for (root, name) in &model.attribute_names {
        let name = pool.string(name);
        pool.push(AttributeName { root: u32::from(root_number(*root)), name });
    }
    let type_code = |ty: Option<TypeId>| ty.map_or(0, |ty| ty.0 + 1);
    let mut sorted: Vec<_> = model.attributes.iter().collect();
    sorted.sort_by_key(|attribute| (attribute.name_id, type_code(attribute.ty)));
    for attribute in sorted {
        let value_type = formulas::value_type(&attribute.value_type, pool);
        pool.push(Attribute { name: attribute.name_id.0, ty: type_code(attribute.ty), value_type });
    }
}

fn privileges(model: &Model, pool: &mut Pool) {
    for privilege in &model.privileges {
        let category = model.categories.get(privilege.category.index());
        let on = pool.list(category.into_iter().flat_map(|category| category.on.iter().map(|ty| ty.0)));
        let mut included: Vec<u32> = Vec::new();
        for (PrivilegeId(id), _) in &privilege.includes {
            if !included.contains(id) {
                included.push(*id);
            }
        }
        let includes = pool.list(included);
        let [requires, _, _] = required(model, privilege, pool);
        pool.push(Privilege { on, includes, requires });
    }
}

/// The formula of all that a privilege requires, that of its category, and its own; 0 for one that there is not.
fn required(model: &Model, privilege: &model::Privilege, pool: &mut Pool) -> [u32; 3] {
    let category = model.categories.get(privilege.category.index());
    let category = category.and_then(|category| category.requires.as_ref());
    let [category, own] = [category, privilege.requires.as_ref()]
        .map(|formula| formula.map_or(0, |formula| formulas::formula(formula, pool)));
    [pool.all_of(&[category, own]), category, own]
}

/// For each privilege the numbers, in the artifact of a model, of its category's formula and of its own; 0 for one that there is
/// not. A formula has the next number when it first comes, and in [`lower`] too these are the first to come.
pub(crate) fn requirements(model: &Model) -> Vec<[u32; 2]> {
    let mut pool = Pool::new();
    let required = |privilege| required(model, privilege, &mut pool);
    model.privileges.iter().map(required).map(|[_, category, own]| [category, own]).collect()
}

fn nodes(model: &Model, pool: &mut Pool) {
    let mut listed = vec![0; model.instances.len()];
    let entries = model.entries.iter().map(|entry| entry.scope);
    for scope in entries.chain(model.assignments.iter().map(|assignment| assignment.scope)) {
        if let crate::model::Scope::Resource { instance, .. } = scope
            && let Some(listed) = listed.get_mut(instance.index())
        {
            *listed = Up::LISTED;
        }
    }
    for (instance, listed) in model.instances.iter().zip(listed) {
        let id = pool.string(&instance.id);
        let parents = match instance.parents.as_slice() {
            [parent] => ONE | parent.0,
            parents => pool.list(parents.iter().map(|parent| parent.0)),
        };
        let attributes = formulas::attribute_values(model, &instance.attributes, pool);
        pool.push(Node { ty: instance.ty.0, id, attributes });
        pool.word(Section::Parents, parents | listed);
    }
}

/// The slots of each name table: twice as many as names, so that a search is short and always ends.
fn name_tables(model: &Model) -> Vec<Vec<NameSlot>> {
    let is = |wanted: PrincipalKind| {
        model.principals.iter().filter(move |one| one.kind == wanted).map(|one| one.name.value.as_str())
    };
    let hashes = |kind: Names| -> Vec<u64> {
        match kind {
            Names::Privilege => plain_hashes(model.privileges.iter().map(|one| one.name.value.as_str())),
            Names::Type => plain_hashes(model.types.iter().map(|one| one.name.value.as_str())),
            Names::Role => plain_hashes(model.roles.iter().map(|one| one.name.value.as_str())),
            Names::Group => plain_hashes(model.groups.iter().map(|one| one.name.value.as_str())),
            Names::User => plain_hashes(is(PrincipalKind::User)),
            Names::Service => plain_hashes(is(PrincipalKind::Service)),
            Names::Node => {
                let hash = |one: &crate::model::Instance| name_hash(&one.ty.0.to_le_bytes(), &one.id);
                model.instances.iter().map(hash).collect()
            }
            Names::Attribute => {
                let hash = |(root, name): &(AttributeRoot, smol_str::SmolStr)| {
                    name_hash(&[root_number(*root)], name)
                };
                model.attribute_names.iter().map(hash).collect()
            }
        }
    };
    Names::ALL.into_iter().map(|kind| name_table(&hashes(kind))).collect()
}

fn name_table(hashes: &[u64]) -> Vec<NameSlot> {
    let slots = if hashes.is_empty() { 0 } else { (hashes.len() * 2).next_power_of_two() };
    let mut table = vec![NameSlot::default(); slots];
    for (id, hash) in (1..).zip(hashes) {
        let mut at = *hash as usize & (slots - 1);
        while let Some(slot) = table.get_mut(at) {
            if slot.id == 0 {
                *slot = NameSlot { tag: (hash >> 32) as u32, id };
                break;
            }
            at = (at + 1) & (slots - 1);
        }
    }
    table
}

fn plain_hashes<'a>(names: impl Iterator<Item = &'a str>) -> Vec<u64> {
    names.map(|name| name_hash(&[], name)).collect()
}

/// Appends the name tables.
fn names(tables: &[Vec<NameSlot>], pool: &mut Pool) {
    let mut start = 0;
    for table in tables {
        let slots = u32::try_from(table.len()).unwrap_or(u32::MAX);
        pool.push(NameTable { start, slots });
        start += slots;
        for &slot in table {
            pool.push(slot);
        }
    }
}
