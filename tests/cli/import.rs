//! `policyc import` from outside: where the policy goes, what is told, and what is refused.

use super::{Here, Ran};
use std::fs;
use std::io::Write;
use std::process::Stdio;

const MATRIX: &str = "role,read,write\nreader,x,\nwriter,x,x\n";
const POLICY: &str = "# Imported from a matrix.\n\ncategory general {\n    read\n    write\n}\n\nrole reader { grant read }\nrole writer { grant read, write }\n";
/// Something is left out of it.
const BOUND: &str = r#"{ "bindings": [{ "role": "roles/a", "members": ["domain:x.example", "user:ann"] }] }"#;
const ROLES: &str = r#"[{ "name": "roles/a", "includedPermissions": ["a.get"] }]"#;

#[test]
fn a_policy_goes_to_the_standard_output_or_to_a_file() {
    let here = Here::with(&[("m.csv", MATRIX)]);
    let ran = here.run(&["import", "csv", "m.csv"]).exits(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), (POLICY, "imported 2 roles, 2 privileges, 2 entries\n"));
    here.run(&["import", "csv", "m.csv", "-o", "m.policy"]).exits(0).says("wrote m.policy");
    assert_eq!(fs::read_to_string(here.path("m.policy")).unwrap(), POLICY);
    here.run(&["check", "m.policy"]).exits(0);
    here.run(&["fmt", "--check", "m.policy"]).exits(0);
    here.run(&["import", "csv", "m.csv", "-o", "m.policy"]).refuses(&["`m.policy`", "--force"]);
    here.run(&["import", "csv", "m.csv", "-o", "m.policy", "--force"]).exits(0);
    here.run(&["import", "csv", "m.csv", "-o", "m.csv", "--force"]).exits(2).warns("name another file");
    assert_eq!(here.names(), ["m.csv", "m.policy"]);
}

#[test]
fn the_standard_input_is_read_too() {
    let here = Here::with::<&str>(&[]);
    let arguments = ["import", "csv", "-"];
    let pipes = here
        .command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = pipes.unwrap();
    child.stdin.take().unwrap().write_all(MATRIX.as_bytes()).unwrap();
    let ran = Ran::new(&arguments, child.wait_with_output().unwrap()).exits(0);
    assert_eq!(ran.out, POLICY);
}

#[test]
fn nothing_is_written_where_something_would_be_left_out() {
    let here = Here::with(&[("r.json", ROLES), ("p.json", BOUND)]);
    let arguments = ["import", "gcp", "r.json", "p.json", "-o", "a.policy"];
    let ran = here.run(&arguments).exits(1);
    assert_eq!(ran.out, "");
    assert_eq!(
        ran.err,
        "left out: p.json:1:49: `domain:x.example` has `roles/a`, and a policy has no such principal\n  \
         help: make a group of whom it stands for, and let requests name that group\n\
         nothing was imported: 1 would be left out; say `--partial` to import the rest\n"
    );
    assert_eq!(here.names(), ["p.json", "r.json"]);
    let ran = here.run(&[&arguments[..], &["--partial"]].concat()).exits(0);
    assert!(
        ran.err.ends_with("imported 1 role, 1 privilege, 1 entry, 1 assignment; 1 left out\n"),
        "{}",
        ran.err
    );
    let text = fs::read_to_string(here.path("a.policy")).unwrap();
    assert!(
        text.contains(
            "# Left out. The source says it, and this policy does not:\n#   p.json:1: `domain:x.example`"
        ),
        "{text}"
    );
    here.run(&["can", "user:ann", "a.get", "-p", "a.policy"]).exits(0);
}

#[test]
fn programs_get_an_object_for_each_finding() {
    let here = Here::with(&[("r.json", ROLES), ("p.json", BOUND)]);
    let arguments = ["import", "gcp", "r.json", "p.json", "--format", "json"];
    here.run(&arguments).refuses(&["`-o`"]);
    let ran = here.run(&[&arguments[..], &["-o", "a.policy"]].concat()).exits(1);
    let [finding, summary] = &ran.json()[..] else { panic!("{}", ran.out) };
    assert_eq!((&finding["type"], &finding["weight"]), (&"finding".into(), &"left out".into()));
    assert_eq!(
        (&finding["file"], &finding["line"], &finding["column"]),
        (&"p.json".into(), &1.into(), &49.into())
    );
    assert_eq!(
        (&summary["imported"], &summary["left_out"], &summary["roles"]),
        (&false.into(), &1.into(), &1.into())
    );
    let ran = here.run(&[&arguments[..], &["-o", "a.policy", "--partial"]].concat()).exits(0);
    assert_eq!(ran.json().last().unwrap()["imported"], true);
}

