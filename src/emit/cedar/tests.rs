//! What is written, and what is refused. That Cedar decides alike is shown in `tests/cedar`, with Cedar's own crate.

use super::*;
use crate::source::Format;

#[track_caller]
fn exported(text: &str) -> Result<Cedar, Vec<Refusal>> {
    exported_within(text, MAX_PARTS)
}

#[track_caller]
fn exported_within(text: &str, parts: usize) -> Result<Cedar, Vec<Refusal>> {
    let mut sources = Sources::new();
    sources.add("a.policy", Format::Policy, text);
    let compiled = crate::compile(&sources);
    assert!(compiled.policy.is_some(), "{:?}", compiled.diagnostics);
    export_within(&compiled.model, &sources, parts)
}

/// The policies of a text, without the comments.
#[track_caller]
fn policies(text: &str) -> String {
    let cedar = exported(text).unwrap();
    let lines = cedar.policies.lines().filter(|line| !line.starts_with("//") && !line.starts_with('@'));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// What is refused: the text at the place, what it is and why.
#[track_caller]
fn refused(text: &str) -> Vec<String> {
    let line = |refusal: &Refusal| {
        let at = refusal.span.and_then(|span| text.get(span.range())).unwrap_or("-");
        let Refusal { construct, why, help, .. } = refusal;
        format!("`{}`\n  {construct}: {why}\n  help: {help}", at.lines().next().unwrap_or_default())
    };
    exported(text).unwrap_err().iter().map(line).collect()
}

const SMALL: &str = "\
policy small
## A folder.
resource folder in folder by path { default grant to authenticated when unlisted }
resource file in folder by path {
    attribute owner: principal
    attribute readers: [principal]
    attribute like: string
    resolve nearest
}
principal { grade: int }
context { mfa: bool, ip: ip }
category read on file \"Reading\" { file.list \"List\"  file.view \"View\" requires file.list }
category write on file, folder { edit requires context.mfa }
category admin { users.edit }
role reader { grant category:read }
role writer inherits reader { grant edit when context.ip in [10.0.0.0/8, \"2001:db8::/32\"] }
role chief { bypass users.edit, edit }
group ops
group inner in ops
group gone in ops disabled
user ann in inner, gone { grade: -2 }
service job
file:a/x { owner: user:ann, readers: [group:ops, user:ann] }
assign writer to group:ops on folder:a from 2026-01-01 until 2027-01-01T12:00:00.250Z when not principal.grade < 0
assign reader to user:ann
assign chief to role:writer
assign reader to authenticated
grant users.edit to service:job
deny file.view to anyone on file:a/x only when not (principal == resource.owner or principal in resource.readers)
";

#[test]
fn a_small_policy() {
    let cedar = exported(SMALL).unwrap();
    insta::assert_snapshot!(cedar.policies);
    insta::assert_snapshot!(cedar.schema);
    insta::assert_snapshot!(cedar.entities);
    assert_eq!(cedar.policies.matches("@id(").count(), cedar.count);
    assert_eq!(cedar.entities.matches("\"uid\"").count(), cedar.entity_count);
}

#[test]
fn the_order_of_statements_means_nothing() {
    let mut lines: Vec<&str> = SMALL.lines().skip(12).collect();
    lines.reverse();
    let head: Vec<&str> = SMALL.lines().take(12).collect();
    let turned = format!("{}\n{}\n", head.join("\n"), lines.join("\n"));
    let (one, other) = (exported(SMALL).unwrap(), exported(&turned).unwrap());
    assert_eq!(policies(SMALL), policies(&turned));
    assert_eq!((one.schema, one.entities), (other.schema, other.entities));
}

#[test]
fn what_is_undecided_counts_against_who_asks() {
    let rules = policies(
        "context { n: int, ok: bool }\ncategory c { a b }\n\
         grant a to anyone when context.n > 1 or not context.ok\ndeny b to anyone when context.n > 1 or not context.ok\n\
         grant b to authenticated\n",
    );
    assert!(
        rules.contains(
            "permit (principal, action == Action::\"a\", resource)\n\
         when { (context has n && context.n > 1) || (context has ok && !(context.ok)) };"
        ),
        "{rules}"
    );
    assert!(
        rules.contains(
            "forbid (principal, action == Action::\"b\", resource)\n\
         when {\n    (if context has n then context.n > 1 else true) ||\n    \
         (if context has ok then !(context.ok) else true)\n};"
        ),
        "{rules}"
    );
}

#[test]
fn a_bypass_is_no_match_for_requirements_and_no_denial_for_it() {
    let rules = policies(
        "category c { a b requires a }\nuser u\n@allow(P0307) \"elsewhere\" role r { bypass b }\ndeny b to anyone\nassign r to user:u\n",
    );
    assert_eq!(
        rules,
        "forbid (principal, action == Action::\"b\", resource)\nunless { principal in Role::\"r\" };\n\n\
         permit (principal in Role::\"r\", action == Action::\"b\", resource);\n\n\
         forbid (principal, action == Action::\"b\", resource);"
    );
}

#[test]
fn what_cedar_can_t_say_is_refused() {
    let texts = [
        // Conditions.
        "context { ip: ip }\nresource r { attribute nets: [ip] }\ncategory c on r { a }\n\
         grant a to anyone when context.ip in resource.nets\n",
        "context { t: timestamp }\ncategory c { a requires context.t < 2026-01-01T00:00:00.000001Z }\ngrant a to anyone\n",
        // Times elsewhere.
        "category c { a }\nrole r { grant a }\nuser u\nassign r to user:u until 2026-01-01T00:00:00.000001Z\n",
        "principal { t: timestamp }\ncategory c { a requires has principal.t }\ngrant a to anyone\n\
         user u { t: 2026-01-01T00:00:00.000001Z }\n",
        // What lies above.
        "resource box\nresource file in box\ncategory b on box { open }\ncategory f on file { read requires open }\n\
         grant open, read to anyone\n",
        "resource box\nresource file in box\ncategory b on box { open }\ncategory f on file { read includes open }\n\
         grant read to anyone\n",
        "resource org\nresource box in org\nresource file in file, box by path { resolve nearest }\ncategory f on file { read }\n\
         user u\ngrant read to anyone on org:o\ndeny read to user:u on file:a\n",
        // Names.
        "resource User\nresource my-file\nresource my_file\ncategory c on User, my-file, my_file { a }\ngrant a to anyone\n",
        "context { now: timestamp }\ncategory c { a requires has context.now }\nrole r { grant a }\nuser u\n\
         assign r to user:u until 2026-01-01\n",
    ];
    let all: Vec<String> = texts.iter().map(|text| refused(text).join("\n")).collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn nothing_of_a_policy_beyond_the_limit_is_written() {
    let refused = exported_within(SMALL, 50).unwrap_err();
    let refused: Vec<(Option<Span>, &str)> =
        refused.iter().map(|refusal| (refusal.span, refusal.construct.as_str())).collect();
    assert_eq!(refused, [(None, "the policy")]);
}

#[test]
fn a_requirement_that_doubles_itself_is_refused_where_it_stands() {
    let mut text = String::from("context { x: int }\ncategory c { p0\n");
    for at in 1..15 {
        let before = at - 1;
        text += &format!(
            "p{at} requires (p{before} and context.x > {at}) or (p{before} and context.x < -{at})\n"
        );
    }
    text += "}\n";
    (0..15).for_each(|at| text += &format!("grant p{at} to anyone when context.x != {at}\n"));
    let refused = refused(&text);
    assert!(
        refused[0].contains("what `p12` needs: written out, what decides `p11` has more than"),
        "{refused:#?}"
    );
}

#[test]
fn types_become_identifiers() {
    for (name, wanted) in [
        ("folder", "folder"),
        ("my-type", "my_type"),
        ("a.b/c", "a_b_c"),
        ("in", "in_"),
        ("1st", "_1st"),
        ("__cedar", "t__cedar"),
        ("datetime", "datetime_"),
        ("", "_"),
    ] {
        assert_eq!(type_name(name), wanted, "{name}");
    }
}
