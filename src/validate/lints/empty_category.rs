//! P0704: a category without privileges.
//!
//! Enters: the model. Leaves: a warning for each.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::Model;

pub(super) fn check(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    let mut filled = vec![false; model.categories.len()];
    for privilege in &model.privileges {
        filled.get_mut(privilege.category.index()).into_iter().for_each(|slot| *slot = true);
    }
    for (category, _) in model.categories.iter().zip(filled).filter(|(_, filled)| !filled) {
        let message = format!("category `{}` has no privileges", category.name.value);
        let finding = Diagnostic::new(Code::EmptyCategory, category.name.span, message);
        diagnostics.push(finding.help("declare a privilege in it, or remove it"));
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[test]
    fn a_category_without_privileges() {
        check_lint(
            Code::EmptyCategory,
            "category full { read } category hollow {} category late {} privilege write in late",
            "P0704 <hollow>: category `hollow` has no privileges
             = declare a privilege in it, or remove it",
        );
    }

    #[test]
    fn it_may_be_allowed() {
        check_lint(Code::EmptyCategory, "@allow(P0704) \"filled by customers\" category hollow {}", "");
    }
}
