//! The formats for other programs, each read back as its consumer reads it, and held against the JSON lines.

use super::{BAD, GOOD, Here, json};
use crate::cli::xml::{self, Element};
use serde_json::Value;
use std::collections::BTreeMap;

const FORMATS: [&str; 6] = ["human", "short", "json", "sarif", "github", "junit"];

/// Findings of both severities in two files, in one of them with other places, and texts that each format has to escape.
fn faulty() -> Here {
    Here::with(&[
        (
            "my rules/50%25, ä.policy",
            "category c { edit view }\n\
             role reader inherits \"50%0A,a:b::error::<&'\\\"]]> --\" { grant view }\n\
             # 漢字 🎉\n\
             user \"漢字 🎉\" role \"50%0A,a:b::error::<&'\\\"]]> --\" inherits reader { grant edit }\n\
             grant edit to user:\"漢字 🎉\" deny edit to user:\"漢字 🎉\"\n",
        ),
        (
            "b.policy",
            "resource bin\nresource flow\ncategory k on flow { sink }\ngrant sink to anyone on bin:a\n",
        ),
        ("c.policy", "group fine\n"),
    ])
}

/// What the JSON lines say of a policy.
#[track_caller]
fn findings(here: &Here) -> Vec<Value> {
    let lines = here.run(&["check", "--format", "json"]).exits(1).json();
    let findings: Vec<Value> = lines.into_iter().filter(|line| line["type"] == "finding").collect();
    assert!(findings.len() >= 3 && findings.iter().any(|finding| finding["severity"] == "warning"));
    assert!(findings.iter().any(|finding| finding["related"].as_array().is_some_and(|all| !all.is_empty())));
    findings
}

/// The last line of what people read.
#[track_caller]
fn tally(here: &Here) -> String {
    let ran = here.run(&["check"]).exits(1);
    let last = ran.out.lines().last().unwrap();
    last.split(';').next().unwrap().to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

#[test]
fn short_is_one_line_for_each_finding_and_a_tally() {
    let here = faulty();
    let ran = here.run(&["check", "--format", "short"]).exits(1);
    let mut wanted: Vec<String> = Vec::new();
    for f in findings(&here) {
        let (file, code, name) = (text(&f["file"]), text(&f["code"]), text(&f["name"]));
        let (severity, message) = (text(&f["severity"]), text(&f["message"]));
        wanted.push(format!("{file}:{}:{}: {severity}[{code} {name}] {message}", f["line"], f["column"]));
    }
    wanted.push(tally(&here));
    assert_eq!(ran.out.lines().collect::<Vec<_>>(), wanted);
    let here = Here::with(&[("a.policy", BAD)]);
    here.run(&["check", "--format", "short"])
        .exits(1)
        .says("a.policy:3:8: error[P0202 unknown-role] unknown role `raeder`\n");
}

/// Whether the schema of the standard accepts a document, and if not, why.
fn against_schema(document: &Value) -> Result<(), String> {
    let schema: Value = serde_json::from_str(include_str!("../schemas/sarif-2.1.0.json")).unwrap();
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.enable_format_assertions();
    compiler.add_resource("sarif.json", schema).unwrap();
    let index = compiler.compile("sarif.json", &mut schemas).unwrap();
    schemas.validate(document, index).map_err(|error| error.to_string())
}

#[track_caller]
fn sarif(text: &str) -> Value {
    let document: Value = serde_json::from_str(text).unwrap();
    if let Err(error) = against_schema(&document) {
        panic!("{error}");
    }
    document
}

#[test]
fn sarif_follows_the_schema_and_says_what_json_says() {
    let here = faulty();
    let document = sarif(&here.run(&["check", "--format", "sarif"]).exits(1).out);
    let run = &document["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let results = run["results"].as_array().unwrap();
    let findings = findings(&here);
    assert_eq!(results.len(), findings.len());
    for (result, finding) in results.iter().zip(&findings) {
        assert_eq!(result["ruleId"], finding["code"]);
        assert_eq!(result["level"], finding["severity"]);
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        let rule = &run["tool"]["driver"]["rules"][index];
        assert_eq!((&rule["id"], &rule["name"]), (&finding["code"], &finding["name"]));
        let page = here.run(&["explain", text(&finding["code"])]).exits(0).out;
        assert_eq!(rule["help"]["markdown"], page.as_str());
        let message = text(&result["message"]["text"]);
        assert!(message.starts_with(text(&finding["message"])), "{message}");
        assert!(finding["help"].as_str().is_none_or(|help| message.ends_with(help)), "{message}");
        same_place(&result["locations"][0], finding);
        let none = Vec::new();
        let related = result["relatedLocations"].as_array().unwrap_or(&none);
        let wanted = finding["related"].as_array().unwrap();
        assert_eq!(related.len(), wanted.len());
        for (location, wanted) in related.iter().zip(wanted) {
            same_place(location, wanted);
            assert_eq!(location["message"]["text"], wanted["text"]);
        }
    }
}

#[track_caller]
fn same_place(location: &Value, wanted: &Value) {
    let place = &location["physicalLocation"];
    assert_eq!(percent_decoded(text(&place["artifactLocation"]["uri"])), text(&wanted["file"]));
    for (key, wanted_key) in
        [("startLine", "line"), ("startColumn", "column"), ("endLine", "endLine"), ("endColumn", "endColumn")]
    {
        assert_eq!(place["region"][key], wanted[wanted_key], "{key}: {location}");
    }
}

fn percent_decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        assert!(first.is_ascii_graphic(), "{uri}");
        rest = behind;
        if first == b'%' {
            let digits = std::str::from_utf8(&behind[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &behind[2..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn sarif_of_a_good_policy_has_all_rules_and_no_result() {
    let here = Here::with(&[("a.policy", GOOD)]);
    let document = sarif(&here.run(&["check", "--format", "sarif"]).exits(0).out);
    assert_eq!(document["runs"][0]["results"], serde_json::json!([]));
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), policyc::diagnostic::Code::ALL.len());
    let schema = json(&include_str!("../schemas/sarif-2.1.0.json").replace(['\n', '\r'], " "));
    assert_eq!(document["$schema"], schema[0]["$id"]);
}

#[test]
fn the_schema_refuses_what_is_not_sarif() {
    let here = faulty();
    let good = sarif(&here.run(&["check", "--format", "sarif"]).exits(1).out);
    for (pointer, wrong) in [
        ("/version", "2.0.0"),
        ("/runs/0/columnKind", "bytes"),
        ("/runs/0/results/0/level", "fatal"),
        ("/runs/0/results/0/locations/0/physicalLocation/region", "3:8"),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", "my rules/%zz"),
    ] {
        let mut document = good.clone();
        *document.pointer_mut(pointer).unwrap() = wrong.into();
        assert!(against_schema(&document).is_err(), "{pointer}");
    }
}

/// A workflow command.
#[derive(Debug)]
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    message: String,
}

/// Reads a line as the runner of GitHub Actions does: the name ends at a space, properties are parted by commas and each
/// ends its key at the first `=`, and the percent sign is unescaped last.
fn workflow_command(line: &str) -> Option<Command> {
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":");
        text.replace("%2C", ",").replace("%25", "%")
    };
    let properties = properties
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.trim().to_owned(), property(value)));
    Some(Command { name: name.to_owned(), properties: properties.collect(), message: data(message) })
}

