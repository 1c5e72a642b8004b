//! What an explanation names: the entries that decided, where they hold, and what led to them.

use super::{compiled, question};

/// Each entry that decided, as `EFFECT on SCOPE at LINE`.
#[track_caller]
fn deciding(policy: &str, asked: &str) -> Vec<String> {
    let (compiled, _) = compiled(policy);
    let question = question(&compiled.model, asked);
    let told = question.with_request(|request| compiled.policy.as_ref().unwrap().explain(request)).unwrap();
    let one = |entry: &policyc::evaluate::DecidingEntry| {
        let line = entry.place.as_ref().map_or(0, |place| place.line);
        format!("{:?} on {} at {line}", entry.effect, entry.scope.as_deref().unwrap_or("everything"))
    };
    told.deciding.iter().map(one).collect()
}

const WORLD: &str = "resource folder in folder by path { resolve STRATEGY } resource flow in folder by path { resolve STRATEGY }
category c on folder, flow { read write }
role reader { grant read } role writer { grant write } role lead { grant write }
user ann group g user ben in g
grant read to anyone
grant read to user:ann on folder:a
grant read to anyone on folder:a/b only
grant read to anyone on flow:*
deny write to group:g on folder:a/b
assign writer to user:ben on folder:a
assign writer to user:ben on folder:a/b/c
assign lead to user:ann on folder:a
grant write to user:ann on folder:a/b
";

fn world(strategy: &str) -> String {
    WORLD.replace("STRATEGY", strategy)
}

#[test]
fn the_entries_of_a_grant_stand_nearest_first_with_their_scopes() {
    let all = world("deny-overrides");
    assert_eq!(
        deciding(&all, "user:ann can read on folder:a/b"),
        ["Grant on folder:a/b only at 7", "Grant on folder:a at 6", "Grant on everything at 5"]
    );
    assert_eq!(
        deciding(&all, "user:ann can read on flow:a/x"),
        ["Grant on folder:a at 6", "Grant on flow:* at 8", "Grant on everything at 5"]
    );
    assert_eq!(deciding(&all, "user:ben can read on folder:z"), ["Grant on everything at 5"]);
    assert_eq!(deciding(&all, "user:ben can write on folder:z"), [""; 0]);
}

#[test]
fn an_assignment_says_where_the_entry_of_its_role_holds() {
    let all = world("grant-overrides");
    assert_eq!(
        deciding(&all, "user:ben can write on folder:a/b/c"),
        ["Grant on folder:a/b/c at 3", "Grant on folder:a at 3"]
    );
    assert_eq!(
        deciding(&all, "user:ann can write on folder:a/b/x"),
        ["Grant on folder:a/b at 13", "Grant on folder:a at 3"]
    );
}

#[test]
fn only_the_level_and_the_rank_that_decide_are_named() {
    // The nearest level decides alone, and in it the deny.
    let nearest = world("nearest");
    assert_eq!(deciding(&nearest, "user:ann can read on folder:a/b"), ["Grant on folder:a/b only at 7"]);
    assert_eq!(deciding(&nearest, "user:ben can write on folder:a/b"), ["Deny on folder:a/b at 9"]);
    assert_eq!(deciding(&nearest, "user:ben can write on folder:a/b/c/d"), ["Grant on folder:a/b/c at 3"]);
    assert_eq!(deciding(&nearest, "user:ben can write on folder:a"), ["Grant on folder:a at 3"]);
    assert_eq!(deciding(&nearest, "user:ann group:g can write on folder:a/b"), ["Deny on folder:a/b at 9"]);
    // What is said of users counts before what is said of their groups.
    let specific = world("most-specific");
    assert_eq!(
        deciding(&specific, "user:ann group:g can write on folder:a/b"),
        ["Grant on folder:a/b at 13"]
    );
    assert_eq!(deciding(&specific, "user:ben can write on folder:a/b"), ["Deny on folder:a/b at 9"]);
    assert_eq!(deciding(&specific, "user:ann can read on folder:a/b"), ["Grant on folder:a/b only at 7"]);
}
