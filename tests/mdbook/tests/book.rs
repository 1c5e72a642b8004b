//! The book is built without a warning, every link in it ends somewhere, and it needs nothing but itself.

use book::{Built, is_elsewhere, root};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// The book, built once.
fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        // Below `target`, so that it can be looked at, and goes with what else was built.
        Built::new(&root().join("book"), Path::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/book"))).unwrap()
    })
}

#[test]
fn mdbook_has_nothing_to_say() {
    assert_eq!(built().warnings, <[String; 0]>::default());
}

#[test]
fn no_chapter_is_a_draft() {
    let drafts: Vec<_> = built().chapters.iter().filter(|(_, path)| path.is_none()).collect();
    assert!(drafts.is_empty(), "{drafts:?}");
    assert!(built().chapters.len() > 80, "{} chapters", built().chapters.len());
}

#[test]
fn every_page_is_built() {
    for (title, path) in &built().chapters {
        let path = path.as_ref().unwrap_or_else(|| panic!("{title} is a draft")).with_extension("html");
        let name = path.to_string_lossy();
        assert!(built().pages.contains_key(&*name), "{title}: no {name}");
    }
    for name in ["index.html", "toc.html", "print.html", "404.html"] {
        assert!(built().pages.contains_key(name), "no {name}");
    }
}

#[test]
fn every_link_ends_somewhere() {
    let links = built().links();
    assert!(links.broken.is_empty(), "{}", links.broken.join("\n"));
    println!("{} pages, {} links, {} to headings", built().pages.len(), links.count, links.to_headings);
    assert!(links.count > 3_000 && links.to_headings > 1_000, "{links:?}");
}

/// What the tests of this file look for is found where it is.
#[test]
fn a_book_with_faults_is_noticed() {
    let here = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = here.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("book.toml", "[book]\ntitle = \"b\"\n[build]\nuse-default-preprocessors = false\n");
    write("src/SUMMARY.md", "# Summary\n\n- [A](a.md)\n- [Draft]()\n  - [In](in/b.md)\n");
    write(
        "src/a.md",
        "# A\n\n[gone](gone.md) [no](in/b.md#no) [yes](in/b.md#b) [self](#a)\n\n<b>open\n\n![](no.png)\n",
    );
    write("src/in/b.md", "# B\n\n[up](../a.md) [out](https://example.org/#b) [wrong](../../a.md)\n");
    let built = Built::new(here.path(), &here.path().join("out")).unwrap();
    assert_eq!(built.warnings.len(), 1, "{:?}", built.warnings);
    assert!(built.warnings[0].contains("unclosed HTML tag `<b>`"), "{:?}", built.warnings);
    assert_eq!(built.chapters.iter().filter(|(_, path)| path.is_none()).count(), 1);
    let broken: Vec<String> =
        built.links().broken.into_iter().filter(|link| !link.starts_with("print.html")).collect();
    // The first chapter is the index too.
    let of_first = ["nothing is at gone.html", "no such heading: in/b.html#no", "nothing is at no.png"];
    let mut expected: Vec<String> = ["a.html", "index.html"]
        .iter()
        .flat_map(|page| of_first.map(|fault| format!("{page}: {fault}")))
        .collect();
    expected.insert(3, "in/b.html: nothing is at ../../a.html".to_owned());
    assert_eq!(broken.iter().collect::<BTreeSet<_>>(), expected.iter().collect::<BTreeSet<_>>());
    assert!(built.pages["a.html"].mute.contains(&"no.png".to_owned()));
    assert!(Built::new(&here.path().join("nothing"), &here.path().join("other")).is_err());
}

#[test]
fn no_two_headings_of_a_page_have_one_address() {
    for (name, page) in &built().pages {
        let mut seen = BTreeSet::new();
        let twice: Vec<_> = page.ids.iter().filter(|id| !seen.insert(*id)).collect();
        assert!(twice.is_empty(), "{name}: {twice:?}");
    }
}

#[test]
fn pictures_say_what_is_in_them() {
    for (name, page) in &built().pages {
        assert!(page.mute.is_empty(), "{name}: no text for {:?}", page.mute);
    }
}

/// Links that a reader may follow lead out of the book; nothing else does.
#[test]
fn nothing_is_fetched_from_other_hosts() {
    for (name, page) in &built().pages {
        for reference in page.references.iter().filter(|reference| is_elsewhere(&reference.address)) {
            let is_link = reference.element == "a" && reference.address.starts_with("https://");
            assert!(is_link, "{name}: {reference:?}");
        }
    }
    let sheets = built().files(".css");
    assert!(!sheets.is_empty());
    for (path, sheet) in sheets {
        let outside = ["url(http", "url(\"http", "url('http", "url(//", "@import"];
        let found: Vec<_> = outside.into_iter().filter(|text| sheet.contains(text)).collect();
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
    // The button that sends a sample to a server to be run there.
    let runnable = built().files(".html").into_iter().find(|(_, text)| text.contains("class=\"playground\""));
    assert!(runnable.is_none(), "{:?}", runnable.map(|(path, _)| path));
}

#[test]
fn the_search_knows_the_pages() {
    let indexes = built().files(".js");
    let index = indexes.iter().find(|(path, _)| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("searchindex"))
    });
    let (_, index) = index.expect("an index");
    for word in ["tutorial.html#", "language.html#", "P0301-role-cycle.html#"] {
        assert!(index.contains(word), "the index has no {word}");
    }
}

/// The words between quotes in the rule of the grammar that lists them.
fn reserved() -> BTreeSet<String> {
    let grammar = fs::read_to_string(root().join("grammar/policy.pest")).unwrap();
    let rule = grammar.split("\nreserved = @{").nth(1).and_then(|rest| rest.split("\n}").next());
    rule.expect("the rule").split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The highlighter of `policy` blocks knows every word of the language.
#[test]
fn every_reserved_word_is_highlighted() {
    let script = fs::read_to_string(root().join("book/theme/policy.js")).unwrap();
    let words: BTreeSet<&str> = script.split(['"', ' ']).collect();
    let missing: Vec<_> = reserved().into_iter().filter(|word| !words.contains(word.as_str())).collect();
    assert!(reserved().len() > 50);
    assert!(missing.is_empty(), "{missing:?}");
}
