//! P0705: an attribute that no condition and no requirement reads.
//!
//! Enters: the model. Leaves: a warning for each. That resources and tests give it a value is no use: nothing depends on
//! it.

use super::many::{self, Found, Together};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{AttributeRoot, Formula, Model, Operand, ValueTest};
use crate::validate::allow::Allows;
use crate::validate::wording;

pub(super) fn check(model: &Model, allows: &Allows<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if model.attributes.is_empty() {
        return;
    }
    let read = read(model);
    let unused = model.attributes.iter().filter(|it| !read.get(it.name_id.index()).copied().unwrap_or(false));
    let unused = unused.map(|attribute| {
        let root = match attribute.root {
            AttributeRoot::Principal => "principal",
            AttributeRoot::Resource => "resource",
            AttributeRoot::Context => "context",
        };
        let name = format!("{root}.{}", attribute.name.value);
        let message = format!("nothing reads `{name}`");
        let help = "use it in a `when` or `requires`, or remove it".to_owned();
        Found { span: attribute.name.span, name, message, help }
    });
    let message = |unused: &[Found]| {
        format!("nothing reads {}", wording::list(unused.iter().map(|attribute| &attribute.name)))
    };
    let together = Together { message: &message, help: "use them in a `when` or `requires`, or remove them" };
    many::report(Code::UnusedAttribute, unused.collect(), &together, allows, diagnostics);
}

/// Which attribute names formulas read.
fn read(model: &Model) -> Vec<bool> {
    let mut read = vec![false; model.attribute_names.len()];
    let of_entries = model.entries.iter().filter_map(|entry| entry.when.as_ref());
    let of_assignments = model.assignments.iter().filter_map(|assignment| assignment.when.as_deref());
    let of_categories = model.categories.iter().filter_map(|category| category.requires.as_ref());
    let of_privileges = model.privileges.iter().filter_map(|privilege| privilege.requires.as_ref());
    let mut open: Vec<&Formula> = of_categories.chain(of_privileges).collect();
    for formula in of_entries.chain(of_assignments) {
        open.push(formula);
        while let Some(part) = open.pop() {
            mark(part, &mut open, &mut read);
        }
    }
    while let Some(part) = open.pop() {
        mark(part, &mut open, &mut read);
    }
    read
}

fn mark<'m>(formula: &'m Formula, open: &mut Vec<&'m Formula>, read: &mut [bool]) {
    let test = match formula {
        Formula::And(parts) | Formula::Or(parts) => return open.extend(parts),
        Formula::Not(part) => return open.push(part),
        Formula::Privilege(_) | Formula::Any(_) | Formula::All(_) => return,
        Formula::Test(test) => test,
    };
    let mut set = |name: usize| read.get_mut(name).into_iter().for_each(|slot| *slot = true);
    match test {
        ValueTest::Truth(name) | ValueTest::Has(name) => set(name.index()),
        ValueTest::Compare { left, right, .. } => {
            for side in [left, right] {
                if let Operand::Attribute(name) = side {
                    set(name.index());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(policy: &str, expected: &str) {
        check_lint(Code::UnusedAttribute, policy, expected);
    }

    #[test]
    fn an_attribute_that_nothing_reads() {
        check(
            "resource doc { attribute owner: principal attribute state: string } principal { level: int }
             context { mfa: bool } category c on doc { read } doc:a { state: \"x\" }
             grant read to authenticated when resource.owner == principal",
            "P0705 <state>: nothing reads `resource.state`
             = use it in a `when` or `requires`, or remove it
             P0705 <level>: nothing reads `principal.level`
             = use it in a `when` or `requires`, or remove it
             P0705 <mfa>: nothing reads `context.mfa`
             = use it in a `when` or `requires`, or remove it",
        );
    }

    #[test]
    fn conditions_and_requirements_read() {
        check(
            "context { a: bool b: bool c: bool d: int } category x requires context.a { p requires not (has context.b) }
             role r assign r to authenticated when context.c grant p to anyone when 3 < context.d",
            "",
        );
    }

    #[test]
    fn it_may_be_allowed() {
        check("context { @allow(P0705) \"callers send it\" channel: string }", "");
    }
}
