//! `policyc convert`: where the new files go, and what is refused.

use super::Here;
use std::fs;

const POLICY: &str = "## Reads.\nrole r { grant a }\ngroup g # gone\n";
const YAML: &str = "roles:\n  r: { doc: Reads., grant: a }\n\ngroups:\n  # gone\n  g:\n";

#[test]
fn one_file_goes_to_the_standard_output() {
    let here = Here::with(&[("a.policy", POLICY), ("b.yaml", YAML)]);
    let ran = here.run(&["convert", "--to", "yaml"]).exits(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), (YAML, ""));
    let ran = here.run(&["convert", "--to", "policy", "b.yaml"]).exits(0);
    assert_eq!(ran.out, "## Reads.\nrole r { grant a }\n\n# gone\ngroup g\n");
    assert_eq!(here.names(), ["a.policy", "b.yaml"]);
}

#[test]
fn several_go_to_a_directory() {
    let here = Here::with(&[
        ("p/a.policy", POLICY),
        ("p/sub/b.policy", "user u\n"),
        ("p/c.yml", "groups: { h: }\n"),
    ]);
    here.run(&["convert", "--to", "yaml", "p"]).refuses(&["2 files", "`-o`"]);
    here.run(&["convert", "--to", "yaml", "p", "-o", "out"])
        .exits(0)
        .says("converted p/a.policy to out/a.yaml")
        .says("converted p/sub/b.policy to out/sub/b.yaml");
    assert_eq!(fs::read_to_string(here.path("out/a.yaml")).unwrap(), YAML);
    here.run(&["convert", "--to", "yaml", "p", "-o", "out"]).refuses(&["out/a.yaml", "--force"]);
    here.run(&["convert", "--to", "yaml", "p", "-o", "out", "--force"]).exits(0);
}

#[test]
fn comments_without_a_place_are_named() {
    let here = Here::with(&[("a.policy", "role r {\n    grant a\n    # last\n}\n")]);
    let ran = here.run(&["convert", "--to", "yaml", "a.policy"]).exits(0);
    assert_eq!(ran.err, "note: 1 comment of a.policy has no place in the other form:\n  line 3: # last\n");
    // YAML has no key for it there.
    let here = Here::with(&[("a.policy", "@allow(P0705) \"for later\"\ncontext { mfa: bool }\n")]);
    let ran = here.run(&["convert", "--to", "yaml", "a.policy"]).exits(0);
    assert_eq!(
        ran.err,
        "note: 1 of the comments and `@allow`s of a.policy has no place in the other form:\n  \
         line 1: @allow(P0705) \"for later\"\n"
    );
}

#[test]
fn what_can_t_be_converted_is_said() {
    let here = Here::with(&[
        ("a.policy", "role r { garnt a }"),
        ("b.policy", "role r role r"),
        ("c.yaml", "roles:\n"),
    ]);
    here.run(&["convert", "--to", "yaml", "a.policy"]).exits(1).warns("P0001").warns("nothing was converted");
    here.run(&["convert", "--to", "yaml", "b.policy"]).exits(1).warns("`b.policy` can't be converted");
    here.run(&["convert", "--to", "yaml", "c.yaml"]).refuses(&["nothing to convert", ".policy"]);
}

const GUARDED: &str = "policy small\nresource folder\ncategory c on folder { read \"Read\" }\nrole r { grant read }\n\
    user ann\nassign r to user:ann on folder:a\nnever anonymous can read\nexclusive r, s\nrole s\n\
    test \"t\" { as user:ann\n can read on folder:a }\nmatrix \"m\" on folder:a { roles r\n read - }\n";

#[test]
fn a_policy_goes_to_cedar_as_three_files() {
    let here = Here::with(&[("p/a.policy", GUARDED)]);
    here.run(&["convert", "--to", "cedar", "p"]).refuses(&["three files", "`-o`"]);
    let ran = here.run(&["convert", "--to", "cedar", "p", "-o", "out/cedar"]).exits(0);
    assert_eq!(
        ran.out,
        "wrote out/cedar/policy.cedar: 2 policies\nwrote out/cedar/schema.cedarschema: 1 action\n\
         wrote out/cedar/entities.json: 5 entities\n"
    );
    assert_eq!(
        ran.err,
        "note: 1 invariant, 1 constraint, 1 test, 1 matrix stayed behind: policyc checks them, and they decide nothing\n"
    );
    let text = |name: &str| fs::read_to_string(here.path("out/cedar").join(name)).unwrap();
    assert_eq!(
        text("policy.cedar"),
        "// The policy \"small\", as `policyc convert --to cedar` writes it.\n\n// p/a.policy:4\n@id(\"grant-1\")\n\
         permit (principal in Role::\"r\", action == Action::\"read\", resource);\n\n// p/a.policy:4\n@id(\"grant-2\")\n\
         permit (principal == User::\"ann\", action == Action::\"read\", resource in folder::\"a\");\n"
    );
    assert!(text("schema.cedarschema").contains("@doc(\"Read\")\naction \"read\" in [\"category:c\"]"));
    let entities: serde_json::Value = serde_json::from_str(&text("entities.json")).unwrap();
    assert_eq!(entities[0]["uid"], serde_json::json!({"type": "User", "id": "ann"}));
    here.run(&["convert", "--to", "cedar", "p", "-o", "out/cedar"])
        .refuses(&["out/cedar/policy.cedar", "--force"]);
    here.run(&["convert", "--to", "cedar", "p", "-o", "out/cedar", "--force"]).exits(0);
}

#[test]
fn what_cedar_can_t_say_is_named_and_nothing_is_written() {
    let policy = "resource box\nresource file in box\ncategory b on box { open }\n\
        category f on file { read requires open }\ngrant open, read to anyone\n";
    let here = Here::with(&[("a.policy", policy), ("b.policy", "role r { grant raed }\n")]);
    let ran = here.run(&["convert", "--to", "cedar", "a.policy", "-o", "out"]).exits(1);
    assert_eq!(
        ran.err,
        "a.policy:4:36: error: Cedar can't say what `read` needs: `open` is decided on what the resource lies in, and \
         Cedar's conditions reach nothing but the resource itself\n  help: ask `open` on the same type as `read`, or let \
         the service ask for both\n1 construct that Cedar can't say; nothing was converted\n"
    );
    assert_eq!(ran.out, "");
    here.run(&["convert", "--to", "cedar", "-o", "out"])
        .exits(1)
        .warns("P0201")
        .warns("nothing was converted");
    assert_eq!(here.names(), ["a.policy", "b.policy"]);
}
