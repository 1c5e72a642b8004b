//! Names that are unknown, of another kind, declared twice or reserved.

use super::{WORLD, check, check_whole, model, resolved, told};
use crate::ast::{File, ItemKind};
use crate::model::{Grantee, PrincipalId, ValueType};
use crate::resolve::limits::Limits;
use crate::source::SourceId;

#[test]
fn unknown_names() {
    check("grant flow.veiw to group:ops", &["P0201 flow.veiw"]);
    check("grant flow.view except flow.veiw to group:ops", &["P0201 flow.veiw"]);
    check("assign raeder to group:ops", &["P0202 raeder"]);
    check("role x inherits raeder", &["P0202 raeder"]);
    check("role x requires raeder", &["P0202 raeder"]);
    check("exclusive reader, raeder", &["P0202 raeder"]);
    check("limit 3 for role:raeder", &["P0202 raeder"]);
    check("group x in opps", &["P0203 opps"]);
    check("user x in opps", &["P0203 opps"]);
    check("grant flow.view to group:opps", &["P0203 opps"]);
    check("grant flow.view to user:amn, service:amn", &["P0204 amn", "P0204 amn"]);
    check("grant category:flow to group:ops", &["P0205 flow"]);
    check("privilege x in flow", &["P0205 flow"]);
    check("resource x in fodler", &["P0206 fodler"]);
    check("category x on fodler { x }", &["P0206 fodler"]);
    check("grant flow.view to group:ops on fodler:x", &["P0206 fodler"]);
    check("grant flow.view to group:ops on fodler:*", &["P0206 fodler"]);
    check("fodler:x", &["P0206 fodler"]);
    check("app:x { level: 3 }", &["P0207 level"]);
    check("user x { taem: \"a\" }", &["P0207 taem"]);
    check("grant user.view to group:ops when context.mfaa", &["P0207 context.mfaa"]);
    check("grant user.view to group:ops when principal.mfa", &["P0207 principal.mfa"]);
    check("grant flow.view to group:ops when resource.color == \"red\"", &["P0207 resource.color"]);
}

#[test]
fn one_fault_does_not_hide_the_others() {
    check(
        "grant flow.veiw, flow.edti to group:opps on fodler:x when context.x and context.y",
        &[
            "P0201 flow.veiw",
            "P0201 flow.edti",
            "P0203 opps",
            "P0206 fodler",
            "P0207 context.x",
            "P0207 context.y",
        ],
    );
}

#[test]
fn a_suggestion_or_the_next_step() {
    check_whole("assign raeder to group:ops", "unknown role `raeder`", &[], "did you mean `reader`?");
    check_whole(
        "assign supervisor to group:ops",
        "unknown role `supervisor`",
        &[],
        "declare it: `role supervisor { ... }`",
    );
    check_whole(
        "grant user.view to group:ops when principal.mfa",
        "unknown attribute `principal.mfa`",
        &[],
        "did you mean `context.mfa`?",
    );
    check_whole(
        "grant user.view to group:ops when context.mfaa",
        "unknown attribute `context.mfaa`",
        &[],
        "did you mean `mfa`?",
    );
}

#[test]
fn a_suggestion_of_an_attribute_has_a_type_that_fits() {
    let world = "context { limit-a: bool limit-b: int limit-c: string owner: int limits: [int] }
        principal { boss: principal ours: int } ";
    let advises = |condition: &str, help: &str| {
        advises(&format!("{world} deny user.view to user:ann when {condition}"), help);
    };
    advises("context.limit-x", "did you mean `limit-a`?");
    advises("context.limit-x == 5", "did you mean `limit-b`?");
    advises("5 <= context.limit-x", "did you mean `limit-b`?");
    advises("context.limit-x == \"y\"", "did you mean `limit-c`?");
    advises("context.limit-x in [1, 2]", "did you mean `limit-b`?");
    advises("context.limit-x contains 2", "did you mean `limits`?");
    advises("context.limit-x == context.owner", "did you mean `limit-b`?");
    advises("context.limit-x == user:ann", "did you mean `limit-a`?");
    // The name under another root, unless its type does not fit and that of a near one does.
    advises("context.boss == user:ann", "did you mean `principal.boss`?");
    advises("principal.owner == 5", "did you mean `context.owner`?");
    advises("context.ours == 5", "did you mean `principal.ours`?");
}

#[test]
fn what_a_list_names_twice() {
    check("grant flow.view, flow.edit, flow.view to group:ops", &["P0715 flow.view"]);
    check("grant category:flows, flow.view to group:ops", &[]);
    check("grant flow.*, flow.* to group:ops", &["P0715 flow.*"]);
    check("assign reader to user:ann, group:ops, user:ann", &["P0715 user:ann"]);
    check("user tom in ops, ops", &["P0715 ops"]);
    check("group night in ops, ops", &["P0715 ops"]);
    check("role chief inherits reader, editor, reader", &["P0715 reader"]);
    check("category late on flow, flow { flow.lately }", &["P0715 flow"]);
    check("privilege flow.lately in flows includes flow.view, flow.edit, flow.view", &["P0715 flow.view"]);
    check_whole(
        "grant flow.view to group:ops, group:ops",
        "`group:ops` stands twice in the list",
        &["group:ops"],
        "name it once",
    );
}

