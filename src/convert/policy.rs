//! Statements > text of the DSL, without places and in no layout.
//!
//! Enters: statements of the ast, whichever front end made them. Leaves: a text that the DSL reads as the same statement; two that
//! differ only in their places have the same one. Formulas are as deep as the front ends let them be.

use crate::ast::{
    AssignDecl, AttributeDecl, AttributeRef, AttributeRoot, CategoryDecl, Check, Class, DefaultRule, Effect,
    EntryDecl, Expr, ExprKind, InvariantClaim, InvariantDecl, Item, ItemKind, Literal, LiteralValue,
    MatrixDecl, Meta, Name, Operand, PrincipalDecl, PrincipalKind, PrincipalRef, PrincipalRefKind,
    PrivilegeDecl, PrivilegeItem, PrivilegeSet, ResourceDecl, ResourceRef, RoleDecl, Rule, RuleKind,
    ScopeRef, Strategy, TestDecl, TestStep, TypeExpr,
};
use crate::diagnostic::closest;
use crate::source::{Span, Spanned};
use crate::syntax::edit::{is_bare, quoted};

/// Writes statements; `above` says which comments stand above what begins at a place.
pub(super) struct Writer<'c> {
    out: String,
    above: &'c dyn Fn(Span) -> Vec<String>,
}

/// A statement by itself, without comments.
pub(super) fn statement(item: &Item) -> String {
    let mut writer = Writer::new(&|_| Vec::new());
    writer.item(item);
    writer.out
}

