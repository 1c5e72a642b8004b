//! The file of a casbin model > what its matcher asks of each field.
//!
//! Enters: sections of keys and values. Leaves: a model of one of the families that a policy can say exactly; what is beyond them is named,
//! by its part of the matcher.

use super::matcher::{Expr, Kind, Operand, parse};
use crate::import::finding::Report;
use crate::source::{Source, SourceId, Span};
use smol_str::SmolStr;
use std::collections::HashMap;

/// What a field is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    Subject,
    Domain,
    Object,
    Action,
    /// Of policies alone: `allow` or `deny`.
    Effect,
}

/// The names that people give to fields.
const NAMES: [(Field, &[&str]); 5] = [
    (Field::Subject, &["sub", "subject", "user"]),
    (Field::Domain, &["dom", "domain", "tenant", "org"]),
    (Field::Object, &["obj", "object", "resource", "res", "path", "url"]),
    (Field::Action, &["act", "action", "method", "permission"]),
    (Field::Effect, &["eft"]),
];

/// How a field of a request is compared with that of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// `r.x == p.x`.
    Equal,
    /// `g(r.x, p.x)`: it, or what it is linked to.
    Linked,
    /// `keyMatch(r.x, p.x)`: up to the first `*`.
    Prefix,
}

/// A test, and whether the policy may say `*` instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub test: Test,
    pub star: bool,
}

/// How what policies say is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// One that allows.
    SomeAllow,
    /// One that allows, and none that denies.
    AllowAndNoDeny,
    /// None that denies.
    NoDeny,
}

#[derive(Debug)]
pub(super) struct Model {
    /// The fields of requests that the matcher asks for.
    pub asked: HashMap<Field, Asked>,
    /// The fields of a policy, in order.
    pub policy: Vec<Field>,
    /// Whether roles are held in a domain.
    pub roles_in_domains: bool,
    /// Who may everything that any policy says.
    pub superusers: Vec<SmolStr>,
    pub effect: Effect,
}

/// A value and where it stands.
struct Line {
    text: String,
    span: Span,
}

pub(super) fn read(id: SourceId, source: &Source, report: &mut Report) -> Option<Model> {
    let lines = sections(id, source, report)?;
    let mut get = |section: &str, key: &str| -> Option<&Line> {
        let found = lines.get(&(section.to_owned(), key.to_owned()));
        if found.is_none() {
            let message = format!("the model has no `{key}` in [{section}]");
            report.error(Span::new(id, 0..0), message, "give the model that casbin is configured with");
        }
        found
    };
    let request = get("request_definition", "r");
    let policy = get("policy_definition", "p");
    let effect = get("policy_effect", "e");
    let matcher = get("matchers", "m");
    let (request, policy, effect, matcher) = (request?, policy?, effect?, matcher?);
    let request_fields = fields(request, false, report)?;
    let policy_fields = fields(policy, true, report)?;
    let links: HashMap<&str, usize> = lines
        .iter()
        .filter(|((section, _), _)| section == "role_definition")
        .map(|((_, key), line)| (key.as_str(), line.text.split(',').count()))
        .collect();
    let effect = match effect.text.split_whitespace().collect::<String>().as_str() {
        "some(where(p.eft==allow))" => Effect::SomeAllow,
        "some(where(p.eft==allow))&&!some(where(p.eft==deny))" => Effect::AllowAndNoDeny,
        "!some(where(p.eft==deny))" => Effect::NoDeny,
        _ => {
            let message = format!("the effect `{}` cannot be said by a policy", effect.text);
            let help = "it can be: some allow; some allow and no deny; no deny";
            report.left_out(effect.span, message, help);
            return None;
        }
    };
    let expr = match parse(&matcher.text) {
        Ok(expr) => expr,
        Err(part) => {
            refuse(matcher, part, report);
            return None;
        }
    };
    let mut reader = Reader {
        request: &request_fields,
        policy: &policy_fields,
        links: &links,
        model: Model {
            asked: HashMap::new(),
            policy: policy_fields.iter().map(|(_, field)| *field).collect(),
            roles_in_domains: false,
            superusers: Vec::new(),
            effect,
        },
    };
    if let Err(part) = reader.matcher(&expr) {
        refuse(matcher, part, report);
        return None;
    }
    for (name, field) in policy_fields.iter().filter(|(_, field)| *field != Field::Effect) {
        if !reader.model.asked.contains_key(field) {
            let message = format!("the matcher never looks at `p.{name}`");
            report.left_out(
                matcher.span,
                message,
                "take the field out of [policy_definition], or compare it",
            );
            return None;
        }
    }
    Some(reader.model)
}

