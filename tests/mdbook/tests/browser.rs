//! Blocks of policies are coloured in a real browser. A machine without one fails the test and says what to install.

use book::{Built, root};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Chromium, by the environment's CHROMIUM or on the path.
fn chromium() -> PathBuf {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return path.into();
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut found = names.iter().flat_map(|name| directories.iter().map(move |at| at.join(name)));
    found.find(|path| path.is_file()).expect(
        "install Chromium (Debian: `apt-get install chromium`), or name it in the environment's CHROMIUM",
    )
}

/// What a page is once its scripts have run.
fn opened(page: &Path) -> String {
    let profile = tempfile::tempdir().unwrap();
    let mut browser = Command::new(chromium());
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom"]);
    browser.arg(format!("--user-data-dir={}", profile.path().display()));
    let output = browser.arg(format!("file://{}", page.display())).output().expect("Chromium runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The pieces of the block of code: class, if it has one, and text.
#[derive(Default)]
struct Pieces {
    is_code: RefCell<bool>,
    class: RefCell<Vec<String>>,
    found: RefCell<Vec<(String, String)>>,
}

impl TokenSink for Pieces {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let class = tag.attrs.iter().find(|attribute| &*attribute.name.local == "class");
                let class = class.map(|attribute| attribute.value.to_string()).unwrap_or_default();
                match (&*tag.name, tag.kind) {
                    ("code", TagKind::StartTag) if class.contains("language-policy") => {
                        *self.is_code.borrow_mut() = true;
                    }
                    ("code", TagKind::EndTag) => *self.is_code.borrow_mut() = false,
                    ("span", TagKind::StartTag) => self.class.borrow_mut().push(class),
                    ("span", TagKind::EndTag) => drop(self.class.borrow_mut().pop()),
                    _ => {}
                }
            }
            Token::CharacterTokens(text) if *self.is_code.borrow() => {
                let class = self.class.borrow().last().cloned().unwrap_or_default();
                let mut found = self.found.borrow_mut();
                match found.last_mut() {
                    Some((last, before)) if *last == class => before.push_str(&text),
                    _ => found.push((class, text.to_string())),
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn pieces(page: &str) -> Vec<(String, String)> {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(page));
    let reader = Tokenizer::new(Pieces::default(), TokenizerOpts::default());
    let _ = reader.feed(&queue);
    reader.end();
    reader.sink.found.into_inner()
}

const SAMPLE: &str = r#"# A comment on `role x`
category access on flow "role, to" requires any category:a {
    access-on  role.to-by
}
@allow(P0702) "why"
role reader { grant access-* except access-in on folder:"My role" when context.mfa == true }
assign reader to user:ann.to, anyone from 2026-01-01 until 2027-01-01
deny x1 to group:g when principal.level >= 3 and context.ip in 10.0.0.0/8
"#;

/// A name is one piece whatever words are in it, and no sign of a policy is lost.
#[test]
fn policies_are_coloured() {
    let here = tempfile::tempdir().unwrap();
    let copy = |from: &str| {
        let to = here.path().join(from);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join("book").join(from), to).unwrap();
    };
    for file in ["book.toml", "theme/policy.js", "theme/wide.css"] {
        copy(file);
    }
    fs::create_dir_all(here.path().join("src")).unwrap();
    fs::write(here.path().join("src/SUMMARY.md"), "# Summary\n\n- [A](a.md)\n").unwrap();
    fs::write(here.path().join("src/a.md"), format!("# A\n\n```policy\n{SAMPLE}```\n")).unwrap();
    let out = here.path().join("out");
    let built = Built::new(here.path(), &out).unwrap();
    assert!(built.warnings.is_empty(), "{:?}", built.warnings);

    let pieces = pieces(&opened(&out.join("a.html")));
    let text: String = pieces.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(text, SAMPLE);
    let of = |class: &str| -> Vec<&str> {
        let found = pieces.iter().filter(|(found, _)| found == class);
        found.map(|(_, text)| text.as_str()).collect()
    };
    assert_eq!(of("hljs-comment"), ["# A comment on `role x`"]);
    assert_eq!(
        of("hljs-keyword").join(" "),
        "category on requires any role grant except on when assign to from until deny to when and in"
    );
    assert_eq!(of("hljs-string"), ["\"role, to\"", "\"why\""]);
    assert_eq!(of("hljs-title"), ["category:a", "folder:\"My role\"", "user:ann.to", "group:g"]);
    assert_eq!(of("hljs-variable"), ["context.mfa", "principal.level", "context.ip"]);
    assert_eq!(of("hljs-number"), ["2026-01-01", "2027-01-01", "3", "10.0.0.0/8"]);
    assert_eq!(of("hljs-literal"), ["true"]);
    assert_eq!(of("hljs-built_in"), ["anyone"]);
    assert_eq!(of("hljs-meta"), ["@allow"]);
}
