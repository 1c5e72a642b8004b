//! Faulty texts: every fault at its place, once, and everything else read.

use super::{SAMPLE, faults, parsed};
use crate::ast::{File, Item, ItemKind, RuleKind};
use crate::syntax::words::{RESERVED, STATEMENTS, is_reserved};

/// Findings as number and place, and what was read all the same.
#[track_caller]
pub(super) fn check(text: &str, expected: &[(&str, &str)], read: &[&str]) {
    assert_eq!(faults(text), expected, "{text}");
    assert_eq!(names(&parsed(text).0), read, "{text}");
}

/// The findings of a text, with their help.
#[track_caller]
fn helps(text: &str, message: &str, help: &str) {
    let (_, found) = parsed(text);
    let said: Vec<_> =
        found.iter().map(|one| (one.message.as_str(), one.help.as_deref().unwrap_or(""))).collect();
    assert_eq!(said, [(message, help)], "{text}");
}

/// What was read: declared names, and items of blocks behind their block.
fn names(file: &File) -> Vec<String> {
    file.items.iter().map(name).collect()
}

fn name(item: &Item) -> String {
    match &item.kind {
        ItemKind::Category(category) => {
            let inside: Vec<&str> = category.privileges.iter().map(|one| one.name.text.as_str()).collect();
            format!("{}({})", category.name.text, inside.join(" "))
        }
        ItemKind::Role(role) => {
            format!("{}({})", role.name.text, role.rules.iter().map(|r| rule(&r.kind)).collect::<String>())
        }
        ItemKind::Group(group) => group.name.text.to_string(),
        ItemKind::Principal(principal) => principal.name.text.to_string(),
        ItemKind::Instance(instance) => {
            format!("{}:{}", instance.resource.ty.text, instance.resource.id.text)
        }
        ItemKind::Rule(one) => rule(&one.kind),
        ItemKind::Test(test) => format!("test {}", test.steps.len()),
        ItemKind::PrincipalAttributes(attributes) => format!("principal {}", attributes.len()),
        ItemKind::Policy(policy) => {
            format!("policy {} {}", policy.default.is_some(), policy.resolve.is_some())
        }
        ItemKind::Resource(resource) => format!("resource {}", resource.attributes.len()),
        ItemKind::Matrix(matrix) => format!("matrix {}", matrix.rows.len()),
        _ => "other".to_owned(),
    }
}

fn rule(kind: &RuleKind) -> String {
    match kind {
        RuleKind::Entry(_) => "e".to_owned(),
        RuleKind::Assign(_) => "a".to_owned(),
        RuleKind::On(block) => {
            format!("[{}]", block.rules.iter().map(|one| rule(&one.kind)).collect::<String>())
        }
    }
}

#[test]
fn mistyped_keywords() {
    check("assing x to group:g\nrol y\nrole z", &[("P0001", "assing"), ("P0001", "rol")], &["z()"]);
    helps("assing x to group:g", "expected a statement, found `assing`", "did you mean `assign`?");
    helps("Role x", "expected a statement, found `Role`", "did you mean `role`?");
    helps(
        "assign r to user:u untill 2027-01-01",
        "expected `from`, `on`, `until` or `when`, found `untill`",
        "did you mean `until`?",
    );
    helps(
        "role r { dney a }",
        "expected `grant`, `deny`, `bypass`, `on` or `}`, found `dney`",
        "did you mean `deny`?",
    );
    // It would otherwise be a privilege, and the requirement gone.
    helps(
        "category c { a requries b }",
        "`requries` looks like a mistyped `requires`",
        "write `requires`, or `\"requries\"` for a privilege of that name",
    );
}

/// One slip is one finding: neither the statement before it nor what follows it on its line is blamed besides.
#[test]
fn one_slip_is_reported_once() {
    check("group g\nusr u in g\nrole z", &[("P0001", "usr")], &["g", "z()"]);
    check("assign r to user:u when context.x\ndney a to user:u\nrole z", &[("P0001", "dney")], &["a", "z()"]);
    check("category c {\n a\n b reqires a and (d or e)\n d\n}", &[("P0001", "reqires")], &["c(a b d)"]);
}

