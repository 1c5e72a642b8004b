use super::*;
use crate::compile;
use crate::source::{Format, Sources};

fn policy(text: &str) -> Policy {
    let mut sources = Sources::new();
    sources.add("a.policy", Format::Policy, text);
    let compiled = compile(&sources);
    compiled.policy.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

/// Each group of changes in a line.
#[track_caller]
fn differs(old: &str, new: &str, expected: &[&str]) {
    let difference = Difference::between(&policy(old), &policy(new));
    let tell = |group: &Group| {
        let names = |all: &[Subject]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut text = format!(
            "{} {}: {}",
            if group.gain { "+" } else { "-" },
            names(&group.subjects),
            group.privileges.join(", ")
        );
        if !group.places.is_empty() {
            text += &format!(" on {}", group.places.join(", "));
        }
        if let Some(condition) = &group.condition {
            text += &format!(" when {condition}");
        }
        if !group.followers.is_empty() {
            text += &format!(" [{}]", names(&group.followers));
        }
        text
    };
    let told: Vec<String> = difference.groups().iter().map(tell).collect();
    assert_eq!(told, expected, "{old}\n---\n{new}");
    assert!(difference.undecided().is_empty(), "{:?}", difference.undecided());
}

const WORLD: &str = "
    resource folder in folder by path
    resource doc in folder by path { attribute locked: bool attribute owner: principal attribute team: [principal] }
    context { mfa: bool level: int address: ip }
    principal { teams: [string] }
    category doc on doc { read edit }
    category destructive on doc { kill }
    category desk { pay }
    group staff
    user ann in staff
    user bob
    folder:a folder:a/b
";

#[track_caller]
fn edit(old: &str, new: &str, expected: &[&str]) {
    differs(&format!("{WORLD}{old}"), &format!("{WORLD}{new}"), expected);
}

#[test]
fn what_follows_from_a_role_is_told_once() {
    let rest = "assign clerk to group:staff on folder:a role chief inherits clerk { grant pay } assign chief to user:bob";
    edit(
        &format!("role clerk {{ grant read }} {rest}"),
        &format!("role clerk {{ grant read, kill }} {rest}"),
        &["+ role:clerk: kill on everywhere [role:chief, group:staff, user:ann, user:bob]"],
    );
}

#[test]
fn a_place_is_told_by_what_it_lies_in() {
    edit("", "grant read to user:bob on folder:a", &["+ user:bob: read on folder:a and below"]);
    edit("", "grant read to user:bob on doc:*", &["+ user:bob: read on everywhere"]);
    edit("", "grant read to user:bob on doc:a/x only", &["+ user:bob: read on doc:a/x"]);
    edit("", "grant pay to user:bob", &["+ user:bob: pay"]);
    edit(
        "grant read to anyone",
        "grant read to anyone deny read to anonymous",
        &["- anonymous: read on everywhere"],
    );
}

#[test]
fn conditions_are_compared_by_what_they_say() {
    edit("grant pay to user:bob when context.mfa", "grant pay to user:bob when not (not context.mfa)", &[]);
    edit(
        "grant pay to user:bob when context.level > 3",
        "grant pay to user:bob when not context.level <= 3",
        &[],
    );
    edit(
        "grant pay to user:bob when context.level >= 4",
        "grant pay to user:bob when context.level > 3",
        &[],
    );
    edit(
        "grant pay to user:bob when context.mfa",
        "grant pay to user:bob",
        &["+ user:bob: pay when `context.mfa` is not true"],
    );
    edit(
        "grant pay to user:bob when context.level > 3",
        "grant pay to user:bob when context.level > 5",
        &["- user:bob: pay when `context.level > 3` and `context.level <= 5`"],
    );
    // Without a value neither says anything.
    edit(
        "grant pay to user:bob",
        "grant pay to user:bob when context.mfa or not context.mfa",
        &["- user:bob: pay when `context.mfa` is undecided"],
    );
    edit(
        "grant pay to user:bob when context.address in 10.0.0.0/8",
        "grant pay to user:bob when context.address in 10.1.0.0/16 or context.address in 10.0.0.0/8",
        &[],
    );
}

#[test]
fn bounds_of_time_are_compared_as_times() {
    let assign = |until: &str| {
        format!("role clerk {{ grant pay }} assign clerk to user:bob from 2026-01-01 until {until}")
    };
    edit(
        &assign("2027-01-01"),
        &assign("2027-06-01"),
        &["+ user:bob: pay when `time >= 2027-01-01` and `time < 2027-06-01`"],
    );
}

#[test]
fn declared_values_are_part_of_what_a_policy_decides() {
    let rule = "grant read to user:bob when not resource.locked";
    edit(
        &format!("{rule} doc:a/x {{ locked: true }}"),
        &format!("{rule} doc:a/x {{ locked: false }}"),
        &["+ user:bob: read on doc:a/x when `resource.locked as declared`"],
    );
}

#[test]
fn who_asks_is_compared_with_what_values_name() {
    let rule = |with: &str| format!("grant read to authenticated when resource.owner == principal{with}");
    edit(
        &rule(""),
        &rule(" and context.mfa"),
        &[
            "- authenticated: read on everywhere when `context.mfa` is not true and `resource.owner == principal` \
           [group:staff, user:ann, user:bob]",
        ],
    );
    // A group whose members change is seen where a value names it.
    let rule = "grant read to authenticated when principal in resource.team";
    differs(
        &format!("{WORLD}{rule}"),
        &format!("{}{rule}", WORLD.replace("user bob", "user bob in staff")),
        &["+ user:bob: read on everywhere when `principal in resource.team` says otherwise now"],
    );
}

#[test]
fn a_requirement_is_part_of_what_is_decided() {
    let world = |requires: &str| {
        format!("category c {{ enter drop {requires} }} user u grant drop to user:u user v grant * to user:v")
    };
    differs(&world(""), &world("requires enter"), &["- user:u: drop"]);
}

#[test]
fn what_has_another_name_only_is_a_rename() {
    let old = "role clerk { grant pay, read } assign clerk to user:bob on folder:a assign clerk to user:ann";
    let new = old.replace("clerk", "teller");
    let difference =
        Difference::between(&policy(&format!("{WORLD}{old}")), &policy(&format!("{WORLD}{new}")));
    let rename = Rename { kind: "role", old: "clerk".to_owned(), new: "teller".to_owned() };
    assert_eq!((difference.changes().count(), difference.renames()), (0, &[rename][..]));
    let world = |name: &str| format!("{}{old}", WORLD.replace("pay", name)).replace("pay", name);
    let difference = Difference::between(&policy(&world("pay")), &policy(&world("settle")));
    let rename = Rename { kind: "privilege", old: "pay".to_owned(), new: "settle".to_owned() };
    assert_eq!((difference.changes().count(), difference.renames()), (0, &[rename][..]));
}

#[test]
fn gains_are_counted_by_category_and_the_gravest_come_first() {
    let old = policy(&format!("{WORLD}grant pay to user:ann"));
    let new = policy(&format!("{WORLD}grant pay to user:bob grant kill to user:bob on doc:a/x only"));
    let difference = Difference::between(&old, &new);
    let (gains, losses) = (difference.gains(), difference.losses());
    assert_eq!((gains.total, gains.of("Destructive"), gains.of("desk"), losses.total), (2, 1, 1, 1));
    let signs: Vec<(bool, bool)> =
        difference.groups().iter().map(|one| (one.gain, one.destructive)).collect();
    assert_eq!(signs, [(true, true), (true, false), (false, false)]);
}

#[test]
fn what_moves_to_another_category_counts_in_both() {
    let old = policy("category destructive { drop } category access { view } role r { grant view } user ann");
    let new =
        policy("category access { view drop } role r { grant view, drop } user ann assign r to user:ann");
    let gains = Difference::between(&old, &new).gains();
    assert_eq!((gains.total, gains.of("Destructive"), gains.of("access")), (3, 2, 3));
    let (old, new) = (
        policy("category Destructive { drop } role r"),
        policy("category destructive { drop } role r { grant drop }"),
    );
    assert_eq!(Difference::between(&old, &new).gains().of("destructive"), 1, "counted once");
}

#[test]
fn order_and_spelling_mean_nothing() {
    edit(
        "role a { grant read } role b { grant edit } assign a to user:bob assign b to user:bob",
        "assign a to user:bob role b { grant edit } role a { grant read } grant edit to role:b assign b to user:bob",
        &[],
    );
    edit("grant category:doc to user:bob", "grant read to user:bob grant edit to user:bob", &[]);
    let one = policy(WORLD);
    assert!(Difference::between(&one, &one.strip()).is_empty());
    assert!(Difference::between(&Policy::default(), &Policy::default()).is_empty());
}

#[test]
fn what_takes_too_many_combinations_is_said() {
    let attributes: Vec<String> = (0..12).map(|at| format!("a{at}: bool")).collect();
    let tests: Vec<String> = (0..12).map(|at| format!("context.a{at}")).collect();
    // What no combination but one grants.
    let world = |joint: &str| {
        let attributes = attributes.join(" ");
        let tests: Vec<String> = tests.chunks(2).map(|two| format!("({})", two.join(" or "))).collect();
        let tests = tests.join(joint);
        format!("context {{ {attributes} }} category c {{ pay }} user u grant pay to user:u when {tests}")
    };
    let difference = Difference::between(&policy(&world(" and ")), &policy(&world(" or ")));
    assert!(difference.changes().count() > 0 || !difference.undecided().is_empty());
    assert!(!difference.is_empty());
}

/// Policies in which something changes for whoever is logged in, and in which not everybody is alike.
const FOR_ALL: [&str; 10] = [
    "resource doc { default deny } category c on doc { read edit kill }",
    "resource doc { default grant } category c on doc { read edit kill }",
    "resource doc { default grant to authenticated } category c on doc { read edit kill }",
    "resource doc { default grant when unlisted } category c on doc { read edit kill }",
    "resource doc { default grant resolve most-specific } category c on doc { read edit requires read kill requires edit }",
    "resource doc { default grant } category c on doc { read edit includes read kill }
     deny read to authenticated on doc:a",
    "resource doc { default grant attribute locked: bool } category c on doc { read edit requires resource.locked == false kill }",
    "resource doc { default grant } context { mfa: bool } category c on doc { read edit kill } deny kill to authenticated when context.mfa",
    "resource doc { default grant attribute owner: principal } category c on doc { read edit requires resource.owner == principal kill }",
    "resource doc { default deny } category c on doc { read edit kill } grant read to anyone grant kill to authenticated on doc:a",
];

/// Who has what besides.
const SOME: &str = "
    role clerk { grant read deny kill on doc:a } role boss { bypass kill grant edit on doc:b } role nobody
    group staff group idle group off disabled
    user ann in staff user bob user cy in idle, off service batch
    doc:a doc:b
    assign clerk to group:staff assign boss to user:bob on doc:a
    deny edit to service:batch";

#[test]
fn who_shares_an_answer_would_be_given_the_same() {
    let told = |difference: &Difference| {
        let mut all: Vec<String> = difference
            .changes()
            .map(|one| {
                format!("{} {} {:?} {} {:?}", one.subject, one.privilege, one.place, one.gain, one.condition)
            })
            .collect();
        all.sort();
        all
    };
    let groups = |difference: &Difference| {
        let all = difference.groups().iter();
        let mut all: Vec<String> =
            all.map(|group| format!("{group} [{:?}] {}", group.followers, group.changes)).collect();
        all.sort();
        all
    };
    let policies: Vec<Policy> = FOR_ALL.iter().map(|text| policy(&format!("{text}{SOME}"))).collect();
    let mut shared = 0;
    for old in &policies {
        for new in &policies {
            let difference = Difference::between(old, new);
            let each = compare::compare_by([old, new], |_| None);
            assert_eq!(told(&difference), told(&each));
            assert_eq!(groups(&difference), groups(&each));
            assert_eq!((difference.gains(), difference.losses()), (each.gains(), each.losses()));
            shared += each.changes.len() - difference.changes.len();
        }
    }
    assert!(shared > 300, "{shared}");
}

#[test]
fn what_everybody_gains_is_told_once_however_many_there_are() {
    let text = |default: &str| {
        let mut text = format!("resource doc {{ default {default} }} role clerk {{ grant p1 }}");
        let privileges: Vec<String> = (0..1_000).map(|at| format!("p{at}")).collect();
        text += &format!("category c on doc {{ {} }}\n", privileges.join(" "));
        (0..300)
            .for_each(|at| text += &format!("user u{at} assign clerk to user:u{at} on doc:d{}\n", at % 20));
        text
    };
    let (old, new) = (policy(&text("deny")), policy(&text("grant to authenticated")));
    let difference = Difference::between(&old, &new);
    assert_eq!(difference.undecided(), &[] as &[String]);
    let everybody = |group: &&Group| group.subjects == [Subject::Authenticated];
    let all: Vec<&Group> = difference.groups().iter().filter(everybody).collect();
    let [group] = all[..] else { panic!("{:#?}", difference.groups()) };
    assert_eq!((group.privileges.len(), group.places.as_slice()), (1_000, &["everywhere".to_owned()][..]));
    assert_eq!(group.followers.len(), 301, "300 users and the role");
    // At 20 places and another one: whoever is only logged in, and the role and the users but where they had it already.
    assert_eq!(difference.gains().total, 21_000 + 999 * 301 * 21 + 300 * 20);
}
