//! The statements that large policies consist of > ast, without the grammar.
//!
//! Enters: a text and the place of a statement. Leaves: the statement, the same that `grammar` and `build` would make of it; or
//! nothing, and then they have to be asked. Formulas, values, tests, `@allow`, escapes, and whatever is or may be a fault is left to
//! them, so nothing is reported here. The grammar says what the language is; tests hold this to it.
//!
//! Pest spends some hundred instructions on each byte. Nine of ten bytes of a policy with a million assignments are in
//! statements that take no grammar to read.

mod cursor;
mod rules;
#[cfg(test)]
mod tests;

use super::build::mistyped_clause;
use crate::ast::{
    CategoryDecl, GroupDecl, InstanceDecl, Item, ItemKind, Meta, Name, PrincipalDecl, PrivilegeDecl,
    PrivilegeLine, RoleDecl,
};
use crate::terms::PrincipalKind;
pub(super) use cursor::Quick;
use cursor::Word;

/// What comes of reading: `None` leaves it to the grammar.
type Read<T> = Option<T>;

impl Quick<'_> {
    /// The statement here. After `None` the place is lost.
    pub fn statement(&mut self) -> Read<Item> {
        let meta = self.meta()?;
        let (word, start) = (self.word(), self.start());
        let kind = match word {
            Word::Plain("assign" | "grant" | "deny" | "bypass") => {
                ItemKind::Rule(self.rule(Meta::default())?)
            }
            Word::Plain("on") => ItemKind::Rule(self.block(Meta::default(), Quick::rule)?),
            Word::Plain("user") => ItemKind::Principal(Box::new(self.principal(PrincipalKind::User)?)),
            Word::Plain("service") => ItemKind::Principal(Box::new(self.principal(PrincipalKind::Service)?)),
            Word::Plain("group") => ItemKind::Group(Box::new(self.group()?)),
            Word::Plain("role") => ItemKind::Role(Box::new(self.role()?)),
            Word::Plain("category") => ItemKind::Category(Box::new(self.category()?)),
            Word::Plain("privilege") => ItemKind::Privilege(Box::new(self.privilege_line()?)),
            Word::Plain(word) if word.contains(':') => ItemKind::Instance(Box::new(self.instance()?)),
            Word::Plain(_) | Word::Quoted(_) | Word::Mark(_) | Word::Other => return None,
        };
        Some(Item { meta, kind, span: self.span_from(start) })
    }

    /// `##` lines.
    fn meta(&mut self) -> Read<Meta> {
        let mut meta = Meta::default();
        while let Some((line, span)) = self.doc_line() {
            meta.add_doc(line, span);
        }
        Some(meta)
    }

    /// `user NAME [in G, ...]`.
    fn principal(&mut self, kind: PrincipalKind) -> Read<PrincipalDecl> {
        self.take();
        let name = self.name()?;
        let groups = if self.takes("in") { self.names()? } else { Vec::new() };
        self.ends(&["in", "{"])?;
        Some(PrincipalDecl { kind, name, groups, attributes: Vec::new() })
    }

    /// `group NAME [in G, ...] [disabled]`, the two in any order.
    fn group(&mut self) -> Read<GroupDecl> {
        self.take();
        let name = self.name()?;
        let (mut groups, mut disabled) = (None, None);
        loop {
            let start = self.start();
            if groups.is_none() && self.takes("in") {
                groups = Some(self.names()?);
            } else if disabled.is_none() && self.takes("disabled") {
                disabled = Some(self.span_from(start));
            } else {
                break;
            }
        }
        self.ends(&["in", "disabled"])?;
        Some(GroupDecl { name, groups: groups.unwrap_or_default(), disabled })
    }

    /// `type:id [in type:id]`.
    fn instance(&mut self) -> Read<InstanceDecl> {
        let resource = self.resource()?;
        let parent = if self.takes("in") { Some(self.resource()?) } else { None };
        self.ends(&["in", "{"])?;
        Some(InstanceDecl { resource, parent, attributes: Vec::new() })
    }

    /// `role NAME [inherits R, ...] [requires R, ...] [{ ... }]`.
    fn role(&mut self) -> Read<RoleDecl> {
        self.take();
        let name = self.name()?;
        let (mut inherits, mut requires) = (None, None);
        loop {
            if inherits.is_none() && self.takes("inherits") {
                inherits = Some(self.names()?);
            } else if requires.is_none() && self.takes("requires") {
                requires = Some(self.names()?);
            } else {
                break;
            }
        }
        self.ends(&["inherits", "requires"])?;
        let mut rules = Vec::new();
        if self.takes("{") {
            while !self.takes("}") {
                let meta = self.meta()?;
                rules.push(match self.word() {
                    Word::Plain("on") => self.block(meta, Quick::role_entry)?,
                    _ => self.role_entry(meta)?,
                });
            }
        }
        let (inherits, requires) = (inherits.unwrap_or_default(), requires.unwrap_or_default());
        Some(RoleDecl { name, inherits, requires, rules })
    }

    /// `category NAME [on TYPES] ["Title"] { ... }`.
    fn category(&mut self) -> Read<CategoryDecl> {
        self.take();
        let name = self.name()?;
        let (mut on, mut title) = (None, None);
        loop {
            if on.is_none() && self.takes("on") {
                on = Some(self.names()?);
            } else if let (None, Word::Quoted(_)) = (&title, self.word()) {
                title = Some(self.string()?);
            } else {
                break;
            }
        }
        // Anything else, a second title too, is no brace.
        self.takes("{").then_some(())?;
        let mut privileges = Vec::new();
        while !self.takes("}") {
            let meta = self.meta()?;
            self.takes("privilege");
            privileges.push(PrivilegeDecl { meta, ..self.privilege()? });
        }
        Some(CategoryDecl { name, on: on.unwrap_or_default(), title, requires: None, privileges })
    }

    /// A privilege in a category.
    fn privilege(&mut self) -> Read<PrivilegeDecl> {
        if let Word::Plain(word) | Word::Quoted(word) = self.word()
            && mistyped_clause(word).is_some()
        {
            return None;
        }
        let name = self.name()?;
        self.behind_privilege(name)
    }

    /// `privilege ID in CATEGORY ["Title"] [includes P, ...]`.
    fn privilege_line(&mut self) -> Read<PrivilegeLine> {
        self.take();
        let name = self.name()?;
        self.takes("in").then_some(())?;
        let category = self.name()?;
        Some(PrivilegeLine { category, privilege: self.behind_privilege(name)? })
    }

    fn behind_privilege(&mut self, name: Name) -> Read<PrivilegeDecl> {
        let title = match self.word() {
            Word::Quoted(_) => Some(self.string()?),
            _ => None,
        };
        let includes = if self.takes("includes") { self.names()? } else { Vec::new() };
        self.ends(&["includes", "requires"])?;
        Some(PrivilegeDecl { meta: Meta::default(), name, title, includes, requires: None })
    }
}