fn refuse(matcher: &Line, part: std::ops::Range<usize>, report: &mut Report) {
    let shown = matcher.text.get(part).filter(|part| !part.trim().is_empty()).unwrap_or("its end").trim();
    let message = format!("the matcher says what a policy cannot say exactly: `{shown}`");
    let help = "it can be: `==`, `g(r.sub, p.sub)`, `g2(r.obj, p.obj)`, `keyMatch(r.obj, p.obj)`, `p.act == \"*\"`, `r.sub == \"root\"`";
    report.left_out(matcher.span, message, help);
}

/// The keys of each section. A line that ends with a backslash goes on.
fn sections(id: SourceId, source: &Source, report: &mut Report) -> Option<HashMap<(String, String), Line>> {
    let known = ["request_definition", "policy_definition", "role_definition", "policy_effect", "matchers"];
    let mut found: HashMap<(String, String), Line> = HashMap::new();
    let (mut section, mut start, mut sound) = (String::new(), 0, true);
    let mut open: Option<(String, String)> = None;
    for raw in source.text.split_inclusive('\n') {
        let span = Span::new(id, start..start + raw.trim_end().len());
        start += raw.len();
        let line = raw.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let (text, goes_on) = line.strip_suffix('\\').map_or((line, false), |text| (text.trim(), true));
        if let Some(key) = open.take() {
            if let Some(value) = found.get_mut(&key) {
                value.text.push(' ');
                value.text.push_str(text);
            }
            open = goes_on.then_some(key);
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim().to_owned();
            if !known.contains(&section.as_str()) {
                report.error(
                    span,
                    format!("[{section}] is no section of a model"),
                    format!("the sections are {}", known.join(", ")),
                );
                sound = false;
            }
            continue;
        }
        let Some((key, value)) = text.split_once('=') else {
            report.error(
                span,
                format!("`{line}` is neither a section nor `key = value`"),
                "correct this line",
            );
            sound = false;
            continue;
        };
        let key = (section.clone(), key.trim().to_owned());
        let is_known = match section.as_str() {
            "request_definition" => key.1 == "r",
            "policy_definition" => key.1 == "p",
            "policy_effect" => key.1 == "e",
            "matchers" => key.1 == "m",
            "role_definition" => matches!(key.1.as_str(), "g" | "g2"),
            _ => true,
        };
        if !is_known {
            let message = format!(
                "`{}` of [{section}] is not read: there is one kind of request, of policy and of matcher",
                key.1
            );
            report.left_out(span, message, "take it out of the model, and import again");
            sound = false;
        }
        if goes_on {
            open = Some(key.clone());
        }
        if found.insert(key.clone(), Line { text: value.trim().to_owned(), span }).is_some() {
            report.error(span, format!("`{}` is there twice in [{section}]", key.1), "keep one of the two");
            sound = false;
        }
    }
    sound.then_some(found)
}

/// The fields of a definition, with what they are about.
fn fields(line: &Line, is_policy: bool, report: &mut Report) -> Option<Vec<(SmolStr, Field)>> {
    let mut fields: Vec<(SmolStr, Field)> = Vec::new();
    for name in line.text.split(',').map(str::trim) {
        let known = NAMES.iter().find(|(_, names)| names.contains(&name)).map(|(field, _)| *field);
        let field = known.filter(|field| *field != Field::Effect || is_policy);
        let Some(field) = field.filter(|field| fields.iter().all(|(_, other)| other != field)) else {
            let message = format!(
                "the field `{name}` is none of those that a policy can say, or one of them a second time"
            );
            let help = "the fields are sub, dom, obj and act, and eft of policies";
            report.left_out(line.span, message, help);
            return None;
        };
        fields.push((name.into(), field));
    }
    Some(fields)
}

struct Reader<'m> {
    request: &'m [(SmolStr, Field)],
    policy: &'m [(SmolStr, Field)],
    links: &'m HashMap<&'m str, usize>,
    model: Model,
}

type Part = std::ops::Range<usize>;

