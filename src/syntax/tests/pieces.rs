//! Formulas, types and defaults inside of other texts.

use super::{compact, under};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use crate::syntax::fragment::{Anchor, default_rule, expr, type_expr};

const AT: Anchor = Anchor::Verbatim(SourceId(3), 5);

#[test]
fn forms() {
    let mut none = Vec::new();
    let formula = expr(" a and (context.b or not c) ", AT, &mut none).unwrap();
    assert_eq!(
        compact(&formula),
        "And([Privilege('a'), Or([Attribute(AttributeRef { root: Context, name: 'b' }), Not(Privilege('c'))])])"
    );
    assert_eq!(compact(&type_expr("[\"A\" | \"B\"]", AT, &mut none).unwrap()), "Set(Enum(['A', 'B']))");
    let default = default_rule("grant to anyone when unlisted", AT, &mut none).unwrap();
    assert_eq!(compact(&default), "Grant { to: Anyone, when_unlisted: true }");
    assert_eq!(compact(&default_rule("deny # plain", AT, &mut none).unwrap()), "Deny");
    assert!(none.is_empty(), "{none:?}");
}

#[test]
fn places() {
    let file = "when: a and  resource.b";
    let formula = expr(&file[5..], AT, &mut Vec::new()).unwrap();
    assert_eq!(under(file, formula.span), "a and  resource.b");
    assert_eq!(formula.span.source, SourceId(3));
    let whole = Span::new(SourceId(1), 10..20);
    let formula = expr("a and b", Anchor::Whole(whole), &mut Vec::new()).unwrap();
    assert_eq!(formula.span, whole);
}

#[track_caller]
fn check(text: &str, read: impl Fn(&str, &mut Vec<Diagnostic>) -> bool, number: &str, place: &str) {
    let mut found = Vec::new();
    assert!(!read(text, &mut found), "{text}");
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    let range = found[0].primary.span.range();
    assert_eq!((found[0].code.number(), &text[range.start - 5..range.end - 5]), (number, place), "{text}");
}

#[test]
fn faults() {
    let formula = |text: &str, found: &mut Vec<Diagnostic>| expr(text, AT, found).is_some();
    check("a and", formula, "P0001", "");
    check("", formula, "P0001", "");
    check("a b", formula, "P0001", "b");
    check("a && b", formula, "P0001", "&");
    check("a and or", formula, "P0001", "or");
    check("context.a == LIVE", formula, "P0001", "LIVE");
    check("category:x", formula, "P0001", "category:x");
    check("true", formula, "P0001", "true");
    check("context.a == \"x", formula, "P0001", "\"x");
    check("context.a == \"\\q\"", formula, "P0004", "\\q");
    check(&"(".repeat(100_000), formula, "P0901", "(");
    let ty = |text: &str, found: &mut Vec<Diagnostic>| type_expr(text, AT, found).is_some();
    check("strng", ty, "P0001", "strng");
    check("[[int]]", ty, "P0001", "[int]");
    check("int int", ty, "P0001", "int");
    let default = |text: &str, found: &mut Vec<Diagnostic>| default_rule(text, AT, found).is_some();
    check("allow", default, "P0001", "allow");
    check("grant to nobody", default, "P0001", "nobody");
}
