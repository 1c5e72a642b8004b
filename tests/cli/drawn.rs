//! What people see of typical mistakes.

use super::Here;

#[track_caller]
fn drawn(files: &[(&str, &str)]) -> String {
    Here::with(files).run(&["check"]).exits(1).out
}

#[test]
fn a_misspelled_privilege() {
    let files = [("a.policy", "category docs { read write }\nrole reader { grant raed }\n")];
    insta::assert_snapshot!(drawn(&files), @r"
    error P0201 unknown-privilege

      x unknown privilege `raed`
       ,-[a.policy:2:21]
     1 | category docs { read write }
     2 | role reader { grant raed }
       :                     ^^^^
       `----
      help: did you mean `read`? [unsafe fix]

    1 fixable with `--fix --unsafe-fixes`
    1 error in 1 file; for more: policyc explain P0201
    ");
}

#[test]
fn a_circle_through_two_files() {
    let files = [
        ("a.policy", "category docs { read write }\nrole reader inherits admin { grant read }\n"),
        ("b.policy", "role admin inherits reader { grant write }\n"),
    ];
    insta::assert_snapshot!(drawn(&files), @r"
    error P0301 role-cycle

      x the inheritance of roles runs in a circle: `admin > reader > admin`
       ,-[b.policy:1:21]
     1 | role admin inherits reader { grant write }
       :                     ^^^|^^
       :                        `-- `admin` inherits `reader` here
       `----
       ,-[a.policy:2:22]
     1 | category docs { read write }
     2 | role reader inherits admin { grant read }
       :                      ^^|^^
       :                        `-- `reader` inherits `admin` here
       `----
      help: take out one of these edges

    1 error in 2 files; for more: policyc explain P0301
    ");
}

#[test]
fn a_grant_and_a_deny_of_the_same() {
    let files = [(
        "a.policy",
        "category docs { read write }\ngroup ops\ngrant read, write to group:ops\n# Nobody outside may write.\ndeny write to group:ops\n",
    )];
    insta::assert_snapshot!(drawn(&files), @r"
    error P0401 contradictory-entries

      x `write` is both granted and denied to `group:ops`
       ,-[a.policy:5:6]
     2 | group ops
     3 | grant read, write to group:ops
       :             ^^|^^
       :               `-- granted here
     4 | # Nobody outside may write.
     5 | deny write to group:ops
       :      ^^|^^
       :        `-- denied here
       `----
      help: drop one of the two, or take it out of the grant with `except`

    1 error in 1 file; for more: policyc explain P0401
    ");
}

#[test]
fn a_requirement_that_nothing_meets() {
    let files = [(
        "a.policy",
        "category access { look }\ncategory docs requires look { edit }\nrole editor { grant edit }\n",
    )];
    insta::assert_snapshot!(drawn(&files), @r#"
    error P0307 unmet-requirement

      x role `editor` grants `edit`, but nothing it grants satisfies what `edit`
      | needs
       ,-[a.policy:3:21]
     1 | category access { look }
     2 | category docs requires look { edit }
       :                        ^^|^
       :                          `-- the category of `edit` requires this
     3 | role editor { grant edit }
       :                     ^^^^
       `----
      help: grant `look` too, or silence it with `@allow(P0307) "why"` [unsafe
            fix]

    1 fixable with `--fix --unsafe-fixes`
    1 error in 1 file; for more: policyc explain P0307
    "#);
}
