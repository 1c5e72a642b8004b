//! Each form converts to the other and back without loss: held for every policy of the repository, and for random ones.

use crate::generate::{Dice, Policy as Written, bytes};
use crate::layout::texts;
use policyc::compile;
use policyc::convert::{Refused, convert};
use policyc::source::{Format, Sources};
use std::fs;
use std::path::{Path, PathBuf};

/// Random policies that are converted.
const POLICIES: u64 = 300;

/// The stripped artifact of a text, if one comes out.
fn artifact(text: &str, format: Format) -> Option<Vec<u8>> {
    let mut sources = Sources::new();
    sources.add("a", format, text);
    compile(&sources).policy.map(|policy| policy.strip().as_bytes().to_vec())
}

fn other(format: Format) -> Format {
    match format {
        Format::Policy => Format::Yaml,
        Format::Yaml => Format::Policy,
    }
}

/// The text in the other form, once both ways say the same. `convert` compares the trees itself.
#[track_caller]
fn check(name: &str, text: &str, from: Format) -> String {
    let there = convert(text, from).unwrap_or_else(|refused| panic!("{name}: {refused:?}\n{text}"));
    let to = other(from);
    assert!(
        artifact(&there.text, to) == artifact(text, from),
        "{name}: the artifacts differ\n{}",
        there.text
    );
    let back =
        convert(&there.text, to).unwrap_or_else(|refused| panic!("{name}: {refused:?}\n{}", there.text));
    assert!(artifact(&back.text, from) == artifact(text, from), "{name}: on the way back\n{}", back.text);
    assert_eq!(back.left_out, Vec::<usize>::new(), "{name}: on the way back every comment has its place");
    let again = convert(&back.text, from).unwrap();
    // What comes from YAML is in the order of its sections the second time.
    if from == Format::Policy {
        assert_eq!(again.text, there.text, "{name}: converting what came back changes something");
    }
    there.text
}

fn yaml_texts() -> Vec<(String, String)> {
    fn collect(at: &Path, found: &mut Vec<PathBuf>) {
        if at.is_dir() {
            fs::read_dir(at).unwrap().for_each(|entry| collect(&entry.unwrap().path(), found));
        } else if at.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            found.push(at.to_path_buf());
        }
    }
    let mut paths = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        (path.display().to_string(), text)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn every_policy_of_the_repository_can_be_said_in_yaml() {
    let mut done = 0;
    let mut unsayable = Vec::new();
    for (name, text) in texts() {
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        match convert(text, Format::Policy) {
            Err(Refused::Faults) => {}
            Err(Refused::Unsayable) => unsayable.push(name),
            Ok(_) => {
                check(&name, text, Format::Policy);
                done += 1;
            }
        }
    }
    assert!(done > 120, "{done}");
    // They declare a name twice, which is what they are about.
    assert!(unsayable.iter().all(|name| name.contains("P0208")), "{unsayable:#?}");
}

#[test]
fn every_yaml_of_the_repository_can_be_said_in_the_language() {
    let mut done = 0;
    for (name, text) in yaml_texts() {
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        if convert(text, Format::Yaml) != Err(Refused::Faults) {
            check(&name, text, Format::Yaml);
            done += 1;
        }
    }
    assert!(done > 15, "{done}");
}

#[test]
fn random_policies_can_be_said_in_yaml() {
    for seed in 0..POLICIES {
        let bytes = bytes(7_000 + seed, 16_384);
        let text = Written::random(&mut Dice::new(&bytes)).text();
        check(&format!("seed {seed}"), &text, Format::Policy);
    }
}

