use crate::compile;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Format, Sources};

/// The messages about a policy, and the text under the labels of each.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let mut sources = Sources::new();
    sources.add("a.policy", Format::Policy, text);
    let compiled = compile(&sources);
    let tell = |finding: &Diagnostic| {
        let places: Vec<String> =
            finding.secondary.iter().map(|label| format!(" <{}>", sources.slice(label.span))).collect();
        format!("{} {}{}", finding.code, finding.message, places.concat())
    };
    // What is only worth a look is none of it.
    let errors = compiled.diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
    let told: Vec<String> = errors.map(tell).collect();
    assert_eq!(told, expected, "{text}");
    assert_eq!(compiled.policy.is_some(), expected.is_empty(), "a policy that breaks its invariants is none");
}

const TREE: &str = "
    resource folder in folder by path
    resource doc in folder { attribute locked: bool }
    context { mfa: bool }
    category doc on doc { read kill }
    category folder on folder { list }
    category desk { pay approve }
    role reader { grant read }
    role killer inherits reader { grant kill when context.mfa }
    group staff
    user ann in staff
    user bob
    assign killer to group:staff on folder:a
    deny read to user:ann on folder:a/secret
";

#[track_caller]
fn claim(claim: &str, expected: &[&str]) {
    check(&format!("{TREE}\n{claim}"), expected);
}

#[test]
fn never() {
    claim("never role:reader can kill", &[]);
    claim("never group:staff can kill on folder:b", &[]);
    claim("never anonymous can *", &[]);
    claim(
        "never group:staff can kill",
        &["P0801 `group:staff` can `kill` on another `doc` in `folder:a`, with `context.mfa` \
           <grant kill when context.mfa>"],
    );
    claim(
        "never authenticated can read",
        &["P0801 `role:killer` can `read` on a `doc` that the policy does not mention <grant read>"],
    );
}

#[test]
fn always() {
    claim("always role:reader can read", &[]);
    claim("always user:ann can read on folder:a only", &[]);
    claim(
        "always user:ann can read on folder:a",
        &["P0801 `user:ann` cannot `read` on another `doc` in `folder:a/secret` \
           <deny read to user:ann on folder:a/secret>"],
    );
    claim("always user:bob can pay", &["P0801 `user:bob` cannot `pay`"]);
}

#[test]
fn only() {
    claim("only role:reader can read", &[]);
    claim("only role:killer can kill", &[]);
    claim(
        "only user:ann can kill on folder:a",
        &["P0801 `role:killer` can `kill` on another `doc` in `folder:a`, with `context.mfa` \
           <grant kill when context.mfa>"],
    );
    claim("only anonymous can list", &[]);
}

#[test]
fn together() {
    claim("never together pay, approve", &[]);
    // Whoever is bob may come with the group of the others, unless the policy says otherwise.
    claim(
        "grant pay to user:bob grant approve to group:staff never together pay, approve",
        &["P0801 `user:bob` with `group:staff` can `approve` and `pay` <grant pay to user:bob> \
           <grant approve to group:staff>"],
    );
    claim(
        "grant pay to user:bob grant approve to user:bob never together pay, approve",
        &["P0801 `user:bob` can `approve` and `pay` <grant approve to user:bob> <grant pay to user:bob>"],
    );
    // One privilege of the folder, one of what lies in it.
    claim(
        "grant list to user:bob on folder:b never together list, read",
        &["P0801 `user:bob` with `role:killer` can `read` and `list` on another `doc` in `folder:b` \
           <grant list to user:bob on folder:b> <grant read>"],
    );
    claim(
        "grant list to user:bob on folder:b deny read to user:bob on folder:b never together list, read",
        &[],
    );
    claim(
        "grant list to group:staff on folder:a never together list, read",
        &["P0801 `group:staff` can `read` and `list` on another `doc` in `folder:a` \
           <grant list to group:staff on folder:a> <grant read>"],
    );
}

#[test]
fn what_conditions_say_is_tried_in_every_combination() {
    claim(
        "grant pay to user:bob when context.mfa deny pay to anyone when context.mfa never user:bob can pay",
        &[],
    );
    claim(
        "grant pay to user:bob when context.mfa deny pay to anyone when not context.mfa never user:bob can pay",
        &["P0801 `user:bob` can `pay`, with `context.mfa` <grant pay to user:bob when context.mfa>"],
    );
}

#[test]
fn a_requirement_is_part_of_what_can_be_done() {
    let policy = "
        category c { enter drop requires enter }
        @allow(P0307) \"enterer brings it\" role dropper { grant drop }
        role enterer { grant enter }
        user u assign dropper to user:u assign enterer to user:u
        never role:dropper can drop
    ";
    check(policy, &[]);
    check(&format!("{policy} never user:u can drop"), &["P0801 `user:u` can `drop` <grant drop>"]);
}

