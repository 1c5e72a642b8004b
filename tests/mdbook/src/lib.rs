//! The book as its readers get it.
//!
//! Enters: the directory `book`. Leaves: the pages that mdBook makes of it, what it warns of, and what is wrong with a page. Nothing here
//! knows policyc: that the samples of the book are true is said by the tests of the repository.

mod links;
mod page;
mod warnings;

pub use links::{Links, is_elsewhere};
pub use page::{Page, Reference};

use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("it lies in tests").to_owned()
}

/// A book that is built.
pub struct Built {
    directory: PathBuf,
    /// What mdBook said that was not good.
    pub warnings: Vec<String>,
    /// The chapters, in their order: title, and the page that they were written in, if there is one.
    pub chapters: Vec<(String, Option<PathBuf>)>,
    /// Every page, by its path in the book.
    pub pages: BTreeMap<String, Page>,
}

impl Built {
    /// Builds the book of one directory into another, which is emptied before.
    ///
    /// # Errors
    ///
    /// What mdBook can't read or write, in its words.
    pub fn new(book: &Path, directory: &Path) -> Result<Self, String> {
        // It takes what is not absolute for a directory of the book.
        let directory = std::path::absolute(directory).map_err(|error| error.to_string())?;
        let (warnings, built) = warnings::collected(|| build(book, &directory));
        let chapters = built?;
        let mut files = Vec::new();
        list(&directory, &mut files);
        let pages = files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "html"));
        let pages = pages.map(|path| {
            let name = path.strip_prefix(&directory).unwrap_or(path);
            (name.to_string_lossy().replace('\\', "/"), Page::read(&text(path)))
        });
        let pages = pages.collect();
        Ok(Self { directory, warnings, chapters, pages })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// The files whose names have an ending, with their text.
    pub fn files(&self, ending: &str) -> Vec<(PathBuf, String)> {
        let mut files = Vec::new();
        list(self.path(), &mut files);
        files.retain(|path| path.to_string_lossy().ends_with(ending));
        files.into_iter().map(|path| (path.clone(), text(&path))).collect()
    }
}

/// Title and page of every chapter of the book.
fn build(book: &Path, directory: &Path) -> Result<Vec<(String, Option<PathBuf>)>, String> {
    let mut book = MDBook::load(book).map_err(|error| format!("{error:#}"))?;
    book.config.build.build_dir = directory.to_owned();
    book.build().map_err(|error| format!("{error:#}"))?;
    let chapters = book.iter().filter_map(|item| match item {
        BookItem::Chapter(chapter) => Some((chapter.name.clone(), chapter.path.clone())),
        _ => None,
    });
    Ok(chapters.collect())
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file in a directory and below.
fn list(directory: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
    files.sort();
}