#[test]
fn github_reads_each_finding_as_an_annotation() {
    let here = faulty();
    let ran = here.run(&["check", "--format", "github"]).exits(1);
    let commands: Vec<Command> = ran.out.lines().filter_map(workflow_command).collect();
    let findings = findings(&here);
    assert_eq!(commands.len(), findings.len(), "{}", ran.out);
    for (command, finding) in commands.iter().zip(&findings) {
        assert_eq!(command.name, text(&finding["severity"]));
        let title = format!("{} {}", text(&finding["code"]), text(&finding["name"]));
        let wanted = BTreeMap::from([
            ("file", text(&finding["file"]).to_owned()),
            ("line", finding["line"].to_string()),
            ("endLine", finding["endLine"].to_string()),
            ("col", finding["column"].to_string()),
            ("endColumn", finding["endColumn"].to_string()),
            ("title", title),
        ]);
        let got = command.properties.iter().map(|(key, value)| (key.as_str(), value.clone()));
        assert_eq!(got.collect::<BTreeMap<_, _>>(), wanted);
        let mut lines = command.message.lines();
        assert_eq!(lines.next(), finding["message"].as_str());
        let rest: Vec<&str> = lines.collect();
        for related in finding["related"].as_array().unwrap() {
            let position = format!("{}:{}:{}", text(&related["file"]), related["line"], related["column"]);
            let line = format!("{position}: {}", text(&related["text"]));
            assert!(rest.contains(&line.as_str()), "{line}: {rest:?}");
        }
        if let Some(help) = finding["help"].as_str() {
            assert_eq!(rest.last(), Some(&format!("help: {help}").as_str()));
        }
    }
    assert_eq!(ran.out.lines().last(), Some(tally(&here).as_str()));
}

