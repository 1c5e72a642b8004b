//! The ast of all files > model: names become ids, wildcards become lists, literals get types.
//!
//! Enters: what was written. Leaves: what was meant, sorted, so that no order of files or statements is left in it; and a
//! finding for each name, list, literal or scope that means nothing. What can't be resolved is left out, the rest goes on.
//! Knows nothing of what contradicts itself (cycles, broken constraints): that is for `validate`.
//!
//! The order of the steps is that of what they need: names first, then types and attributes, privileges, who there is,
//! resources, then the entries and assignments that speak of all of those, and at the end what is asked of them.

mod allows;
mod asked;
mod attributes;
mod brought;
mod callers;
mod canonical;
mod comparisons;
mod constraints;
mod declared;
mod formulas;
mod instances;
mod limits;
mod lists;
mod literals;
mod names;
mod privileges;
mod questions;
mod report;
mod roles;
mod rules;
mod settings;
#[cfg(test)]
mod tests;
pub mod times;
mod types;
mod who;
pub(crate) mod wildcards;
mod written;

use crate::ast::{File, Item};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{InstanceId, Model};
use crate::source::{Span, Spanned};
use declared::Declared;
use limits::Limits;
use names::Names;
use report::Report;
use written::Written;

/// Resolves all files of a policy. What can't be resolved is reported and left out.
pub fn resolve(files: Vec<File>, diagnostics: &mut Vec<Diagnostic>) -> Model {
    resolve_within(files, Limits::DEFAULT, diagnostics)
}

fn resolve_within(mut files: Vec<File>, limits: Limits, diagnostics: &mut Vec<Diagnostic>) -> Model {
    // The order of files is the order of their ids, however they were handed over.
    files.sort_by_key(|file| file.source);
    let rules = files.iter_mut().map(|file| written::take_rules(&mut file.items)).collect();
    let Some((mut model, places)) = unsorted(&files, rules, limits, diagnostics) else {
        return Model::default();
    };
    // What was written is needed no more, and sorting takes room.
    drop(files);
    canonical::sort_rules(&mut model, &places);
    model
}

/// All that is meant by files and the rules that were taken out of them, in the order written but for what has a name; and the final
/// id of each resource in a scope. `None` when there is more of something than its limit.
fn unsorted(
    files: &[File],
    rules: Vec<Vec<Item>>,
    limits: Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Model, Vec<InstanceId>)> {
    let written = Written::collect(files);
    let salvaged = files.iter().flat_map(|file| &file.salvaged).map(|name| name.as_str());
    let mut resolver = Resolver {
        limits,
        report: Report::new(diagnostics, limits),
        names: Names::new(salvaged),
        model: Model::default(),
        types: types::TypeGraph::default(),
        attributes: attributes::Attributes::default(),
        lists: lists::Lists::default(),
        instances: instances::Instances::new(limits),
        vague: Vec::new(),
        asked: 0,
        overfull: false,
        conditions: Vec::new(),
    };
    if resolver.exceeds(&written) {
        return None;
    }
    let declared = Declared::new(&written, &mut resolver.names, &mut resolver.report);
    resolver.header(&written);
    resolver.types(&declared);
    resolver.attributes(&written);
    resolver.privileges(&declared);
    resolver.requirements(&declared);
    resolver.roles(&declared);
    resolver.groups(&declared);
    resolver.principals(&declared);
    resolver.declared_instances(&written);
    resolver.allows(files.iter().map(|file| &file.items).chain(&rules).flatten());
    resolver.rules(&written, rules);
    resolver.constraints(&written);
    resolver.questions(&written);
    resolver.model.places.sort();
    let places = resolver.close_instances();
    resolver.report.finish();
    Some((resolver.model, places))
}

/// The model so far, and what is needed to make more of it.
struct Resolver<'a, 'd> {
    limits: Limits,
    report: Report<'d>,
    names: Names<'a>,
    model: Model,
    types: types::TypeGraph,
    attributes: attributes::Attributes<'a>,
    lists: lists::Lists<'a>,
    instances: instances::Instances,
    /// For each category, whether some type of its `on` could not be resolved; nothing is said of what lacks then.
    vague: Vec<bool>,
    /// How much tests and matrices ask so far.
    asked: usize,
    /// Whether a limit on entries, assignments or questions was reported; once is enough.
    overfull: bool,
    /// Conditions of assignments; they wait until every entry is known.
    conditions: Vec<rules::PendingCondition>,
}

impl<'a> Resolver<'a, '_> {
    /// Whether there is more of something than the limit. Nothing is made of such a policy: leaving out what is beyond
    /// would make names unknown that are declared.
    fn exceeds(&mut self, written: &Written<'a>) -> bool {
        let limits = self.limits;
        let of_types = written.types.iter().flat_map(|site| &site.decl.attributes);
        let of_roots = written.root_attributes.iter().map(|&(_, attribute)| attribute);
        let attributes: Vec<_> = of_types.chain(of_roots).collect();
        let exceeded = [
            self.exceed("resource types", &written.types, limits.types, |site| site.span),
            self.exceed("attributes", &attributes, limits.attributes, |attribute| attribute.name.span),
            self.exceed("categories", &written.categories, limits.categories, |site| site.span),
            self.exceed("privileges", &written.privileges, limits.privileges, |site| {
                site.privilege.name.span
            }),
            self.exceed("roles", &written.roles, limits.roles, |site| site.span),
            self.exceed("groups", &written.groups, limits.groups, |site| site.span),
            self.exceed("users", &written.users, limits.principals, |site| site.span),
            self.exceed("services", &written.services, limits.principals, |site| site.span),
        ];
        exceeded.contains(&true)
    }

    fn exceed<T>(&mut self, what: &str, list: &[T], limit: usize, place: impl Fn(&T) -> Span) -> bool {
        let first_beyond = list.get(limit);
        if let Some(site) = first_beyond {
            self.too_many(place(site), what, limit);
        }
        first_beyond.is_some()
    }

    /// Reports that there is more of something than the limit; `at` is the first that is too much.
    fn too_many(&mut self, at: Span, what: &str, limit: usize) {
        self.report.push(
            Diagnostic::new(Code::TooMany, at, format!("the policy has more than {limit} {what}"))
                .label("the first one beyond the limit")
                .help("split it into several policies"),
        );
    }

    fn header(&mut self, written: &Written<'a>) {
        let Some((first, others)) = written.policies.split_first() else { return };
        for other in others {
            self.report.push(
                Diagnostic::new(Code::DuplicateDeclaration, other.name.span, "the policy has two headers")
                    .label("a second header")
                    .also(first.name.span, "the first one is here")
                    .help("keep one `policy` statement for all files"),
            );
        }
        self.model.name = Some(Spanned::new(first.name.text.clone(), first.name.span));
        self.model.default = first.default.as_ref().map(|rule| rule.value).unwrap_or_default();
        self.model.resolve = first.resolve.as_ref().map(|strategy| strategy.value).unwrap_or_default();
    }
}
