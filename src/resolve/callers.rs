//! Who asks in a test.
//!
//! Enters: the principals behind `as`. Leaves: a [`Caller`]. Knows nothing of what is asked.

use crate::ast::{Class, PrincipalRef, PrincipalRefKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Caller, PrincipalKind};
use crate::resolve::Resolver;
use crate::resolve::names::Kind;
use crate::source::Span;

impl Resolver<'_, '_> {
    /// Who asks: at most one user, service or class, with any groups and roles.
    pub(super) fn caller(&mut self, who: &[PrincipalRef]) -> Option<Caller> {
        let mut caller = Caller::default();
        let mut single: Option<Span> = None;
        let mut complete = true;
        for principal in who {
            let is_single = !matches!(principal.kind, PrincipalRefKind::Group(_) | PrincipalRefKind::Role(_));
            if let Some(first) = single.filter(|_| is_single) {
                self.report.push(
                    Diagnostic::new(
                        Code::WrongPrincipal,
                        principal.span,
                        "a question is asked by one principal",
                    )
                    .also(first, "by this one already")
                    .help("begin another `as` for this one"),
                );
                complete = false;
                continue;
            }
            if is_single {
                single = Some(principal.span);
            }
            complete &= self.add_to_caller(&mut caller, principal);
        }
        if let (true, Some(alone), [_, _, ..]) = (caller.anonymous, single, who) {
            let other = who
                .iter()
                .find(|other| other.span != alone && !matches!(other.kind, PrincipalRefKind::Class(_)));
            if let Some(other) = other {
                self.report.push(
                    Diagnostic::new(
                        Code::WrongPrincipal,
                        other.span,
                        "`anonymous` has no groups or roles besides",
                    )
                    .also(alone, "asks without an identity")
                    .help("take it out, or ask `as authenticated`"),
                );
                complete = false;
            }
        }
        caller.groups.sort_unstable();
        caller.groups.dedup();
        caller.roles.sort_unstable();
        caller.roles.dedup();
        complete.then_some(caller)
    }

    fn add_to_caller(&mut self, caller: &mut Caller, principal: &PrincipalRef) -> bool {
        match &principal.kind {
            PrincipalRefKind::User(name) => {
                caller.identity = Some((PrincipalKind::User, name.text.clone()));
                self.names.find(Kind::User, name, &mut self.report).is_some()
            }
            PrincipalRefKind::Service(name) => {
                caller.identity = Some((PrincipalKind::Service, name.text.clone()));
                self.names.find(Kind::Service, name, &mut self.report).is_some()
            }
            PrincipalRefKind::Group(name) => {
                let group = self.group_id(name);
                caller.groups.extend(group);
                group.is_some()
            }
            PrincipalRefKind::Role(name) => {
                let role = self.role_id(name);
                caller.roles.extend(role);
                role.is_some()
            }
            PrincipalRefKind::Class(Class::Authenticated) => true,
            PrincipalRefKind::Class(Class::Anonymous) => {
                caller.anonymous = true;
                true
            }
            PrincipalRefKind::Class(Class::Anyone) => {
                let message = "`anyone` is everybody, and a question is asked by one principal";
                let diagnostic = Diagnostic::new(Code::WrongPrincipal, principal.span, message);
                self.report.push(diagnostic.help("ask `as authenticated` and `as anonymous`"));
                false
            }
        }
    }
}
