//! W2: users, groups, folders.

mod by_hand;
mod cedar;
mod limit;
mod own;
mod rego;
pub mod world;

use crate::measure::Workload;
use world::{ACTIONS, World};

/// All engines for a world.
pub fn workload(world: &World) -> Workload<'_> {
    let mut engines = own::engines(world);
    engines.extend(limit::engines(world));
    engines.push(by_hand::engine(world));
    engines.extend(cedar::engines(world));
    engines.extend(rego::engines(world));
    let tell = |at: usize| {
        let question = &world.questions[at];
        format!("may {} {} on {}", world.users[question.user].0, ACTIONS[question.action], question.path)
    };
    let title = format!("W2: {} folders, 1,000 users, 2,200 entries", world.folders.len());
    Workload { title, engines, questions: world.questions.len(), tell: Box::new(tell) }
}