#[test]
fn a_name_of_another_kind() {
    check_whole(
        "assign ops to user:ann",
        "`ops` is a group, not a role",
        &["ops"],
        "name a role here, or declare it: `role ops { ... }`",
    );
    check_whole(
        "grant flow.view to user:nightly",
        "`nightly` is a service, not a user",
        &["nightly"],
        "name a user here, or declare it: `user nightly`",
    );
    check_whole(
        "grant flows to user:ann",
        "`flows` is a category, not a privilege",
        &["flows"],
        "write `category:flows`",
    );
    check_whole(
        "grant category:reader to user:ann",
        "`reader` is a role, not a category",
        &["reader"],
        "name a category here, or declare it: `category reader { ... }`",
    );
}

#[test]
fn names_in_text_that_could_not_be_read_are_not_unknown() {
    let mut file = File { source: SourceId(0), items: Vec::new(), salvaged: Vec::new() };
    file.salvaged = ["x.view", "x-role", "x-group", "x-type", "x-attr"].map(Into::into).to_vec();
    let text = "assign x-role to group:x-group on x-type:a when context.x-attr\n\
                grant x.view, x.* to group:ops, user:bob\nuser bob { x-attr: 1 }";
    let mut found = Vec::new();
    let files = [
        file,
        crate::syntax::parse(SourceId(1), WORLD, &mut found),
        crate::syntax::parse(SourceId(2), text, &mut found),
    ];
    crate::resolve::resolve(files.into(), &mut found);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn declared_twice() {
    check("role reader", &["P0208 reader"]);
    check("group ops", &["P0208 ops"]);
    check("user ann", &["P0208 ann"]);
    check("user x user x", &["P0208 x"]);
    check("service nightly", &["P0208 nightly"]);
    check("resource app", &["P0208 app"]);
    check("category flows {}", &["P0208 flows"]);
    check("category x { flow.view }", &["P0208 flow.view"]);
    check("privilege flow.view in users", &["P0208 flow.view"]);
    check("resource x { attribute a: int attribute a: bool }", &["P0208 a"]);
    check("context { mfa: bool }", &["P0208 mfa"]);
    check("app:x app:x", &["P0208 app:x"]);
    check("user x { team: \"a\", team: \"b\" }", &["P0208 team"]);
    check("policy a policy b", &["P0208 b"]);
    // Kinds have names of their own.
    check("user reader group reader service reader category reader { reader } resource reader", &[]);
    check("principal { mfa: bool }", &[]);
    check_whole(
        "role reader { deny flow.edit }",
        "role `reader` is declared twice",
        &["reader"],
        "remove one of the two, or rename it",
    );
}

#[test]
fn the_second_declaration_is_the_one_in_the_later_file() {
    let (sources, model, found) = resolved(&["role b role a", "role a"], Limits::DEFAULT);
    assert_eq!(told(&sources, &found), ["P0208 a"]);
    assert_eq!(found[0].primary.span.source, SourceId(1));
    assert_eq!(model.roles.len(), 2);
}

#[test]
fn names_repeated_in_a_list_are_named_once() {
    let (_, model, _) = resolved(
        &[
            WORLD,
            "role x inherits reader, reader, editor group y in ops, ops user z in ops, ops\n\
                       category c on flow, flow { c.x includes flow.view, flow.view }",
        ],
        Limits::DEFAULT,
    );
    let role = model.roles.iter().find(|role| role.name.value == "x").unwrap();
    assert_eq!(role.inherits.len(), 2);
    assert!(role.inherits.is_sorted());
    assert_eq!(model.groups.iter().find(|group| group.name.value == "y").unwrap().groups.len(), 1);
    assert_eq!(model.categories.iter().find(|category| category.name.value == "c").unwrap().on.len(), 1);
    assert_eq!(
        model.privileges.iter().find(|privilege| privilege.name.value == "c.x").unwrap().includes.len(),
        1
    );
    check("exclusive reader, reader, editor", &["P0504 reader"]);
}

#[test]
fn words_that_begin_references_are_no_types() {
    let mut found = Vec::new();
    let mut file = crate::syntax::parse(SourceId(0), "resource x", &mut found);
    if let Some(ItemKind::Resource(resource)) = file.items.first_mut().map(|item| &mut item.kind) {
        resource.name.text = "category".into();
    }
    crate::resolve::resolve(vec![file], &mut found);
    assert_eq!(found.iter().map(|found| found.code.number()).collect::<Vec<_>>(), ["P0002"]);
}

#[test]
fn everything_is_sorted_by_name() {
    let model = model(
        "role a role zz user aa service aa group a resource a { attribute z: int attribute a: [bool] }",
    );
    assert!(model.roles.is_sorted_by_key(|role| role.name.value.clone()));
    assert!(model.types.is_sorted_by_key(|ty| ty.name.value.clone()));
    assert!(model.privileges.is_sorted_by_key(|privilege| privilege.name.value.clone()));
    assert!(model.categories.is_sorted_by_key(|category| category.name.value.clone()));
    assert!(model.principals.is_sorted_by_key(|principal| (principal.kind, principal.name.value.clone())));
    assert!(model.attributes.is_sorted_by_key(|own| (own.root, own.ty, own.name.value.clone())));
    assert!(model.attribute_names.is_sorted());
    for attribute in &model.attributes {
        let name = &model.attribute_names[attribute.name_id.index()];
        assert_eq!((attribute.root, &attribute.name.value), (name.0, &name.1));
    }
    let own = model.attributes.iter().find(|own| own.name.value == "a").unwrap();
    assert_eq!(own.value_type, ValueType::Set(Box::new(ValueType::Bool)));
}

#[test]
fn services_stand_behind_users() {
    let model = model("service bob user bob grant flow.view to service:bob grant flow.edit to user:bob");
    let to: Vec<_> =
        model.entries.iter().filter(|entry| entry.in_role.is_none()).map(|entry| entry.to[0]).collect();
    // ann, bob, then bob, nightly.
    assert_eq!(to, [Grantee::Principal(PrincipalId(1)), Grantee::Principal(PrincipalId(2))]);
}

#[test]
fn titles_and_documentation_are_kept() {
    let model =
        model("## All of it.\ncategory c \"See\" {\n## One.\nc.x \"Ex\"\n}\n## Who.\nrole r\n## App.\napp:a");
    let category = model.categories.iter().find(|category| category.name.value == "c").unwrap();
    assert_eq!(category.title.as_deref(), Some("See"));
    assert_eq!(category.doc.as_deref(), Some("All of it."));
    let privilege = model.privileges.iter().find(|privilege| privilege.name.value == "c.x").unwrap();
    assert_eq!((privilege.title.as_deref(), privilege.doc.as_deref()), (Some("Ex"), Some("One.")));
    assert_eq!(model.roles.iter().find(|role| role.name.value == "r").unwrap().doc.as_deref(), Some("Who."));
    assert_eq!(model.instances[0].doc.as_deref(), Some("App."));
}

#[test]
fn the_header_sets_what_types_do_not() {
    use crate::model::{Class, DefaultRule, Strategy};
    let model = model(
        "policy p { default grant to authenticated when unlisted resolve nearest }\n\
                       resource t { default deny resolve most-specific }",
    );
    assert_eq!(model.name.as_ref().unwrap().value, "p");
    assert_eq!(model.default, DefaultRule::Grant { to: Class::Authenticated, when_unlisted: true });
    assert_eq!(model.resolve, Strategy::Nearest);
    let ty = model.types.iter().find(|ty| ty.name.value == "t").unwrap();
    assert_eq!((ty.default, ty.resolve), (Some(DefaultRule::Deny), Some(Strategy::MostSpecific)));
    assert_eq!(model.types[0].default, None);
}

#[test]
fn allows_cover_what_they_stand_before() {
    let text = "@allow(P0307, role-cycle2) \"a\"\nrole r {\n@allow(contradictory-entries) \"b\"\ngrant flow.view\n}\n\
                category c {\n@allow(P0307) \"c\"\nc.x \"X\" requires c.y\nc.y\n}\n@allow(P0301) \"d\"\nrole s";
    let (sources, model, found) = resolved(&[WORLD, text], Limits::DEFAULT);
    assert_eq!(told(&sources, &found), ["P0210 role-cycle2", "P0210 P0301"]);
    let covers: Vec<&str> = model.allows.iter().map(|allow| sources.slice(allow.covers)).collect();
    assert!(covers[0].starts_with("role r {"));
    assert_eq!(covers[1..], ["grant flow.view", "c.x \"X\" requires c.y"]);
    assert_eq!(model.allows[2].why, "c");
}

#[track_caller]
fn advises(text: &str, help: &str) {
    let (_, _, found) = resolved(&[WORLD, text], Limits::DEFAULT);
    let said: Vec<_> = found.iter().map(|one| one.help.as_deref().unwrap_or_default()).collect();
    assert_eq!(said, [help], "{text}");
}

#[test]
fn help_for_a_name_with_its_kind() {
    advises("assign role:reader to user:ann", "write `reader` alone here");
    advises("group g in group:ops", "write `ops` alone here");
    advises("deny flow.edit to user:ann when contxt.mfa", "did you mean `context.mfa`?");
    advises(
        "@allow(P9999) \"x\" user z",
        "name the code that the finding itself shows, such as `P0402` or `entry-without-effect`",
    );
}
