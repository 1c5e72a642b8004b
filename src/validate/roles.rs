//! What a role brings along.
//!
//! Enters: the model. Leaves: the graph of roles, in which an edge leads from a role to one that its holder holds too.
//! Must not know what is checked with it.

use super::graph::{Edge, Graph};
use crate::model::{Assignment, AssignmentId, Grantee, Model, RoleId};
use crate::source::Span;

/// Why the holder of one role holds another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Link {
    /// `inherits`, and where that is said.
    Inherits(Span),
    /// `assign ... to role:x`.
    Assigned(AssignmentId),
}

impl Link {
    /// Where it is written.
    pub(super) fn span(self, model: &Model) -> Span {
        match self {
            Link::Inherits(span) => span,
            Link::Assigned(id) => model.assignments.get(id.index()).map_or(Span::default(), |it| it.span),
        }
    }
}

/// From every role to those that it inherits and those that are assigned to it.
pub(super) fn graph(model: &Model) -> Graph<Link> {
    let mut edges = Vec::new();
    for (at, role) in model.roles.iter().enumerate() {
        let from = RoleId::at(at).0;
        edges.extend(role.inherits.iter().map(|&(to, span)| Edge {
            from,
            to: to.0,
            what: Link::Inherits(span),
        }));
    }
    for (at, assignment) in model.assignments.iter().enumerate() {
        let what = Link::Assigned(AssignmentId::at(at));
        edges.extend(role_grantees(assignment).map(|from| Edge {
            from: from.0,
            to: assignment.role.0,
            what,
        }));
    }
    Graph::new(model.roles.len(), edges)
}

/// From every role to those that it inherits.
pub(super) fn inheritance(model: &Model) -> Graph<()> {
    let edges = model.roles.iter().enumerate().flat_map(|(at, role)| {
        role.inherits.iter().map(move |&(to, _)| Edge { from: RoleId::at(at).0, to: to.0, what: () })
    });
    Graph::new(model.roles.len(), edges.collect())
}

fn role_grantees(assignment: &Assignment) -> impl Iterator<Item = RoleId> + '_ {
    assignment.to.iter().filter_map(|&grantee| match grantee {
        Grantee::Role(id) => Some(id),
        Grantee::Principal(_) | Grantee::Group(_) | Grantee::Class(_) => None,
    })
}
