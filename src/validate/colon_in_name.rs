//! P0719: a declared name without quotes that ends with a colon.
//!
//! Enters: the model. Leaves: a warning for each. Names may hold colons, and so `role reader:` declares a role that no
//! `role:reader` finds; who writes it most often means a block. No lint: names that are not found for it are errors, and hide those.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::Model;
use crate::source::Spanned;
use smol_str::SmolStr;

pub(super) fn check(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    let kinds: [(&str, &mut dyn Iterator<Item = &Spanned<SmolStr>>); 7] = [
        ("policy", &mut model.name.iter()),
        ("resource type", &mut model.types.iter().map(|one| &one.name)),
        ("category", &mut model.categories.iter().map(|one| &one.name)),
        ("privilege", &mut model.privileges.iter().map(|one| &one.name)),
        ("role", &mut model.roles.iter().map(|one| &one.name)),
        ("group", &mut model.groups.iter().map(|one| &one.name)),
        ("principal", &mut model.principals.iter().map(|one| &one.name)),
    ];
    for (kind, names) in kinds {
        diagnostics.extend(names.filter(|name| ends_bare(name)).map(|name| report(kind, name)));
    }
}

/// Whether a name ends with a colon and stands without quotes, which would make its place longer than the name.
fn ends_bare(name: &Spanned<SmolStr>) -> bool {
    name.value.ends_with(':') && (name.span.end - name.span.start) as usize == name.value.len()
}

fn report(kind: &str, name: &Spanned<SmolStr>) -> Diagnostic {
    let written = &name.value;
    let plain = written.trim_end_matches(':');
    let help = format!("write `{plain}`; a name that does end so is written in quotes: `\"{written}\"`");
    let message = format!("the name of this {kind} ends with a colon: `{written}`");
    Diagnostic::new(Code::ColonInName, name.span, message).help(help)
}

#[cfg(test)]
mod tests {
    use crate::validate::testing::{check, check_clean};

    #[test]
    fn a_name_that_ends_with_a_colon() {
        check(
            "category c { read: \"Read\" } role s: { grant read: }",
            "P0719 <read:>: the name of this privilege ends with a colon: `read:`
             = write `read`; a name that does end so is written in quotes: `\"read:\"`
             P0719 <s:>: the name of this role ends with a colon: `s:`
             = write `s`; a name that does end so is written in quotes: `\"s:\"`",
        );
    }

    #[test]
    fn every_kind_of_name() {
        for (policy, kind, name) in [
            ("policy p:", "policy", "p:"),
            ("resource t:", "resource type", "t:"),
            ("category c: { a }", "category", "c:"),
            ("group g:", "group", "g:"),
            ("user u:", "principal", "u:"),
            ("service s:", "principal", "s:"),
        ] {
            let plain = name.trim_end_matches(':');
            let expected = format!(
                "P0719 <{name}>: the name of this {kind} ends with a colon: `{name}`
                 = write `{plain}`; a name that does end so is written in quotes: `\"{name}\"`"
            );
            check(policy, &expected);
        }
    }

    #[test]
    fn quotes_and_colons_inside() {
        check_clean("category c { s3:GetObject \"read:\" \"Read\" } group \"g:\"");
    }

    #[test]
    fn it_may_be_allowed() {
        check_clean("@allow(P0719) \"the directory calls it so\" group g:");
    }
}