impl<'c> Writer<'c> {
    pub fn new(above: &'c dyn Fn(Span) -> Vec<String>) -> Writer<'c> {
        Writer { out: String::new(), above }
    }

    pub fn finish(self) -> String {
        self.out
    }

    /// A line of its own.
    pub fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// Comments, documentation and `@allow`s before what begins at a place.
    fn before(&mut self, meta: &Meta, at: Span) {
        for comment in (self.above)(at) {
            self.line(&comment);
        }
        if let Some(doc) = meta.doc() {
            for line in doc.value.split('\n') {
                self.line(format!("## {line}").trim_end());
            }
        }
        for allow in meta.allows() {
            let codes = list(&allow.codes, name);
            self.line(&format!("@allow({codes}) {}", quoted(&allow.why.value)));
        }
    }

    pub fn item(&mut self, item: &Item) {
        self.before(&item.meta, item.span);
        match &item.kind {
            ItemKind::Policy(policy) => {
                let behaviour = behaviour(policy.default.as_ref(), policy.resolve.as_ref());
                let block = if behaviour.is_empty() { String::new() } else { format!(" {{\n{behaviour}}}") };
                self.line(&format!("policy {}{block}", name(&policy.name)));
            }
            ItemKind::Resource(resource) => self.resource(resource),
            ItemKind::PrincipalAttributes(attributes) => self.attributes("principal", "", attributes),
            ItemKind::ContextAttributes(attributes) => self.attributes("context", "", attributes),
            ItemKind::Category(category) => self.category(category),
            ItemKind::Privilege(line) => {
                let (id, category) = (name(&line.privilege.name), name(&line.category));
                let rest = privilege_clauses(&line.privilege);
                self.line(&format!("privilege {id} in {category}{rest}"));
            }
            ItemKind::Role(role) => self.role(role),
            ItemKind::Group(group) => {
                let disabled = if group.disabled.is_some() { " disabled" } else { "" };
                let groups = clause(" in ", &group.groups);
                self.line(&format!("group {}{groups}{disabled}", name(&group.name)));
            }
            ItemKind::Principal(principal) => self.line(&identity(principal)),
            ItemKind::Instance(instance) => {
                let parent = instance.parent.as_ref().map(|parent| format!(" in {}", resource(parent)));
                let values = values(&instance.attributes);
                self.line(&format!("{}{}{values}", resource(&instance.resource), parent.unwrap_or_default()));
            }
            ItemKind::Rule(rule) => self.rule(rule),
            ItemKind::Exclusive(roles) => self.line(&format!("exclusive {}", list(roles, name))),
            ItemKind::Limit(limit) => {
                self.line(&format!("limit {} for role:{}", limit.count.value, id(&limit.role)));
            }
            ItemKind::Invariant(invariant) => self.line(&self::invariant(invariant)),
            ItemKind::Test(test) => self.test(test),
            ItemKind::Matrix(matrix) => self.matrix(matrix),
        }
    }

    fn resource(&mut self, resource: &ResourceDecl) {
        let by_path = if resource.by_path.is_some() { " by path" } else { "" };
        let parents = clause(" in ", &resource.parents);
        let head = format!("resource {}{parents}{by_path}", name(&resource.name));
        let behaviour = behaviour(resource.default.as_ref(), resource.resolve.as_ref());
        if behaviour.is_empty() && resource.attributes.is_empty() {
            return self.line(&head);
        }
        self.line(&format!("{head} {{"));
        self.declarations("attribute ", &resource.attributes);
        self.line(&format!("{behaviour}}}"));
    }

    fn attributes(&mut self, head: &str, word: &str, attributes: &[AttributeDecl]) {
        self.line(&format!("{head} {{"));
        self.declarations(word, attributes);
        self.line("}");
    }

    fn declarations(&mut self, word: &str, attributes: &[AttributeDecl]) {
        for attribute in attributes {
            self.before(&attribute.meta, attribute.name.span);
            self.line(&format!("{word}{}: {}", attribute.name.text, type_expr(&attribute.ty.value)));
        }
    }

    fn category(&mut self, category: &CategoryDecl) {
        let on = clause(" on ", &category.on);
        let title = category.title.as_ref().map(title).unwrap_or_default();
        let requires = category.requires.as_ref().map(|formula| format!(" requires {}", expr(formula)));
        self.line(&format!(
            "category {}{on}{title}{} {{",
            name(&category.name),
            requires.unwrap_or_default()
        ));
        for privilege in &category.privileges {
            self.before(&privilege.meta, privilege.name.span);
            let mut id = name(&privilege.name);
            let near = closest(&privilege.name.text, ["requires", "includes"].into_iter()).is_some();
            if near && matches!(id.len(), 6..=10) {
                id = quoted(&privilege.name.text);
            }
            // In quotes it would be the title of the one before.
            let word = if id.starts_with('"') { "privilege " } else { "" };
            self.line(&format!("{word}{id}{}", privilege_clauses(privilege)));
        }
        self.line("}");
    }

    fn role(&mut self, role: &RoleDecl) {
        let (inherits, requires) =
            (clause(" inherits ", &role.inherits), clause(" requires ", &role.requires));
        let head = format!("role {}{inherits}{requires}", name(&role.name));
        if role.rules.is_empty() {
            return self.line(&head);
        }
        self.line(&format!("{head} {{"));
        self.rules(&role.rules);
        self.line("}");
    }

    fn rules(&mut self, rules: &[Rule]) {
        for rule in rules {
            self.before(&rule.meta, rule.span);
            self.rule(rule);
        }
    }

    fn rule(&mut self, rule: &Rule) {
        match &rule.kind {
            RuleKind::Entry(entry) => self.line(&self::entry(entry)),
            RuleKind::Assign(assign) => self.line(&self::assign(assign)),
            RuleKind::On(block) => {
                self.line(&format!("on {} {{", self::scope(&block.scope)));
                self.rules(&block.rules);
                self.line("}");
            }
        }
    }

    fn test(&mut self, test: &TestDecl) {
        self.line(&format!("test {} {{", quoted(&test.name.value)));
        for step in &test.steps {
            match step {
                TestStep::As(who) => self.line(&format!("as {}", list(who, principal))),
                TestStep::With(with) => self.line(&format!("with {}", settings(with))),
                TestStep::At(at) => self.line(&format!("at {}", date(at))),
                TestStep::Check(check) => {
                    for comment in (self.above)(check.span) {
                        self.line(&comment);
                    }
                    self.line(&self::check(check));
                }
            }
        }
        self.line("}");
    }

    fn matrix(&mut self, matrix: &MatrixDecl) {
        let on = matrix.on.as_ref().map(|on| format!(" on {}", resource(on))).unwrap_or_default();
        self.line(&format!("matrix {}{on} {{", quoted(&matrix.name.value)));
        if !matrix.with.is_empty() {
            self.line(&format!("with {}", settings(&matrix.with)));
        }
        self.line(&format!("roles {}", list(&matrix.roles, name)));
        for row in &matrix.rows {
            for comment in (self.above)(row.span) {
                self.line(&comment);
            }
            let marks: String = row.marks.iter().map(|mark| if mark.value { " +" } else { " -" }).collect();
            self.line(&format!("{}{marks}", privilege(&row.privilege)));
        }
        self.line("}");
    }
}

fn list<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    items.iter().map(write).collect::<Vec<_>>().join(", ")
}

