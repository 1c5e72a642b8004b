//! Constraints and invariants.
//!
//! Enters: `exclusive`, `limit` and the claims. Leaves: [`Exclusive`]s, [`Limit`]s and [`Invariant`]s. Knows nothing of
//! whether they hold. One with a fault in it is left out as a whole: a part of it would claim something else.

use crate::ast::{InvariantClaim, InvariantDecl, Name};
use crate::diagnostic::{Change, Code, Diagnostic, Safety};
use crate::model::{Exclusive, Invariant, InvariantKind, Limit, RoleId, Scope};
use crate::resolve::Resolver;
use crate::resolve::written::Written;
use crate::source::Span;

impl<'a> Resolver<'a, '_> {
    /// `exclusive`, `limit`, `never`, `always`, `only`.
    pub(super) fn constraints(&mut self, written: &Written<'a>) {
        for &(roles, span) in &written.exclusives {
            self.exclusive(roles, span);
        }
        for site in &written.limits {
            if let Some(role) = self.role_id(site.role) {
                self.model.limits.push(Limit { count: site.count.value, role, span: site.span });
            }
        }
        for &(invariant, span) in &written.invariants {
            let found = match invariant {
                InvariantDecl::Never(claim) => self.claim(InvariantKind::Never, claim, span),
                InvariantDecl::Always(claim) => self.claim(InvariantKind::Always, claim, span),
                InvariantDecl::Only(claim) => self.claim(InvariantKind::Only, claim, span),
                InvariantDecl::NeverTogether(set) => self.expand(set).whole().map(|privileges| Invariant {
                    kind: InvariantKind::Together,
                    who: Vec::new(),
                    privileges,
                    scope: Scope::Everywhere,
                    span,
                }),
            };
            self.model.invariants.extend(found);
        }
    }

    fn exclusive(&mut self, names: &'a [Name], span: Span) {
        let mut roles: Vec<(RoleId, Span)> = self.role_list(names);
        let complete = roles.len() == names.len();
        // Stable, so that the first place of a role stays the first.
        roles.sort_by_key(|(role, _)| *role);
        let mut repeated = Vec::new();
        roles.dedup_by(|(again, at), (first, declared)| {
            let same = again == first;
            if same {
                repeated.push((*at, *declared));
            }
            same
        });
        if roles.len() < 2 {
            // That two are needed is said by `validate`, unless one of them is unknown.
            if complete {
                self.model.exclusives.push(Exclusive { roles, span });
            }
            return;
        }
        for (at, first) in repeated {
            self.report.push(
                Diagnostic::new(Code::PointlessConstraint, at, "a role can't exclude itself")
                    .also(first, "named here already")
                    .help("name it once")
                    .remedy(Safety::Safe, "take it out", Change::Drop(vec![at])),
            );
        }
        self.model.exclusives.push(Exclusive { roles, span });
    }

    fn claim(&mut self, kind: InvariantKind, claim: &'a InvariantClaim, span: Span) -> Option<Invariant> {
        let (who, complete) = self.grantees(&claim.who);
        let list = self.expand(&claim.privileges);
        let scope = self.scope(claim.on.as_ref());
        let privileges = list.whole().filter(|_| complete)?;
        Some(Invariant { kind, who: who.into(), privileges, scope: scope?, span })
    }
}
