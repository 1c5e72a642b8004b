//! Resources that the policy knows.

use super::{check, check_whole, model};
use crate::model::Model;

fn shown(model: &Model) -> Vec<String> {
    let name = |at: usize| {
        let known = &model.instances[at];
        format!("{}:{}", model.types[known.ty.index()].name.value, known.id)
    };
    let shown = |at: usize| {
        let known = &model.instances[at];
        let parents: Vec<String> = known.parents.iter().map(|parent| name(parent.index())).collect();
        let mark = if known.declared { "!" } else { "" };
        format!("{}{mark} < {}", name(at), parents.join(" "))
    };
    (0..model.instances.len()).map(shown).collect()
}

#[track_caller]
fn known(text: &str, expected: &[&str]) {
    assert_eq!(shown(&model(text)), expected, "{text}");
}

#[test]
fn ancestors_follow_from_the_path() {
    known(
        "grant flow.view to user:ann on flow:a/b/c",
        &["flow:a/b/c < folder:a/b", "folder:a < ", "folder:a/b < folder:a"],
    );
    known("flow:x { level: 3 }", &["flow:x! < "]);
    known("flow:/x", &["flow:/x! < "]);
}

#[test]
fn every_parent_type_of_a_path_type_is_a_parent() {
    known(
        "resource space resource page in page, space by path assign reader to user:ann on page:a/b only",
        &["page:a < ", "page:a/b < page:a space:a", "space:a < "],
    );
}

#[test]
fn other_types_lie_where_they_are_declared() {
    known("job:x in app:a", &["app:a < ", "job:x! < app:a"]);
    known("app:a job:x in app:a job:y", &["app:a! < ", "job:x! < app:a", "job:y! < "]);
    known("never user:ann can job.run on job:z", &["job:z < "]);
    // Those of tests are not the policy's.
    known("test \"t\" { as user:ann can job.run on job:q in app:r }", &[]);
}

#[test]
fn a_declaration_is_the_place_of_a_resource() {
    let model = model("grant job.run to user:ann on job:x\njob:x");
    assert!(model.instances[0].declared);
    assert!(model.instances[0].span.start > 30);
}

#[test]
fn values_are_sorted_by_attribute() {
    let model = model("flow:a { tags: [\"b\", \"a\", \"b\"] live: true }");
    let values = &model.instances[0].attributes;
    assert_eq!(values.len(), 2);
    assert!(values.is_sorted_by_key(|(id, _)| *id));
}

#[test]
fn wrong_parents() {
    check("job:x in folder:a", &["P0403 folder:a"]);
    check("app:x in folder:a", &["P0403 folder:a"]);
    check("flow:a/b in folder:c", &["P0403 folder:c"]);
    check("flow:a in folder:c", &["P0403 folder:c"]);
    check("flow:a/b in app:a", &["P0403 app:a"]);
    check("flow:a/b in folder:a", &[]);
    check("job:x in nowhere:a", &["P0206 nowhere"]);
    check("resource t in nowhere t:x in app:a", &["P0206 nowhere"]);
    check_whole(
        "flow:a/b in folder:c",
        "the path of `flow:a/b` says something else",
        &["flow"],
        "leave out `in`: it lies in `folder:a`",
    );
    check_whole(
        "job:x in folder:a",
        "a resource of type `job` does not lie in a `folder`",
        &["job"],
        "name one of type `app`, or add the type behind `in`",
    );
    check_whole(
        "app:x in app:a",
        "a resource of type `app` lies in nothing",
        &["app"],
        "declare the type as `resource app in app`",
    );
}

#[test]
fn cycles_are_left_to_validation() {
    known(
        "resource part in part part:a in part:b part:b in part:a part:c in part:c",
        &["part:a! < part:b", "part:b! < part:a", "part:c! < part:c"],
    );
}