#[test]
fn reserved_words() {
    check(
        "assign user to group:g\nrole in\nrole a { grant any }",
        &[("P0002", "user"), ("P0002", "in"), ("P0002", "any")],
        &["a()"],
    );
    helps("group not", "`not` is a word of the language, not a name", "write it in quotes: `\"not\"`");
    check(
        "category c {\n a\n any \"Any\"\n role \"Role\"\n b\n}",
        &[("P0002", "any"), ("P0002", "role")],
        &["c(a b)"],
    );
    // A statement that was left unfinished is no wrong name.
    check("exclusive\n\n# more\nrole r", &[("P0001", "exclusive")], &["r()"]);
}

/// The words that the grammar reserves are those that the reader knows.
#[test]
fn reserved_words_are_the_same_everywhere() {
    let grammar = include_str!("../../../grammar/policy.pest");
    let rule = grammar.split("\nreserved = @{").nth(1).unwrap().split("\n}").next().unwrap();
    let mut listed: Vec<&str> = rule.split('"').skip(1).step_by(2).collect();
    let mut known = RESERVED.to_vec();
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(listed, known);
    for word in RESERVED {
        assert_eq!(faults(&format!("role {word}")), [("P0002", word)]);
        assert!(faults(&format!("role {word}s role {word}-x role \"{word}\"")).is_empty(), "{word}");
    }
    assert!(STATEMENTS.iter().all(|word| is_reserved(word)));
}

#[test]
fn wrong_tokens() {
    check(
        "assign r group:g\nassign r to grp:g\nassign r to\nuser u",
        &[("P0001", "group:g"), ("P0001", "grp:g"), ("P0001", "to")],
        &["u"],
    );
    helps(
        "assign r group:g",
        "expected `to` and the principals, found `group:g`",
        "the form is `assign ROLE to PRINCIPALS [on SCOPE] [from DATE] [until DATE] [when C]`",
    );
    helps(
        "assign r to group:a group:b",
        "expected `from`, `on`, `until` or `when`, found `group:b`",
        "the members of a list stand between commas",
    );
    helps(
        "grant a to user:u when context.s == LIVE",
        "`LIVE` is no value to compare with",
        "write a text in quotes, `\"LIVE\"`, and an attribute as `principal.x`, `resource.x` or `context.x`",
    );
    helps(
        "grant a to user:u when context.s && b",
        "expected a comparison, `and`, `on`, `or` or `when`, found `&`",
        "write `and`",
    );
    helps("role 2fa", "expected a name, found `2fa`", "such a name is written in quotes: `\"2fa\"`");
    helps("limit x for role:r", "expected a number, found `x`", "the form is `limit N for role:R`");
    helps(
        "limit -1 for role:r",
        "`-1` is no number of principals",
        "write a whole number from 0 to 4294967295",
    );
    check("grant a to user:u when (context.a", &[("P0001", "")], &[]);
}

#[test]
fn quotes() {
    check(
        "role \"abc\nuser u\nassign r to group:\"g on t:x\nuser v",
        &[("P0001", "\"abc"), ("P0001", "\"g on t:x")],
        &["u", "v"],
    );
    helps("role \"\"", "a name is empty", "write a name between the quotes");
    helps(
        "category c {\n a \"A\n}\n",
        "a text in quotes does not end on its line",
        "close it with `\"`; a line end inside is written `\\n`",
    );
}

#[test]
fn braces() {
    check(
        "category c {\n a\n b\nrole r {\n grant a\nuser u\nassign r to user:u",
        &[("P0001", "{"), ("P0001", "{")],
        &["c(a b)", "r(e)", "u", "a"],
    );
    check(
        "}\nrole r { grant a }}\nuser u }\nuser v",
        &[("P0001", "}"), ("P0001", "}"), ("P0001", "}")],
        &["r(e)", "v"],
    );
    check("user u {\n level: 5", &[("P0001", "{")], &[]);
    check("user u { level: 5\nrole r", &[("P0001", "{")], &["r()"]);
    check("on t:x {\n grant a to user:u\n\nrole r\nuser u", &[("P0001", "{")], &["[e]", "r()", "u"]);
    let (_, found) = parsed("role r {\n grant a\nuser u");
    assert_eq!(found[0].secondary.len(), 1, "the statement that showed it");
}

