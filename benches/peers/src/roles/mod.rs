//! W1 and W3: users, roles, privileges.

pub mod by_hand;
pub mod casbin;
pub mod cedar;
pub mod limit;
pub mod own;
pub mod rego;
pub mod world;

use crate::engine::{Asked, Engine};
use crate::measure::Workload;
use world::World;

/// All engines for a world; `small`: those too that no one would wait for in a large one.
pub fn workload(title: String, world: &World, small: bool) -> Workload<'_> {
    let mut engines = own::engines(world);
    engines.extend(limit::engines(world));
    // What asking takes apart from deciding: the loop, and a look into a list.
    let answers: Vec<bool> = (0..world.questions.len()).map(|at| (engines[0].ask)(at..at + 1) == 1).collect();
    engines.push(Engine::new("no question: a list of answers", Asked::Prepared, move |at| answers[at]));
    if !small {
        engines.push(limit::lists(world));
    }
    engines.extend([by_hand::engine(world), cedar::quick(world)]);
    engines.push(casbin::graph(world));
    engines.extend(rego::engines(world));
    engines.push(cedar::textbook(world));
    if small {
        engines.push(casbin::rules(world));
    }
    let tell = |at| {
        let (user, privilege) = world.names(at);
        format!("may {user} {privilege}")
    };
    Workload { title, engines, questions: world.questions.len(), tell: Box::new(tell) }
}
