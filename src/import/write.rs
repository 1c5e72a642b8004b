//! A draft > the text of a policy.
//!
//! Enters: a draft. Leaves: a text in the one layout that is read as the statements of the draft, which is compared. The only place that
//! knows both drafts and the ast.

use super::draft::{Assignment, Draft, Entry, Resource, Role, Scope, Who};
use super::list::{Lists, name};
use crate::ast::{
    Allow, AssignDecl, AttributeDecl, AttributeRef, AttributeRoot, CategoryDecl, CompareOp, DefaultRule,
    EntryDecl, Expr, ExprKind, GroupDecl, InstanceDecl, Item, ItemKind, Literal, LiteralValue, Meta, Operand,
    PolicyDecl, PrincipalDecl, PrincipalRef, PrincipalRefKind, PrivilegeDecl, ResourceDecl, ResourceRef,
    RoleDecl, Rule, RuleKind, ScopeRef, TypeExpr,
};
use crate::convert;
use crate::few::Few;
use crate::source::{Span, Spanned};
use crate::terms::Class;
use std::collections::{BTreeMap, HashMap};

/// The attribute that holds the name of the object that a request is about.
pub(super) const NAME: &str = "name";

/// The text of a policy, with comments at its head; `None` if a name cannot be written.
pub(super) fn policy(draft: &Draft, comments: &[String]) -> Option<String> {
    let mut writer =
        Writer { lists: Lists::new(&draft.privileges), items: Vec::new(), above: HashMap::new() };
    writer.declarations(draft);
    writer.roles(&draft.roles);
    writer.principals(draft);
    let instances = draft.instances.iter().map(|(resource, parent)| {
        ItemKind::Instance(Box::new(InstanceDecl {
            resource: reference(resource),
            parent: Some(reference(parent)),
            attributes: Vec::new(),
        }))
    });
    instances.for_each(|kind| writer.add(kind));
    writer.assignments(&draft.assignments);
    for entry in &draft.entries {
        let rule = writer.rule(entry);
        writer.items.push(Item {
            meta: rule.meta,
            span: Span::default(),
            kind: ItemKind::Rule(Rule { meta: Meta::default(), ..rule }),
        });
    }
    let Writer { items, above, .. } = writer;
    let body = convert::written(&items, &|span| above.get(&span.start).cloned().unwrap_or_default())?;
    let mut text = format!("# Imported from {}.\n", one_line(&draft.origin));
    for line in comments {
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&body);
    Some(text)
}

/// What people wrote, on one line.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Writer<'d> {
    lists: Lists<'d>,
    items: Vec<Item>,
    /// Comments, by the made-up place of what they stand above.
    above: HashMap<u32, Vec<String>>,
}

