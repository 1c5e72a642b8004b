//! The text under the places of the tree.

use super::{clean, under};
use crate::ast::{EntryDecl, ExprKind, File, ItemKind, PrincipalRefKind, RuleKind, ScopeRef};

fn entry(file: &File) -> &EntryDecl {
    match &file.items[0].kind {
        ItemKind::Rule(rule) => match &rule.kind {
            RuleKind::Entry(entry) => entry,
            _ => panic!("not an entry"),
        },
        _ => panic!("not a rule"),
    }
}

#[test]
fn statements_end_at_their_last_token() {
    let text = "user a # one\n\ngroup b in c, # two\n; role d { grant e }\nrole f\n  # three\ntype:id {}";
    let file = clean(text);
    let found: Vec<&str> = file.items.iter().map(|item| under(text, item.span)).collect();
    assert_eq!(found, ["user a", "group b in c", "role d { grant e }", "role f", "type:id {}"]);
}

#[test]
fn parts_of_an_entry() {
    let text = "## x\ngrant \"ä\", category:c except d, to group:\"g h\", user:u on t:\"x y\" only when (not a) and has context.b # c";
    let file = clean(text);
    let entry = entry(&file);
    assert_eq!(under(text, entry.effect.span), "grant");
    assert_eq!(under(text, entry.privileges.span), "\"ä\", category:c except d");
    assert_eq!(under(text, entry.privileges.items[0].name().span), "\"ä\"");
    assert_eq!(under(text, entry.privileges.items[1].name().span), "c");
    assert_eq!(under(text, entry.to[0].span), "group:\"g h\"");
    let PrincipalRefKind::Group(name) = &entry.to[0].kind else { panic!("not a group") };
    assert_eq!((under(text, name.span), name.text.as_str()), ("\"g h\"", "g h"));
    let scope = entry.on.as_ref().unwrap();
    assert_eq!(under(text, scope.span()), "t:\"x y\" only");
    let ScopeRef::Resource { resource, only } = &**scope else { panic!("not a resource") };
    assert_eq!(under(text, resource.ty.span), "t");
    assert_eq!(under(text, resource.id.span), "\"x y\"");
    assert_eq!(under(text, only.unwrap()), "only");
    let when = entry.when.as_ref().unwrap();
    assert_eq!(under(text, when.span), "(not a) and has context.b");
    let ExprKind::And(parts) = &when.kind else { panic!("not a conjunction") };
    assert_eq!(under(text, parts[0].span), "(not a)");
    let ExprKind::Has(attribute) = &parts[1].kind else { panic!("not a test for presence") };
    assert_eq!(under(text, attribute.name.span), "b");
}

#[test]
fn parts_of_blocks() {
    let text = "matrix \"m\" { roles r p - + \n q - }\ncategory c \"T\" { p \"P\" requires a == [1, 2] }";
    let file = clean(&text.replace("a ==", "resource.a =="));
    assert_eq!(file.items.len(), 2);
    let file = clean(text.split("category").next().unwrap());
    let ItemKind::Matrix(matrix) = &file.items[0].kind else { panic!("not a matrix") };
    assert_eq!(under(text, matrix.name.span), "\"m\"");
    assert_eq!(under(text, matrix.rows[0].span), "p - +");
    assert_eq!(under(text, matrix.rows[0].marks[1].span), "+");
    let text = "test \"t\" { can a on t:x because bypass # c\n }";
    let file = clean(text);
    let ItemKind::Test(test) = &file.items[0].kind else { panic!("not a test") };
    let crate::ast::TestStep::Check(check) = &test.steps[0] else { panic!("not a check") };
    assert_eq!(under(text, check.span), "can a on t:x because bypass");
}
