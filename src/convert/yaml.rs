//! Statements > YAML, by sections.
//!
//! Enters: statements of the ast, whichever front end made them. Leaves: the map of a YAML file. Formulas, types and defaults are texts
//! of the DSL there.

use super::policy::{attribute, class, date, default_rule, effect, expr, is_number, strategy, type_expr};
use super::tree::{Item as Listed, Pair, Value, scalar};
use crate::ast::{
    AssignDecl, AttributeDecl, AttributeRef, CategoryDecl, EntryDecl, InvariantClaim, InvariantDecl, Item,
    ItemKind, Literal, LiteralValue, MatrixDecl, Meta, Name, PrincipalKind, PrincipalRef, PrincipalRefKind,
    PrivilegeDecl, PrivilegeItem, PrivilegeSet, ResourceDecl, ResourceRef, RoleDecl, Rule, RuleKind,
    ScopeRef, TestDecl, TestStep,
};
use crate::source::Span;
use crate::syntax::edit::quoted;
use crate::yaml::section_rank;

/// Which comments stand above what begins at a place.
pub(super) type Above<'c> = &'c dyn Fn(Span) -> Vec<String>;

/// The sections of a file, in the order in which the reader lists them.
pub(super) fn sections(items: &[Item], above: Above<'_>) -> Vec<Pair> {
    let writer = Writer { above };
    let mut sections: Vec<(usize, Pair)> = Vec::new();
    for item in items {
        let (section, value) = writer.item(item);
        let at = section_rank(section);
        match (sections.iter_mut().find(|(known, _)| *known == at), value) {
            (Some((_, Pair { value: Value::Map(pairs), .. })), Value::Map(more)) => pairs.extend(more),
            (Some((_, Pair { value: Value::List(items), .. })), Value::List(more)) => items.extend(more),
            (_, value) => sections.push((at, Pair::new(section, value))),
        }
    }
    sections.sort_by_key(|(at, _)| *at);
    sections.into_iter().map(|(_, pair)| pair).collect()
}

struct Writer<'c> {
    above: Above<'c>,
}

