//! A casbin model and its policy > a draft.
//!
//! Enters: one model and any number of policies in CSV. Leaves: actions as privileges, asked on objects, in domains, or without a resource,
//! as the model has them; what stands behind somebody in a `g` line is a role, and everybody else a user. Models of other families are
//! refused by the part of the matcher that cannot be said.

mod lines;
mod matcher;
mod model;

use super::Input;
use super::draft::{Assignment, Draft, Entry, Role, Scope, Type, Who};
use super::finding::Report;
use super::list::{Item, Written};
use crate::ast::{Class, Effect as Sign};
use crate::source::{Source, Span};
use lines::{Lines, Link, Policy};
use model::{Effect, Field, Model, Test};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;

const DOMAIN: &str = "domain";
const OBJECT: &str = "object";
/// What stands before the last `/` of an object.
const DIRECTORY: &str = "directory";
const ACTIONS: &str = "actions";
/// The privilege of a model without actions.
const ACCESS: &str = "access";
/// How many links casbin follows, one behind the other.
const MAX_LINKS: usize = 10;

pub(super) fn read(input: &Input<'_>, report: &mut Report) -> Draft {
    let mut draft = Draft { origin: "a casbin model and its policy".to_owned(), ..Draft::default() };
    let is_model = |source: &Source| {
        let ending = source.path.extension().and_then(OsStr::to_str);
        ending.is_some_and(|ending| matches!(ending, "conf" | "ini"))
            || source.text.contains("[request_definition]")
    };
    let models: Vec<_> = input.files().filter(|(_, source)| is_model(source)).collect();
    let [(id, source)] = models.as_slice() else {
        let help = "give the model (`model.conf`) and its policy (`policy.csv`)";
        report.error(
            None,
            format!("{} of the files are a casbin model, and it takes one", models.len()),
            help,
        );
        return draft;
    };
    let Some(model) = model::read(*id, source, report) else { return draft };
    let mut lines = Lines::default();
    for (id, source) in input.files().filter(|(_, source)| !is_model(source)) {
        lines.read(id, source, &model, report);
    }
    if report.has_errors() {
        return draft;
    }
    if lines.policies.is_empty() {
        let help = "give the file with its `p` lines beside the model";
        report.error(None, "there is no policy for the model", help);
        return draft;
    }
    for (links, what) in [(&lines.subjects, "`g`"), (&lines.objects, "`g2`")] {
        if let Some((span, message)) = too_long(links) {
            report.error(span, format!("the links of {what} {message}"), "take one of the links out");
            return draft;
        }
    }
    let mut drafter = Drafter::new(&model, &lines, &mut draft, report);
    for name in &input.known.names {
        drafter.draft.privileges.declare(&name.text, ACTIONS, &drafter.on);
    }
    drafter.run();
    draft
}

/// Links in a circle, or more of them one behind the other than casbin follows.
fn too_long(links: &[Link]) -> Option<(Span, &'static str)> {
    let mut behind: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut pending: HashMap<&str, usize> = HashMap::new();
    for link in links.iter().filter(|link| link.from != link.to) {
        behind.entry(&link.from).or_default().push(&link.to);
        pending.entry(&link.from).or_default();
        *pending.entry(&link.to).or_default() += 1;
    }
    // Takes away who is linked to by nobody left, with how many links stand before.
    let mut open: Vec<(&str, usize)> =
        pending.iter().filter(|(_, count)| **count == 0).map(|(name, _)| (*name, 0)).collect();
    let mut longest: HashMap<&str, usize> = HashMap::new();
    let mut left = pending.len();
    while let Some((name, length)) = open.pop() {
        left -= 1;
        for next in behind.get(name).into_iter().flatten() {
            let known = longest.entry(next).or_default();
            *known = (*known).max(length + 1);
            if let Some(count) = pending.get_mut(next) {
                *count -= 1;
                if *count == 0 {
                    open.push((next, longest.get(next).copied().unwrap_or_default()));
                }
            }
        }
    }
    if left > 0 {
        let in_circle =
            links.iter().find(|link| pending.get(link.to.as_str()).is_some_and(|count| *count > 0));
        return in_circle.map(|link| (link.span, "go in a circle"));
    }
    let beyond = longest.iter().find(|(_, length)| **length > MAX_LINKS)?;
    let link = links.iter().find(|link| link.to == *beyond.0)?;
    Some((link.span, "are more than 10 one behind the other, which casbin does not follow"))
}

/// What the source both allows and denies: to whom, where, what.
type Contradicted = HashSet<(Who, Option<Scope>, u32)>;

