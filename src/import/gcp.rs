//! Roles of Google Cloud > a draft, and one IAM policy that binds them.
//!
//! Enters: roles and a policy as `gcloud` or the REST interface write them, in JSON or YAML. Leaves: a role for each, which grants its
//! permissions, and an assignment for each member of a binding. Permissions have no wildcards there.

use super::Input;
use super::document::{documents, text, texts};
use super::draft::{Assignment, Draft, Entry, Role, Who};
use super::finding::Report;
use crate::ast::{Class, Effect};
use crate::source::Span;
use crate::yaml::plain::Value;
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

pub(super) fn read(input: &Input<'_>, report: &mut Report) -> Draft {
    let mut found = Found::default();
    for (id, source) in input.files() {
        for document in documents(id, source, report) {
            found.collect(&document, report);
        }
    }
    let mut draft = Draft { origin: "roles of Google Cloud".to_owned(), ..Draft::default() };
    for name in &input.known.names {
        draft.privileges.declare(&name.text, category(&name.text), &[]);
    }
    let roles: HashSet<SmolStr> = found.roles.iter().map(|role| role.name.clone()).collect();
    if !found.roles.is_empty() && found.roles.iter().all(|role| role.permissions.is_none()) {
        let help = "`gcloud iam roles list` leaves them out; give what `gcloud iam roles describe ROLE --format=json` prints";
        report.error(found.roles.first().map(|role| role.span), "no role has `includedPermissions`", help);
    }
    let mut defined: HashMap<SmolStr, Span> = HashMap::new();
    for role in found.roles {
        if defined.insert(role.name.clone(), role.span).is_some() {
            let message = format!("the role `{}` is there twice", role.name);
            report.error(role.span, message, "keep one of the two");
            continue;
        }
        draft_role(role, &mut draft, report);
    }
    for binding in &found.bindings {
        bind(binding, &roles, &mut draft, report);
    }
    draft
}

/// The service of a permission.
fn category(permission: &str) -> &str {
    permission.split('.').next().filter(|service| !service.is_empty()).unwrap_or("general")
}

/// What the files hold.
#[derive(Default)]
struct Found {
    roles: Vec<Defined>,
    bindings: Vec<Value>,
    /// Where the IAM policy stands.
    policy: Option<Span>,
}

/// A role, as it is defined.
struct Defined {
    name: SmolStr,
    title: Option<String>,
    permissions: Option<Vec<(SmolStr, Span)>>,
    /// Why it gives nothing, whatever it lists.
    idle: Option<&'static str>,
    span: Span,
}

impl Found {
    fn collect(&mut self, value: &Value, report: &mut Report) {
        if let Some(list) = value.list() {
            return list.iter().for_each(|value| self.collect(value, report));
        }
        if value.is_null() {
            return;
        }
        if let Some(list) = value.get("roles").filter(|list| list.list().is_some()) {
            return self.collect(list, report);
        }
        if let Some(bindings) = value.get("bindings") {
            return self.policy(value, bindings, report);
        }
        let is_role =
            ["includedPermissions", "title", "stage", "name"].iter().any(|key| value.get(key).is_some());
        if !is_role {
            let message = format!("expected a role or an IAM policy, found {}", value.noun());
            return report.error(
                value.span,
                message,
                "give what `gcloud iam roles describe ROLE --format=json` prints",
            );
        }
        let known = ["name", "title", "description", "includedPermissions", "stage", "etag", "deleted"];
        for (key, _) in value.pairs() {
            if !known.contains(&key.text.as_str()) {
                let message = format!("a role has no key `{}`", key.text);
                report.error(key.span, message, format!("the keys are {}", known.join(", ")));
            }
        }
        if value.get("name").is_none() {
            let message = "the role has no `name`";
            return report.error(
                value.span,
                message,
                "add the name that it has in Google Cloud: `projects/PROJECT/roles/ROLE`",
            );
        }
        let Some(name) = text(value, "name", "the role", report) else { return };
        let permissions = value.get("includedPermissions").map(|list| {
            let found = texts(Some(list), "includedPermissions", report);
            found.into_iter().map(|(text, span)| (text.clone(), span)).collect()
        });
        let is_disabled = value.get("stage").and_then(Value::text).is_some_and(|stage| stage == "DISABLED");
        let is_deleted = value.get("deleted").is_some_and(Value::is_true);
        let idle = match (is_deleted, is_disabled) {
            (true, _) => Some("deleted"),
            (_, true) => Some("disabled"),
            _ => None,
        };
        let words = ["title", "description"].map(|key| value.get(key).and_then(Value::text));
        let title: Vec<&str> = words.into_iter().flatten().map(SmolStr::as_str).collect();
        let title = (!title.is_empty()).then(|| title.join("\n"));
        self.roles.push(Defined { name: name.clone(), title, permissions, idle, span: value.span });
    }