impl Writer<'_> {
    fn add(&mut self, kind: ItemKind) {
        self.items.push(Item { meta: Meta::default(), kind, span: Span::default() });
    }

    fn declarations(&mut self, draft: &Draft) {
        if draft.default_grant {
            let rule = DefaultRule::Grant { to: Class::Anyone, when_unlisted: false };
            self.add(ItemKind::Policy(Box::new(PolicyDecl {
                name: name("imported"),
                default: Some(Spanned::new(rule, Span::default())),
                resolve: None,
            })));
        }
        for ty in &draft.types {
            self.add(ItemKind::Resource(Box::new(ResourceDecl {
                name: name(ty.name),
                parents: ty.parents.iter().map(|parent| name(parent)).collect(),
                by_path: ty.by_path.then(Span::default),
                attributes: Vec::new(),
                default: None,
                resolve: None,
            })));
        }
        if draft.names_objects {
            let ty = Spanned::new(TypeExpr::String, Span::default());
            let attribute = AttributeDecl { meta: Meta::default(), name: name(NAME), ty };
            self.add(ItemKind::ContextAttributes(vec![attribute]));
        }
        let mut members: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for privilege in &draft.privileges.list {
            members.entry(&privilege.category).or_default().push(&privilege.name);
        }
        for (category, mut privileges) in members {
            privileges.sort_unstable();
            let on = draft.privileges.categories.get(category).map(Vec::as_slice).unwrap_or_default();
            let declared = |text: &&str| PrivilegeDecl {
                meta: Meta::default(),
                name: name(text),
                title: None,
                includes: Vec::new(),
                requires: None,
            };
            self.add(ItemKind::Category(Box::new(CategoryDecl {
                name: name(category),
                on: on.iter().map(|ty| name(ty)).collect(),
                title: None,
                requires: None,
                privileges: privileges.iter().map(declared).collect(),
            })));
        }
    }

    fn roles(&mut self, roles: &[Role]) {
        for role in roles {
            let mut meta = Meta::default();
            for line in role.doc.iter().flat_map(|doc| doc.lines()).map(one_line) {
                if !line.is_empty() {
                    meta.add_doc(&line, Span::default());
                }
            }
            let place = u32::try_from(self.items.len()).unwrap_or(u32::MAX).saturating_add(1);
            let mut span = Span::default();
            if !role.comments.is_empty() {
                let comments = role.comments.iter().map(|line| format!("# {}", one_line(line)));
                self.above.insert(place, comments.collect());
                span = Span { start: place, end: place, ..span };
            }
            let kind = ItemKind::Role(Box::new(RoleDecl {
                name: name(&role.name),
                inherits: role.inherits.iter().map(|text| name(text)).collect(),
                requires: Vec::new(),
                rules: role.entries.iter().map(|entry| self.rule(entry)).collect(),
            }));
            self.items.push(Item { meta, kind, span });
        }
    }

    fn principals(&mut self, draft: &Draft) {
        for group in &draft.groups {
            self.add(ItemKind::Group(Box::new(GroupDecl {
                name: name(group),
                groups: Vec::new(),
                disabled: None,
            })));
        }
        for ((kind, identity), groups) in &draft.identities {
            self.add(ItemKind::Principal(Box::new(PrincipalDecl {
                kind: *kind,
                name: name(identity),
                groups: groups.iter().map(|text| name(text)).collect(),
                attributes: Vec::new(),
            })));
        }
    }

    /// What differs in nothing but who it is for is one statement.
    fn assignments(&mut self, assignments: &[Assignment]) {
        let mut places: HashMap<(&str, Option<&Scope>), usize> = HashMap::new();
        let mut joined: Vec<(&Assignment, Vec<&Who>)> = Vec::new();
        for assignment in assignments {
            let key = (assignment.role.as_str(), assignment.on.as_ref());
            match places.get(&key).and_then(|&at| joined.get_mut(at)) {
                Some((_, to)) => to.push(&assignment.to),
                None => {
                    places.insert(key, joined.len());
                    joined.push((assignment, vec![&assignment.to]));
                }
            }
        }
        for (assignment, to) in joined {
            let kind = RuleKind::Assign(Box::new(AssignDecl {
                role: name(&assignment.role),
                to: to.into_iter().map(principal).collect(),
                on: assignment.on.as_ref().map(|on| Box::new(scope(on))),
                from: None,
                until: None,
                when: None,
            }));
            self.add(ItemKind::Rule(Rule { meta: Meta::default(), kind, span: Span::default() }));
        }
    }

    fn rule(&self, entry: &Entry) -> Rule {
        let mut meta = Meta::default();
        if let Some(why) = entry.contradicts {
            let why = Spanned::new(why.to_owned(), Span::default());
            meta.add_allow(Allow { codes: vec![name("contradictory-entries")], why, span: Span::default() });
        }
        let kind = RuleKind::Entry(Box::new(EntryDecl {
            effect: Spanned::new(entry.effect, Span::default()),
            privileges: self.lists.list(&entry.what, entry.written.as_ref()),
            to: entry.to.iter().map(principal).collect::<Few<_>>(),
            on: entry.on.as_ref().map(|on| Box::new(scope(on))),
            when: (!entry.names.is_empty()).then(|| Box::new(is_named(entry))),
        }));
        Rule { meta, kind, span: Span::default() }
    }
}

/// `context.name == "a"`, `context.name in ["a", "b"]`.
fn is_named(entry: &Entry) -> Expr {
    let attribute = AttributeRef { root: AttributeRoot::Context, name: name(NAME), span: Span::default() };
    let text = |text: &smol_str::SmolStr| Literal {
        value: LiteralValue::String(text.to_string()),
        span: Span::default(),
    };
    let (op, right) = match entry.names.as_slice() {
        [one] => (CompareOp::Equal, text(one)),
        many => {
            let value = LiteralValue::List(many.iter().map(text).collect());
            (CompareOp::In, Literal { value, span: Span::default() })
        }
    };
    let kind = ExprKind::Compare {
        left: Operand::Attribute(attribute),
        op: Spanned::new(op, Span::default()),
        right: Operand::Literal(right),
    };
    Expr { kind, span: Span::default() }
}

fn principal(who: &Who) -> PrincipalRef {
    let kind = match who {
        Who::User(text) => PrincipalRefKind::User(name(text)),
        Who::Service(text) => PrincipalRefKind::Service(name(text)),
        Who::Group(text) => PrincipalRefKind::Group(name(text)),
        Who::Role(text) => PrincipalRefKind::Role(name(text)),
        Who::Class(class) => PrincipalRefKind::Class(*class),
    };
    PrincipalRef { kind, span: Span::default() }
}

fn reference((ty, id): &Resource) -> ResourceRef {
    ResourceRef { ty: name(ty), id: name(id), span: Span::default() }
}

fn scope(scope: &Scope) -> ScopeRef {
    match scope {
        Scope::Below(resource) => ScopeRef::Resource { resource: reference(resource), only: None },
    }
}