const DESK: &str = "
    context { mfa: bool, amount: int, target: \"local\" | \"ad\" }
    category desk { open requires stamp pay approve stamp }
    @allow(P0307) \"whoever opens has the stamp from elsewhere\" role opener { grant open }
    role stamper { grant stamp }
    role payer { grant pay }
    role approver { grant approve }
    role chief inherits payer { grant approve }
";

#[track_caller]
fn desk(claim: &str, expected: &[&str]) {
    check(&format!("{DESK}\n{claim}"), expected);
}

#[test]
fn roles_that_only_together_do_something_are_found() {
    desk("never role:opener, role:stamper can open", &[]);
    desk(
        "never authenticated can open",
        &["P0801 somebody with `role:opener` and `role:stamper` can `open` <grant open>"],
    );
    desk("only role:opener can open only role:stamper can open", &[]);
    desk("exclusive opener, stamper never authenticated can open", &[]);
}

#[test]
fn constraints_say_who_could_exist() {
    let two = "P0801 somebody with `role:approver` and `role:payer` can `approve` and `pay` <grant approve> <grant pay>";
    let one = "P0801 `role:chief` can `approve` and `pay` <grant approve> <grant pay>";
    desk("never together pay, approve", &[one]);
    desk("limit 0 for role:chief never together pay, approve", &[two]);
    desk("limit 0 for role:chief exclusive payer, approver never together pay, approve", &[]);
    // The chief has the role that it inherits; only who is given the other besides is kept out.
    desk("limit 0 for role:chief exclusive payer, chief never together pay, approve", &[two]);
    let bob = "user bob assign approver to user:bob";
    desk(
        &format!("{bob} limit 1 for role:approver limit 0 for role:chief never together pay, approve"),
        &["P0801 `user:bob` with `role:payer` can `approve` and `pay` <grant approve> <grant pay>"],
    );
    desk(&format!("{bob} limit 1 for role:approver limit 0 for role:chief only user:bob can approve"), &[]);
    desk("role late requires stamper { grant open } limit 0 for role:opener only role:stamper can open", &[]);
}

#[test]
fn values_that_exclude_each_other_are_not_taken_together() {
    let given = "role clerk { grant pay when context.amount < 100 grant approve when context.amount >= 100 }";
    desk(
        &format!(
            "{given} limit 0 for role:chief exclusive payer, approver exclusive clerk, payer \
        exclusive clerk, approver never together pay, approve"
        ),
        &[],
    );
    desk(
        "user u grant pay to user:u when context.target == \"local\" and context.target == \"ad\" never user:u can pay",
        &[],
    );
    desk(
        "user u grant pay to user:u when context.amount > 5 and context.amount < 7 never user:u can pay",
        &["P0801 `user:u` can `pay`, with `context.amount == 6` \
           <grant pay to user:u when context.amount > 5 and context.amount < 7>"],
    );
    desk(
        "user u grant pay to user:u when context.amount > 5 and context.amount < 6 never user:u can pay",
        &[],
    );
}

#[test]
fn what_is_missing_has_a_say() {
    desk(
        "user u grant pay to user:u deny pay to anyone when context.mfa == false always user:u can pay",
        &[
            "P0801 `user:u` cannot `pay`, without `context.mfa` <deny pay to anyone when context.mfa == false>",
        ],
    );
    desk(
        "user u grant pay to user:u deny pay to anyone when has context.mfa and not context.mfa always user:u can pay",
        &["P0801 `user:u` cannot `pay`, with `not context.mfa` \
           <deny pay to anyone when has context.mfa and not context.mfa>"],
    );
    desk(
        "user u assign payer to user:u until 2027-01-01 always user:u can pay",
        &["P0801 `user:u` cannot `pay`, without `time`"],
    );
}

#[test]
fn owners_are_whoever_asks() {
    let tree = "
        resource folder in folder { attribute owner: principal attribute viewers: [principal] }
        category folder on folder { see edit }
        group staff user ann in staff
        grant edit to authenticated when resource.owner == principal
        grant see to anyone when principal in resource.viewers
        folder:a { owner: user:ann }
    ";
    check(&format!("{tree} never anonymous can *"), &[]);
    check(
        &format!("{tree} never authenticated can edit on folder:a"),
        &[
            "P0801 `user:ann` can `edit` on `folder:a` <grant edit to authenticated when resource.owner == principal>",
        ],
    );
    check(
        &format!("{tree} never group:staff can see"),
        &["P0801 `group:staff` can `see` on `folder:a`, with `resource.viewers == [group:staff]` \
           <grant see to anyone when principal in resource.viewers>"],
    );
    check(&format!("{tree} deny edit to anyone when resource.owner == principal never anyone can edit"), &[]);
}

#[test]
fn undeclared_resources_lie_in_undeclared_ones() {
    let tree = "
        resource space
        resource folder in space
        resource flow in folder
        category flow on flow { run }
        category folder on folder { open }
        role runner { grant run } role opener { grant open }
        assign opener to authenticated on space:s
        privilege start in flow requires open
        role starter { grant start }
        assign starter to authenticated on space:s
    ";
    check(
        &format!("{tree} never authenticated can start"),
        &[
            "P0801 somebody who is only logged in can `start` on another `flow` in another `folder` in `space:s` \
           <grant start>",
        ],
    );
    check(
        &format!("{tree} always role:starter can start"),
        &["P0801 `role:starter` cannot `start` on a `flow` that the policy does not mention"],
    );
}

#[test]
fn values_that_people_bring_are_known() {
    let policy = "
        principal { boss: principal } context { who: principal }
        category desk { pay }
        user a { boss: user:b } user b
        grant pay to anyone when context.who == principal.boss and principal == user:a
    ";
    check(
        &format!("{policy} never authenticated can pay"),
        &["P0801 `user:a` can `pay`, with `context.who == user:b` \
           <grant pay to anyone when context.who == principal.boss and principal == user:a>"],
    );
}