#[test]
fn github_gets_no_columns_for_a_place_of_several_lines() {
    let here =
        Here::with(&[("a.policy", "category c { edit }\nrole r { grant edit }\nassign r to \"an\nn\"\n")]);
    let lines = here.run(&["check", "--format", "json"]).exits(1).json();
    let ran = here.run(&["check", "--format", "github"]).exits(1);
    let commands: Vec<Command> = ran.out.lines().filter_map(workflow_command).collect();
    for (command, finding) in commands.iter().zip(&lines) {
        let several = finding["line"] != finding["endLine"];
        assert_eq!(command.properties.contains_key("col"), !several, "{command:?}");
        assert_eq!(command.properties.contains_key("endColumn"), !several, "{command:?}");
    }
}

/// The document, after a look at its numbers: each is that of the cases below.
#[track_caller]
fn junit(text: &str) -> Element {
    let root = xml::read(text);
    assert_eq!(root.name, "testsuites");
    for counted in std::iter::once(&root).chain(root.all("testsuite")) {
        let cases = counted.below("testcase");
        let number = |kind: &str| cases.iter().filter(|case| !case.all(kind).is_empty()).count();
        for (attribute, wanted) in [
            ("tests", cases.len()),
            ("failures", number("failure")),
            ("errors", number("error")),
            ("skipped", number("skipped")),
        ] {
            assert_eq!(counted.attribute(attribute), wanted.to_string(), "{attribute} of {}", counted.name);
        }
        assert!(!counted.attributes.contains_key("timestamp") && !counted.attributes.contains_key("time"));
    }
    root
}

#[test]
fn junit_has_a_suite_for_each_file_and_a_case_for_each_finding() {
    let here = faulty();
    let root = junit(&here.run(&["check", "--format", "junit"]).exits(1).out);
    let suites: Vec<&str> = root.all("testsuite").iter().map(|suite| suite.attribute("name")).collect();
    assert_eq!(suites, ["b.policy", "c.policy", "my rules/50%25, ä.policy"]);
    let cases = root.below("testcase");
    let (fine, faults): (Vec<&Element>, Vec<&Element>) =
        cases.into_iter().partition(|case| case.children.is_empty());
    assert_eq!(fine.len(), 1);
    assert_eq!(fine[0].attribute("classname"), "c.policy");
    let findings = findings(&here);
    assert_eq!(faults.len(), findings.len());
    for (case, finding) in faults.iter().zip(&findings) {
        let title = format!("{} {}", text(&finding["code"]), text(&finding["name"]));
        assert_eq!(case.attribute("name"), format!("{title} at {}:{}", finding["line"], finding["column"]));
        assert_eq!(case.attribute("classname"), text(&finding["file"]));
        assert_eq!(case.attribute("file"), text(&finding["file"]));
        assert_eq!(case.attribute("line"), finding["line"].to_string());
        let status = &case.children[0];
        let wanted = if finding["severity"] == "error" { "failure" } else { "skipped" };
        assert_eq!(status.name, wanted);
        assert_eq!(status.attribute("message"), text(&finding["message"]));
        assert!(status.text.contains(text(&finding["message"])), "{}", status.text);
    }
}

#[test]
fn junit_of_a_good_policy_is_a_passed_case() {
    let here = Here::with(&[("a.policy", GOOD)]);
    let root = junit(&here.run(&["check", "--format", "junit"]).exits(0).out);
    assert_eq!((root.attribute("tests"), root.attribute("failures")), ("1", "0"));
}

