//! A page of the built book.
//!
//! Enters: HTML. Leaves: what can be linked to, and what is referred to.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;

/// What a page refers to.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The element: `a`, `img`, `link`, `script` and so on.
    pub element: String,
    /// The address as it stands there.
    pub address: String,
}

/// A page, as far as links are concerned.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The ids of elements, in their order.
    pub ids: Vec<String>,
    /// Every `href`, `src` and the like.
    pub references: Vec<Reference>,
    /// The directory that `base` has addresses begin in.
    pub base: Option<String>,
    /// The pictures that say nothing to who can't see them.
    pub mute: Vec<String>,
}

impl Page {
    /// Reads a page.
    pub fn read(text: &str) -> Self {
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from(text));
        let reader = Tokenizer::new(Reader::default(), TokenizerOpts::default());
        // The sink never asks for a script to be run, so that one call reads everything.
        let _ = reader.feed(&queue);
        reader.end();
        reader.sink.page.into_inner()
    }
}

#[derive(Default)]
struct Reader {
    page: RefCell<Page>,
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                self.page.borrow_mut().take(&tag);
                match &*tag.name {
                    "script" => TokenSinkResult::RawData(html5ever::tokenizer::states::ScriptData),
                    "style" => TokenSinkResult::RawData(html5ever::tokenizer::states::Rawtext),
                    _ => TokenSinkResult::Continue,
                }
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Page {
    fn take(&mut self, tag: &Tag) {
        let element = tag.name.to_string();
        let value = |name: &str| {
            tag.attrs.iter().find(|found| &*found.name.local == name).map(|found| found.value.to_string())
        };
        self.ids.extend(value("id"));
        if element == "base" {
            self.base = value("href");
            return;
        }
        if element == "img" && value("alt").is_none_or(|text| text.trim().is_empty()) {
            self.mute.extend(value("src"));
        }
        let addresses = ["href", "src", "data", "poster", "action"].into_iter().filter_map(value);
        self.references.extend(addresses.map(|address| Reference { element: element.clone(), address }));
    }
}