#[test]
fn inside_of_blocks() {
    check(
        "category c on t {\n a\n b ( x\n c \"C\"\n d requires not\n e\n}\nrole r {\n grant a onn t:x\n dney b\n on t:x {\n  \
         grant c\n  gant d\n  deny e\n }\n grant f\n}\nuser u",
        &[("P0001", "("), ("P0001", "e"), ("P0001", "onn"), ("P0001", "dney"), ("P0001", "gant")],
        &["c(a c e)", "r([ee]e)", "u"],
    );
    check(
        "test \"t\" {\n as grp:x\n can a becuse bypass\n cannot b on t\n ## doc\n can c\n}\nuser u",
        &[("P0001", "grp:x"), ("P0001", "becuse"), ("P0001", "t"), ("P0001", "## doc")],
        &["test 1", "u"],
    );
    check(
        "principal {\n a: strng\n b: int\n c int\n d: bool\n}",
        &[("P0001", "strng"), ("P0001", "int")],
        &["principal 2"],
    );
    check("policy p {\n defalt deny\n resolve nearest\n}", &[("P0001", "defalt")], &["policy false true"]);
    check(
        "resource t {\n attribute a: foo\n atribute b: int\n attribute c: int\n}",
        &[("P0001", "foo"), ("P0001", "atribute")],
        &["resource 1"],
    );
    check(
        "matrix \"m\" {\n roles a, b,\n p + -\n q\n r x\n s - -\n}",
        &[("P0001", "r"), ("P0001", "x")],
        &["matrix 2"],
    );
    check("on t:x {\n asign r to user:u\n deny a to user:u\n}", &[("P0001", "asign")], &["[e]"]);
}

#[test]
fn heads_of_blocks() {
    check(
        "category c onn t {\n a\n b\n}\nrole r inherts a {\n grant b\n}\nuser u",
        &[("P0001", "onn"), ("P0001", "inherts")],
        &["u"],
    );
    check("role r inherits\n    grant a\n    deny b\n}\nuser u", &[("P0001", "inherits")], &["u"]);
}

#[test]
fn documentation_of_nothing() {
    check("role r\n## doc", &[("P0001", "## doc")], &["r()"]);
    check(
        "category c {\n a\n ## doc\n}\n@allow(P0307) \"why\"",
        &[("P0001", "## doc"), ("P0001", "@allow")],
        &["c(a)"],
    );
    check("role r ## doc\n{ grant a }", &[("P0001", "{")], &["r()"]);
    check("@allow(P0307) \" \"\nrole r", &[("P0001", "\" \"")], &["r()"]);
    check("@allow P0307 \"why\"\nrole r", &[("P0001", "P0307")], &["r()"]);
}

#[test]
fn clauses_written_twice() {
    for (text, second, first) in [
        ("policy p { default deny default grant }", "grant", "deny"),
        ("policy p { resolve nearest resolve most-specific }", "most-specific", "nearest"),
        ("resource t in a by path in b", "in", "in"),
        ("resource t by path in a by path", "by path", "by path"),
        ("category c on a on b {}", "on", "on"),
        ("category c \"A\" requires x \"B\" {}", "\"B\"", "\"A\""),
        ("category c { p requires a includes b requires c }", "requires", "requires"),
        ("privilege p in c includes a includes b", "includes", "includes"),
        ("role r inherits a inherits b", "inherits", "inherits"),
        ("role r requires a requires b", "requires", "requires"),
        ("group g in a disabled in b", "in", "in"),
        ("group g disabled disabled", "disabled", "disabled"),
        ("user u in a in b", "in", "in"),
        ("t:x in t:y in t:z", "in", "in"),
        ("assign r to user:u on t:x when a on t:y", "on", "on"),
        ("assign r to user:u from 2026-01-01 from 2027-01-01", "from", "from"),
        ("assign r to user:u until 2026-01-01 until 2027-01-01", "until", "until"),
        ("grant a to user:u when a when b", "when", "when"),
        ("never user:u can a on t:x on t:y", "on", "on"),
        ("matrix \"m\" { roles a roles b p + }", "roles", "a"),
        ("on t:x { grant a to user:u on t:y }", "t:y", "t:x"),
    ] {
        let (file, found) = parsed(text);
        assert_eq!(file.items.len(), 1, "{text}");
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(super::under(text, found[0].primary.span), second, "{text}");
        assert_eq!(super::under(text, found[0].secondary[0].span), first, "{text}");
        assert!(found[0].primary.span.start > found[0].secondary[0].span.start, "{text}");
    }
}