struct Drafter<'a> {
    model: &'a Model,
    lines: &'a Lines,
    draft: &'a mut Draft,
    report: &'a mut Report,
    /// What privileges are asked on.
    on: Vec<&'static str>,
    /// The names that are roles, with their numbers in the draft.
    roles: BTreeMap<SmolStr, usize>,
    /// For each group of objects, what is linked to it directly.
    members: HashMap<SmolStr, Vec<SmolStr>>,
    /// Whether groups of objects are said by what lies in what.
    is_tree: bool,
}

impl<'a> Drafter<'a> {
    fn new(model: &'a Model, lines: &'a Lines, draft: &'a mut Draft, report: &'a mut Report) -> Drafter<'a> {
        let has = |field: Field| model.asked.contains_key(&field);
        let on = match (has(Field::Object), has(Field::Domain)) {
            (true, _) => vec![OBJECT],
            (false, true) => vec![DOMAIN],
            _ => Vec::new(),
        };
        let mut roles = BTreeMap::new();
        for link in &lines.subjects {
            let number = roles.len();
            roles.entry(link.to.clone()).or_insert(number);
        }
        let mut members: HashMap<SmolStr, Vec<SmolStr>> = HashMap::new();
        let mut parents: HashSet<&str> = HashSet::new();
        let mut is_tree = !has(Field::Domain);
        for link in lines.objects.iter().filter(|link| link.from != link.to) {
            is_tree &= parents.insert(&link.from);
            members.entry(link.to.clone()).or_default().push(link.from.clone());
        }
        Drafter { model, lines, draft, report, on, roles, members, is_tree }
    }

    fn has(&self, field: Field) -> bool {
        self.model.asked.contains_key(&field)
    }

    fn is_starred(&self, field: Field) -> bool {
        self.model.asked.get(&field).is_some_and(|asked| asked.star)
    }

    fn run(&mut self) {
        self.types();
        self.actions();
        let mut by_number: Vec<(&SmolStr, &usize)> = self.roles.iter().collect();
        by_number.sort_by_key(|(_, number)| **number);
        self.draft.roles =
            by_number.iter().map(|(name, _)| Role { name: (*name).clone(), ..Role::default() }).collect();
        self.links();
        let contradicted = self.contradicted();
        if self.report.has_errors() {
            return;
        }
        for policy in self.lines.policies.iter().filter(|policy| !policy.is_idle) {
            self.policy(policy, &contradicted);
        }
        self.superusers(&contradicted);
        self.draft.default_grant = self.model.effect == Effect::NoDeny;
    }

    fn types(&mut self) {
        let plain = |name| Type { name, parents: Vec::new(), by_path: false };
        let (objects, domains) = (self.has(Field::Object), self.has(Field::Domain));
        if domains {
            self.draft.types.push(plain(DOMAIN));
        }
        if !objects {
            return;
        }
        let by_prefix = self.model.asked.get(&Field::Object).is_some_and(|asked| asked.test == Test::Prefix);
        let object = |parent, by_path| Type { name: OBJECT, parents: vec![parent], by_path };
        match () {
            () if domains => self.draft.types.push(object(DOMAIN, true)),
            () if by_prefix => {
                self.draft.types.push(Type { name: DIRECTORY, parents: vec![DIRECTORY], by_path: true });
                self.draft.types.push(object(DIRECTORY, true));
            }
            () if self.is_tree && !self.members.is_empty() => {
                self.draft.types.push(object(OBJECT, false));
                for link in self.lines.objects.iter().filter(|link| link.from != link.to) {
                    self.draft.instances.insert(((OBJECT, link.from.clone()), (OBJECT, link.to.clone())));
                }
            }
            () => self.draft.types.push(plain(OBJECT)),
        }
    }

    /// Every action that a policy names.
    fn actions(&mut self) {
        let starred = self.is_starred(Field::Action);
        if !self.has(Field::Action) {
            self.draft.privileges.declare(ACCESS, ACTIONS, &self.on);
        }
        let mut star = None;
        for policy in &self.lines.policies {
            match policy.action.as_deref() {
                Some("*") if starred => star = star.or(Some(policy.span)),
                Some(action) => drop(self.draft.privileges.declare(action, ACTIONS, &self.on)),
                None => {}
            }
        }
        if let Some(span) = star {
            let count = self.draft.privileges.list.len();
            let message = format!(
                "`*` stands for {count} actions: those that these files name; the policy knows no others, and denies them"
            );
            self.report.note(span, message, "list further ones in a file for `--privileges`, one a line");
        }
    }

    /// A role if something is linked to it, else a user.
    fn who(&self, name: &SmolStr) -> Who {
        if self.roles.contains_key(name) { Who::Role(name.clone()) } else { Who::User(name.clone()) }
    }

    fn links(&mut self) {
        for link in self.lines.subjects.iter().filter(|link| link.from != link.to) {
            let from = self.who(&link.from);
            let on = link.domain.as_ref().map(|domain| Scope::Below((DOMAIN, domain.clone())));
            match (&from, &on) {
                (Who::Role(name), None) => {
                    let number = self.roles.get(name).copied().unwrap_or_default();
                    if let Some(role) = self.draft.roles.get_mut(number) {
                        role.inherits.push(link.to.clone());
                    }
                }
                _ => {
                    self.draft.meet(&from);
                    self.draft.assignments.push(Assignment { role: link.to.clone(), to: from, on });
                }
            }
        }
    }

    /// Whom a policy is about; nothing: everybody.
    fn subject(&self, policy: &Policy) -> Who {
        policy.subject.as_ref().map_or(Who::Class(Class::Anyone), |name| self.who(name))
    }

    /// What the source both allows and denies.
    fn contradicted(&mut self) -> Contradicted {
        let mut said: HashMap<(Who, Option<Scope>, u32), bool> = HashMap::new();
        let mut both = Contradicted::new();
        // Who is named in the matcher meets every policy.
        if let Some(sign) = self.superusers_have() {
            for name in &self.model.superusers {
                let all = (0..).zip(&self.draft.privileges.list);
                said.extend(all.map(|(action, _)| ((self.who(name), None, action), sign == Sign::Deny)));
            }
        }
        for policy in self.lines.policies.iter().filter(|policy| !policy.is_idle) {
            let (scopes, what) = (self.scopes(policy).unwrap_or_default(), self.what(policy));
            if !self.report.spend(scopes.len().saturating_mul(what.len()).saturating_mul(8)) {
                break;
            }
            for scope in scopes {
                for &action in &what {
                    let key = (self.subject(policy), scope.clone(), action);
                    if *said.entry(key.clone()).or_insert(policy.denies) != policy.denies {
                        both.insert(key);
                    }
                }
            }
        }
        both
    }

    fn what(&self, policy: &Policy) -> Vec<u32> {
        let all = || (0..).zip(&self.draft.privileges.list).map(|(number, _)| number).collect();
        match policy.action.as_deref() {
            None => all(),
            Some("*") if self.is_starred(Field::Action) => all(),
            Some(action) => self.draft.privileges.number(action).into_iter().collect(),
        }
    }

    fn policy(&mut self, policy: &Policy, contradicted: &Contradicted) {
        let scopes = match self.scopes(policy) {
            Ok(scopes) => scopes,
            Err((message, help)) => return self.report.left_out(policy.span, message, help),
        };
        let (to, what) = (self.subject(policy), self.what(policy));
        if what.is_empty() {
            let help = "no other policy names an action; list some in a file for `--privileges`, one a line";
            return self.report.left_out(
                policy.span,
                "`*` of this policy names no action that there is",
                help,
            );
        }
        self.draft.meet(&to);
        let sign = if policy.denies { Sign::Deny } else { Sign::Grant };
        let is_star = policy.action.as_deref() == Some("*");
        for scope in scopes {
            self.put(&to, sign, &what, scope, is_star, contradicted);
        }
    }

    /// Writes an entry; what the source says both of, in one of its own.
    fn put(
        &mut self,
        to: &Who,
        sign: Sign,
        what: &[u32],
        scope: Option<Scope>,
        is_star: bool,
        contradicted: &Contradicted,
    ) {
        let is_contradicted = |number: &&u32| contradicted.contains(&(to.clone(), scope.clone(), **number));
        let (both, plain): (Vec<&u32>, Vec<&u32>) = what.iter().partition(is_contradicted);
        // The finding is about the deny.
        let why = (sign == Sign::Deny).then_some("the source says both; the deny wins there and here");
        for (what, contradicts) in [(plain, None), (both, why)] {
            let mut entry = Entry::of(sign, what.into_iter().copied().collect());
            entry.contradicts = contradicts;
            entry.on = scope.clone();
            if is_star {
                let items = vec![Item::Wildcard(SmolStr::new_static("*"))];
                entry.written = Some(Written { items, except: Vec::new() });
            }
            match to {
                Who::Role(name) => {
                    let number = self.roles.get(name).copied().unwrap_or_default();
                    if let Some(role) = self.draft.roles.get_mut(number) {
                        role.entries.push(entry);
                    }
                }
                _ => {
                    entry.to = vec![to.clone()];
                    self.draft.entries.push(entry);
                }
            }
        }
    }

    /// Where a policy holds.
    fn scopes(&self, policy: &Policy) -> Result<Vec<Option<Scope>>, (String, &'static str)> {
        let is_star =
            |value: &Option<SmolStr>, field: Field| value.as_deref() == Some("*") && self.is_starred(field);
        let any_domain = is_star(&policy.domain, Field::Domain);
        let any_object = is_star(&policy.object, Field::Object);
        match (&policy.domain, &policy.object) {
            (None, None) => Ok(vec![None]),
            (Some(_), None) if any_domain => Ok(vec![None]),
            (Some(domain), None) => Ok(vec![Some(Scope::Below((DOMAIN, domain.clone())))]),
            (None, Some(_)) if any_object => Ok(vec![None]),
            (None, Some(object)) => self.object(object),
            (Some(domain), Some(object)) => {
                if any_domain {
                    return match any_object {
                        true => Ok(vec![None]),
                        false => Err((
                            format!("`{object}` of every domain cannot be named"),
                            "write the policy for each domain",
                        )),
                    };
                }
                if domain.contains('/') {
                    return Err((
                        format!("the domain `{domain}` holds a `/`, which parts domains from objects"),
                        "rename it",
                    ));
                }
                if any_object {
                    return Ok(vec![Some(Scope::Below((DOMAIN, domain.clone())))]);
                }
                self.objects(object).into_iter().map(|object| match object.contains('/') {
                    true => Err((
                        format!("the object `{object}` of a domain holds a `/`, which parts domains from objects"),
                        "rename it",
                    )),
                    false => Ok(Some(Scope::Below((OBJECT, format!("{domain}/{object}").into())))),
                }).collect()
            }
        }
    }

    /// An object and all that is linked to it, as far as what lies in what does not say it.
    fn objects(&self, object: &SmolStr) -> Vec<SmolStr> {
        if self.is_tree {
            return vec![object.clone()];
        }
        let (mut found, mut open) = (BTreeSet::from([object.clone()]), vec![object.clone()]);
        while let Some(next) = open.pop() {
            for member in self.members.get(&next).into_iter().flatten() {
                if found.insert(member.clone()) {
                    open.push(member.clone());
                }
            }
        }
        found.into_iter().collect()
    }

    fn object(&self, object: &SmolStr) -> Result<Vec<Option<Scope>>, (String, &'static str)> {
        let test = self.model.asked.get(&Field::Object).map(|asked| asked.test);
        let below = |id: &SmolStr| Some(Scope::Below((OBJECT, id.clone())));
        match (test, object.split_once('*')) {
            (Some(Test::Prefix), Some(("", _))) => Ok(vec![None]),
            (Some(Test::Prefix), Some((prefix, _))) => {
                match prefix.strip_suffix('/').filter(|rest| !rest.is_empty()) {
                    Some(directory) => Ok(vec![Some(Scope::Below((DIRECTORY, directory.into())))]),
                    None => Err((
                        format!("a policy has no scope for the objects that `{object}` stands for"),
                        "end the pattern with `/*`, or name the objects one by one",
                    )),
                }
            }
            (Some(Test::Linked), _) => Ok(self.objects(object).iter().map(below).collect()),
            _ => Ok(vec![below(object)]),
        }
    }

    /// What those have who are named in the matcher itself: they meet every policy, and so every deny too.
    fn superusers_have(&self) -> Option<Sign> {
        let denies = self.lines.policies.iter().any(|policy| policy.denies);
        let allows = self.lines.policies.iter().any(|policy| !policy.denies);
        match self.model.effect {
            Effect::SomeAllow if allows => Some(Sign::Grant),
            Effect::AllowAndNoDeny if allows && !denies => Some(Sign::Grant),
            Effect::AllowAndNoDeny | Effect::NoDeny if denies => Some(Sign::Deny),
            _ => None,
        }
    }

    fn superusers(&mut self, contradicted: &Contradicted) {
        let Some(sign) = self.superusers_have() else { return };
        for name in &self.model.superusers {
            let to = self.who(name);
            if let Who::Role(_) = to {
                let message =
                    format!("the matcher names `{name}`, which is a role: whoever holds it is not meant");
                self.report.left_out(None, message, "let the matcher name a user");
                continue;
            }
            self.draft.meet(&to);
            let what: Vec<u32> = (0..).zip(&self.draft.privileges.list).map(|(number, _)| number).collect();
            self.put(&to, sign, &what, None, true, contradicted);
        }
    }
}
