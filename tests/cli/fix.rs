//! `policyc check --fix`: what is edited, what stays, and what is refused.

use super::{GOOD, Here, json};
use std::fs;

const SAFE: &[&str] = &["check", "--fix"];
const ALL: &[&str] = &["check", "--fix", "--unsafe-fixes"];

/// Fixes one file, and again, which changes nothing more.
#[track_caller]
fn fixes_file(arguments: &[&str], file: &str, before: &str, after: &str) {
    let here = Here::with(&[(file, before)]);
    let ran = here.run(arguments);
    assert_eq!(fs::read_to_string(here.path(file)).unwrap(), after, "{}", ran.out);
    let again = here.run(arguments);
    assert_eq!(fs::read_to_string(here.path(file)).unwrap(), after, "again: {}", again.out);
    assert!(again.out.contains("fixed 0 problems in 0 files"), "{}", again.out);
    assert_eq!(here.names(), [file], "nothing is left beside it");
}

/// What a safe fix makes of a policy.
#[track_caller]
fn safe(before: &str, after: &str) {
    fixes_file(SAFE, "a.policy", before, after);
}

/// What only a guess makes of a policy; without being asked for, it stays as it is.
#[track_caller]
fn guess(before: &str, after: &str) {
    safe(before, before);
    fixes_file(ALL, "a.policy", before, after);
}

#[track_caller]
fn safe_yaml(before: &str, after: &str) {
    fixes_file(SAFE, "a.yaml", before, after);
}

#[track_caller]
fn guess_yaml(before: &str, after: &str) {
    fixes_file(SAFE, "a.yaml", before, before);
    fixes_file(ALL, "a.yaml", before, after);
}

/// A small world, and rules in it.
fn world(rules: &str) -> String {
    format!(
        "context {{ mfa: bool dept: string }}\ncategory c {{ read write share requires write }}\ngroup g\n{rules}"
    )
}

#[track_caller]
fn safe_rules(before: &str, after: &str) {
    safe(&world(before), &world(after));
}

#[track_caller]
fn guess_rules(before: &str, after: &str) {
    guess(&world(before), &world(after));
}

#[test]
fn marks_of_other_languages() {
    safe_rules(
        "grant read to group:g when context.mfa && true\n",
        "grant read to group:g when context.mfa and true\n",
    );
    safe_rules(
        "grant read to group:g when context.mfa||true\n",
        "grant read to group:g when context.mfa or true\n",
    );
    safe_rules("grant read to group:g when !context.mfa\n", "grant read to group:g when not context.mfa\n");
    safe_rules(
        "grant read to group:g when !(context.mfa || !context.mfa) && !context.mfa\n",
        "grant read to group:g when not (context.mfa or not context.mfa) and not context.mfa\n",
    );
    safe_rules(
        "grant read to group:g when context.mfa = true\n",
        "grant read to group:g when context.mfa == true\n",
    );
    safe_rules(
        "grant read to group:g if context.dept == 'it'\n",
        "grant read to group:g when context.dept == \"it\"\n",
    );
    safe_rules("// why\ngrant read to group:g //# so\n", "# why\ngrant read to group:g # # so\n");
    safe("category c { a, b \"B\",c # all\n  d, e }\n", "category c { a b \"B\" c # all\n  d e }\n");
    safe("context { mfa = bool }\n", "context { mfa: bool }\n".replace("mfa:", "mfa :").as_str());
}

#[test]
fn a_negated_comparison_is_a_guess() {
    guess_rules(
        "grant read to group:g when !context.dept == \"it\"\n",
        "grant read to group:g when not context.dept == \"it\"\n",
    );
}

/// Each of these was once mended with a comma, and again in every round.
#[test]
fn what_breaks_off_inside_of_a_word_gets_no_comma() {
    for rules in [
        "grant read to anyone*\n",
        "role r { grant read }\nassign r to group:g until 2027-01-01@09:00\n",
        "test \"t\" { as group:g cannot read because default-* }\n",
    ] {
        let here = Here::with(&[("a.policy", world(rules))]);
        here.run(&["check", "--fix", "--unsafe-fixes"]).exits(1);
        assert_eq!(fs::read_to_string(here.path("a.policy")).unwrap(), world(rules));
    }
}

