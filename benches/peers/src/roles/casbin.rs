//! casbin, modelled twice; what a privilege needs is a second question.
//!
//! As its tutorials do, with a rule for each role and privilege; and as quick as it gets: privileges are nodes of the graph of
//! roles, so that one rule and one way through the graph decide.

use super::world::World;
use crate::engine::{Asked, Engine};
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

const RULES: &str = "
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

const GRAPH: &str = "
[request_definition]
r = sub, act

[policy_definition]
p = any

[role_definition]
g = _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = g(r.sub, r.act)
";

/// Edges of roles and users, or rules where `rules` says so.
async fn enforcer(world: &World, model: &str, rules: bool) -> Enforcer {
    let model = DefaultModel::from_str(model).await.unwrap();
    let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await.unwrap();
    if !rules {
        enforcer.add_policy(vec!["any".to_owned()]).await.unwrap();
    }
    let mut granted: Vec<Vec<String>> = Vec::new();
    for (at, (role, grants)) in world.roles.iter().enumerate() {
        granted.extend(grants.iter().map(|&at| vec![role.clone(), world.privileges[at].clone()]));
        if world.grants_access(at) {
            granted.push(vec![role.clone(), "some-access".to_owned()]);
        }
    }
    if rules {
        enforcer.add_policies(granted).await.unwrap();
    } else {
        enforcer.add_grouping_policies(granted).await.unwrap();
    }
    let held = world
        .users
        .iter()
        .flat_map(|(user, held)| held.iter().map(|&role| vec![user.clone(), world.roles[role].0.clone()]));
    enforcer.add_grouping_policies(held.collect()).await.unwrap();
    enforcer
}

fn engine<'w>(name: &'static str, world: &'w World, model: &str, rules: bool) -> Engine<'w> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let enforcer = runtime.block_on(enforcer(world, model, rules));
    Engine::new(name, Asked::Strings, move |at| {
        let (user, privilege) = world.names(at);
        let needs = world.needs_access[world.questions[at].1];
        enforcer.enforce((user, privilege)).unwrap()
            && (!needs || enforcer.enforce((user, "some-access")).unwrap())
    })
}

pub fn graph(world: &World) -> Engine<'_> {
    engine("casbin, a graph of roles and privileges", world, GRAPH, false)
}

pub fn rules(world: &World) -> Engine<'_> {
    engine("casbin, a rule for each grant", world, RULES, true)
}