impl Writer<'_> {
    /// The section of a statement, and what it adds there.
    fn item(&self, item: &Item) -> (&'static str, Value) {
        let meta = &item.meta;
        match &item.kind {
            ItemKind::Policy(policy) => {
                let mut pairs = vec![Pair::new("name", name(&policy.name))];
                pairs.extend(
                    policy
                        .default
                        .as_ref()
                        .map(|rule| Pair::new("default", Value::text(&default_rule(&rule.value)))),
                );
                pairs.extend(
                    policy
                        .resolve
                        .as_ref()
                        .map(|word| Pair::new("resolve", Value::text(strategy(word.value)))),
                );
                pairs.extend(self.meta(meta));
                let comments = (self.above)(item.span);
                match pairs.len() {
                    1 if comments.is_empty() => ("policy", name(&policy.name)),
                    _ => {
                        pairs.iter_mut().take(1).for_each(|first| first.comments.clone_from(&comments));
                        ("policy", Value::Map(pairs))
                    }
                }
            }
            ItemKind::Resource(resource) => {
                ("resources", self.keyed(item, &resource.name, self.resource(resource)))
            }
            ItemKind::PrincipalAttributes(list) => ("principal", self.block(item, list)),
            ItemKind::ContextAttributes(list) => ("context", self.block(item, list)),
            ItemKind::Category(category) => {
                ("categories", self.keyed(item, &category.name, self.category(category)))
            }
            ItemKind::Privilege(line) => {
                let mut pairs = vec![Pair::new("category", name(&line.category))];
                pairs.extend(self.privilege(&line.privilege));
                ("privileges", self.keyed(item, &line.privilege.name, pairs))
            }
            ItemKind::Role(role) => ("roles", self.keyed(item, &role.name, self.role(role))),
            ItemKind::Group(group) => {
                let mut pairs = names("in", &group.groups);
                pairs.extend(group.disabled.map(|_| Pair::new("disabled", Value::Scalar("true".to_owned()))));
                ("groups", self.keyed(item, &group.name, pairs))
            }
            ItemKind::Principal(principal) => {
                let mut pairs = names("in", &principal.groups);
                pairs.extend(values(&principal.attributes));
                let section = match principal.kind {
                    PrincipalKind::User => "users",
                    PrincipalKind::Service => "services",
                };
                (section, self.keyed(item, &principal.name, pairs))
            }
            ItemKind::Instance(instance) => {
                let parent = instance.parent.as_ref().map(|parent| Pair::new("in", resource(parent)));
                let pairs: Vec<Pair> = parent.into_iter().chain(values(&instance.attributes)).collect();
                ("instances", self.keyed_by(item, reference(&instance.resource), pairs))
            }
            ItemKind::Rule(rule) => {
                let section = if holds_assignments(rule) { "assignments" } else { "entries" };
                (section, self.listed(item, self.rule(rule)))
            }
            ItemKind::Exclusive(roles) => {
                let roles = Value::List(roles.iter().map(|role| listed(name(role))).collect());
                let meta = self.meta(meta);
                let value = if meta.is_empty() {
                    roles
                } else {
                    Value::Map([Pair::new("roles", roles)].into_iter().chain(meta).collect())
                };
                ("exclusive", Value::List(vec![Listed { comments: (self.above)(item.span), value }]))
            }
            ItemKind::Limit(limit) => {
                let count = Value::Scalar(limit.count.value.to_string());
                let pairs = vec![Pair::new("limit", count), Pair::new("role", name(&limit.role))];
                ("limits", self.listed(item, pairs))
            }
            ItemKind::Invariant(of) => ("invariants", self.listed(item, invariant(of))),
            ItemKind::Test(test) => ("tests", self.listed(item, self.test(test))),
            ItemKind::Matrix(matrix) => ("matrices", self.listed(item, self.matrix(matrix))),
        }
    }

    fn meta(&self, meta: &Meta) -> Vec<Pair> {
        let mut pairs = Vec::new();
        pairs.extend(meta.doc().map(|doc| Pair::new("doc", Value::lines(&doc.value))));
        let allows = meta.allows().iter().map(|allow| {
            let codes = Value::one_or_list(allow.codes.iter().map(name).collect());
            Value::Map(vec![Pair::new("code", codes), Pair::new("why", Value::text(&allow.why.value))])
        });
        let allows: Vec<Value> = allows.collect();
        if !allows.is_empty() {
            pairs.push(Pair::new("allow", Value::one_or_list(allows)));
        }
        pairs
    }

    fn keyed(&self, item: &Item, key: &Name, pairs: Vec<Pair>) -> Value {
        self.keyed_by(item, plain_name(key), pairs)
    }

    fn keyed_by(&self, item: &Item, key: String, pairs: Vec<Pair>) -> Value {
        let value = Value::map(self.meta(&item.meta).into_iter().chain(pairs).collect());
        Value::Map(vec![Pair { comments: (self.above)(item.span), key: scalar(&key), value }])
    }

    fn listed(&self, item: &Item, pairs: Vec<Pair>) -> Value {
        let pairs = pairs.into_iter().chain(self.meta(&item.meta)).collect();
        Value::List(vec![Listed { comments: (self.above)(item.span), value: Value::Map(pairs) }])
    }

    /// The attributes of `principal` and `context`, whose own documentation has no place but a comment.
    fn block(&self, item: &Item, attributes: &[AttributeDecl]) -> Value {
        let mut pairs = self.attributes(attributes);
        let mut comments = (self.above)(item.span);
        let doc = item.meta.doc().map(|doc| doc.value.as_str());
        comments.extend(
            doc.into_iter()
                .flat_map(|doc| doc.split('\n'))
                .map(|line| format!("# {line}").trim_end().to_owned()),
        );
        if let Some(first) = pairs.first_mut() {
            comments.append(&mut first.comments);
            first.comments = comments;
        }
        Value::Map(pairs)
    }

    fn attributes(&self, attributes: &[AttributeDecl]) -> Vec<Pair> {
        let pair = |attribute: &AttributeDecl| {
            let meta = self.meta(&attribute.meta);
            let ty = Value::text(&type_expr(&attribute.ty.value));
            let value = if meta.is_empty() {
                ty
            } else {
                Value::Map([Pair::new("type", ty)].into_iter().chain(meta).collect())
            };
            let comments = (self.above)(attribute.name.span);
            Pair { comments, key: scalar(&attribute.name.text), value }
        };
        attributes.iter().map(pair).collect()
    }

    fn resource(&self, of: &ResourceDecl) -> Vec<Pair> {
        let mut pairs = names("in", &of.parents);
        pairs.extend(of.by_path.map(|_| Pair::new("by", Value::text("path"))));
        if !of.attributes.is_empty() {
            pairs.push(Pair::new("attributes", Value::Map(self.attributes(&of.attributes))));
        }
        pairs.extend(
            of.default.as_ref().map(|rule| Pair::new("default", Value::text(&default_rule(&rule.value)))),
        );
        pairs.extend(of.resolve.as_ref().map(|word| Pair::new("resolve", Value::text(strategy(word.value)))));
        pairs
    }

    fn category(&self, of: &CategoryDecl) -> Vec<Pair> {
        let mut pairs = names("on", &of.on);
        pairs.extend(of.title.as_ref().map(|title| Pair::new("title", Value::text(&title.value))));
        pairs.extend(of.requires.as_ref().map(|formula| Pair::new("requires", Value::text(&expr(formula)))));
        let privileges = of.privileges.iter().map(|privilege| {
            let mut pairs = self.meta(&privilege.meta);
            pairs.extend(self.privilege(privilege));
            let value = match (&privilege.title, pairs.len()) {
                (Some(title), 1) => Value::text(&title.value),
                _ => Value::map(pairs),
            };
            let comments = (self.above)(privilege.name.span);
            Pair { comments, key: scalar(&plain_name(&privilege.name)), value }
        });
        let privileges: Vec<Pair> = privileges.collect();
        if !privileges.is_empty() {
            pairs.push(Pair::new("privileges", Value::Map(privileges)));
        }
        pairs
    }

    fn privilege(&self, of: &PrivilegeDecl) -> Vec<Pair> {
        let mut pairs = Vec::new();
        pairs.extend(of.title.as_ref().map(|title| Pair::new("title", Value::text(&title.value))));
        pairs.extend(names("includes", &of.includes));
        pairs.extend(of.requires.as_ref().map(|formula| Pair::new("requires", Value::text(&expr(formula)))));
        pairs
    }

    fn role(&self, of: &RoleDecl) -> Vec<Pair> {
        let mut pairs = names("inherits", &of.inherits);
        pairs.extend(names("requires", &of.requires));
        let short = self.short(&of.rules);
        let (effects, rules) = of.rules.split_at(short);
        for rule in effects {
            if let RuleKind::Entry(entry) = &rule.kind {
                pairs.extend(privileges(effect(entry.effect.value), &entry.privileges));
            }
        }
        if !rules.is_empty() {
            pairs.push(Pair::new("entries", self.rules(rules.iter())));
        }
        pairs
    }

    /// How many of the first rules are said by `grant`, `deny` and `bypass` of the role itself, which are read in this order.
    fn short(&self, rules: &[Rule]) -> usize {
        let mut last = None;
        let plain = |rule: &&Rule| match &rule.kind {
            RuleKind::Entry(entry) => {
                let rank = effect_rank(entry);
                let fits = last.is_none_or(|last| rank > last) && entry.on.is_none() && entry.when.is_none();
                let fits = fits && rule.meta == Meta::default() && entry.privileges.except.is_empty();
                last = Some(rank);
                fits && (self.above)(rule.span).is_empty()
            }
            _ => false,
        };
        let count = rules.iter().take_while(plain).count();
        match rules {
            [Rule { kind: RuleKind::Entry(only), meta, span }]
                if only.on.is_none() && only.when.is_none() && *meta == Meta::default() =>
            {
                usize::from((self.above)(*span).is_empty())
            }
            _ => count,
        }
    }

    fn rules<'r>(&self, rules: impl Iterator<Item = &'r Rule>) -> Value {
        let item = |rule: &Rule| {
            let pairs = self.rule(rule).into_iter().chain(self.meta(&rule.meta)).collect();
            Listed { comments: (self.above)(rule.span), value: Value::Map(pairs) }
        };
        Value::List(rules.map(item).collect())
    }

    fn rule(&self, rule: &Rule) -> Vec<Pair> {
        match &rule.kind {
            RuleKind::Entry(entry) => self::entry(entry),
            RuleKind::Assign(assign) => self::assign(assign),
            RuleKind::On(block) => {
                let mut pairs = self::scope(Some(&block.scope));
                let is_assign = |rule: &&Rule| matches!(rule.kind, RuleKind::Assign(_));
                let (assigns, entries): (Vec<&Rule>, Vec<&Rule>) = block.rules.iter().partition(is_assign);
                if !entries.is_empty() || assigns.is_empty() {
                    pairs.push(Pair::new("entries", self.rules(entries.into_iter())));
                }
                if !assigns.is_empty() {
                    pairs.push(Pair::new("assignments", self.rules(assigns.into_iter())));
                }
                pairs
            }
        }
    }

    fn test(&self, test: &TestDecl) -> Vec<Pair> {
        let mut pairs = vec![Pair::new("test", Value::text(&test.name.value))];
        let (mut checks, mut current, mut rank) = (Vec::new(), Vec::new(), 0);
        for step in &test.steps {
            let (own, mut more, comments) = match step {
                TestStep::As(who) => (1, vec![Pair::new("as", principals(who))], Vec::new()),
                TestStep::With(with) => (2, vec![Pair::new("with", settings(with))], Vec::new()),
                TestStep::At(at) => (3, vec![Pair::new("at", Value::text_or_date(at))], Vec::new()),
                TestStep::Check(check) => {
                    let mut pairs =
                        privileges(if check.expect { "can" } else { "cannot" }, &check.privileges);
                    pairs.extend(check.on.as_ref().map(|on| Pair::new("on", resource(on))));
                    if !check.ancestors.is_empty() {
                        let above = check.ancestors.iter().map(resource).collect();
                        pairs.push(Pair::new("in", Value::one_or_list(above)));
                    }
                    pairs.extend(check.because.as_ref().map(|reason| Pair::new("because", name(reason))));
                    (4, pairs, (self.above)(check.span))
                }
            };
            if own <= rank && !current.is_empty() {
                checks.push(Listed { comments: Vec::new(), value: Value::Map(std::mem::take(&mut current)) });
            }
            if let Some(first) = more.first_mut() {
                first.comments = comments;
            }
            current.append(&mut more);
            rank = own;
        }
        if !current.is_empty() {
            checks.push(Listed { comments: Vec::new(), value: Value::Map(current) });
        }
        for check in &mut checks {
            lift_comments(check);
        }
        pairs.push(Pair::new("checks", Value::List(checks)));
        pairs
    }

    fn matrix(&self, matrix: &MatrixDecl) -> Vec<Pair> {
        let mut pairs = vec![Pair::new("matrix", Value::text(&matrix.name.value))];
        pairs.extend(matrix.on.as_ref().map(|on| Pair::new("on", resource(on))));
        if !matrix.with.is_empty() {
            pairs.push(Pair::new("with", settings(&matrix.with)));
        }
        pairs.push(Pair::new("roles", Value::one_or_list(matrix.roles.iter().map(name).collect())));
        let row = |row: &crate::ast::MatrixRow| {
            let marks: Vec<&str> = row.marks.iter().map(|mark| if mark.value { "+" } else { "-" }).collect();
            let value = Value::Scalar(format!("\"{}\"", marks.join(" ")));
            let key = scalar(&privilege_text(&row.privilege));
            Pair { comments: (self.above)(row.span), key, value }
        };
        pairs.push(Pair::new("rows", Value::Map(matrix.rows.iter().map(row).collect())));
        pairs
    }
}