#[test]
fn words_that_can_only_mean_one_thing() {
    safe_rules(
        "grant read to group:g when NOT context.mfa AND context.dept == \"it\"\n",
        "grant read to group:g when not context.mfa and context.dept == \"it\"\n",
    );
    safe_rules(
        "Roles r { grants read }\nassign r to group:g\n",
        "role r { grant read }\nassign r to group:g\n",
    );
    safe_rules(
        "role a { grant read }\nrole b extends a\nassign b to group:g\n",
        "role a { grant read }\nrole b inherits a\nassign b to group:g\n",
    );
    safe("category c { read }\npermission edit in c\n", "category c { read }\nprivilege edit in c\n");
    safe_rules("role r inherits role:s\nrole s\n", "role r inherits s\nrole s\n");
}

#[test]
fn a_mistyped_word_or_name_is_a_guess() {
    guess_rules(
        "assing r to group:g\nrole r { grant read }\n",
        "assign r to group:g\nrole r { grant read }\n",
    );
    guess_rules("grant raed to group:g\n", "grant read to group:g\n");
    guess_rules("grant read to group:opps\ngroup ops\n", "grant read to group:ops\ngroup ops\n");
    guess_rules("grant read to group:g when context.mfaa\n", "grant read to group:g when context.mfa\n");
    guess_rules("grant read to group:g when principal.mfa\n", "grant read to group:g when context.mfa\n");
    guess_rules("grant read to group:g when mfa\n", "grant read to group:g when context.mfa\n");
    guess_rules("@allow(unmet-requirment) \"x\" grant read to group:g\n", "grant read to group:g\n");
    guess_rules("grant c to group:g\n", "grant category:c to group:g\n");
    guess_rules(
        "group ops\ngrant read to group:g group:ops\n",
        "group ops\ngrant read to group:g, group:ops\n",
    );
    guess(
        "category c { \"the file\" \"other file\" }\ngroup g\ngrant \"the flie\" to group:g\n",
        "category c { \"the file\" \"other file\" }\ngroup g\ngrant \"the file\" to group:g\n",
    );
}

#[test]
fn a_missing_privilege_is_a_guess() {
    guess_rules(
        "role r { grant share } # why\nassign r to group:g\n",
        "role r { grant share, write } # why\nassign r to group:g\n",
    );
}

#[test]
fn what_says_nothing_new_goes() {
    safe_rules(
        "role a { grant read, write }\nrole b inherits a {\n    # kept\n    grant read, # here too\n          share\n}\nassign b to group:g\n",
        "role a { grant read, write }\nrole b inherits a {\n    # kept\n    grant  # here too\nshare\n}\nassign b to group:g\n",
    );
    safe_rules(
        "role a { grant read }\nrole b inherits a {\n    ## said twice\n    grant read # kept\n}\nassign b to group:g\n",
        "role a { grant read }\nrole b inherits a {\n    # kept\n}\nassign b to group:g\n",
    );
    safe_rules("@allow(P0307) \"old\"\ngrant read to group:g\n", "grant read to group:g\n");
    safe_rules("@allow(P0307, P0402) \"old\" grant read to group:g\n", "grant read to group:g\n");
    safe_rules("group h # one\ngroup  h # two\n", "group h # one\n# two\n");
    safe_rules(
        "role a { grant read }\nrole b { grant write }\nexclusive a, b, a\n",
        "role a { grant read }\nrole b { grant write }\nexclusive a, b\n",
    );
}

#[test]
fn what_another_rule_says_exactly_so_goes() {
    safe_rules(
        "grant read to group:g\ngrant read, write to group:g # kept\n",
        "grant read to group:g\ngrant write to group:g # kept\n",
    );
    safe_rules(
        "role a { grant read }\nassign a to group:g\n\n# later\nassign a to group:g\n",
        "role a { grant read }\nassign a to group:g\n\n# later\n",
    );
    guess_rules(
        "grant read to anyone\ngrant read, write to group:g\n",
        "grant read to anyone\ngrant write to group:g\n",
    );
    guess_rules(
        "role a { grant read }\nassign a to anyone\nassign a to group:g\n",
        "role a { grant read }\nassign a to anyone\n",
    );
}

#[test]
fn declarations_that_differ_stay() {
    safe_rules("group h\ngroup h in g\n", "group h\ngroup h in g\n");
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    safe(
        "\u{feff}category c { read }\r\nroles r { grant read }\r\n",
        "\u{feff}category c { read }\r\nrole r { grant read }\r\n",
    );
}

