//! casbin: its model of roles; what a privilege needs is a second question.

use super::Engine;
use crate::world::World;
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

const MODEL: &str = "
[request_definition]
r = sub, act

[policy_definition]
p = sub, act

[role_definition]
g = _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.act == p.act && g(r.sub, p.sub)
";

async fn enforcer(world: &World) -> Enforcer {
    let model = DefaultModel::from_str(MODEL).await.unwrap();
    let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await.unwrap();
    for (at, (role, grants)) in world.roles.iter().enumerate() {
        let mut rules: Vec<Vec<String>> =
            grants.iter().map(|&at| vec![role.clone(), world.privileges[at].clone()]).collect();
        if world.grants_access(at) {
            rules.push(vec![role.clone(), "some-access".to_owned()]);
        }
        enforcer.add_policies(rules).await.unwrap();
    }
    for (user, held) in &world.users {
        let rules = held.iter().map(|&role| vec![user.clone(), world.roles[role].0.clone()]).collect();
        enforcer.add_grouping_policies(rules).await.unwrap();
    }
    enforcer
}

pub fn engine(world: &World) -> Engine<'_> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let enforcer = runtime.block_on(enforcer(world));
    Engine::new("casbin", move |at| {
        let (user, privilege) = world.names(at);
        let needs = world.needs_access[world.questions[at].1];
        enforcer.enforce((user, privilege)).unwrap()
            && (!needs || enforcer.enforce((user, "some-access")).unwrap())
    })
}