/// Puts the comments in a map above it, so that it may stand on one line.
fn lift_comments(item: &mut Listed) {
    if let Value::Map(pairs) = &mut item.value {
        pairs.iter_mut().for_each(|pair| item.comments.append(&mut pair.comments));
    }
}

fn holds_assignments(rule: &Rule) -> bool {
    match &rule.kind {
        RuleKind::Entry(_) => false,
        RuleKind::Assign(_) => true,
        RuleKind::On(block) => {
            let rules = &block.rules;
            !rules.is_empty() && rules.iter().all(|rule| matches!(rule.kind, RuleKind::Assign(_)))
        }
    }
}

fn effect_rank(entry: &EntryDecl) -> usize {
    use crate::ast::Effect::{Bypass, Deny, Grant};
    match entry.effect.value {
        Grant => 0,
        Deny => 1,
        Bypass => 2,
    }
}

fn listed(value: Value) -> Listed {
    Listed { comments: Vec::new(), value }
}

impl Value {
    /// A date as the DSL has it, in quotes where it is a text.
    fn text_or_date(at: &Name) -> Value {
        if is_number(&at.text) { Value::Scalar(date(at)) } else { name(at) }
    }
}

/// A name as the text of a scalar: what begins with a double quote would lose it.
fn plain_name(name: &Name) -> String {
    if name.text.starts_with('"') { quoted(&name.text) } else { name.text.to_string() }
}