/// Names behind a word, if there are any.
fn clause(word: &str, names: &[Name]) -> String {
    if names.is_empty() { String::new() } else { format!("{word}{}", list(names, name)) }
}

fn title(title: &Spanned<String>) -> String {
    format!(" {}", quoted(&title.value))
}

/// A name as it is written where one is expected.
fn name(name: &Name) -> String {
    let text = name.text.as_str();
    let plain = text.replace(':', "_");
    let prefix = text.split(':').next().unwrap_or_default();
    let begins = matches!(prefix, "user" | "service" | "group" | "role" | "category") && text.contains(':');
    let rooted = ["principal.", "resource.", "context."].iter().any(|root| text.starts_with(root));
    let bare = is_bare(&plain) && (is_bare(text) || text.contains(':')) && !begins && !rooted;
    if bare { text.to_owned() } else { quoted(text) }
}

/// What stands behind the colon of a reference.
fn id(name: &Name) -> String {
    let text = name.text.as_str();
    let bare = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:/@+-".contains(&byte));
    if bare && !text.is_empty() { text.to_owned() } else { quoted(text) }
}

fn type_name(name: &Name) -> String {
    let text = name.text.as_str();
    if is_bare(text) { text.to_owned() } else { quoted(text) }
}

fn resource(resource: &ResourceRef) -> String {
    format!("{}:{}", type_name(&resource.ty), id(&resource.id))
}

pub(super) fn date(date: &Name) -> String {
    if is_number(&date.text) { date.text.to_string() } else { quoted(&date.text) }
}

/// Whether a text is what the DSL reads without quotes as a number, date, timestamp, address or network.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-./:+".contains(&byte))
}

pub(super) fn class(class: Class) -> &'static str {
    match class {
        Class::Anyone => "anyone",
        Class::Authenticated => "authenticated",
        Class::Anonymous => "anonymous",
    }
}

fn principal(principal: &PrincipalRef) -> String {
    let (kind, name) = match &principal.kind {
        PrincipalRefKind::User(name) => ("user", name),
        PrincipalRefKind::Service(name) => ("service", name),
        PrincipalRefKind::Group(name) => ("group", name),
        PrincipalRefKind::Role(name) => ("role", name),
        PrincipalRefKind::Class(which) => return class(*which).to_owned(),
    };
    format!("{kind}:{}", id(name))
}

fn privilege(item: &PrivilegeItem) -> String {
    match item {
        PrivilegeItem::Name(named) => name(named),
        PrivilegeItem::Wildcard(pattern) => pattern.text.to_string(),
        PrivilegeItem::Category(category) if is_bare(&category.text.replace(':', "_")) => {
            format!("category:{}", category.text)
        }
        PrivilegeItem::Category(category) => format!("category:{}", quoted(&category.text)),
    }
}

fn privileges(set: &PrivilegeSet) -> String {
    let items = list(&set.items, privilege);
    if set.except.is_empty() { items } else { format!("{items} except {}", list(&set.except, privilege)) }
}

