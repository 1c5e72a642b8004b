//! Samples of Rust in the pages are run: each page that has one is in the list of `src/lib.rs` from which the tests of the
//! documentation are made.

use crate::book::{blocks, pages};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_page_with_rust_is_among_the_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let listed = library.split("include_str!(\"../").skip(1).filter_map(|rest| rest.split('"').next());
    let listed: BTreeSet<&str> = listed.filter(|path| path.ends_with(".md")).collect();
    let (mut with_samples, mut count) = (BTreeSet::new(), 0);
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        let samples = blocks(&page).iter().filter(|block| block.language.starts_with("rust")).count();
        // A sample that is compiled and not run, or that has to fail, would need a reason. None has one.
        assert!(
            blocks(&page).iter().all(|block| !block.language.starts_with("rust") || block.language == "rust"),
            "{name}: a sample that is not run as it is"
        );
        count += samples;
        if samples > 0 {
            with_samples.insert(name);
        }
    }
    let with_samples: BTreeSet<&str> = with_samples.iter().map(String::as_str).collect();
    assert_eq!(listed, with_samples);
    println!("{count} samples on {} pages", with_samples.len());
    assert!(count >= 12, "{count} samples");
}
