//! Which names there are.
//!
//! Enters: every declaration. Leaves: the first of each name, sorted, so that its position is the id of what it declares;
//! and the tables of names. A name declared twice is reported here. Knows nothing of what the declarations say.

use crate::ast::{CategoryDecl, GroupDecl, Name, PrincipalDecl, ResourceDecl, RoleDecl};
use crate::diagnostic::{Change, Code, Diagnostic, Safety};
use crate::model::CategoryId;
use crate::resolve::names::{Kind, Names, Table};
use crate::resolve::report::Report;
use crate::resolve::written::{Decl, PrivilegeSite, Written};
use crate::source::Span;

/// The first declaration of each name, by name.
pub(super) struct Declared<'a> {
    pub types: Vec<Decl<'a, ResourceDecl>>,
    pub categories: Vec<Decl<'a, CategoryDecl>>,
    /// Each with the category that it is in.
    pub privileges: Vec<(PrivilegeSite<'a>, CategoryId)>,
    pub roles: Vec<Decl<'a, RoleDecl>>,
    pub groups: Vec<Decl<'a, GroupDecl>>,
    pub users: Vec<Decl<'a, PrincipalDecl>>,
    pub services: Vec<Decl<'a, PrincipalDecl>>,
}

impl<'a> Declared<'a> {
    /// Makes all names known.
    pub fn new(written: &Written<'a>, names: &mut Names<'a>, report: &mut Report<'_>) -> Declared<'a> {
        let types = declare(
            Kind::Type,
            written.types.clone(),
            |site| &site.decl.name,
            |site| Some(site.span),
            names,
            report,
        );
        let categories = declare(
            Kind::Category,
            written.categories.clone(),
            |site| &site.decl.name,
            |site| Some(site.span),
            names,
            report,
        );
        let mut privileges = Vec::with_capacity(written.privileges.len());
        for site in &written.privileges {
            match names.find(Kind::Category, site.category, report) {
                Some(category) => privileges.push((*site, CategoryId(category))),
                // It is declared all the same; that its category is not has been said once.
                None => names.forgive(&site.privilege.name.text),
            }
        }
        let privileges =
            declare(Kind::Privilege, privileges, |(site, _)| &site.privilege.name, |_| None, names, report);
        Declared {
            types,
            categories,
            privileges,
            roles: declare(
                Kind::Role,
                written.roles.clone(),
                |site| &site.decl.name,
                |site| Some(site.span),
                names,
                report,
            ),
            groups: declare(
                Kind::Group,
                written.groups.clone(),
                |site| &site.decl.name,
                |site| Some(site.span),
                names,
                report,
            ),
            users: declare(
                Kind::User,
                written.users.clone(),
                |site| &site.decl.name,
                |site| Some(site.span),
                names,
                report,
            ),
            services: declare(
                Kind::Service,
                written.services.clone(),
                |site| &site.decl.name,
                |site| Some(site.span),
                names,
                report,
            ),
        }
    }
}

/// The declarations of a kind by name, the first of each; the others are reported. Their names become known.
fn declare<'a, T: Copy>(
    kind: Kind,
    mut declarations: Vec<T>,
    name_of: impl Fn(&T) -> &'a Name,
    span_of: impl Fn(&T) -> Option<Span>,
    names: &mut Names<'a>,
    report: &mut Report<'_>,
) -> Vec<T> {
    declarations.sort_by(|a, b| name_of(a).text.cmp(&name_of(b).text));
    declarations.dedup_by(|again, first| {
        let same = name_of(again).text == name_of(first).text;
        if same {
            let finding = declared_again(kind.noun(), name_of(again), name_of(first).span);
            report.push(match (span_of(again), span_of(first)) {
                (Some(again), Some(first)) => finding.remedy(
                    Safety::Safe,
                    "remove the second one, which says the same",
                    Change::RemoveTwin { again, first },
                ),
                _ => finding,
            });
        }
        same
    });
    names.set(kind, Table::new(declarations.iter().map(name_of).collect()));
    declarations
}

/// Reports a name that is declared a second time.
pub(super) fn declared_twice(noun: &str, again: &Name, first: Span, report: &mut Report<'_>) {
    report.push(declared_again(noun, again, first));
}

fn declared_again(noun: &str, again: &Name, first: Span) -> Diagnostic {
    let message = format!("{noun} `{}` is declared twice", again.text);
    Diagnostic::new(Code::DuplicateDeclaration, again.span, message)
        .label("declared again here")
        .also(first, "first declared here")
        .help("remove one of the two, or rename it")
}
