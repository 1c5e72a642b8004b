//! A counterexample as requests: who asks, for what, where, with which values.
//!
//! Enters: the state in which formulas broke an invariant. Leaves: a [`Witness`], which asks the evaluator itself and so confirms
//! what the formulas say, and tells it in words.

use super::asker::Who;
use super::attributes::{Carried, SELF, TIME};
use super::decision::Decisions;
use super::places::{Place, Stop};
use super::solver::Lit;
use crate::analyze::values;
use crate::evaluate::{self, Attribute, Principal, Request, Truth, Values};
use crate::model::{EntryId, Model, PrincipalValue, Value};
use crate::policy::Policy;
use crate::policy::layout::{AttributeName, Names, Type};
use crate::terms::{AttributeRoot, PrincipalKind, timestamp_text};

/// A question of a counterexample.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub privilege: u32,
    pub stop: Stop,
}

/// A value that a request carries.
struct Carrying {
    attribute: u32,
    request: usize,
    of_resource: bool,
    value: Value,
}

/// See the file.
pub(super) struct Witness<'a> {
    policy: &'a Policy,
    anonymous: bool,
    /// A declared user or service.
    person: Option<u32>,
    roles: Vec<&'a str>,
    groups: Vec<&'a str>,
    values: Vec<Carrying>,
    asked: Vec<Asked>,
}

