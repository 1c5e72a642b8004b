//! Tests and matrices > single questions.
//!
//! Enters: `test` and `matrix` blocks. Leaves: [`Test`]s and [`Matrix`]es with one [`TestCheck`] for each privilege that
//! they ask for. Knows nothing of the answers.

use crate::ast::{Check, MatrixDecl, MatrixRow, Name, ResourceRef, TestDecl, TestStep};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Caller, Matrix, NamedPrivileges, PrivilegeId, Reason, ResourceName, RoleId, Test, TestCheck, TypeId,
};
use crate::resolve::Resolver;
use crate::resolve::names::Kind;
use crate::resolve::report::listed;
use crate::resolve::settings::Asking;
use crate::resolve::written::Written;
use crate::source::{Span, Spanned};
use smol_str::SmolStr;

impl<'a> Resolver<'a, '_> {
    /// Every test and matrix.
    pub(super) fn questions(&mut self, written: &Written<'a>) {
        for test in &written.tests {
            let test = self.test(test);
            self.model.tests.push(test);
        }
        for matrix in &written.matrices {
            let matrix = self.matrix(matrix);
            self.model.matrices.push(matrix);
        }
    }

    fn test(&mut self, decl: &'a TestDecl) -> Test {
        let mut checks = Vec::new();
        let mut asking = Asking::new();
        for step in &decl.steps {
            match step {
                TestStep::As(who) => {
                    asking = Asking { begun: true, caller: self.caller(who), ..Asking::new() };
                }
                TestStep::With(settings) => self.settings(settings, &mut asking),
                TestStep::At(time) => asking.at = self.time(time).map(Some).ok_or(()),
                TestStep::Check(check) => self.check(check, &mut asking, &mut checks),
            }
        }
        Test { name: Spanned::new(SmolStr::new(&decl.name.value), decl.name.span), checks }
    }

    fn check(&mut self, check: &'a Check, asking: &mut Asking<'a>, checks: &mut Vec<TestCheck>) {
        // The `as` may be what could not be read.
        if !std::mem::replace(&mut asking.begun, true) && !self.names.any_forgiven(|_| true) {
            let help = "begin with `as user:x`, `as role:r`, `as authenticated` or `as anonymous`";
            self.report.push(Diagnostic::new(Code::SyntaxError, check.span, "say who asks first").help(help));
        }
        let list = self.expand(&check.privileges);
        let resource = self.subject(check.on.as_ref());
        let ancestors = self.ancestors(check, resource.as_ref().ok().and_then(Option::as_ref));
        let because = check.because.as_ref().map(|reason| self.reason(reason).ok_or(())).transpose();
        let Ok(resource) = resource else { return };
        let ty = resource.as_ref().map(|resource| resource.ty);
        let values = self.carried(&mut asking.settings, ty, check.span);
        let asked = check.on.as_ref().zip(ty);
        let mut fits = true;
        for item in &list.named {
            // One finding for each item: what a wildcard brings in mostly has one cause.
            let kept = |id: &&PrivilegeId| list.privileges.binary_search(id).is_ok();
            fits &= item.privileges.iter().filter(kept).all(|&id| self.fits(id, item.span, asked));
        }
        let (Some(caller), Some(attributes), Some(ancestors), Ok(at), Ok(because), true) =
            (&asking.caller, values, ancestors, asking.at, because, fits)
        else {
            return;
        };
        for privilege in list.privileges {
            let question = TestCheck {
                caller: caller.clone(),
                attributes: attributes.clone(),
                at,
                privilege,
                resource: resource.clone(),
                ancestors: ancestors.clone(),
                expect: check.expect,
                because,
                span: check.span,
            };
            if !self.has_room_for(&question) {
                return;
            }
            checks.push(question);
        }
    }

    /// Whether one more question fits, with all that it carries.
    fn has_room_for(&mut self, question: &TestCheck) -> bool {
        let Caller { groups, roles, .. } = &question.caller;
        let weight = 1 + question.attributes.len() + question.ancestors.len() + groups.len() + roles.len();
        self.asked = self.asked.saturating_add(weight);
        let limit = self.limits.questions;
        self.has_room(
            self.asked.saturating_sub(1),
            "questions with all that they carry",
            limit,
            question.span,
        )
    }

    /// What is asked about: a resource or none. `Err` after a reported fault.
    fn subject(&mut self, on: Option<&ResourceRef>) -> Result<Option<ResourceName>, ()> {
        on.map(|resource| self.resource_name(resource).ok_or(())).transpose()
    }

    fn resource_name(&mut self, resource: &ResourceRef) -> Option<ResourceName> {
        let ty = TypeId(self.names.find(Kind::Type, &resource.ty, &mut self.report)?);
        Some(ResourceName { ty, id: resource.id.text.clone() })
    }

    fn ancestors(&mut self, check: &Check, resource: Option<&ResourceName>) -> Option<Vec<ResourceName>> {
        let mut ancestors = Vec::with_capacity(check.ancestors.len());
        let mut complete = true;
        for written in &check.ancestors {
            let Some(above) = self.resource_name(written) else {
                complete = false;
                continue;
            };
            if let Some(below) = resource.map(|resource| resource.ty)
                && !self.types.incomplete
                && !self.types.lies_in(below, above.ty)
            {
                let ((below, declared), (above, _)) = (self.type_name(below), self.type_name(above.ty));
                let message = format!("a resource of type `{below}` does not lie in a `{above}`");
                self.report.push(
                    Diagnostic::new(Code::WrongParent, written.span, message)
                        .also(declared, format!("says what a `{below}` lies in"))
                        .help("name one of a type that it may lie in, or add the type behind `in`"),
                );
                complete = false;
            }
            ancestors.push(above);
        }
        complete.then_some(ancestors)
    }

    fn reason(&mut self, word: &Name) -> Option<Reason> {
        let found = Reason::parse(&word.text);
        if found.is_none() {
            let all = || Reason::ALL.into_iter().map(Reason::name);
            let meant = self.report.suggest(&word.text, all());
            let message = format!("no reason is called `{}`", word.text);
            self.report.push(
                Diagnostic::new(Code::SyntaxError, word.span, message)
                    .help(format!("write one of {}", listed(all())))
                    .meant(word.span, &word.text, meant.as_deref()),
            );
        }
        found
    }

    /// Whether a privilege is asked on what the question names; it is reported if not.
    fn fits(&mut self, privilege: PrivilegeId, item: Span, resource: Option<(&ResourceRef, TypeId)>) -> bool {
        let Some(types) = self.types_of(privilege) else { return true };
        let names: Vec<SmolStr> = types.iter().map(|&ty| self.type_name(ty).0).collect();
        let asked_on = listed(names.iter().map(SmolStr::as_str));
        let (name, declared) = self.privilege_name(privilege);
        let diagnostic = match resource {
            None if types.is_empty() => return true,
            Some((_, ty)) if types.contains(&ty) => return true,
            None => {
                let example = names.first().map(SmolStr::as_str).unwrap_or_default();
                let message = format!("`{name}` is asked on {asked_on}, and no resource is named");
                Diagnostic::new(Code::WrongResource, item, message)
                    .also(declared, format!("asked on {asked_on}"))
                    .help(format!("name one: `on {example}:...`"))
            }
            Some((resource, _)) if types.is_empty() => {
                let message = format!("`{name}` is asked without a resource");
                Diagnostic::new(Code::WrongResource, resource.span, message)
                    .also(item, "asked for here")
                    .help(format!("ask for `{name}` in a question without `on`"))
            }
            Some((resource, ty)) => {
                let message =
                    format!("`{name}` is not asked on `{}`, but on {asked_on}", self.type_name(ty).0);
                Diagnostic::new(Code::WrongResource, resource.span, message)
                    .also(item, "asked for here")
                    .help(format!("name a resource of type {asked_on}"))
            }
        };
        self.report.push(diagnostic);
        false
    }

    fn matrix(&mut self, decl: &'a MatrixDecl) -> Matrix {
        let mut asking = Asking::new();
        self.settings(&decl.with, &mut asking);
        let roles: Vec<Option<RoleId>> = decl.roles.iter().map(|name| self.role_id(name)).collect();
        let resource = self.subject(decl.on.as_ref());
        let ty = resource.as_ref().ok().map(|found| found.as_ref().map(|found| found.ty));
        let values = ty.and_then(|ty| self.carried(&mut asking.settings, ty, decl.name.span));
        let mut checks = Vec::new();
        for row in &decl.rows {
            let item = self.matrix_row(row, decl, ty);
            let (Some(item), Some(attributes), Ok(resource)) = (item, &values, &resource) else { continue };
            for &privilege in &item.privileges {
                for (role, mark) in roles.iter().zip(&row.marks) {
                    let Some(role) = role else { continue };
                    let question = TestCheck {
                        caller: Caller { roles: vec![*role], ..Caller::default() },
                        attributes: attributes.clone(),
                        at: None,
                        privilege,
                        resource: resource.clone(),
                        ancestors: Vec::new(),
                        expect: mark.value,
                        because: None,
                        span: mark.span,
                    };
                    if !self.has_room_for(&question) {
                        break;
                    }
                    checks.push(question);
                }
            }
        }
        Matrix { name: Spanned::new(SmolStr::new(&decl.name.value), decl.name.span), checks }
    }

    /// What a row asks for, if its marks and the resource fit.
    fn matrix_row(
        &mut self,
        row: &'a MatrixRow,
        decl: &MatrixDecl,
        ty: Option<Option<TypeId>>,
    ) -> Option<NamedPrivileges> {
        let item = self.expand_item(&row.privilege);
        let (marks, roles) = (row.marks.len(), decl.roles.len());
        if marks != roles {
            let plural = |count: usize| if count == 1 { "" } else { "s" };
            let message =
                format!("the row has {marks} mark{} for {roles} role{}", plural(marks), plural(roles));
            let mut diagnostic =
                Diagnostic::new(Code::MatrixShape, row.span, message).help("write one mark for each role");
            if let (Some(first), Some(last)) = (decl.roles.first(), decl.roles.last()) {
                diagnostic = diagnostic.also(first.span.to(last.span), "the roles");
            }
            self.report.push(diagnostic);
        }
        let (item, ty) = (item?, ty?);
        let asked = decl.on.as_ref().zip(ty);
        let fits = item.privileges.iter().all(|&id| self.fits(id, item.span, asked));
        (fits && marks == roles).then_some(item)
    }
}
