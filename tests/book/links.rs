//! Links end somewhere, and the summary lists every page.

use super::{blocks, pages};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, iter};

/// What a heading is called in a link.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
    kept.map(|sign| if sign == ' ' { '-' } else { sign.to_ascii_lowercase() }).collect()
}

/// The text without what stands between fences and backticks.
fn prose(page: &str) -> String {
    let mut text = String::new();
    let mut done = 0;
    for block in blocks(page) {
        text += &page[done..block.from];
        done = block.to;
    }
    text += &page[done..];
    text.split('`').step_by(2).collect()
}

fn anchors(page: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let headings = page.lines().filter(|line| {
        is_code ^= line.trim_start().starts_with("```");
        !is_code && line.starts_with('#')
    });
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn every_link_of_a_page_ends_somewhere() {
    let (mut faults, mut count) = (String::new(), 0);
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let text = prose(&page);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            let (file, heading) =
                link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let is_there = target.exists();
            let has_heading = || {
                let page = fs::read_to_string(&target).unwrap_or_default();
                heading.is_none_or(|heading| anchors(&page).contains(heading))
            };
            if !is_there || !has_heading() {
                let _ = writeln!(faults, "{}: {link}", path.display());
            }
            count += 1;
        }
    }
    assert!(faults.is_empty(), "links that end nowhere:\n{faults}");
    assert!(count > 100, "{count} links");
}

#[test]
fn every_page_of_the_book_is_in_its_summary() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src");
    let summary = fs::read_to_string(book.join("SUMMARY.md")).unwrap();
    let listed: BTreeSet<PathBuf> = summary
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|link| book.join(link))
        .collect();
    let there = pages().into_iter().filter(|page| page.starts_with(&book) && !page.ends_with("SUMMARY.md"));
    let there: BTreeSet<PathBuf> = there.collect();
    assert_eq!(
        there.symmetric_difference(&listed).collect::<Vec<_>>(),
        iter::empty::<&PathBuf>().collect::<Vec<_>>()
    );
}
