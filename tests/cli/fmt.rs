//! `policyc fmt`: what it writes, what it only shows, and what it leaves alone.

use super::{Here, Ran};
use std::fs;
use std::io::Write;
use std::process::Stdio;

const LOOSE: &str = "role  r {grant a}  # one\n\n\n\ngroup g;group h\n";
const LAID_OUT: &str = "role r { grant a } # one\n\ngroup g\ngroup h\n";

#[track_caller]
fn holds(here: &Here, path: &str, text: &str) {
    assert_eq!(fs::read_to_string(here.path(path)).unwrap(), text, "{path}");
}

/// What the command makes of its standard input.
fn piped(arguments: &[&str], input: &str) -> Ran {
    let here = Here::with::<&str>(&[]);
    let mut command = here.command();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ran::new(arguments, child.wait_with_output().unwrap())
}

#[test]
fn files_are_laid_out_once() {
    let here = Here::with(&[("a.policy", LOOSE), ("sub/b.policy", LAID_OUT), ("c.yaml", "roles:  {}\n")]);
    let ran = here.run(&["fmt"]).exits(0);
    assert_eq!(ran.out, "formatted a.policy\n1 file formatted, 1 already in layout\n");
    assert_eq!(ran.err, "");
    holds(&here, "a.policy", LAID_OUT);
    holds(&here, "c.yaml", "roles:  {}\n");
    here.run(&["fmt"]).exits(0).says("0 files formatted, 2 already in layout");
    assert_eq!(here.names(), ["a.policy", "c.yaml", "sub"], "nothing is left beside them");
}

#[test]
fn checking_changes_nothing() {
    let here = Here::with(&[("a.policy", LOOSE), ("b.policy", LAID_OUT)]);
    let ran = here.run(&["fmt", "--check"]).exits(1);
    assert_eq!(ran.out, "would format a.policy\n1 file would be formatted, 1 already in layout\n");
    holds(&here, "a.policy", LOOSE);
    here.run(&["fmt", "--check", "b.policy"]).exits(0);
}

#[test]
fn a_diff_changes_nothing() {
    let here = Here::with(&[("a.policy", LOOSE), ("b.policy", LAID_OUT)]);
    let expected = "\
--- a.policy
+++ a.policy
@@ -1,5 +1,4 @@
-role  r {grant a}  # one
-
-
+role r { grant a } # one
 
-group g;group h
+group g
+group h
";
    assert_eq!(here.run(&["fmt", "--diff"]).exits(0).out, expected);
    assert_eq!(here.run(&["fmt", "--diff", "--check"]).exits(1).out, expected);
    holds(&here, "a.policy", LOOSE);
}

#[test]
fn a_file_with_faults_stays_and_the_others_are_laid_out() {
    let broken = "role  r { garnt a }\n";
    let here = Here::with(&[("a.policy", broken), ("b.policy", LOOSE)]);
    let ran = here.run(&["fmt"]).exits(1).says("formatted b.policy").warns("P0001").warns("a.policy:1:11");
    assert!(ran.err.contains("1 file left as it is"), "{}", ran.err);
    holds(&here, "a.policy", broken);
    holds(&here, "b.policy", LAID_OUT);
    here.write("c.policy", b"role a \xff");
    here.run(&["fmt", "c.policy"]).exits(1).warns("P0003");
}

#[test]
fn the_standard_input_goes_to_the_standard_output() {
    assert_eq!(piped(&["fmt", "-"], LOOSE).exits(0).out, LAID_OUT);
    assert_eq!(piped(&["fmt", "-"], LAID_OUT).exits(0).out, LAID_OUT);
    assert_eq!(piped(&["fmt", "-", "--check"], LOOSE).exits(1).out, "would format <stdin>\n");
    piped(&["fmt", "-", "--check"], LAID_OUT).exits(0);
    let broken = piped(&["fmt", "-"], "role {").exits(1).warns("<stdin>:1:6");
    assert_eq!(broken.out, "");
    piped(&["fmt", "-", "a.policy"], "").refuses(&["stands alone"]);
}

#[test]
fn line_ends_and_a_byte_order_mark_stay() {
    let here = Here::with(&[("a.policy", "\u{feff}group  a\r\ngroup b\r\n")]);
    here.run(&["fmt"]).exits(0);
    holds(&here, "a.policy", "\u{feff}group a\r\ngroup b\r\n");
}

#[test]
fn yaml_that_is_named_is_left_alone_and_that_is_said() {
    let here =
        Here::with(&[("a.yaml", "roles:  {}\n"), ("b.yml", ""), ("policyc.toml", "paths = [\"p\"]\n")]);
    here.write("p/a.policy", LOOSE);
    let ran = here.run(&["fmt", "a.yaml", "b.yml"]).exits(0);
    assert_eq!(ran.err, "note: a.yaml and other YAML is left as it is\n");
    holds(&here, "a.yaml", "roles:  {}\n");
    here.run(&["fmt"]).exits(0).says("formatted p/a.policy");
}

#[cfg(unix)]
#[test]
fn what_may_only_be_read_keeps_all_files_as_they_are() {
    use std::os::unix::fs::PermissionsExt;
    let here = Here::with(&[("a.policy", LOOSE), ("b.policy", LOOSE)]);
    fs::set_permissions(here.path("b.policy"), fs::Permissions::from_mode(0o444)).unwrap();
    here.run(&["fmt"]).refuses(&["b.policy", "it may only be read", "no file was changed"]);
    holds(&here, "a.policy", LOOSE);
}

#[test]
fn the_policies_of_the_repository_are_laid_out() {
    let policies = concat!(env!("CARGO_MANIFEST_DIR"), "/policies");
    Here::with::<&str>(&[]).run(&["fmt", "--check", policies]).exits(0);
}
