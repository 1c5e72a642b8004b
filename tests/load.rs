//! Paths > sources: which files are found, in which order, and which are not.

use crate::cli::{GOOD, Here};
use policyc::load::{Input, InputError, read};
use std::path::PathBuf;

#[track_caller]
fn found(here: &Here, paths: &[&str]) -> Result<Vec<String>, InputError> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| here.path(path)).collect();
    let root = here.path("");
    Ok(match read(&paths)? {
        Input::Source(loaded) => {
            let shown = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            loaded.sources.iter().map(|(_, source)| shown(&source.path)).collect()
        }
        Input::Artifact(..) => panic!("no artifact was written"),
    })
}

#[test]
fn directories_are_searched_in_the_order_of_paths() {
    let here = Here::with(&[
        ("b.policy", ""),
        ("a/z.yaml", ""),
        ("a/b/c.yml", ""),
        ("a.policy", ""),
        ("a/readme.md", ""),
        ("a/.hidden.policy", ""),
        (".git/c.policy", ""),
        ("c.policy/d.policy", ""),
        ("x.json", ""),
    ]);
    let all = ["a/b/c.yml", "a/z.yaml", "a.policy", "b.policy", "c.policy/d.policy"];
    assert_eq!(found(&here, &[""]).unwrap(), all);
    assert_eq!(found(&here, &["b.policy", "", "a"]).unwrap(), all);
    // What is named is read, hidden or not.
    assert_eq!(found(&here, &["a/.hidden.policy", ".git"]).unwrap(), [".git/c.policy", "a/.hidden.policy"]);
}

#[test]
fn a_file_named_twice_is_read_once() {
    let here = Here::with(&[("a.policy", "")]);
    assert_eq!(found(&here, &["a.policy", "./a.policy", "a.policy"]).unwrap().len(), 1);
}

#[cfg(unix)]
#[test]
fn links_are_followed_once() {
    use std::os::unix::fs::symlink;
    let here = Here::with(&[("real/..data/a.policy", ""), ("p/b.policy", "")]);
    // As Kubernetes mounts a ConfigMap.
    symlink("..data/a.policy", here.path("real/a.policy")).unwrap();
    assert_eq!(found(&here, &["real"]).unwrap(), ["real/a.policy"]);
    symlink("..", here.path("p/up")).unwrap();
    symlink(".", here.path("p/self")).unwrap();
    assert_eq!(found(&here, &["p"]).unwrap(), ["p/b.policy", "p/up/real/a.policy"]);
    symlink("nowhere", here.path("p/lost.policy")).unwrap();
    assert_eq!(found(&here, &["p"]), Err(InputError::Missing(here.path("p/lost.policy"))));
}

#[test]
fn each_directory_has_to_hold_a_policy() {
    let here = Here::with(&[("a.policy", GOOD), ("empty/x.txt", "")]);
    assert_eq!(found(&here, &["a.policy", "empty"]), Err(InputError::NoPolicy(here.path("empty"))));
}