fn privilege_clauses(privilege: &PrivilegeDecl) -> String {
    let title = privilege.title.as_ref().map(title).unwrap_or_default();
    let includes = clause(" includes ", &privilege.includes);
    let requires = privilege.requires.as_ref().map(|formula| format!(" requires {}", expr(formula)));
    format!("{title}{includes}{}", requires.unwrap_or_default())
}

pub(super) fn default_rule(rule: &DefaultRule) -> String {
    match rule {
        DefaultRule::Deny => "deny".to_owned(),
        DefaultRule::Grant { to, when_unlisted } => {
            let to = if *to == Class::Anyone { String::new() } else { format!(" to {}", class(*to)) };
            format!("grant{to}{}", if *when_unlisted { " when unlisted" } else { "" })
        }
    }
}

pub(super) fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::DenyOverrides => "deny-overrides",
        Strategy::Nearest => "nearest",
        Strategy::MostSpecific => "most-specific",
        Strategy::GrantOverrides => "grant-overrides",
    }
}

fn behaviour(default: Option<&Spanned<DefaultRule>>, resolve: Option<&Spanned<Strategy>>) -> String {
    let default = default.map(|rule| format!("default {}\n", default_rule(&rule.value)));
    let resolve = resolve.map(|word| format!("resolve {}\n", strategy(word.value)));
    format!("{}{}", default.unwrap_or_default(), resolve.unwrap_or_default())
}

pub(super) fn type_expr(ty: &TypeExpr) -> String {
    match ty {
        TypeExpr::Bool => "bool".to_owned(),
        TypeExpr::Int => "int".to_owned(),
        TypeExpr::String => "string".to_owned(),
        TypeExpr::Timestamp => "timestamp".to_owned(),
        TypeExpr::Ip => "ip".to_owned(),
        TypeExpr::Principal => "principal".to_owned(),
        TypeExpr::Enum(members) => {
            members.iter().map(|member| quoted(&member.text)).collect::<Vec<_>>().join(" | ")
        }
        TypeExpr::Set(member) => format!("[{}]", type_expr(member)),
    }
}

fn literal(literal: &Literal) -> String {
    match &literal.value {
        LiteralValue::Bool(value) => value.to_string(),
        LiteralValue::String(text) => quoted(text),
        LiteralValue::Bare(text) => text.to_string(),
        LiteralValue::Principal(who) => principal(who),
        LiteralValue::List(members) => format!("[{}]", list(members, self::literal)),
    }
}

fn values(values: &[(Name, Literal)]) -> String {
    if values.is_empty() {
        return String::new();
    }
    let values = list(values, |(name, value)| format!("{}: {}", name.text, literal(value)));
    format!(" {{ {values} }}")
}

pub(super) fn attribute(attribute: &AttributeRef) -> String {
    let root = match attribute.root {
        AttributeRoot::Principal => "principal",
        AttributeRoot::Resource => "resource",
        AttributeRoot::Context => "context",
    };
    format!("{root}.{}", attribute.name.text)
}

fn settings(settings: &[(AttributeRef, Literal)]) -> String {
    list(settings, |(name, value)| format!("{} = {}", attribute(name), literal(value)))
}

fn identity(principal: &PrincipalDecl) -> String {
    let kind = match principal.kind {
        PrincipalKind::User => "user",
        PrincipalKind::Service => "service",
    };
    let groups = clause(" in ", &principal.groups);
    format!("{kind} {}{groups}{}", name(&principal.name), values(&principal.attributes))
}

fn scope(scope: &ScopeRef) -> String {
    match scope {
        ScopeRef::Resource { resource, only } => {
            format!("{}{}", self::resource(resource), if only.is_some() { " only" } else { "" })
        }
        ScopeRef::Type { ty, .. } => format!("{}:*", type_name(ty)),
    }
}

fn on(scope: Option<&ScopeRef>) -> String {
    scope.map(|scope| format!(" on {}", self::scope(scope))).unwrap_or_default()
}