#[test]
fn names_of_unread_text_are_kept() {
    let (file, _) = parsed("rol x inherits y {\n grant \"a b\", category:c on t:i\n}\nrole z");
    let kept: Vec<&str> = file.salvaged.iter().map(|name| name.as_str()).collect();
    for name in ["x", "y", "a b", "c", "t", "i", "t:i"] {
        assert!(kept.contains(&name), "{name} in {kept:?}");
    }
    assert!(!kept.contains(&"z") && !kept.contains(&"grant"));
}

#[test]
fn a_fault_never_hides_the_next_statement() {
    for (end, _) in SAMPLE.char_indices() {
        let text = format!("{}\nrole zzz\n", &SAMPLE[..end]);
        let read = names(&parsed(&text).0);
        assert!(read.contains(&"zzz()".to_owned()), "{text}\n{read:?}");
    }
}

#[test]
fn a_broken_line_of_the_sample_is_one_fault() {
    let lines: Vec<&str> = SAMPLE.lines().collect();
    for at in 0..lines.len() {
        if lines[at].is_empty() || lines[at].starts_with('#') || lines[at] == "}" || lines[at].contains('{') {
            continue;
        }
        let broken = format!("{} ) (", lines[at].split(" #").next().unwrap());
        let text: Vec<&str> =
            lines.iter().enumerate().map(|(n, line)| if n == at { &broken } else { *line }).collect();
        assert_eq!(faults(&text.join("\n")), [("P0001", ")")], "{broken}");
    }
}

#[test]
fn help_names_what_can_stand_there() {
    let form = |rest: &str| format!("deny a to user:u {rest}");
    helps(&form("if context.x"), "expected `on` or `when`, found `if`", "write `when`");
    helps(
        &form("unless context.x"),
        "expected `on` or `when`, found `unless`",
        "write `when not`, and brackets around what follows",
    );
    helps(
        "deny a to ann",
        "expected a principal, found `ann`",
        "say what it is: `user:ann`, `service:ann`, `group:ann` or `role:ann`",
    );
    helps(
        "role r { grant a dny b }",
        "expected `except`, `on` or `when`, found `dny`",
        "did you mean `deny`?",
    );
    helps(
        "role r { grant a to user:u }",
        "expected `except`, `on` or `when`, found `to`",
        "the role is the principal: leave `to` out, or write the rule outside of the role",
    );
    helps("user u { a = 1 }", "expected `:`, found `=`", "write `:`");
    helps(
        "test \"t\" { as user:u with context.a == 1 can p }",
        "expected `=` and a value, found `=`",
        "write `=`",
    );
    helps(
        "category c { a requires b, d }",
        "expected a comparison, `and`, `includes`, `or` or `requires`, found `,`",
        "join conditions with `and` or `or`",
    );
    helps("resource t { attribute a: strng }", "expected a type, found `strng`", "did you mean `string`?");
    helps("// a", "expected a statement, found `//`", "comments begin with `#`");
    helps(
        "default grant",
        "expected a statement, found `default`",
        "it stands in the block of the policy, as in `policy NAME { resolve nearest }`, or of a resource type",
    );
}

