//! Texts of the DSL inside of scalars: what they mean and where they stand.

use super::{codes, compact, items, read, under};
use crate::ast::{Expr, ExprKind, ItemKind, RuleKind, TypeExpr};
use crate::diagnostic::Code;

/// The condition of an entry, as it was read.
#[track_caller]
fn condition(text: &str) -> Expr {
    let ItemKind::Rule(rule) = items(text).remove(0).kind else { panic!("no rule") };
    let RuleKind::Entry(entry) = rule.kind else { panic!("no entry") };
    *entry.when.expect("a condition")
}

/// The text under each part of `a and b`.
#[track_caller]
fn parts(written: &str) -> Vec<String> {
    let text = format!("entries:\n- grant: a\n  to: anyone\n  when: {written}\n");
    let expr = condition(&text);
    let ExprKind::And(parts) = expr.kind else { panic!("{expr:?} is no `and`") };
    parts.iter().map(|part| under(&text, part.span).to_owned()).collect()
}

#[test]
fn places_in_a_formula_are_exact() {
    let exact = ["context.mfa", "has resource.x"];
    assert_eq!(parts("context.mfa and has resource.x"), exact);
    assert_eq!(parts("context.mfa and has resource.x # why"), exact);
    assert_eq!(parts("'context.mfa and has resource.x'"), exact);
    assert_eq!(parts("\"context.mfa and has resource.x\""), exact);
    assert_eq!(parts("|\n    context.mfa and has resource.x"), exact);
    assert_eq!(parts(">-\n    context.mfa and has resource.x\n"), exact);
}

#[test]
fn places_in_a_text_with_escapes_are_all_of_it() {
    for written in ["\"context.mfa and has\\u0020resource.x\"", "context.mfa\n    and has resource.x"] {
        assert_eq!(parts(written), [written, written]);
    }
}

#[test]
fn a_broken_formula_is_reported_where_it_breaks_and_its_rule_is_left_out() {
    let text =
        "entries:\n- { grant: a, to: anyone, when: context.mfa and and }\n- { grant: b, to: anyone }\n";
    let (file, diagnostics) = read(text);
    assert_eq!(file.items.len(), 1);
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    let span = diagnostics[0].primary.span;
    let place = text.find("context.mfa and").unwrap();
    assert!(
        span.range().start >= place && span.range().end <= place + "context.mfa and and".len(),
        "{span:?}"
    );
}

#[test]
fn formulas_of_categories_and_privileges() {
    let text = "categories:\n  c:\n    requires: any access\n    privileges:\n      p: { requires: q and (r or s) }\nprivileges:\n  o: { category: c, requires: 'all(p, q*)' }\n";
    let shown = super::show(text);
    assert!(shown.contains("span: ⟨any access⟩"), "{shown}");
    assert!(shown.contains("span: ⟨q and (r or s)⟩"), "{shown}");
    assert!(shown.contains("span: ⟨all(p, q*)⟩"), "{shown}");
}

#[test]
fn types() {
    let text = "resources:\n  t:\n    attributes:\n      a: bool\n      b: '\"X\" | \"Y\"'\n      c: [string]\n      d: '[principal]'\n      e: { type: ip, doc: D }\n      f: ['\"X\" | \"Y\"']\n";
    let ItemKind::Resource(ty) = items(text).remove(0).kind else { panic!("no type") };
    let types: Vec<TypeExpr> = ty.attributes.iter().map(|attribute| attribute.ty.value.clone()).collect();
    let [
        TypeExpr::Bool,
        TypeExpr::Enum(b),
        TypeExpr::Set(c),
        TypeExpr::Set(d),
        TypeExpr::Ip,
        TypeExpr::Set(f),
    ] = types.as_slice()
    else {
        panic!("{types:?}")
    };
    assert_eq!(compact(text, &format!("{b:?}")), "[X⟨\"X\"⟩, Y⟨\"Y\"⟩]");
    assert_eq!((&**c, &**d), (&TypeExpr::String, &TypeExpr::Principal));
    assert!(matches!(&**f, TypeExpr::Enum(names) if names.len() == 2));
    assert_eq!(under(text, ty.attributes[2].ty.span), "[string]");
    assert_eq!(codes("context: { x: ['[bool]'] }"), [Code::YamlShape.name()]);
}

#[test]
fn defaults() {
    let text = "policy: { name: p, default: deny }\nresources: { t: { default: grant to authenticated when unlisted } }\n";
    let shown = super::show(text);
    assert!(shown.contains("Spanned { value: Deny, span: ⟨deny⟩ }"), "{shown}");
    assert!(
        shown.contains(
            "Grant { to: Authenticated, when_unlisted: true }, span: ⟨grant to authenticated when unlisted⟩"
        ),
        "{shown}"
    );
}