fn name(of: &Name) -> Value {
    Value::text(&plain_name(of))
}

fn names(key: &str, of: &[Name]) -> Vec<Pair> {
    if of.is_empty() {
        return Vec::new();
    }
    vec![Pair::new(key, Value::one_or_list(of.iter().map(name).collect()))]
}

/// `type:id` as the text of a scalar.
fn reference(of: &ResourceRef) -> String {
    let ty = of.ty.text.as_str();
    let ty = if ty.contains(':') || ty.starts_with('"') { quoted(ty) } else { ty.to_owned() };
    let id = of.id.text.as_str();
    let id = if id.contains('*') || id.starts_with('"') { quoted(id) } else { id.to_owned() };
    format!("{ty}:{id}")
}

fn resource(of: &ResourceRef) -> Value {
    Value::text(&reference(of))
}

fn principal_text(of: &PrincipalRef) -> String {
    let (kind, name) = match &of.kind {
        PrincipalRefKind::User(name) => ("user", name),
        PrincipalRefKind::Service(name) => ("service", name),
        PrincipalRefKind::Group(name) => ("group", name),
        PrincipalRefKind::Role(name) => ("role", name),
        PrincipalRefKind::Class(which) => return class(*which).to_owned(),
    };
    format!("{kind}:{}", plain_name(name))
}