#[test]
fn yaml_in_its_quotes_and_shapes() {
    let world = "categories:\n  c: { privileges: { read: , write: , 'the file': } }\ngroups: { g: }\n";
    let check = |guessed: bool, before: &str, after: &str| {
        let (before, after) = (format!("{world}{before}"), format!("{world}{after}"));
        if guessed { guess_yaml(&before, &after) } else { safe_yaml(&before, &after) }
    };
    check(
        true,
        "entries:\n- { grant: [raed, 'wriet', \"the flie\"], to: group:g } # why\n",
        "entries:\n- { grant: [read, 'write', \"the file\"], to: group:g } # why\n",
    );
    check(true, "entries:\n- grant: raed\n  to: grup:g\n", "entries:\n- grant: read\n  to: group:g\n");
    check(false, "Entries:\n- grants: read\n  to: group:g\n", "entries:\n- grant: read\n  to: group:g\n");
    check(true, "entries:\n- grnat: read\n  to: group:g\n", "entries:\n- grant: read\n  to: group:g\n");
    check(
        false,
        "entries:\n- grant: read\n  grants: write\n  to: group:g\n",
        "entries:\n- grant: read\n  grants: write\n  to: group:g\n",
    );
    check(
        false,
        "context: { mfa: bool }\nentries:\n- { grant: read, to: group:g, when: context.mfa&&!context.mfa }\n",
        "context: { mfa: bool }\nentries:\n- { grant: read, to: group:g, when: context.mfa and not context.mfa }\n",
    );
    check(
        true,
        "context: { mfa: bool }\nentries:\n- { grant: read, to: group:g, when: context.mfaa }\n",
        "context: { mfa: bool }\nentries:\n- { grant: read, to: group:g, when: context.mfa }\n",
    );
    check(
        false,
        "roles:\n  a: { grant: [read, write] }\n  b:\n    inherits: a\n    # kept\n    grant: [read, 'the file']\nassignments:\n- { assign: b, to: group:g }\n",
        "roles:\n  a: { grant: [read, write] }\n  b:\n    inherits: a\n    # kept\n    grant: ['the file']\nassignments:\n- { assign: b, to: group:g }\n",
    );
    check(
        false,
        "roles:\n  a: { grant: [read, write] }\n  b:\n    inherits: a\n    grant:\n    - read # kept\n    - 'the file'\n    - write\n",
        "roles:\n  a: { grant: [read, write] }\n  b:\n    inherits: a\n    grant:\n    # kept\n    - 'the file'\n",
    );
    check(
        false,
        "roles:\n  a: { grant: [read, write] }\n  b:\n    inherits: a\n    grant: read # kept\n",
        "roles:\n  a: { grant: [read, write] }\n  b:\n    inherits: a\n    # kept\n",
    );
    check(
        false,
        "entries:\n- { grant: read, to: group:g, allow: { code: P0307, why: old } }\n",
        "entries:\n- { grant: read, to: group:g }\n",
    );
}

/// A number where a text is wanted: the text is what stood there, without quotes inside it.
#[test]
fn a_number_becomes_the_text_that_it_looks_like() {
    let policy = |value: &str| {
        format!(
            "resources: {{ doc: {{ attributes: {{ version: string, tags: [string] }} }} }}
categories: {{ c: {{ on: doc, privileges: {{ read: }} }} }}
instances:
  doc:a: {{ attributes: {{ version: {value}, tags: [{value}, b] }} }}
entries:
  - {{ grant: read, to: anyone, when: 'resource.version == \"5\" and resource.tags contains \"5\"' }}
tests:
  - test: numbers
    checks: [{{ as: anonymous, can: read, on: doc:a }}]
"
        )
    };
    safe_yaml(&policy("5"), &policy("\"5\""));
    let here = Here::with(&[("a.yaml", policy("5"))]);
    here.run(SAFE).exits(0);
    here.run(&["test"]).exits(0);
}

#[test]
fn what_is_left_is_reported_and_decides_the_exit_code() {
    let here =
        Here::with(&[("a.policy", "category c { read }\nroles r { grant read }\nassign q to anyone\n")]);
    let ran = here.run(SAFE).exits(1).says("fixed 1 problem in 1 file\n").says("unknown role `q`");
    assert!(!ran.out.contains("`roles`"), "{}", ran.out);
    here.run(&["check", "--unsafe-fixes"]).exits(2);
    let here = Here::with(&[("a.policy", GOOD)]);
    here.run(SAFE).exits(0).says("fixed 0 problems in 0 files");
    assert_eq!(fs::read_to_string(here.path("a.policy")).unwrap(), GOOD);
}

