//! The page of the book about five mistakes, against the command.

use super::{Ran, command};
use std::fs;
use std::path::Path;

/// The blocks of a page, each with its language.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    page.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

#[test]
fn the_book_shows_what_is_said_of_five_mistakes_in_both_forms() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("book/src/mistakes.md")).unwrap();
    let mut shown = blocks(&page).into_iter();
    let cases = root.join("tests/cases/mistakes");
    let mut names: Vec<_> = fs::read_dir(&cases).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 5);
    for name in names {
        for (file, language) in [("shop.policy", "policy"), ("shop.yaml", "yaml")] {
            let directory = cases.join(&name);
            let text = fs::read_to_string(directory.join(file)).unwrap();
            assert_eq!(shown.next(), Some((language, text.as_str())), "{name:?}");
            let arguments = ["check", file, "--no-config"];
            let output = command(&directory).args(arguments).output().unwrap();
            let ran = Ran::new(&arguments, output).exits(1);
            let console = format!("$ policyc check {file}\n{}", ran.out);
            assert_eq!(shown.next(), Some(("console", console.as_str())), "{name:?}");
        }
    }
    assert_eq!(shown.next(), None);
}