fn principals(of: &[PrincipalRef]) -> Value {
    Value::one_or_list(of.iter().map(|who| Value::text(&principal_text(who))).collect())
}

fn privilege_text(of: &PrivilegeItem) -> String {
    match of {
        PrivilegeItem::Name(name) if name.text.contains('*') || name.text.starts_with("category:") => {
            quoted(&name.text)
        }
        PrivilegeItem::Name(name) => plain_name(name),
        PrivilegeItem::Wildcard(pattern) => pattern.text.to_string(),
        PrivilegeItem::Category(category) => format!("category:{}", plain_name(category)),
    }
}

/// Privileges under a key, and what is taken away beside it.
fn privileges(key: &str, set: &PrivilegeSet) -> Vec<Pair> {
    let list = |items: &[PrivilegeItem]| {
        Value::one_or_list(items.iter().map(|item| Value::text(&privilege_text(item))).collect())
    };
    let mut pairs = vec![Pair::new(key, list(&set.items))];
    if !set.except.is_empty() {
        pairs.push(Pair::new("except", list(&set.except)));
    }
    pairs
}

fn scope_text(scope: &ScopeRef) -> String {
    match scope {
        ScopeRef::Resource { resource, .. } => reference(resource),
        ScopeRef::Type { ty, .. } => {
            let quote = ty.text.contains(':') || ty.text.starts_with('"');
            format!("{}:*", if quote { quoted(&ty.text) } else { ty.text.to_string() })
        }
    }
}

fn scope(scope: Option<&ScopeRef>) -> Vec<Pair> {
    let Some(scope) = scope else { return Vec::new() };
    let mut pairs = vec![Pair::new("on", Value::text(&scope_text(scope)))];
    if let ScopeRef::Resource { only: Some(_), .. } = scope {
        pairs.push(Pair::new("only", Value::Scalar("true".to_owned())));
    }
    pairs
}

