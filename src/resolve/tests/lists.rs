//! Privilege lists: wildcards, categories, `except`, `includes`.

use super::{check, check_whole, model, names};

/// What the entry added last to the world names.
#[track_caller]
fn names_of(list: &str, expected: &[&str]) {
    let text = format!(
        "category c on flow {{ c.full includes c.read, c.write  c.read  c.write includes c.read  \"c.*\" }}\n\
         grant {list} to service:nightly"
    );
    let model = model(&text);
    let entry = model.entries.iter().find(|entry| entry.in_role.is_none()).unwrap();
    assert_eq!(names(&model, &entry.privileges), expected, "{list}");
}

#[test]
fn what_lists_name() {
    names_of("flow.edit, flow.view, *.edit", &["flow.edit", "flow.view"]);
    names_of("flow.*", &["flow.delete", "flow.edit", "flow.view"]);
    names_of("*.view", &["flow.view", "folder.view", "user.view"]);
    names_of("category:users", &["user.add", "user.view"]);
    names_of("category:users, user.view, *.view", &["flow.view", "folder.view", "user.add", "user.view"]);
    names_of("flow.* except flow.delete, *.edit", &["flow.view"]);
    names_of("* except c.*, category:flows, category:folders", &["job.run", "user.add", "user.view"]);
    // A quoted name is literal.
    names_of("\"c.*\"", &["c.*"]);
    names_of("flow.view except flow.view", &[]);
}

#[test]
fn includes_are_closed_over_before_except_takes_away() {
    names_of("c.full", &["c.full", "c.read", "c.write"]);
    names_of("c.write", &["c.read", "c.write"]);
    names_of("c.full except c.write", &["c.full", "c.read"]);
    names_of("c.full except c.full", &["c.read", "c.write"]);
}

#[test]
fn cycles_of_includes_end() {
    let model = model("category c { a includes b  b includes a }\ngrant a to service:nightly");
    let entry = model.entries.iter().find(|entry| entry.in_role.is_none()).unwrap();
    assert_eq!(names(&model, &entry.privileges), ["a", "b"]);
}

#[test]
fn lists_elsewhere_are_not_closed() {
    let model = model(
        "category c { a includes b  b  d requires any(a, user.*) and all x }\ncategory x { e }\nnever user:ann can a\n\
         privilege f in x requires any(category:x except f)",
    );
    assert_eq!(names(&model, &model.invariants[0].privileges), ["a"]);
}

#[test]
fn items_keep_what_they_named() {
    let model = model("grant flow.view, folder.*, category:users except user.add to service:nightly");
    let entry = model.entries.iter().find(|entry| entry.in_role.is_none()).unwrap();
    let named: Vec<_> =
        entry.named.iter().map(|item| (item.broad, names(&model, &item.privileges))).collect();
    assert_eq!(named[0], (false, vec!["flow.view".to_owned()]));
    assert_eq!(named[1], (true, vec!["folder.delete".to_owned(), "folder.view".to_owned()]));
    assert_eq!(named[2], (true, vec!["user.add".to_owned(), "user.view".to_owned()]));
}

#[test]
fn what_names_nothing() {
    check("grant folwer.* to user:ann", &["P0209 folwer.*"]);
    check("grant flow.* except folwer.* to user:ann", &["P0209 folwer.*"]);
    check("grant category:empty to user:ann", &["P0209 empty"]);
    check("never user:ann can x*", &["P0209 x*"]);
    check("privilege p in users requires any category:empty", &["P0209 empty"]);
    check("privilege p in users requires all(x*)", &["P0209 x*"]);
    check("privilege p in users requires any(user.add except user.add)", &["P0209 user.add except user.add"]);
    check_whole(
        "grant folwer.* to user:ann",
        "`folwer.*` matches no privilege",
        &[],
        "change the pattern, or take it out",
    );
}

#[test]
fn an_entry_of_which_nothing_is_left_is_left_out() {
    let (_, model, _) = super::resolved(&[super::WORLD, "grant nothing to user:ann"], super::Limits::DEFAULT);
    assert!(model.entries.iter().all(|entry| entry.in_role.is_some()));
    let (_, model, _) = super::resolved(
        &[super::WORLD, "grant nothing, flow.view to user:ann, user:bob"],
        super::Limits::DEFAULT,
    );
    let entry = model.entries.iter().find(|entry| entry.in_role.is_none()).unwrap();
    assert_eq!((names(&model, &entry.privileges).len(), entry.to.len()), (1, 1));
}

#[test]
fn an_except_that_takes_nothing_away() {
    check("grant flow.* except folder.view to user:ann", &["P0402 folder.view"]);
    check("grant flow.* except flow.edit, folder.* to user:ann", &["P0402 folder.*"]);
    check("grant flow.* except flow.* to user:ann", &[]);
    check("grant flow.* except folder.veiw to user:ann", &["P0201 folder.veiw"]);
}
