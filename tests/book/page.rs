//! A page taken apart: its blocks of code, and what a line above one says about it.

/// A block between fences, or a comment that stands beside the samples.
pub struct Block<'p> {
    /// Where its fences and its text begin and end in the page.
    pub fence: usize,
    pub from: usize,
    pub to: usize,
    pub language: &'p str,
    /// The last line above it that is not empty.
    pub above: &'p str,
}

/// What a comment opens with whose declarations stand beside the samples behind it. A page shows no comments, and `beside` is the
/// language of such a block.
const BESIDE: &str = "<!-- beside";

pub fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut found, mut at, mut above) = (Vec::new(), 0, "");
    let mut open: Option<Block<'_>> = None;
    for line in page.split_inclusive('\n') {
        let begins = |language| Some(Block { fence: at, from: at + line.len(), to: at, language, above });
        let fence = line.trim_start().strip_prefix("```");
        match (open.take(), fence) {
            (Some(block), _) if block.language == "beside" => {
                if line.starts_with("-->") {
                    found.push(Block { to: at, ..block });
                } else {
                    open = Some(block);
                }
            }
            (Some(block), Some(_)) => found.push(Block { to: at, ..block }),
            (Some(block), None) => open = Some(block),
            (None, Some(language)) => open = begins(language.trim()),
            (None, None) if line.starts_with(BESIDE) => open = begins("beside"),
            (None, None) if !line.trim().is_empty() => above = line.trim(),
            (None, None) => {}
        }
        at += line.len();
    }
    assert!(open.is_none(), "a block has no end");
    found
}

/// The file that a line above a block names, and whether the block is added to it.
pub fn file_of(above: &str) -> Option<(&str, bool)> {
    let named = above.strip_suffix("`:")?;
    let (before, path) = named.rsplit_once('`')?;
    match before {
        "" => Some((path, false)),
        "Added to " => Some((path, true)),
        _ => None,
    }
}