fn entry(entry: &EntryDecl) -> Vec<Pair> {
    let mut pairs = privileges(effect(entry.effect.value), &entry.privileges);
    if !entry.to.is_empty() {
        pairs.push(Pair::new("to", principals(&entry.to)));
    }
    pairs.extend(scope(entry.on.as_deref()));
    pairs.extend(entry.when.as_deref().map(|when| Pair::new("when", Value::text(&expr(when)))));
    pairs
}

fn assign(assign: &AssignDecl) -> Vec<Pair> {
    let mut pairs = vec![Pair::new("assign", name(&assign.role)), Pair::new("to", principals(&assign.to))];
    pairs.extend(scope(assign.on.as_deref()));
    pairs.extend(assign.from.as_deref().map(|from| Pair::new("from", Value::text_or_date(from))));
    pairs.extend(assign.until.as_deref().map(|until| Pair::new("until", Value::text_or_date(until))));
    pairs.extend(assign.when.as_deref().map(|when| Pair::new("when", Value::text(&expr(when)))));
    pairs
}

fn invariant(of: &InvariantDecl) -> Vec<Pair> {
    let claim = |word: &str, of: &InvariantClaim| {
        let mut pairs = vec![Pair::new(word, principals(&of.who))];
        pairs.extend(privileges("can", &of.privileges));
        let on = of.on.as_ref().map(|scope| {
            let text = Value::text(&scope_text(scope));
            match scope {
                ScopeRef::Resource { only: Some(_), .. } => Value::Map(vec![Pair::new("only", text)]),
                _ => text,
            }
        });
        pairs.extend(on.map(|on| Pair::new("on", on)));
        pairs
    };
    match of {
        InvariantDecl::Never(of) => claim("never", of),
        InvariantDecl::Always(of) => claim("always", of),
        InvariantDecl::Only(of) => claim("only", of),
        InvariantDecl::NeverTogether(set) => privileges("never-together", set),
    }
}

fn literal(of: &Literal) -> Value {
    match &of.value {
        LiteralValue::Bool(value) => Value::Scalar(value.to_string()),
        LiteralValue::Bare(text) => Value::Scalar(text.to_string()),
        LiteralValue::Principal(who) => Value::Scalar(principal_scalar(who)),
        LiteralValue::String(text) => {
            // Without quotes it may be a principal.
            let written = scalar(text);
            let plain = written == *text && !text.contains(':');
            let is_class = matches!(text.as_str(), "anyone" | "authenticated" | "anonymous");
            let quotes = || format!("\"{text}\"");
            Value::Scalar(if plain && !is_class || written != *text { written } else { quotes() })
        }
        LiteralValue::List(members) => Value::List(members.iter().map(|one| listed(literal(one))).collect()),
    }
}

/// A principal as a value, which is one only without quotes of YAML.
fn principal_scalar(who: &PrincipalRef) -> String {
    let text = principal_text(who);
    let plain = scalar(&text);
    if plain == text {
        return text;
    }
    match text.split_once(':') {
        Some((kind, _)) => {
            // Escaped is what would end it, or begin a comment.
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-./@+".contains(c);
            let escape =
                |c: char| if plain(c) { c.to_string() } else { format!("\\u{{{:x}}}", u32::from(c)) };
            let id = match &who.kind {
                PrincipalRefKind::User(name) | PrincipalRefKind::Service(name) => name,
                PrincipalRefKind::Group(name) | PrincipalRefKind::Role(name) => name,
                PrincipalRefKind::Class(_) => return text,
            };
            format!("{kind}:\"{}\"", id.text.chars().map(escape).collect::<String>())
        }
        None => text,
    }
}

fn values(of: &[(Name, Literal)]) -> Option<Pair> {
    let pairs = of.iter().map(|(name, value)| Pair::new(&scalar(&name.text), literal(value)));
    (!of.is_empty()).then(|| Pair::new("attributes", Value::Map(pairs.collect())))
}

fn settings(of: &[(AttributeRef, Literal)]) -> Value {
    Value::Map(of.iter().map(|(name, value)| Pair::new(&attribute(name), literal(value))).collect())
}