/// What follows a faulty statement is looked at, be it faulty too.
#[test]
fn faults_one_behind_another_are_each_reported() {
    check(
        "role r {\n grant a, b if c\n alow x to y\n gront z\n foo z\n bypas x\n deny d\n}",
        &[("P0001", "if"), ("P0001", "alow"), ("P0001", "gront"), ("P0001", "foo"), ("P0001", "bypas")],
        &["r(e)"],
    );
    check("foo a\nbar b\nbaz c\nrole r", &[("P0001", "foo"), ("P0001", "bar"), ("P0001", "baz")], &["r()"]);
    check(
        "grant a to user:u if x\nalow a to user:u\ngrnt a to user:u\ngrant a to user:u iff x\nxyz a\nrole r",
        &[("P0001", "if"), ("P0001", "alow"), ("P0001", "grnt"), ("P0001", "iff"), ("P0001", "xyz")],
        &["r()"],
    );
    check("role r { alow a gront b deny c }", &[("P0001", "alow"), ("P0001", "gront")], &["r(e)"]);
    check("grant a to user:u if x deny a to user:u\nrole r", &[("P0001", "if")], &["e", "r()"]);
    check(
        "context { a: boolean b: integer c: int d: date }",
        &[("P0001", "boolean"), ("P0001", "integer"), ("P0001", "date")],
        &["other"],
    );
    check(
        "on t:x {\n asign r to user:u\n grnt a to user:u\n foo b\n deny a to user:u\n}",
        &[("P0001", "asign"), ("P0001", "grnt"), ("P0001", "foo")],
        &["[e]"],
    );
}

/// Lines that go on with a faulty statement are no statements of their own.
#[test]
fn what_goes_on_with_a_fault_is_part_of_it() {
    check(
        "grant a onn t:x,\nb to user:u,\nuser:v\nwhen context.x and\ncontext.y\nrole r",
        &[("P0001", "onn")],
        &["r()"],
    );
    check("grant a to user:u\nwhere context.x\nrole r", &[("P0001", "where")], &["r()"]);
    check("assign r to user:u\n  untill 2027-01-01\nrole r", &[("P0001", "untill")], &["r()"]);
    check(
        "/* we grant access,\n   and deny it */\nrole r // grant a\nrole s",
        &[("P0001", "/*"), ("P0001", "//")],
        &["s()"],
    );
    check("foo a bar b baz\nrole r", &[("P0001", "foo")], &["r()"]);
}

#[test]
fn names_with_other_letters() {
    check(
        "category c {\n documents.view\n documents.über\n größe\n}",
        &[("P0001", "ü"), ("P0001", "ö")],
        &["c(documents.view)"],
    );
    helps(
        "role r { grant documents.über, b }",
        "expected `except`, `on` or `when`, found `ü`",
        "a name with other letters than a to z is written in quotes: `\"documents.über\"`",
    );
    fixes("role r { grant documents.über, b }", Some("role r { grant \"documents.über\", b }"));
}

/// A declaration that an open quote swallowed is still one.
#[test]
fn names_behind_an_open_quote_are_kept() {
    let (file, _) = parsed("category c \"Title { a.b c-d }\nrole r { grant a.b }");
    for name in ["a.b", "c-d", "c"] {
        assert!(file.salvaged.iter().any(|kept| kept == name), "{name} in {:?}", file.salvaged);
    }
}

#[test]
fn a_wrong_value_is_one_fault_and_its_statement_stays() {
    check("grant a to user:u when context.n > three", &[("P0001", "three")], &["e"]);
    let (file, _) = parsed("grant a to user:u when context.n > three");
    assert!(!format!("{file:?}").contains("\"three\""), "nothing else is found wrong with it");
}