#[test]
fn other_files_stay_as_they_are() {
    let fault = "category c { read }\nroles r { grant read }\n";
    let here = Here::with(&[("in/a.policy", fault), ("in/note.txt", fault), ("b.policy", fault)]);
    here.run(&["check", "--fix", "in"]);
    assert_eq!(fs::read_to_string(here.path("in/a.policy")).unwrap(), fault.replace("roles", "role"));
    assert_eq!(fs::read_to_string(here.path("in/note.txt")).unwrap(), fault);
    assert_eq!(fs::read_to_string(here.path("b.policy")).unwrap(), fault);
}

#[test]
fn nothing_is_written_that_leaves_more_errors() {
    let text = "category c { read }\nroles r { grant one, two }\n";
    let here = Here::with(&[("a.policy", text)]);
    here.run(SAFE).exits(1).says("fixed nothing").says("2 errors");
    assert_eq!(fs::read_to_string(here.path("a.policy")).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_only_be_read_keeps_all_as_they_are() {
    use std::os::unix::fs::PermissionsExt;
    let (one, other) = ("category c { read }\nroles r { grant read }\n", "roles s { grant read }\n");
    let here = Here::with(&[("a.policy", one), ("b.policy", other)]);
    fs::set_permissions(here.path("b.policy"), fs::Permissions::from_mode(0o444)).unwrap();
    here.run(SAFE).refuses(&["cannot write `b.policy`", "may only be read", "no file was changed"]);
    assert_eq!(fs::read_to_string(here.path("a.policy")).unwrap(), one);
    assert_eq!(here.names(), ["a.policy", "b.policy"]);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let here = Here::with(&[("real/a.txt", "category c { read }\nroles r { grant read }\n")]);
    fs::set_permissions(here.path("real/a.txt"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink(here.path("real/a.txt"), here.path("a.policy")).unwrap();
    here.run(&["check", "--fix", "a.policy"]);
    assert!(fs::symlink_metadata(here.path("a.policy")).unwrap().is_symlink());
    assert!(fs::read_to_string(here.path("real/a.txt")).unwrap().contains("role r"));
    let mode = fs::metadata(here.path("real/a.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn json_carries_the_edits_and_what_was_fixed() {
    let text = "category c { read }\nroles r { grant raed }\n";
    let here = Here::with(&[("a.policy", text)]);
    let lines = here.run(&["check", "--format", "json"]).exits(1).json();
    let fix = &lines[0]["fix"];
    assert_eq!((&fix["title"], &fix["safe"]), (&"write `role`".into(), &true.into()), "{fix}");
    let edit = &fix["edits"][0];
    let start = text.find("roles").unwrap();
    for (key, wanted) in
        [("line", 2), ("column", 1), ("endLine", 2), ("endColumn", 6), ("start", start), ("end", start + 5)]
    {
        assert_eq!(edit[key], wanted, "{key}: {edit}");
    }
    assert_eq!((&edit["file"], &edit["text"]), (&"a.policy".into(), &"role".into()));
    let ran = here.run(&["check", "--fix", "--unsafe-fixes", "--format", "json"]).exits(0);
    let fixed = json(&ran.out).into_iter().find(|line| line["type"] == "fixed").unwrap();
    assert_eq!(
        fixed,
        serde_json::json!({
            "type": "fixed", "problems": 2, "files": ["a.policy"], "refused": false
        })
    );
}

#[test]
fn people_see_which_findings_have_a_fix() {
    let here = Here::with(&[(
        "a.policy",
        "category c { read }\nroles r { grant read }\nassign q to anyone\nassing r to anyone\n",
    )]);
    here.run(&["check"])
        .exits(1)
        .says("did you mean `role`? [fix]")
        .says("did you mean `assign`? [unsafe fix]")
        .says("1 fixable with `--fix`, 1 more with `--unsafe-fixes`\n");
}

/// Two findings of one role that lack the same: it is granted once.
#[test]
fn what_two_privileges_lack_is_granted_once() {
    let here = Here::with(&[(
        "a.policy",
        "category c { a b x requires a  y requires a and b }\nrole r { grant x, y }\nuser u\nassign r to user:u\n",
    )]);
    here.run(&["check", "--fix", "--unsafe-fixes"]).exits(0);
    let fixed = fs::read_to_string(here.path("a.policy")).unwrap();
    let role = fixed.lines().find(|line| line.starts_with("role")).unwrap();
    for name in ["a", "b", "x", "y"] {
        let count = role.split([' ', ',', '{', '}']).filter(|word| *word == name).count();
        assert_eq!(count, 1, "{name} in {role}");
    }
}
