//! casbin, modelled twice; what a privilege needs is a second question.
//!
//! As its tutorials do, with a rule for each role and privilege; and as quick as it gets: privileges are nodes of the graph of
//! roles, so that one rule and one way through the graph decide.

use super::Engine;
use crate::world::World;
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

async fn graph(world: &World) -> Enforcer {
    let model = DefaultModel::from_str(GRAPH).await.unwrap();
    let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await.unwrap();
    enforcer.add_policy(vec!["any".to_owned()]).await.unwrap();
    for (at, (role, grants)) in world.roles.iter().enumerate() {
        let mut edges: Vec<Vec<String>> =
            grants.iter().map(|&at| vec![role.clone(), world.privileges[at].clone()]).collect();
        if world.grants_access(at) {
            edges.push(vec![role.clone(), "some-access".to_owned()]);
        }
        enforcer.add_grouping_policies(edges).await.unwrap();
    }
    for (user, held) in &world.users {
        let edges = held.iter().map(|&role| vec![user.clone(), world.roles[role].0.clone()]).collect();
        enforcer.add_grouping_policies(edges).await.unwrap();
    }
    enforcer
}

async fn rules(world: &World) -> Enforcer {
    let model = DefaultModel::from_str(RULES).await.unwrap();
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

pub fn engines(world: &World) -> Vec<Engine<'_>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let engine = |name, enforcer: Enforcer| {
        Engine::new(name, move |at| {
            let (user, privilege) = world.names(at);
            let needs = world.needs_access[world.questions[at].1];
            enforcer.enforce((user, privilege)).unwrap()
                && (!needs || enforcer.enforce((user, "some-access")).unwrap())
        })
    };
    vec![
        engine("casbin, a graph of roles and privileges", runtime.block_on(graph(world))),
        engine("casbin, a rule for each grant", runtime.block_on(rules(world))),
    ]
}
