//! Where links lead.
//!
//! Enters: a built book. Leaves: the links in it that end nowhere.

use crate::{Built, Page};

/// What came of following all links.
#[derive(Debug, Default)]
pub struct Links {
    /// How many stay in the book.
    pub count: usize,
    /// How many of those name a heading.
    pub to_headings: usize,
    /// Those that end nowhere, in words.
    pub broken: Vec<String>,
}

/// Whether an address begins with a scheme or a host, and so leads out of the book.
pub fn is_elsewhere(address: &str) -> bool {
    let is_scheme = |text: &str| {
        !text.is_empty() && text.chars().all(|sign| sign.is_ascii_alphanumeric() || "+-.".contains(sign))
    };
    address.starts_with("//") || address.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme))
}

impl Built {
    /// Follows every link that stays in the book.
    pub fn links(&self) -> Links {
        let mut links = Links::default();
        for (name, page) in &self.pages {
            // What stands for pages that are not there is served anywhere, so its addresses begin at the top.
            let from = if page.base.is_some() { "404.html" } else { name };
            for reference in page.references.iter().filter(|reference| !is_elsewhere(&reference.address)) {
                let address = &reference.address;
                let (path, heading) = address.split_once('#').unwrap_or((address, ""));
                links.count += 1;
                links.to_headings += usize::from(!heading.is_empty());
                let has_it = |page: &Page| page.ids.iter().any(|id| id == heading);
                match self.target(from, path) {
                    None => links.broken.push(format!("{name}: nothing is at {address}")),
                    Some(target) if !heading.is_empty() && !self.pages.get(&target).is_some_and(has_it) => {
                        links.broken.push(format!("{name}: no such heading: {address}"));
                    }
                    Some(_) => {}
                }
            }
        }
        links
    }

    /// What a link of a page leads to, from the top of the book; a page, or whatever else is there. `None`: nothing.
    fn target(&self, page: &str, path: &str) -> Option<String> {
        let mut steps: Vec<&str> = page.split('/').collect();
        if !path.is_empty() {
            steps.pop();
        }
        for step in path.split('/').filter(|step| !["", "."].contains(step)) {
            match step {
                ".." => drop(steps.pop()?),
                _ => steps.push(step),
            }
        }
        let mut name = steps.join("/");
        if self.path().join(&name).is_dir() {
            name = format!("{name}/index.html").trim_start_matches('/').to_owned();
        }
        self.path().join(&name).is_file().then_some(name)
    }
}