    fn policy(&mut self, value: &Value, bindings: &Value, report: &mut Report) {
        if self.policy.replace(value.span).is_some() {
            let help = "IAM policies of two resources cannot be told apart; import one, and write the other's assignments with `on`";
            return report.error(value.span, "there is more than one IAM policy", help);
        }
        if let Some(audit) = value.get("auditConfigs") {
            report.note(audit.span, "`auditConfigs` decide nothing, and are passed over", "");
        }
        match bindings.list() {
            Some(list) => self.bindings.extend(list.iter().cloned()),
            None => report.error(bindings.span, "`bindings` has to be a list", "export the IAM policy again"),
        }
    }
}

fn draft_role(role: Defined, draft: &mut Draft, report: &mut Report) {
    let mut numbers = Vec::new();
    for (permission, span) in role.permissions.iter().flatten() {
        if permission.is_empty() || permission.contains('*') {
            let message = format!("`{permission}` is no permission");
            report.error(*span, message, "write permissions as `service.resource.verb`, one by one");
            continue;
        }
        numbers.push(draft.privileges.declare(permission, category(permission), &[]));
    }
    let mut comments = Vec::new();
    if let Some(idle) = role.idle {
        let message = format!("the role `{}` is {idle}, so it grants nothing", role.name);
        report.note(role.span, message, "");
        comments.push(format!("{idle}: its {} permissions count for nothing", numbers.len()));
        numbers.clear();
    }
    let entries = vec![Entry::of(Effect::Grant, numbers)];
    draft.roles.push(Role { name: role.name, doc: role.title, comments, entries, ..Role::default() });
}

fn bind(binding: &Value, roles: &HashSet<SmolStr>, draft: &mut Draft, report: &mut Report) {
    for (key, _) in binding.pairs() {
        if !["role", "members", "condition"].contains(&key.text.as_str()) {
            let message = format!("a binding has no key `{}`", key.text);
            report.error(key.span, message, "the keys are role, members, condition");
        }
    }
    let Some(role) = text(binding, "role", "the binding", report) else { return };
    if let Some(condition) = binding.get("condition") {
        let message = format!(
            "a binding of `{role}` holds under a condition, and conditions of Google Cloud are not read"
        );
        let help = "write the assignment by hand, with `when`, `from` or `until`";
        return report.left_out(condition.span, message, help);
    }
    if !roles.contains(role) {
        let message = format!("a binding names `{role}`, which is not in these files");
        let help = format!("add what `gcloud iam roles describe {role} --format=json` prints to the files");
        return report.left_out(binding.span, message, help);
    }
    for (member, span) in texts(binding.get("members"), "members", report) {
        let Some(to) = who(member, role, span, report) else { continue };
        draft.meet(&to);
        draft.assignments.push(Assignment { role: role.clone(), to, on: None });
    }
}

fn who(member: &SmolStr, role: &str, span: Span, report: &mut Report) -> Option<Who> {
    match (member.as_str(), member.split_once(':')) {
        ("allUsers", _) => Some(Who::Class(Class::Anyone)),
        ("allAuthenticatedUsers", _) => Some(Who::Class(Class::Authenticated)),
        (_, Some(("user", name))) if !name.is_empty() => Some(Who::User(name.into())),
        (_, Some(("serviceAccount", name))) if !name.is_empty() => Some(Who::Service(name.into())),
        (_, Some(("group", name))) if !name.is_empty() => Some(Who::Group(name.into())),
        (_, Some(("deleted", _))) => {
            report.note(span, format!("`{member}` has `{role}` and is deleted, so it is nobody"), "");
            None
        }
        _ => {
            let message = format!("`{member}` has `{role}`, and a policy has no such principal");
            let help = "make a group of whom it stands for, and let requests name that group";
            report.left_out(span, message, help);
            None
        }
    }
}
