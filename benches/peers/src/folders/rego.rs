//! Rego over an object of what is said of whom and where; the folders above stand in the input.

use super::world::{ACTIONS, ROLES, World};
use crate::engine::Engine;
use crate::rego;
use regorus::Value;
use serde_json::{Map, json};

const POLICY: &str = "
package folders
import rego.v1

default allow := false

allow if {
    granted
    not denied
}

granted if {
    some who in data.members[input.user]
    some folder in input.way
    some role in data.grants[who][folder]
    data.roles[role][input.action]
}

denied if {
    some who in data.members[input.user]
    some folder in input.way
    data.denials[who][folder][input.action]
}
";

pub fn engines(world: &World) -> Vec<Engine<'_>> {
    let names = |count: usize| ACTIONS[..count].iter().map(|name| (name.to_string(), json!(true)));
    let roles: Map<_, _> = ROLES
        .iter()
        .map(|&(role, count)| (role.to_owned(), names(count).collect::<Map<_, _>>().into()))
        .collect();
    let members: Map<_, _> = world
        .users
        .iter()
        .map(|(user, groups)| {
            let groups = groups.iter().map(|&at| world.groups[at].as_str());
            (user.clone(), std::iter::once(user.as_str()).chain(groups).collect())
        })
        .collect();
    let (mut grants, mut denials) = (json!({}), json!({}));
    for &(who, role, at) in &world.grants {
        let roles = &mut grants[world.name(who)][&world.folders[at]];
        if roles.is_null() {
            *roles = json!([]);
        }
        roles.as_array_mut().unwrap().push(json!(ROLES[role].0));
    }
    for &(who, action, at) in &world.denials {
        denials[world.name(who)][&world.folders[at]][ACTIONS[action]] = json!(true);
    }
    let data = json!({ "roles": roles, "members": members, "grants": grants, "denials": denials });
    let input = |at: usize| {
        let question = &world.questions[at];
        let above = |&folder: &usize| World::parent(folder);
        let way: Vec<&str> = std::iter::successors(Some(question.folder), above)
            .map(|folder| world.folders[folder].as_str())
            .collect();
        let user = &world.users[question.user].0;
        let input = json!({ "user": user, "action": ACTIONS[question.action], "way": way });
        Value::from_json_str(&input.to_string()).unwrap()
    };
    let inputs = (0..world.questions.len().min(rego::INPUTS)).map(input).collect();
    rego::engines(POLICY, "data.folders.allow", &data.to_string(), inputs)
}
