//! regorus: Rego over an object of roles and one of users; inputs are built before the clock runs.

use super::Engine;
use crate::world::World;
use regorus::Value;
use serde_json::{Map, json};
use std::cell::RefCell;

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

pub fn engine(world: &World) -> Engine<'_> {
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
    let mut engine = regorus::Engine::new();
    engine.add_policy("flowable.rego".to_owned(), POLICY.to_owned()).unwrap();
    engine.add_data(Value::from_json_str(&data.to_string()).unwrap()).unwrap();
    let inputs: Vec<Value> = (0..world.questions.len())
        .map(|at| {
            let (user, privilege) = world.names(at);
            Value::from_json_str(&json!({ "user": user, "privilege": privilege }).to_string()).unwrap()
        })
        .collect();
    let engine = RefCell::new(engine);
    Engine::new("regorus", move |at| {
        let mut engine = engine.borrow_mut();
        engine.set_input(inputs[at].clone());
        engine.eval_rule("data.flowable.allow".to_owned()).unwrap() == Value::from(true)
    })
}
