//! `policyc matrix`.

use super::Here;

/// Every mark: granted by an entry of its own, inherited, by a default, denied, under a condition, in places, and never met.
fn here() -> Here {
    let policy = "\
resource folder
resource file in folder { default grant to authenticated when unlisted }
category read on file { file.list \"List\"  file.view \"View\" requires file.list }
category admin { users.edit  users.drop requires users.edit }
context { mfa: bool }
role reader { grant file.view, file.list }
role writer inherits reader { grant users.edit when context.mfa  deny file.list }
@allow(P0307) \"given beside another role\"
role dropper { grant users.drop }
group ops
user ann in ops
assign reader to user:ann on folder:a
";
    Here::with(&[("a.policy", policy)])
}

#[test]
fn for_people() {
    let ran = here().run(&["matrix"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
                  dropper  reader  writer
    admin
      users.drop        !       .       .
      users.edit        .       .      +?
    read
      file.list        d~       +       -
      file.view        d~       +       !

    + granted by an entry of its own   d by default   - denied
    ! requirement never met   . nothing   ? under a condition   ~ only in places
    "#);
    let ran = here().run(&["matrix", "--principals", "on", "file:x", "--in", "folder:a"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
                 anonymous  authenticated  ops  ann
    read
      file.list          .              .    .    ^
      file.view          .              .    .    ^

    ^ inherited   . nothing
    "#);
}

#[test]
fn a_narrow_terminal_gets_several_tables() {
    let here = here();
    let arguments = ["matrix", "--category", "read", "--principals"];
    let ran = here.command().env("COLUMNS", "40").args(arguments).output().unwrap();
    insta::assert_snapshot!(String::from_utf8(ran.stdout).unwrap(), @r#"
                 anonymous  authenticated
    read
      file.list          .             d~
      file.view          .             d~

                 ops  ann
    read
      file.list   d~    ^
      file.view   d~    ^

    ^ inherited   d by default   . nothing
    ~ only in places
    "#);
}

#[test]
fn for_documents_and_spreadsheets() {
    let ran = here().run(&["matrix", "--format", "markdown"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    | privilege | role:dropper | role:reader | role:writer |
    |---|:-:|:-:|:-:|
    | **admin** | | | |
    | users.drop | `!` |  |  |
    | users.edit |  |  | `+?` |
    | **read** | | | |
    | file.list | `d~` | `+` | `-` |
    | file.view | `d~` | `+` | `!` |

    + granted by an entry of its own, d by default, - denied, ! requirement never met, . nothing, ? under a condition, ~ only in places
    "#);
    let ran = here().run(&["matrix", "--format", "csv"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    category,privilege,title,role:dropper,role:reader,role:writer
    admin,users.drop,,unmet,,
    admin,users.edit,,,,"explicit, when `context.mfa`"
    read,file.list,List,"default, on another file, another file in another folder",explicit,denied
    read,file.view,View,"default, on another file, another file in another folder",explicit,unmet
    "#);
}

#[test]
fn for_programs() {
    let ran = here().run(&["matrix", "--format", "json", "--category", "admin"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    {"type":"row","privilege":"users.drop","category":"admin","title":null,"cells":[{"subject":"role:dropper","mark":"unmet","granted":false,"partly":false,"places":[],"conditions":[],"deciding":[{"effect":"grant","scope":null,"place":{"file":"a.policy","line":9,"column":16},"path":[{"what":"role:dropper","place":null}]}],"missing":[["users.edit"]]},{"subject":"role:reader","mark":"nothing","granted":false,"partly":false,"places":[],"conditions":[],"deciding":[],"missing":[]},{"subject":"role:writer","mark":"nothing","granted":false,"partly":false,"places":[],"conditions":[],"deciding":[],"missing":[]}]}
    {"type":"row","privilege":"users.edit","category":"admin","title":null,"cells":[{"subject":"role:dropper","mark":"nothing","granted":false,"partly":false,"places":[],"conditions":[],"deciding":[],"missing":[]},{"subject":"role:reader","mark":"nothing","granted":false,"partly":false,"places":[],"conditions":[],"deciding":[],"missing":[]},{"subject":"role:writer","mark":"explicit","granted":true,"partly":false,"places":[],"conditions":[{"text":"`context.mfa`","alternatives":[["`context.mfa`"]]}],"deciding":[{"effect":"grant","scope":null,"place":{"file":"a.policy","line":7,"column":31},"path":[{"what":"role:writer","place":null}]}],"missing":[]}]}
    "#);
}

#[test]
fn what_the_policy_does_not_know() {
    let here = here();
    here.run(&["matrix", "--category", "admn"]).refuses(&["the policy has no category `admn`", "`admin`"]);
    here.run(&["matrix", "on", "fil:x"]).refuses(&["the policy has no type `fil`", "`file`"]);
    here.run(&["matrix", "on"]).refuses(&["write `on` and one resource"]);
    here.run(&["compile", "--strip", "-o", "app.bin"]).exits(0);
    here.run(&["matrix", "-p", "app.bin", "--category", "admin"]).refuses(&["`--strip`"]);
    assert!(here.run(&["matrix", "-p", "app.bin"]).exits(0).out.contains("users.edit"));
}

#[test]
fn for_browsers() {
    let here = here();
    let page = here.run(&["matrix", "--format", "html"]).exits(0).out;
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    // The same by the ending of the file, byte for byte, and what is written says so.
    let ran = here.run(&["matrix", "-o", "page.html"]).exits(0);
    assert_eq!(ran.out, format!("wrote page.html: {} bytes\n", thousands(page.len())));
    assert_eq!(std::fs::read_to_string(here.path("page.html")).unwrap(), page);
    // Of one place: its name is in the title, and nothing is only in places.
    let ran = here.run(&["matrix", "on", "file:x", "--in", "folder:a", "--format", "html"]).exits(0);
    assert!(ran.out.contains("<title>who may what on file:x</title>"), "{}", ran.out);
    assert!(!ran.out.contains("data-m=\"p\""));
}

fn thousands(number: usize) -> String {
    format!("{},{:03}", number / 1_000, number % 1_000)
}

#[test]
fn into_a_file() {
    let here = here();
    for (file, format) in [("m.csv", "csv"), ("m.md", "markdown"), ("m.json", "json"), ("m.txt", "human")] {
        here.run(&["matrix", "-o", file]).exits(0).says(&format!("wrote {file}: "));
        let printed = here.run(&["matrix", "--format", format]).exits(0).out;
        assert_eq!(std::fs::read_to_string(here.path(file)).unwrap(), printed, "{file}");
    }
    // A format that was asked for counts more than the name.
    here.run(&["matrix", "-o", "m.csv", "--format", "markdown"]).exits(0);
    assert!(std::fs::read_to_string(here.path("m.csv")).unwrap().starts_with("| privilege |"));
    let before = std::fs::read_to_string(here.path("a.policy")).unwrap();
    here.run(&["matrix", "-o", "a.policy"]).refuses(&["a source of this policy"]);
    assert_eq!(std::fs::read_to_string(here.path("a.policy")).unwrap(), before);
    here.run(&["matrix", "-o", "no/m.csv"]).refuses(&["`no/m.csv`", "its directory does not exist"]);
    here.run(&["matrix", "-o", "."]).refuses(&["it is a directory"]);
}
