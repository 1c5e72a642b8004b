//! The sections that only people need: places, titles, documentation, the graph of members and roles.

use super::holders::{Lowered, Numbers};
use super::pool::Pool;
use crate::model::{Effect, Grantee, GroupId, Model, PrincipalId, RoleId};
use crate::policy::layout::{Edge, LISTED, Place, SourceEntry, Title};
use crate::source::{Sources, Span};

/// Appends the debug sections; those for entries are already there.
pub(super) fn debug(model: &Model, sources: &Sources, lowered: &Lowered, pool: &mut Pool) {
    for privilege in &model.privileges {
        let title = privilege.title.as_ref().map_or(0, |title| pool.debug_string(title) + 1);
        let doc = privilege.doc.as_ref().map_or(0, |doc| pool.debug_string(doc) + 1);
        let category = model.categories.get(privilege.category.index());
        let category = category.map_or(0, |category| pool.debug_string(&category.name.value) + 1);
        pool.push(Title { title, doc, category });
    }
    let files: Vec<u32> =
        sources.iter().map(|(_, source)| pool.debug_string(&source.path.to_string_lossy()) + 1).collect();
    let place = |span: Span| {
        let file = files.get(span.source.0 as usize).copied().unwrap_or(0);
        let (line, column) = sources.get(span.source).map_or((0, 0), |source| source.line_column(span.start));
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Place { file, line: number(line), column: number(column) }
    };
    for &(entry, holder) in &lowered.written {
        let Some(entry) = model.entries.get(entry) else { continue };
        let Place { file, line, column } = place(entry.span);
        let effect = match entry.effect {
            Effect::Grant => 0,
            Effect::Deny => 1,
            Effect::Bypass => 2,
        };
        // Most entries stand alone in their holder and scope, and the row of those is there already.
        let privileges = match pool.known_row(&entry.privileges) {
            Some(row) => row,
            None => LISTED | pool.debug_list(entry.privileges.iter().map(|privilege| privilege.0)),
        };
        pool.push(SourceEntry { file, line, column, effect, holder, privileges });
    }
    for &assignment in &lowered.assignments {
        let span =
            model.assignments.get(assignment as usize).map(|assignment| assignment.span).unwrap_or_default();
        pool.push(place(span));
    }
    edges(model, &place, pool);
}

fn edges(model: &Model, place: &impl Fn(Span) -> Place, pool: &mut Pool) {
    let numbers = Numbers::of(model);
    let mut push = |from: Grantee, to: Grantee, span: Span| {
        let Place { file, line, column } = place(span);
        pool.push(Edge { from: numbers.holder(from), to: numbers.holder(to), file, line, column });
    };
    for (at, principal) in model.principals.iter().enumerate() {
        for &(group, span) in &principal.groups {
            push(Grantee::Principal(PrincipalId::at(at)), Grantee::Group(group), span);
        }
    }
    for (at, group) in model.groups.iter().enumerate() {
        for &(parent, span) in &group.groups {
            push(Grantee::Group(GroupId::at(at)), Grantee::Group(parent), span);
        }
    }
    for (at, role) in model.roles.iter().enumerate() {
        for &(parent, span) in &role.inherits {
            push(Grantee::Role(RoleId::at(at)), Grantee::Role(parent), span);
        }
    }
}