/// The text behind the fix of its one finding, if there is a fix.
#[track_caller]
fn fixes(text: &str, expected: Option<&str>) {
    let (_, found) = parsed(text);
    let remedies: Vec<_> = found.iter().filter_map(|one| one.remedy.as_ref()).collect();
    let fixed = remedies.first().map(|remedy| match &remedy.change {
        crate::diagnostic::Change::Write(edits) => {
            let mut fixed = text.to_owned();
            edits.iter().rev().for_each(|edit| fixed.replace_range(edit.span.range(), &edit.text));
            fixed
        }
        crate::diagnostic::Change::Rename { span, to, .. } => {
            let mut fixed = text.to_owned();
            fixed.replace_range(span.range(), to);
            fixed
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(fixed.as_deref(), expected, "{text}");
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    if let Some(fixed) = expected {
        assert_eq!(faults(fixed), [], "{fixed}");
    }
}

#[test]
fn words_of_other_languages() {
    for (written, meant) in [
        ("allow a to user:u", "grant a to user:u"),
        ("permit a to user:u", "grant a to user:u"),
        ("forbid a to user:u", "deny a to user:u"),
        ("role r { allow a }", "role r { grant a }"),
        ("role r { grant: a }", "role r { grant a }"),
        ("grant a for anyone", "grant a to anyone"),
        ("grant a to everyone", "grant a to anyone"),
        ("grant a to user u", "grant a to user:u"),
        ("grant a to group \"Power Users\"", "grant a to group:\"Power Users\""),
        ("grant a to \"user:u\"", "grant a to user:u"),
        ("assign role r to user:u", "assign r to user:u"),
        ("limit 2 for role r", "limit 2 for role:r"),
        ("role a extends b", "role a inherits b"),
        ("grant a to user:u in t:x", "grant a to user:u on t:x"),
        ("group h on g", "group h in g"),
        ("user v on g", "user v in g"),
        ("grant a to user:u on folder x", "grant a to user:u on folder:x"),
        ("role r { grant a and b }", "role r { grant a, b }"),
        ("grant a to user:u if context.x", "grant a to user:u when context.x"),
        ("grant a to user:u when context.n = 3", "grant a to user:u when context.n == 3"),
        ("grant a to user:u when context.n === 3", "grant a to user:u when context.n == 3"),
        ("grant a to user:u when context.n <> 3", "grant a to user:u when context.n != 3"),
        ("grant a to user:u when context.n is 3", "grant a to user:u when context.n == 3"),
        ("grant a to user:u when !context.x", "grant a to user:u when not context.x"),
        ("grant a to user:u when context.x == True", "grant a to user:u when context.x == true"),
        ("grant a to user:u when context.x&&context.y", "grant a to user:u when context.x and context.y"),
        ("grant a to user:u when context.x || context.y", "grant a to user:u when context.x or context.y"),
        ("grant a to user:u when context.x == 'y'", "grant a to user:u when context.x == \"y\""),
        ("category c 'C' { a }", "category c \"C\" { a }"),
        ("// why\nrole r", "# why\nrole r"),
        ("/* why */\nrole r", "# why \nrole r"),
    ] {
        fixes(written, Some(meant));
    }
}

/// An edit behind which the grammar stops again at the same place is none.
#[test]
fn a_fix_leaves_no_fault_at_its_place() {
    for text in [
        "role r { grant a when context.x && }",
        "grant a to user:u when context.x &&\nrole r",
        "role a extends",
        "role r { alow }",
        "grant a to user:u when context.n is not 3",
        "assign r for\nuser u",
        "permissions { a b }",
    ] {
        fixes(text, None);
    }
    fixes("category c { a, b }", Some("category c { a b }"));
    fixes("category c { a, }", Some("category c { a }"));
}

#[test]
fn help_for_what_has_no_word_here() {
    helps(
        "assign r, s to user:u",
        "expected `to` and the principals, found `,`",
        "one role is assigned at a time: write an `assign` for each",
    );
    helps(
        "assign user:u to r",
        "expected a principal, found `r`",
        "the role stands first: `assign r to user:u`",
    );
    helps(
        "role r { view }",
        "expected `grant`, `deny`, `bypass`, `on` or `}`, found `view`",
        "an entry begins with what it does: `grant view`, `deny view` or `bypass view`",
    );
    helps(
        "import x",
        "expected a statement, found `import`",
        "leave it out: all files of a directory form one policy",
    );
}
