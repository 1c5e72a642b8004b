//! Rego over an object of roles and one of users.

use super::world::World;
use crate::engine::Engine;
use crate::rego;
use regorus::Value;
use serde_json::{Map, json};

const POLICY: &str = "
package flowable
import rego.v1

default allow := false

allow if {
    some role in data.users[input.user]
    data.roles[role][input.privilege]
    satisfied
}

satisfied if not data.needs[input.privilege]
satisfied if {
    some role in data.users[input.user]
    data.access[role]
}
";

pub fn engines(world: &World) -> Vec<Engine<'_>> {
    let name = |at: &usize| (world.privileges[*at].clone(), json!(true));
    let role = |at: &usize| json!(world.roles[*at].0);
    let roles: Map<_, _> = world
        .roles
        .iter()
        .map(|(role, grants)| (role.clone(), json!(grants.iter().map(name).collect::<Map<_, _>>())))
        .collect();
    let users: Map<_, _> =
        world.users.iter().map(|(user, held)| (user.clone(), held.iter().map(role).collect())).collect();
    let needs: Map<_, _> =
        (0..world.privileges.len()).filter(|&at| world.needs_access[at]).map(|at| name(&at)).collect();
    let access: Map<_, _> = (0..world.roles.len())
        .filter(|&at| world.grants_access(at))
        .map(|at| (world.roles[at].0.clone(), json!(true)))
        .collect();
    let data = json!({ "roles": roles, "users": users, "needs": needs, "access": access });
    let input = |at: usize| {
        let (user, privilege) = world.names(at);
        Value::from_json_str(&json!({ "user": user, "privilege": privilege }).to_string()).unwrap()
    };
    let inputs = (0..world.questions.len().min(rego::INPUTS)).map(input).collect();
    rego::engines(POLICY, "data.flowable.allow", &data.to_string(), inputs)
}
