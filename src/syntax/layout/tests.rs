//! What the layout is, by example: the right side is what becomes of the left one, and of itself.

use super::{Refused, layout};

#[track_caller]
fn becomes(before: &str, after: &str) {
    assert_eq!(layout(before).as_deref(), Ok(after), "{before}");
    assert_eq!(layout(after).as_deref(), Ok(after), "again");
}

/// Lines without the indentation that the code around them has.
fn lines(text: &str) -> String {
    let text = text.strip_prefix('\n').unwrap_or(text);
    let indent = text.len() - text.trim_start_matches(' ').len();
    text.trim_end().lines().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}

#[track_caller]
fn lays_out(before: &str, after: &str) {
    becomes(before, &lines(after));
}

#[test]
fn blanks_and_marks_between_tokens() {
    becomes("", "");
    becomes("\n \n", "");
    becomes("group a;;group b ;\n", "group a\ngroup b\n");
    becomes("\n\ngroup a\n\n\n\ngroup b\n\n", "group a\n\ngroup b\n");
    becomes("exclusive a ,b,", "exclusive a, b\n");
    becomes("@allow ( P0701,P0702, )\n\"why\" group   a", "@allow(P0701, P0702) \"why\"\ngroup a\n");
    becomes("context{a:bool,b:[\"A\"|\"B\"]}", "context {\n    a: bool\n    b: [\"A\" | \"B\"]\n}\n");
    becomes("flow:x{a:1 b:[1,2,]}", "flow:x { a: 1, b: [1, 2] }\n");
    becomes("role r{}", "role r {}\n");
}

#[test]
fn lines_end_as_the_first_one() {
    becomes("group a\r\n# b\ngroup c", "group a\r\n# b\r\ngroup c\r\n");
    becomes("group a\n# b\r\ngroup c", "group a\n# b\ngroup c\n");
    becomes("## doc \t\r\ngroup a", "## doc\r\ngroup a\r\n");
}

#[test]
fn faults_are_left_alone() {
    for text in [
        "grant",
        "role r {",
        "role r { grant a } }",
        "group a group",
        "user x { a: \"\\q\" }",
        "test \"t\" { can }",
    ] {
        assert_eq!(layout(text), Err(Refused::Faults), "{text}");
    }
}

#[test]
fn privileges_are_a_table() {
    lays_out(
        "category c on d \"C\"{a \"A\" includes b,c requires d\n\n## doc\nlong-name\n  \"Title\" # why\nx requires y privilege \"q\"}",
        r#"
        category c on d "C" {
            a          "A"  includes b, c requires d

            ## doc
            long-name  "Title" # why
            x          requires y
            privilege "q"
        }
        "#,
    );
}

#[test]
fn what_is_too_wide_for_its_column_goes_below() {
    let many = (0..12).map(|at| format!("access-number-{at}")).collect::<Vec<_>>().join(",");
    lays_out(
        &format!("category c {{ a \"A\" requires any({many}) b \"B\" }}"),
        r#"
        category c {
            a  "A"
                requires any(
                    access-number-0, access-number-1, access-number-2, access-number-3, access-number-4, access-number-5,
                    access-number-6, access-number-7, access-number-8, access-number-9, access-number-10, access-number-11,
                )
            b  "B"
        }
        "#,
    );
    lays_out(
        &format!(
            "role r {{ grant {many} }} grant * except {many} to anyone assign r to user:a,{} on d:x",
            many.replace("access", "user:a")
        ),
        r#"
        role r {
            grant
                access-number-0, access-number-1, access-number-2, access-number-3, access-number-4, access-number-5,
                access-number-6, access-number-7, access-number-8, access-number-9, access-number-10, access-number-11
        }
        grant * except
            access-number-0, access-number-1, access-number-2, access-number-3, access-number-4, access-number-5,
            access-number-6, access-number-7, access-number-8, access-number-9, access-number-10, access-number-11
            to anyone
        assign r to
            user:a, user:a-number-0, user:a-number-1, user:a-number-2, user:a-number-3, user:a-number-4, user:a-number-5,
            user:a-number-6, user:a-number-7, user:a-number-8, user:a-number-9, user:a-number-10, user:a-number-11
            on d:x
        "#,
    );
}

#[test]
fn long_formulas_are_broken_before_their_words() {
    let long = "x".repeat(60);
    lays_out(
        &format!(
            "grant a to anyone when context.{long} and (context.b == 1 or not context.c) and has context.{long}"
        ),
        &format!(
            "
        grant a to anyone
            when context.{long}
                and (context.b == 1 or not context.c)
                and has context.{long}
        "
        ),
    );
}