#[test]
fn junit_of_tests_has_a_suite_for_each_block_and_table() {
    let table = "case,principal,privilege,resource,expect\n\
                 \"a <b> & \"\"c\"\"\",user:ann,flow.view,flow:finance/a,grant\n\
                 wrong,user:ann,flow.view,flow:finance/a,deny\n\
                 unknown,user:ann,flow.veiw,flow:finance/a,deny\n";
    let here = Here::with(&[("a.policy", GOOD), ("cases.csv", table)]);
    let arguments = ["test", "--table", "cases.csv", "a.policy", "--format", "junit"];
    let ran = here.run(&arguments).exits(1);
    let root = junit(&ran.out);
    let numbers = ["tests", "failures", "errors"].map(|name| root.attribute(name));
    assert_eq!(numbers, ["7", "1", "1"]);
    let suites: Vec<&str> = root.all("testsuite").iter().map(|suite| suite.attribute("name")).collect();
    let wanted = ["test \"members of ops view, nobody edits\"", "matrix \"who restarts\"", "table cases.csv"];
    assert_eq!(suites, wanted);
    let cases = root.below("testcase");
    let mut names: Vec<&str> = cases.iter().map(|case| case.attribute("name")).collect();
    assert!(names.contains(&"a <b> & \"c\", user:ann: flow.view on flow:finance/a (2:1)"), "{names:?}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 7, "names tell cases apart");
    let of = |name: &str| cases.iter().find(|case| case.attribute("name").starts_with(name)).unwrap();
    let failure = &of("wrong").children[0];
    assert_eq!(failure.attribute("message"), "expected deny, got grant (inherited-grant)");
    assert!(failure.text.contains("a.policy:"), "it names the entry: {}", failure.text);
    assert_eq!((of("wrong").attribute("file"), of("wrong").attribute("line")), ("cases.csv", "3"));
    let error = &of("unknown").children[0];
    assert_eq!(error.name, "error");
    assert!(error.attribute("message").contains("flow.veiw"), "{error:?}");
}

#[test]
fn junit_of_tests_that_could_not_run_holds_the_findings() {
    let here = Here::with(&[("a.policy", BAD)]);
    let ran = here.run(&["test", "--format", "junit"]).exits(1).warns("no test was run");
    let root = junit(&ran.out);
    assert_eq!(root.attribute("failures"), "1");
    assert!(root.below("testcase")[0].attribute("name").starts_with("P0202"));
}

#[test]
fn every_format_is_the_same_bytes_wherever_and_whenever() {
    let (here, there) = (faulty(), faulty());
    for format in FORMATS {
        let arguments = ["check", "--format", format];
        let first = here.run(&arguments).exits(1);
        assert_eq!(first.err, "");
        assert_eq!(first.out, here.run(&arguments).exits(1).out, "{format}");
        assert_eq!(first.out, there.run(&arguments).exits(1).out, "{format}");
        // Where a policy is looked for is not where it is.
        let arguments = ["check", ".", "--format", format];
        assert_eq!(first.out, here.run(&arguments).exits(1).out, "{format}");
    }
    here.write("b.policy", GOOD);
    for format in ["human", "json", "junit"] {
        let arguments = ["test", "b.policy", "--format", format];
        assert_eq!(here.run(&arguments).exits(0).out, here.run(&arguments).exits(0).out, "{format}");
    }
}

#[test]
fn no_format_lets_a_name_steer_or_break_out() {
    let name = "\u{1b}[2J\u{9b}31m\u{202e}x\u{0}\u{ffff}";
    let here = Here::with(&[("a.policy", format!("category c {{ view }}\nassign \"{name}\" to anyone\n"))]);
    for format in FORMATS {
        let ran = here.run(&["check", "--format", format]).exits(1);
        assert!(!ran.out.contains(['\u{1b}', '\u{0}']), "{format}: {}", ran.out);
        match format {
            "sarif" => drop(sarif(&ran.out)),
            "junit" => drop(junit(&ran.out)),
            _ => {}
        }
    }
}

#[test]
fn findings_beyond_the_limit_are_said_to_be_there() {
    let many: String = (0..10_005).map(|at| format!("assign missing{at} to anyone\n")).collect();
    let here = Here::with(&[("a.policy", many)]);
    let wanted = "and 5 more findings; fix these first";
    for format in ["short", "github"] {
        let ran = here.run(&["check", "--format", format]).exits(1).says(&format!("\n{wanted}\n"));
        assert_eq!(ran.out.lines().count(), 10_002);
    }
    let document = sarif(&here.run(&["check", "--format", "sarif"]).exits(1).out);
    let notification = &document["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notification["message"]["text"], wanted);
    let root = junit(&here.run(&["check", "--format", "junit"]).exits(1).out);
    assert_eq!((root.attribute("failures"), root.attribute("skipped")), ("10000", "1"));
}

#[test]
fn sarif_carries_the_fixes_that_json_carries() {
    let here =
        Here::with(&[("a b.policy", "category c { read }\nroles r { grant raed }\nassing r to anyone\n")]);
    let document = sarif(&here.run(&["check", "--format", "sarif"]).exits(1).out);
    let lines = here.run(&["check", "--format", "json"]).exits(1).json();
    let results = document["runs"][0]["results"].as_array().unwrap();
    let mut fixes = 0;
    for (result, finding) in results.iter().zip(&lines) {
        let Some(fix) = finding.get("fix") else {
            assert!(result.get("fixes").is_none(), "{result}");
            continue;
        };
        let change = &result["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["artifactLocation"]["uri"], "a%20b.policy");
        let (replaced, edits) =
            (change["replacements"].as_array().unwrap(), fix["edits"].as_array().unwrap());
        assert_eq!(replaced.len(), edits.len());
        for (replacement, edit) in replaced.iter().zip(edits) {
            let region = &replacement["deletedRegion"];
            for (theirs, ours) in [
                ("startLine", "line"),
                ("startColumn", "column"),
                ("endLine", "endLine"),
                ("endColumn", "endColumn"),
            ] {
                assert_eq!(region[theirs], edit[ours], "{theirs}");
            }
            assert_eq!(replacement["insertedContent"]["text"], edit["text"]);
            fixes += 1;
        }
    }
    assert_eq!(fixes, 2);
}
