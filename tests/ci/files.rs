//! The files that GitHub, GitLab and pre-commit read.

use super::root;
use crate::schema::document::document;
use serde_json::Value;
use std::fs;

fn read(path: &str) -> Value {
    document(&fs::read_to_string(root(path)).unwrap()).unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn texts(of: &Value) -> Vec<&str> {
    match of {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_action_hands_inputs_to_scripts_as_data() {
    let action = read("action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    let steps = action["runs"]["steps"].as_array().unwrap();
    for step in steps {
        if let Some(script) = step["run"].as_str() {
            assert!(!script.contains("${{"), "an expression is spliced into {script:?}");
            assert_eq!(step["shell"], "bash", "{script:?}");
            for word in script.split(['"', ' ']).filter_map(|word| word.split("/ci/").nth(1)) {
                assert!(root("ci").join(word).is_file(), "{word}");
            }
        }
    }
    // Every input is used, and nothing is used that is none.
    let used = texts(&action["runs"]).join("\n");
    for (input, says) in action["inputs"].as_object().unwrap() {
        assert!(used.contains(&format!("inputs.{input}")), "{input}");
        assert!(says["description"].as_str().is_some_and(|text| text.len() > 10), "{input}");
        assert!(says["default"].is_string(), "{input}");
    }
    let known = |name: &str| action["inputs"].get(name).is_some();
    for name in used.split("inputs.").skip(1) {
        let name: String = name.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        assert!(known(&name), "{name}");
    }
}

/// The variables of the environment that the files set are those that the scripts know.
#[test]
fn every_variable_is_known_to_a_script() {
    let scripts: String = fs::read_dir(root("ci"))
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.unwrap().path()).ok())
        .collect();
    let action = read("action.yml");
    let steps = action["runs"]["steps"].as_array().unwrap();
    let names = steps.iter().filter_map(|step| step["env"].as_object()).flat_map(|env| env.keys());
    let names: Vec<&String> = names.filter(|name| name.starts_with("POLICYC_")).collect();
    assert!(names.len() >= 8);
    let pipeline = read("ci/gitlab/policyc.gitlab-ci.yml");
    let settings = pipeline["variables"].as_object().unwrap().keys();
    let of_the_job = ["POLICYC_SOURCE", "POLICYC_VERSION"];
    for name in names.into_iter().chain(settings.filter(|name| !of_the_job.contains(&name.as_str()))) {
        assert!(scripts.contains(&format!("${{{name}:-")), "{name}");
    }
}

#[test]
fn the_job_of_gitlab_runs_scripts_that_exist() {
    let job = read("ci/gitlab/policyc.gitlab-ci.yml");
    let lines = texts(&job["policyc"]).join("\n");
    let scripts: Vec<&str> =
        lines.split("/tmp/policyc/ci/").skip(1).filter_map(|rest| rest.split_whitespace().next()).collect();
    assert_eq!(scripts.len(), 2);
    for script in scripts {
        assert!(root("ci").join(script).is_file(), "{script}");
    }
    assert_eq!(job["policyc"]["artifacts"]["reports"]["junit"], "policyc-reports/*.xml");
}

#[test]
fn the_hooks_run_commands_that_exist() {
    let hooks = read(".pre-commit-hooks.yaml");
    let hooks = hooks.as_array().unwrap();
    assert_eq!(hooks.len(), 3);
    for hook in hooks {
        for key in ["id", "name", "description", "entry", "language", "files"] {
            assert!(hook[key].as_str().is_some_and(|text| !text.is_empty()), "{hook}: {key}");
        }
        let entry: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
        assert_eq!(entry[0], "policyc");
        let here = crate::cli::Here::with::<&str>(&[]);
        here.run(&[entry[1], "--help"]).exits(0);
    }
}

/// What the book shows to copy has the inputs and hooks that there are, and is YAML.
#[test]
fn what_the_book_shows_to_copy_is_right() {
    let page = fs::read_to_string(root("book/src/ci.md")).unwrap();
    let blocks: Vec<Value> = page
        .split("```yml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .map(|block| document(block).unwrap_or_else(|why| panic!("{block}: {why}")))
        .collect();
    assert!(blocks.len() >= 3, "{}", blocks.len());
    let action = read("action.yml");
    let mut inputs = 0;
    for block in &blocks {
        for job in block["jobs"].as_object().into_iter().flat_map(|jobs| jobs.values()) {
            let steps = job["steps"].as_array().unwrap().iter();
            let ours =
                steps.filter(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("policyc")));
            for input in ours.filter_map(|step| step["with"].as_object()).flat_map(|with| with.keys()) {
                assert!(action["inputs"].get(input).is_some(), "{input}");
                inputs += 1;
            }
        }
        let hooks = read(".pre-commit-hooks.yaml");
        let known: Vec<&Value> = hooks.as_array().unwrap().iter().map(|hook| &hook["id"]).collect();
        for repository in block["repos"].as_array().into_iter().flatten() {
            for hook in repository["hooks"].as_array().unwrap() {
                assert!(known.contains(&&hook["id"]), "{hook}");
            }
        }
    }
    assert!(inputs >= 3, "{inputs}");
    for input in action["inputs"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("`{input}`")), "the book does not tell of {input}");
    }
}