#[test]
fn neighbours_are_aligned() {
    lays_out(
        "role a{grant x}role longer inherits a{bypass y}\nrole b inherits longer{deny z}\n\nrole c{grant x}",
        "
        role a      { grant x }
        role longer inherits a      { bypass y }
        role b      inherits longer { deny   z }

        role c { grant x }
        ",
    );
    lays_out(
        "on d:x{grant a to user:u\ndeny a,b to group:g when context.m\n# between\nassign r to user:u}",
        "
        on d:x {
            grant a    to user:u
            deny  a, b to group:g when context.m
            # between
            assign r to user:u
        }
        ",
    );
    lays_out(
        "never role:a can x\nalways user:b can y on d:x\nuser a in b\nuser longer in c",
        "
        never role:a  can x
        always user:b can y on d:x
        user a in b
        user longer in c
        ",
    );
}

#[test]
fn cells_that_are_far_wider_than_the_others_stand_for_themselves() {
    let wide = "x".repeat(50);
    lays_out(
        &format!("grant a to user:u\ngrant {wide} to user:u\ngrant bb to user:u"),
        &format!(
            "
        grant a  to user:u
        grant {wide} to user:u
        grant bb to user:u
        "
        ),
    );
    // Long runs are data, which one long name must not move.
    let run: String = (0..41).map(|at| format!("grant {} to user:u\n", "x".repeat(at % 9 + 1))).collect();
    becomes(&run, &run);
}

#[test]
fn tests_and_matrices() {
    lays_out(
        "test \"t\"{as user:u with context.a=true,context.b=1 at 2027-01-01\ncan a,b on d:x in e:y because bypass\ncannot c on d:x because default-deny}",
        r#"
        test "t" {
            as user:u
            with context.a = true, context.b = 1
            at 2027-01-01
            can    a, b on d:x in e:y because bypass
            cannot c    on d:x in     because default-deny
        }
        "#
        .replace("on d:x in     because", "on d:x        because")
        .as_str(),
    );
    lays_out(
        "matrix \"m\" on d:x{with context.a=1 roles r,s,\n\na + -\nlonger-* - +}",
        r#"
        matrix "m" on d:x {
            with context.a = 1
            roles r, s

            a         + -
            longer-*  - +
        }
        "#,
    );
}

#[test]
fn comments_stay_behind_and_before_their_tokens() {
    lays_out(
        "# top\n\n\n# of a\ngroup a # behind a\n## doc\n# between\ngroup b # behind b\n\n# end",
        "
        # top

        # of a
        group a # behind a
        ## doc
        # between
        group b # behind b

        # end
        ",
    );
    lays_out(
        "role r { # head\n\n# first\n\ngrant a # one\ngrant b, c # two\n\n# last\n\n}# closed",
        "
        role r { # head
            # first

            grant a    # one
            grant b, c # two

            # last
        } # closed
        ",
    );
    lays_out(
        "role r # why\n{ grant a }",
        "\n        role r # why\n        {\n            grant a\n        }\n        ",
    );
    lays_out(
        "role r {\n# why\ngrant a }",
        "\n        role r {\n            # why\n            grant a\n        }\n        ",
    );
    lays_out("policy p {\n# nothing\n}", "\n        policy p {\n            # nothing\n        }\n        ");
}

#[test]
fn comments_break_what_they_stand_in() {
    lays_out(
        "grant a, # one\n# two\nb # three\n, c to # four\nuser:u # five\n",
        "
        grant
            a, # one
            # two
            b, # three
            c
            to # four
                user:u # five
        ",
    );
    lays_out(
        "user u in g { a: 1 # one\nb: [ # two\n1, 2\n# three\n] }",
        "
        user u in g {
            a: 1 # one
            b: [ # two
                1,
                2,
                # three
            ]
        }
        ",
    );
    lays_out(
        "category c { a # one\nrequires any( # two\nb, c # three\n) }",
        "
        category c {
            a # one
                requires any( # two
                    b,
                    c, # three
                )
        }
        ",
    );
}

#[test]
fn wide_letters_take_two_columns() {
    lays_out(
        "category c { a \"\u{65e5}\u{672c}\" requires b\n b \"abcde\" requires c }",
        "
        category c {
            a  \"\u{65e5}\u{672c}\"   requires b
            b  \"abcde\"  requires c
        }
        ",
    );
}
