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
