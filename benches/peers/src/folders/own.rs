//! policyc: by names, by ids, by sessions.
//!
//! By names the policy knows only folders where something is said; by ids it has to know all of them. Sessions are asked for
//! a folder by its name and by its id.

use super::world::{ACTIONS, World};
use crate::engine::{Asked, Engine};
use crate::roles::own::policy;
use policyc::terms::PrincipalKind;
use policyc::{Policy, Principal, Request, Resource};
use std::rc::Rc;

pub fn engines(world: &World) -> Vec<Engine<'_>> {
    let few = policy(world.text(false));
    let all: &'static Policy = Box::leak(Box::new(policy(world.text(true))));
    let ids: Rc<[_]> = world
        .questions
        .iter()
        .map(|question| {
            let user = all.principal(PrincipalKind::User, &world.users[question.user].0).unwrap();
            let privilege = all.privilege(ACTIONS[question.action]).unwrap();
            (user, privilege, all.resource("folder", &question.path).unwrap())
        })
        .collect();
    let names: &'static [String] =
        Box::leak(world.users.iter().map(|(user, _)| user.clone()).collect::<Box<[String]>>());
    let sessions: Rc<[_]> = names.iter().map(|user| all.session(&Principal::user(user)).unwrap()).collect();
    let (same_ids, same_sessions) = (Rc::clone(&ids), Rc::clone(&sessions));
    fn request<'r>(world: &'r World, at: usize) -> Request<'r> {
        let question = &world.questions[at];
        let user = Principal::user(&world.users[question.user].0);
        Request::new(user, ACTIONS[question.action]).on(Resource::new("folder", &question.path))
    }
    vec![
        Engine::new("policyc, by strings", Asked::Strings, move |at| few.is_allowed(&request(world, at))),
        Engine::new("policyc, by strings, all folders declared", Asked::Strings, move |at| {
            all.is_allowed(&request(world, at))
        }),
        Engine::new("policyc, open sessions, folder by string", Asked::Strings, move |at| {
            let question = &world.questions[at];
            let folder = Resource::new("folder", &question.path);
            let decision = same_sessions[question.user].decide_on(same_ids[at].1, &folder);
            decision.is_ok_and(|decision| decision.granted())
        }),
        Engine::new("policyc, by ids", Asked::Prepared, {
            let ids = Rc::clone(&ids);
            move |at| {
                let (user, privilege, folder) = ids[at];
                all.decide_ids(user, privilege, Some(folder)).is_ok_and(|decision| decision.granted())
            }
        }),
        Engine::new("policyc, open sessions, folder by id", Asked::Prepared, move |at| {
            let (_, privilege, folder) = ids[at];
            let decision = sessions[world.questions[at].user].decide_on_id(privilege, folder);
            decision.is_ok_and(|decision| decision.granted())
        }),
    ]
}