#[test]
fn names_that_yaml_would_take_for_something_else() {
    let odd = [
        "yes",
        "no",
        "on",
        "off",
        "null",
        "~",
        "true",
        "false",
        "1.0",
        "1",
        "0x1f",
        "1e3",
        ".inf",
        "2027-01-01",
        "*",
        "a*",
        "a: b",
        "a #b",
        "#a",
        "- a",
        "?",
        "a,b",
        "[a]",
        "{a}",
        "&a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a`",
        "'a'",
        "\"a\"",
        "a\"b",
        "a\\b",
        "line\nbreak",
        "tab\there",
        " a ",
        "ü",
        "日本",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{1f600}",
        "category:x",
        "user:x",
        "a:b",
        "principal.x",
        "context.x",
        "require",
        "only",
        "anyone",
        "=",
        "<<",
        "---",
        "...",
    ];
    for name in odd {
        let quoted = format!("{:?}", name).replace("\\'", "'").replace("\\t", "\\u{9}");
        let text = format!(
            "resource {quoted} {{ attribute a: string attribute e: {quoted} | \"z\" attribute p: principal attribute l: [string] attribute q: [principal] }}\n\
             category {quoted} on {quoted} {quoted} {{ {quoted} {quoted} }}\n\
             privilege p2 in {quoted} {quoted} includes {quoted} requires {quoted} or any({quoted}) or any category:{quoted}\n\
             role {quoted} {{ grant {quoted}, category:{quoted} on {quoted}:{quoted} when resource.e == {quoted} or resource.l contains {quoted} }}\n\
             role r inherits {quoted} requires {quoted}\n\
             group {quoted}\nuser {quoted} in {quoted}\nservice {quoted}\n\
             {quoted}:{quoted} {{ a: {quoted}, e: \"z\", p: user:{quoted}, l: [{quoted}, \"z\"], q: [group:{quoted}, user:{quoted}] }}\n\
             assign {quoted} to user:{quoted}, group:{quoted} on {quoted}:{quoted} only when resource.p == user:{quoted}\n\
             deny {quoted} to role:{quoted} on {quoted}:*\n\
             never user:{quoted} can {quoted} on {quoted}:{quoted} only\nlimit 2 for role:{quoted}\nexclusive {quoted}, r\n\
             ## {}\ntest {quoted} {{ as user:{quoted} with resource.a = {quoted} can {quoted} on {quoted}:{quoted} }}\n\
             matrix {quoted} on {quoted}:{quoted} {{ with resource.l = [{quoted}] roles {quoted}, r {quoted} + - }}\n",
            name.replace('\n', " "),
        );
        check(name, &text, Format::Policy);
    }
}

#[track_caller]
fn becomes(text: &str, from: Format, expected: &str) -> Vec<usize> {
    let new = convert(text, from).expect("it can be converted");
    assert_eq!(new.text, expected);
    new.left_out
}

#[test]
fn documentation_and_comments_go_along() {
    let text = "\
# About the file.

# Of ops.
## For the desk.
##
## Two parts.
@allow(P0704) \"later\"
group ops # behind
role r {
    # first
    grant a # one
    deny
        # inside
        b
    # last
}
# end
";
    let expected = "\
# About the file.

roles:
  r:
    entries:
      # first
      # one
      - { grant: a }
      # inside
      - { deny: b }

groups:
  # Of ops.
  # behind
  ops:
    doc: |-
      For the desk.

      Two parts.
    allow: { code: P0704, why: later }
# end
";
    let left_out = becomes(text, Format::Policy, expected);
    assert_eq!(left_out, [text.find("# last").unwrap()]);
    let back = "\
# About the file.

role r {
    # first
    # one
    grant a
    # inside
    deny  b
}

# Of ops.
# behind
## For the desk.
##
## Two parts.
@allow(P0704) \"later\"
group ops
# end
";
    assert!(becomes(expected, Format::Yaml, back).is_empty());
}

#[test]
fn two_marks_are_no_documentation_in_yaml() {
    becomes("## x\nroles:\n  r:\n", Format::Yaml, "# x\nrole r\n");
    becomes(
        "roles: { r: { doc: \"a # b\", grant: \"x#y\" } } # c\n",
        Format::Yaml,
        "# c\n## a # b\nrole r { grant \"x#y\" }\n",
    );
}

#[test]
fn what_stands_twice_in_a_map_is_refused() {
    assert_eq!(convert("role r role r", Format::Policy), Err(Refused::Unsayable));
    assert_eq!(convert("role", Format::Policy), Err(Refused::Faults));
    assert_eq!(convert("rolez: {}", Format::Yaml), Err(Refused::Faults));
}