impl Reader<'_> {
    fn matcher(&mut self, expr: &Expr) -> Result<(), Part> {
        let alternatives = match &expr.kind {
            Kind::Or(parts) => parts.as_slice(),
            _ => std::slice::from_ref(expr),
        };
        let mut rest = Vec::new();
        for part in alternatives {
            match &part.kind {
                Kind::Equal(Operand::Request(name), Operand::Text(who))
                | Kind::Equal(Operand::Text(who), Operand::Request(name))
                    if self.field(self.request, name) == Some(Field::Subject) =>
                {
                    self.model.superusers.push(who.clone());
                }
                _ => rest.push(part),
            }
        }
        let main = match rest.as_slice() {
            [main] => *main,
            // `r.act == p.act || p.act == "*"`, and nothing else.
            [one, other] if self.star(one).is_some() || self.star(other).is_some() => {
                let kind = Kind::Or(vec![(*one).clone(), (*other).clone()]);
                return self.term(&Expr { kind, at: expr.at.clone() });
            }
            [_, other, ..] => return Err(other.at.clone()),
            [] => return Err(expr.at.clone()),
        };
        let terms = match &main.kind {
            Kind::And(parts) => parts.as_slice(),
            _ => std::slice::from_ref(main),
        };
        terms.iter().try_for_each(|term| self.term(term))
    }

    fn field(&self, of: &[(SmolStr, Field)], name: &str) -> Option<Field> {
        of.iter().find(|(known, _)| known == name).map(|(_, field)| *field)
    }

    /// A comparison of one field, perhaps with a way out: `|| p.x == "*"`.
    fn term(&mut self, term: &Expr) -> Result<(), Part> {
        let unread = || term.at.clone();
        let (test, star) = match &term.kind {
            Kind::Or(parts) => match parts.as_slice() {
                [one, other] => match (self.star(one), self.star(other)) {
                    (None, Some(star)) => (one, Some(star)),
                    (Some(star), None) => (other, Some(star)),
                    _ => return Err(unread()),
                },
                _ => return Err(unread()),
            },
            _ => (term, None),
        };
        let (field, test) = self.test(test).ok_or_else(unread)?;
        if star.is_some_and(|starred| starred != field || field == Field::Subject) {
            return Err(unread());
        }
        let asked = Asked { test, star: star.is_some() };
        match self.model.asked.insert(field, asked) {
            None => Ok(()),
            Some(_) => Err(unread()),
        }
    }

    /// The field of `p.x == "*"`.
    fn star(&self, expr: &Expr) -> Option<Field> {
        match &expr.kind {
            Kind::Equal(Operand::Policy(name), Operand::Text(text))
            | Kind::Equal(Operand::Text(text), Operand::Policy(name))
                if text == "*" =>
            {
                self.field(self.policy, name)
            }
            _ => None,
        }
    }

    fn test(&mut self, expr: &Expr) -> Option<(Field, Test)> {
        let same = |of: &Self, request: &str, policy: &str| {
            let field = of.field(of.request, request)?;
            (of.field(of.policy, policy) == Some(field)).then_some(field)
        };
        match &expr.kind {
            Kind::Equal(Operand::Request(request), Operand::Policy(policy))
            | Kind::Equal(Operand::Policy(policy), Operand::Request(request)) => {
                Some((same(self, request, policy)?, Test::Equal))
            }
            Kind::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
                ("g", [Operand::Request(request), Operand::Policy(policy), rest @ ..]) => {
                    let field = same(self, request, policy).filter(|field| *field == Field::Subject)?;
                    let in_domain = match rest {
                        [] => false,
                        [Operand::Request(domain)]
                            if self.field(self.request, domain) == Some(Field::Domain) =>
                        {
                            true
                        }
                        _ => return None,
                    };
                    self.model.roles_in_domains = in_domain;
                    (self.links.get("g") == Some(&(2 + usize::from(in_domain))))
                        .then_some((field, Test::Linked))
                }
                ("g2", [Operand::Request(request), Operand::Policy(policy)]) => {
                    let field = same(self, request, policy).filter(|field| *field == Field::Object)?;
                    (self.links.get("g2") == Some(&2)).then_some((field, Test::Linked))
                }
                ("keyMatch", [Operand::Request(request), Operand::Policy(policy)]) => {
                    let field = same(self, request, policy).filter(|field| *field == Field::Object)?;
                    Some((field, Test::Prefix))
                }
                _ => None,
            },
            _ => None,
        }
    }
}
