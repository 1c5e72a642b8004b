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

/// The way to each entry that decided, each step with its line where it has one.
#[track_caller]
fn ways(policy: &str, asked: &str) -> Vec<String> {
    let (compiled, _) = compiled(policy);
    let question = question(&compiled.model, asked);
    let told = question.with_request(|request| compiled.policy.as_ref().unwrap().explain(request)).unwrap();
    let step = |step: &policyc::evaluate::Step| match &step.place {
        Some(place) => format!("{}@{}:{}", step.what, place.line, place.column),
        None => step.what.clone(),
    };
    told.deciding.iter().map(|entry| entry.path.iter().map(step).collect::<Vec<_>>().join(" > ")).collect()
}

#[test]
fn the_way_to_an_entry_names_each_step_and_its_line() {
    let policy = "category c { p q r s t }
group top group mid in top group low in mid
user ann in low service bot in mid user zed
role base { grant p } role more inherits base { grant q } role most inherits more { }
role helper { grant s }
assign most to group:top
assign helper to role:most
assign helper to anyone
grant r to anyone
grant t to authenticated
deny t to anonymous
";
    let cases: [(&str, &[&str]); 9] = [
        (
            "user:ann can p",
            &[
                "user:ann > group:low@3:13 > group:mid@2:41 > group:top@2:24 > role:most@6:1 > role:more@4:78 > role:base@4:42",
            ],
        ),
        (
            "service:bot can q",
            &["service:bot > group:mid@3:32 > group:top@2:24 > role:most@6:1 > role:more@4:78"],
        ),
        ("user:zed can p", &[]),
        ("user:new role:more can p", &["user:new > role:more > role:base@4:42"]),
        (
            "user:new group:low can q",
            &["user:new > group:low > group:mid@2:41 > group:top@2:24 > role:most@6:1 > role:more@4:78"],
        ),
        ("user:zed can r", &["user:zed > anyone"]),
        ("anonymous can r", &["anyone"]),
        ("user:zed can t", &["user:zed > authenticated"]),
        ("anonymous can t", &["anonymous"]),
    ];
    for (asked, expected) in cases {
        assert_eq!(ways(policy, asked), expected, "{asked}");
    }
}

/// Of two ways the shorter one is told, wherever the longer one is met.
#[test]
fn the_shortest_way_is_told() {
    let policy = "category c { p }
group top group mid in top group low in mid, top group side in mid
user ann in low, side user ben in side, low
role base { grant p } role more inherits base { } role most inherits more, base { }
grant p to group:top
";
    for (asked, expected) in [
        ("user:ann can p", "user:ann > group:low@3:13 > group:top@2:46"),
        ("user:ben can p", "user:ben > group:low@3:41 > group:top@2:46"),
        ("user:new group:low can p", "user:new > group:low > group:top@2:46"),
        ("user:new role:most can p", "user:new > role:most > role:base@4:76"),
    ] {
        assert_eq!(ways(policy, asked), [expected], "{asked}");
    }
}

#[test]
fn a_story_says_of_which_resource_it_tells() {
    let policy = "resource folder in folder by path resource flow in folder by path
category f on folder { see } category c on flow { run includes see } category g { free }
grant run, free to anyone deny see to anyone on folder:a
";
    let (compiled, _) = compiled(policy);
    let told = |asked: &str| {
        let question = question(&compiled.model, asked);
        question.with_request(|request| compiled.policy.as_ref().unwrap().explain(request)).unwrap()
    };
    let story = told("user:u can run on flow:a/b/x");
    assert_eq!(story.resource.as_deref(), Some("flow:a/b/x"));
    let included = story.included.unwrap();
    assert_eq!((included.privilege.as_str(), included.resource.as_deref()), ("see", Some("folder:a/b")));
    assert_eq!(told("user:u can free").resource, None);
}

#[test]
fn what_is_missing_is_written_as_in_the_policy() {
    let policy = "
        context { b: bool i: int s: string t: timestamp a: ip who: principal set: [int] team: [principal] }
        category c {
            p1 requires context.b
            p2 requires context.i > -6000000000
            p3 requires context.s != \"x \\\"y\\\"\"
            p4 requires context.t <= 2024-02-03T04:05:06Z
            p5 requires context.a in 2001:db8:1:2::/64
            p6 requires context.who == service:bot
            p7 requires context.set contains 3
            p8 requires context.team == [user:ann, group:g]
            p9 requires has context.i and context.i >= 5000000000
            p0 requires context.a == 10.1.2.3 and context.i < 7
            n1 requires not context.b
            n2 requires not (context.b and context.i > 1)
            n3 requires context.b == true or context.b != false
            n4 requires context.i in [4294967296, -4294967295]
            n5 requires granted and denied
            n6 requires any(denied, denied-too)
            granted denied denied-too
        }
        service bot user ann group g
        grant * except denied, denied-too to anyone";
    let (compiled, _) = compiled(policy);
    let told = |privilege: &str| {
        let asked = question(&compiled.model, &format!("user:u can {privilege}"));
        let story = asked.with_request(|request| compiled.policy.as_ref().unwrap().explain(request)).unwrap();
        story.missing.iter().map(|set| set.join(" and ")).collect::<Vec<_>>().join(" or ")
    };
    for (privilege, expected) in [
        ("p1", "context.b"),
        ("p2", "context.i > -6000000000"),
        ("p3", "context.s != \"x \\\"y\\\"\""),
        ("p4", "context.t <= 2024-02-03T04:05:06Z"),
        ("p5", "context.a in 2001:db8:1:2::/64"),
        ("p6", "context.who == service:bot"),
        ("p7", "context.set contains 3"),
        ("p8", "context.team == [user:ann, group:g]"),
        ("p9", "context.i >= 5000000000 and has context.i"),
        ("p0", "context.a == 10.1.2.3 and context.i < 7"),
        ("n1", "not context.b"),
        ("n2", "not context.b or not context.i > 1"),
        ("n3", "context.b != false or context.b == true"),
        ("n4", "context.i in [-4294967295, 4294967296]"),
        ("n5", "denied"),
        ("n6", "denied or denied-too"),
    ] {
        assert_eq!(told(privilege), expected, "{privilege}");
    }
}