impl<'a> Witness<'a> {
    /// What the formulas found last.
    pub(super) fn of(
        policy: &'a Policy,
        who: Who,
        decisions: &Decisions<'a, '_>,
        asked: Vec<Asked>,
    ) -> Witness<'a> {
        let (asker, formulas) = (decisions.asker, &decisions.formulas);
        let person = asker.people.iter().find(|person| formulas.holds(person.is)).map(|person| person.holder);
        let brought = |all: &std::collections::BTreeMap<u32, Lit>, kind: Names| -> Vec<&'a str> {
            let brought = all.iter().filter(|(_, is)| formulas.holds(**is));
            brought.map(|(&id, _)| policy.name(kind, id)).collect()
        };
        let mut groups = brought(&asker.groups, Names::Group);
        if matches!(who, Who::Everybody { .. }) && formulas.holds(asker.in_some_group) {
            groups.push(SELF);
        }
        let mut values = Vec::new();
        for (key, variable) in &decisions.attributes.variables {
            let of_resource =
                key.attribute != TIME && policy.record::<AttributeName>(key.attribute).root == 1;
            // What is carried for a resource that this one does not ask about is no part of it.
            let is_asked =
                |asked: &Asked| asked.stop.request == Some(key.request) && asked.stop.ty() == Some(key.ty);
            if !formulas.holds(variable.given) || (of_resource && !asked.iter().any(is_asked)) {
                continue;
            }
            let chosen = |choices: &[(Value, Lit)]| -> Vec<Value> {
                let chosen = choices.iter().filter(|(_, is)| formulas.holds(*is));
                chosen.map(|(value, _)| named(policy, value, person)).collect()
            };
            let value = match &variable.carried {
                Carried::One(choices) => chosen(choices).into_iter().next(),
                Carried::Set(elements) => Some(Value::Set(chosen(elements))),
            };
            let (attribute, request) = (key.attribute, key.request);
            values.extend(value.map(|value| Carrying { attribute, request, of_resource, value }));
        }
        let roles = brought(&asker.roles, Names::Role);
        let anonymous = formulas.holds(asker.anonymous);
        Witness { policy, anonymous, person, roles, groups, values, asked }
    }

    /// How many roles, groups, people and values it names.
    pub(super) fn size(&self) -> usize {
        self.roles.len() + self.groups.len() + usize::from(self.person.is_some()) + self.values.len()
    }

    /// Hands on one of the requests.
    fn with_request<T>(&self, at: usize, answer: impl FnOnce(&Request<'_>) -> T) -> Option<T> {
        let policy = self.policy;
        let asked = self.asked.get(at)?;
        let principal = match self.person {
            _ if self.anonymous => Principal::anonymous(),
            None => Principal::user(SELF),
            Some(holder) => match holder.checked_sub(policy.counts().users) {
                None => Principal::user(policy.name(Names::User, holder)),
                Some(service) => Principal::service(policy.name(Names::Service, service)),
            },
        };
        let principal = principal.groups(&self.groups).roles(&self.roles);
        let mut time = None;
        let elements: Vec<_> = self.values.iter().map(|one| values::elements(&one.value)).collect();
        let mut attributes = Vec::new();
        for (one, elements) in self.values.iter().zip(&elements) {
            match one.value {
                Value::Timestamp(at) if one.attribute == TIME => time = Some(at),
                _ if one.of_resource && asked.stop.request != Some(one.request) => {}
                _ => {
                    let AttributeName { root, name } = policy.record(one.attribute);
                    let root = match root {
                        0 => AttributeRoot::Principal,
                        1 => AttributeRoot::Resource,
                        _ => AttributeRoot::Context,
                    };
                    let value = values::lend(&one.value, elements);
                    attributes.push(Attribute::new(root, policy.string(name), value));
                }
            }
        }
        let request =
            Request::new(principal, policy.name(Names::Privilege, asked.privilege)).with(&attributes);
        let request = time.map_or(request, |time| request.at(time));
        Some(match &asked.stop.place {
            None => answer(&request),
            Some(place) => place.with_resource(|resource| answer(&request.on(*resource))),
        })
    }

    /// Whether the evaluator gives every question this answer.
    pub(super) fn is_confirmed(&self, answer: bool) -> bool {
        (0..self.asked.len()).all(|at| {
            let decided = self.with_request(at, |request| self.policy.decide(request));
            decided.is_some_and(|decision| decision.is_ok_and(|decision| decision.granted() == answer))
        })
    }

    /// The entries that decided, as the policy has them.
    pub(super) fn causes(&self, model: &Model) -> Vec<EntryId> {
        let oracle = |seen: &Values<'_>, test: u32| -> Truth {
            Values { assumed: None, ..*seen }.test(self.policy, test)
        };
        let written = (0..self.asked.len()).flat_map(|at| {
            let entries =
                self.with_request(at, |request| evaluate::deciding_entries(self.policy, request, &oracle));
            entries.unwrap_or_default()
        });
        // The written entries stand in the order of the model's, one for each of those that they are written for.
        let mut firsts = Vec::with_capacity(model.entries.len());
        let mut next = 0;
        for entry in &model.entries {
            firsts.push(next);
            next += entry.to.len();
        }
        let of_written =
            |written: u32| firsts.partition_point(|&first| first <= written as usize).checked_sub(1);
        let mut causes: Vec<EntryId> = written.filter_map(of_written).map(EntryId::at).collect();
        causes.sort_unstable();
        causes.dedup();
        causes
    }

    /// Who can or cannot do what, where and with what, in words.
    pub(super) fn sentence(&self, who: Who, verb: &str) -> String {
        let names = self.asked.iter().map(|asked| self.policy.name(Names::Privilege, asked.privilege));
        let what: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        let mut text = format!("{} {verb} {}", self.subject(who), what.join(" and "));
        // A privilege asked without a resource says nothing of where.
        if let Some(place) = self.asked.iter().find_map(|asked| asked.stop.place.as_ref()) {
            text += &format!(" on {}", self.place(place));
        }
        let values = self.values.iter().filter(|one| one.attribute != TIME).map(|one| self.value(one));
        let values: Vec<String> = values.collect();
        if !values.is_empty() {
            text += &format!(", with {}", values.join(" and "));
        }
        let time = self.values.iter().find(|one| one.attribute == TIME);
        if let Some(Carrying { value: Value::Timestamp(at), .. }) = time {
            text += &format!(", at {}", timestamp_text(*at));
        }
        let lacking = self.lacking();
        if verb == "cannot" && !lacking.is_empty() {
            text += &format!(", without {}", lacking.join(" and "));
        }
        text
    }

    /// The attributes whose lack has a say.
    fn lacking(&self) -> Vec<String> {
        let told = self.with_request(0, |request| self.policy.explain(request).ok());
        let missing = told.flatten().map(|told| told.missing_attributes).unwrap_or_default();
        missing.iter().map(|name| format!("`{name}`")).collect()
    }

    fn subject(&self, who: Who) -> String {
        let roles = self.roles.iter().map(|name| format!("`role:{name}`"));
        let groups = self.groups.iter().map(|name| match *name {
            SELF => "a group that the policy does not know".to_owned(),
            name => format!("`group:{name}`"),
        });
        let brought: Vec<String> = roles.chain(groups).collect();
        let all = match brought.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        };
        let person = self.person.map(|holder| match holder.checked_sub(self.policy.counts().users) {
            None => format!("`user:{}`", self.policy.name(Names::User, holder)),
            Some(service) => format!("`service:{}`", self.policy.name(Names::Service, service)),
        });
        match (person, brought.len()) {
            _ if self.anonymous || who == Who::Anonymous => "anonymous".to_owned(),
            (None, 0) => "somebody who is only logged in".to_owned(),
            (None, 1) if !self.groups.contains(&SELF) => all,
            (None, _) => format!("somebody with {all}"),
            (Some(person), 0) => person,
            (Some(person), _) => format!("{person} with {all}"),
        }
    }

    fn value(&self, one: &Carrying) -> String {
        let AttributeName { root, name } = self.policy.record(one.attribute);
        let root = match root {
            0 => "principal",
            1 => "resource",
            _ => "context",
        };
        let path = format!("{root}.{}", self.policy.string(name));
        let said = match &one.value {
            Value::Bool(true) => path,
            Value::Bool(false) => format!("not {path}"),
            value => format!("{path} == {}", values::text(value)),
        };
        // Of several resources the first has no need to be named.
        let is_other =
            |asked: &&Asked| one.of_resource && one.request > 0 && asked.stop.request == Some(one.request);
        let other = self.asked.iter().find(is_other);
        match other.and_then(|asked| asked.stop.place.as_ref()) {
            Some(place) => format!("`{said}` of {}", self.place(place)),
            None => format!("`{said}`"),
        }
    }

    /// A resource as a reader would say it.
    fn place(&self, place: &Place) -> String {
        let policy = self.policy;
        let is_declared =
            |ty: &str, id: &str| policy.find_type(ty).is_some_and(|ty| policy.find_node(ty, id).is_some());
        let mut words = String::new();
        let own = [(place.ty.clone(), place.id.clone())];
        for (at, (ty, id)) in own.iter().chain(&place.above).enumerate() {
            let joined = if at == 0 { "" } else { " in " };
            if is_declared(ty, id) {
                words += &format!("{joined}`{ty}:{id}`");
                continue;
            }
            let by_path = policy.find_type(ty).is_some_and(|ty| policy.record::<Type>(ty).by_path == 1);
            let above = place.above.get(at);
            match (id.rsplit_once('/'), above) {
                (Some((path, _)), Some((parent, known))) if by_path && is_declared(parent, known) => {
                    return format!("{words}{joined}another `{ty}` right below `{path}`");
                }
                (_, Some(_)) => words += &format!("{joined}another `{ty}`"),
                (_, None) => words += &format!("{joined}a `{ty}` that the policy does not mention"),
            }
        }
        words
    }
}

/// A value with the name of who asks in its place.
fn named(policy: &Policy, value: &Value, person: Option<u32>) -> Value {
    match (value, person) {
        (Value::Principal(PrincipalValue::User(name)), Some(holder)) if name == SELF => {
            let principal = match holder.checked_sub(policy.counts().users) {
                None => (PrincipalKind::User, policy.name(Names::User, holder)),
                Some(service) => (PrincipalKind::Service, policy.name(Names::Service, service)),
            };
            Value::Principal(match principal {
                (PrincipalKind::User, name) => PrincipalValue::User(name.into()),
                (PrincipalKind::Service, name) => PrincipalValue::Service(name.into()),
            })
        }
        (value, _) => value.clone(),
    }
}