fn when(condition: Option<&Expr>) -> String {
    condition.map(|condition| format!(" when {}", expr(condition))).unwrap_or_default()
}

pub(super) fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Grant => "grant",
        Effect::Deny => "deny",
        Effect::Bypass => "bypass",
    }
}

fn entry(entry: &EntryDecl) -> String {
    let to = if entry.to.is_empty() { String::new() } else { format!(" to {}", list(&entry.to, principal)) };
    let (on, when) = (on(entry.on.as_deref()), when(entry.when.as_deref()));
    format!("{} {}{to}{on}{when}", effect(entry.effect.value), privileges(&entry.privileges))
}

fn assign(assign: &AssignDecl) -> String {
    let from = assign.from.as_deref().map(|from| format!(" from {}", date(from))).unwrap_or_default();
    let until = assign.until.as_deref().map(|until| format!(" until {}", date(until))).unwrap_or_default();
    let (on, when) = (on(assign.on.as_deref()), when(assign.when.as_deref()));
    format!("assign {} to {}{on}{from}{until}{when}", name(&assign.role), list(&assign.to, principal))
}

fn invariant(invariant: &InvariantDecl) -> String {
    let claim = |word: &str, claim: &InvariantClaim| {
        let (who, what) = (list(&claim.who, principal), privileges(&claim.privileges));
        format!("{word} {who} can {what}{}", on(claim.on.as_ref()))
    };
    match invariant {
        InvariantDecl::Never(of) => claim("never", of),
        InvariantDecl::Always(of) => claim("always", of),
        InvariantDecl::Only(of) => claim("only", of),
        InvariantDecl::NeverTogether(set) => format!("never together {}", privileges(set)),
    }
}

fn check(check: &Check) -> String {
    let word = if check.expect { "can" } else { "cannot" };
    let on = check.on.as_ref().map(|on| format!(" on {}", resource(on))).unwrap_or_default();
    let ancestors: String = check.ancestors.iter().map(|above| format!(" in {}", resource(above))).collect();
    let because = check.because.as_ref().map(|reason| format!(" because {}", reason.text));
    format!("{word} {}{on}{ancestors}{}", privileges(&check.privileges), because.unwrap_or_default())
}

/// A formula or condition; brackets stand where the tree has a level of its own.
pub(super) fn expr(formula: &Expr) -> String {
    match &formula.kind {
        ExprKind::And(parts) => joined(parts, " and "),
        ExprKind::Or(parts) => joined(parts, " or "),
        ExprKind::Not(inner) => format!("not {}", operand_of(inner, " not ")),
        ExprKind::Privilege(named) => name(named),
        ExprKind::Any(set) => quantified("any", set),
        ExprKind::All(set) => quantified("all", set),
        ExprKind::Attribute(of) => attribute(of),
        ExprKind::Has(of) => format!("has {}", attribute(of)),
        ExprKind::Compare { left, op, right } => {
            let op = op.value.sign();
            format!("{} {op} {}", operand(left), operand(right))
        }
    }
}

fn joined(parts: &[Expr], word: &str) -> String {
    parts.iter().map(|part| operand_of(part, word)).collect::<Vec<_>>().join(word)
}

/// A part of a formula, in brackets where it would be read otherwise without them.
fn operand_of(part: &Expr, word: &str) -> String {
    let brackets = match part.kind {
        ExprKind::Or(_) => true,
        ExprKind::And(_) => word != " or ",
        _ => false,
    };
    if brackets { format!("({})", expr(part)) } else { expr(part) }
}

fn quantified(word: &str, set: &PrivilegeSet) -> String {
    match (set.items.as_slice(), set.except.is_empty()) {
        ([item @ (PrivilegeItem::Category(_) | PrivilegeItem::Wildcard(_))], true) => {
            format!("{word} {}", privilege(item))
        }
        _ => format!("{word}({})", privileges(set)),
    }
}

fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Attribute(of) => attribute(of),
        Operand::Principal(_) => "principal".to_owned(),
        Operand::Literal(value) => literal(value),
    }
}