#[test]
fn directories_are_searched_for_files_of_the_format() {
    let role = |name: &str| format!("{{ \"name\": \"{name}\", \"includedPermissions\": [\"a.get\"] }}");
    let here = Here::with(&[
        ("d/a.json", role("a").as_str()),
        ("d/sub/b.yaml", "name: b\nincludedPermissions: [a.get]\n"),
        ("d/notes.txt", "x"),
        ("d/.hidden.json", "{"),
        ("empty/x.txt", ""),
    ]);
    let ran = here.run(&["import", "gcp", "d"]).exits(0);
    assert!(ran.out.contains("role a {") && ran.out.contains("role b {"), "{}", ran.out);
    here.run(&["import", "gcp", "empty"]).refuses(&["nothing to import in `empty`", ".yaml"]);
    here.run(&["import", "gcp", "nowhere"]).refuses(&["`nowhere`", "no such file"]);
}

#[test]
fn every_format_has_its_help() {
    let here = Here::with::<&str>(&[]);
    here.run(&["import", "--help"]).exits(0).says("Examples:").says("Exit codes:");
    for format in ["csv", "kubernetes", "azure", "gcp", "casbin"] {
        here.run(&["import", format, "--help"])
            .exits(0)
            .says("Examples:")
            .says("Exit codes:")
            .says("--partial");
        here.run(&["import", format]).exits(2).warns("PATH");
    }
    here.run(&["import"]).exits(2).warns("kubernetes");
    here.run(&["import", "rego", "x"]).exits(2);
}

/// What each format says of input that is none of its own.
#[test]
fn bad_input_is_told_with_its_place_and_a_next_step() {
    let inputs: [(&str, &str, &[u8]); 19] = [
        ("csv", "cells.csv", b"role,read\nann,maybe\n"),
        ("csv", "empty.csv", b""),
        ("csv", "latin.csv", b"r\xf6le,read\nann,x\n"),
        ("csv", "wide.csv", b"\xff\xfer\0o\0l\0e\0"),
        ("csv", "long.csv", b"role,read\nann,x,x,x\n"),
        ("kubernetes", "broken.yaml", b"kind: Role\n  metadata: {\n"),
        ("kubernetes", "template.yaml", b"kind: Role\nmetadata:\n  name: {{ .Values.name }}\n"),
        ("kubernetes", "keys.yaml", b"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: a }\nrules:\n- verbs: [get]\n  apiGroup: [\"\"]\n  resources: [pods]\n"),
        ("kubernetes", "none.yaml", b"apiVersion: v1\nkind: Pod\n"),
        ("kubernetes", "text.yaml", b"just a text\n"),
        ("azure", "broken.json", b"[{ \"roleName\": \"x\",\n"),
        ("azure", "kind.json", b"{ \"roleName\": \"x\" }"),
        ("azure", "star.json", b"{ \"roleName\": \"x\", \"permissions\": [{ \"actions\": [\"*\"] }] }"),
        ("gcp", "comma.json", b"{ \"name\": \"x\", \"includedPermissions\": [\"a.get\",] }"),
        ("gcp", "key.yaml", b"name: x\nincludedPermision: [a.get]\n"),
        ("gcp", "deep.json", &[b'['; 500]),
        ("casbin", "alone.csv", b"p, a, b, c\n"),
        ("casbin", "family.conf", b"[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub, obj, act\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = r.sub.Age > 18 && r.obj == p.obj\n"),
        ("casbin", "broken.conf", b"[request_definition]\nr sub, obj\n"),
    ];
    let mut told = String::new();
    for (format, name, bytes) in inputs {
        let here = Here::with(&[(name, bytes)]);
        let ran = here.run(&["import", format, name]).exits(1);
        assert_eq!(ran.out, "", "{name}");
        told.push_str(&format!("$ policyc import {format} {name}\n{}\n", ran.err));
    }
    insta::assert_snapshot!(told);
}
