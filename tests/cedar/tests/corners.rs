//! What random policies do not reach: names that Cedar could take for something else, numbers and times at the ends of their ranges, and
//! more of something than Cedar's parser takes side by side.

use cedar::reference::{Asker, Given, Question, decide};
use cedar::{Judge, Verdict};
use policyc::compile;
use policyc::emit::cedar::export;
use policyc::source::{Format, Sources};
use policyc::terms::{AttributeRoot, PrincipalKind};

/// Asks all three; the answers have to be those that are wanted.
#[track_caller]
fn check(text: &str, questions: &[(Question, bool)]) {
    let mut sources = Sources::new();
    sources.add("corner.policy", Format::Policy, text);
    let compiled = compile(&sources);
    let policy = compiled.policy.as_ref().unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let cedar = export(&compiled.model, &sources).unwrap_or_else(|refused| panic!("{refused:#?}"));
    let judge =
        Judge::load(&compiled.model, &cedar).unwrap_or_else(|error| panic!("{error}\n{}", cedar.policies));
    for (question, wanted) in questions {
        let own = question.with_request(|request| policy.decide(request)).map(|decision| decision.granted());
        let reference = decide(&compiled.model, question).map(|answer| answer.reason.grants());
        assert_eq!((&own, &reference), (&Ok(*wanted), &Ok(*wanted)), "{question}");
        let verdict = if *wanted { Verdict::Allow } else { Verdict::Deny };
        assert_eq!(judge.ask(question), verdict, "{question}\n{}", cedar.policies);
    }
}

fn user(name: &str, privilege: &str) -> Question {
    Question::new(Asker::Known(PrincipalKind::User, name.to_owned()), privilege)
}

fn on(mut question: Question, ty: &str, id: &str) -> Question {
    question.resource = Some((ty.to_owned(), id.to_owned()));
    question
}

fn with(mut question: Question, root: AttributeRoot, name: &str, value: Given) -> Question {
    question.attributes.push((root, name.to_owned(), value));
    question
}

#[test]
fn names_that_mean_something_elsewhere() {
    let odd = [
        "a b",
        "quo\\\"te",
        "back\\\\slash",
        "new\\nline",
        "tab\\there",
        "\\u{0}",
        "\\u{202e}turned",
        "*",
        "é😀",
        "User::x",
    ];
    let plain = [
        "a b",
        "quo\"te",
        "back\\slash",
        "new\nline",
        "tab\there",
        "\0",
        "\u{202e}turned",
        "*",
        "é😀",
        "User::x",
    ];
    let mut text = String::from(
        "resource \"is\"\nresource my-type { attribute like: string  attribute a-b: bool  attribute __cedar: int }\n\
         resource datetime\ncategory \"has\" on \"is\", my-type, datetime { \"category:has\"\n",
    );
    for name in odd {
        text += &format!("  privilege \"{name}\"\n");
    }
    text += "}\ncategory principal-is on my-type { privilege \"//\" }\n";
    for name in odd {
        text += &format!(
            "user \"{name}\" in \"{name}\"\ngroup \"{name}\"\nrole \"{name}\" {{ grant \"{name}\" on my-type:\"{name}\" }}\n\
             assign \"{name}\" to user:\"{name}\" on my-type:\"{name}\"\n\
             grant \"{name}\" to group:\"{name}\" on \"is\":\"{name}\"\n"
        );
    }
    text += "grant \"//\" to authenticated on my-type:* when resource.like == \"a\\\"\\\\\\n\" and resource.a-b and resource.__cedar > 0\n";
    text += "grant \"category:has\" to authenticated on datetime:now\n";
    let mut questions = Vec::new();
    for (at, name) in plain.iter().enumerate() {
        let other = plain[(at + 1) % plain.len()];
        for (ty, grants) in [("my-type", true), ("is", true), ("datetime", false)] {
            questions.push((on(user(name, name), ty, name), grants));
            questions.push((on(user(name, name), ty, other), false));
            questions.push((on(user(other, name), ty, name), false));
        }
    }
    questions.push((on(user("x", "category:has"), "datetime", "now"), true));
    questions.push((on(user("x", "category:has"), "is", "now"), false));
    let asked = on(user("x", "//"), "my-type", "");
    let asked = with(asked, AttributeRoot::Resource, "like", Given::String("a\"\\\n".to_owned()));
    let asked = with(asked, AttributeRoot::Resource, "a-b", Given::Bool(true));
    questions.push((asked.clone(), false));
    questions.push((with(asked, AttributeRoot::Resource, "__cedar", Given::Int(1)), true));
    check(&text, &questions);
}

#[test]
fn ends_of_ranges() {
    let text = "context { n: int, t: timestamp, s: [int], w: [principal] }\n\
        category c { least most first last none empty }\n\
        grant least to anyone when context.n == -9223372036854775808\n\
        grant most  to anyone when context.n in [9223372036854775807, -1]\n\
        grant first to anyone when context.t >= 0000-01-01\n\
        grant last  to anyone when context.t < 9999-12-30\n\
        grant none  to anyone when not (context.n in [])\n\
        grant empty to anyone when context.s == [] and context.w == []\n";
    let n = |privilege, n| with(user("u", privilege), AttributeRoot::Context, "n", Given::Int(n));
    let t = |privilege, t| with(user("u", privilege), AttributeRoot::Context, "t", Given::Timestamp(t));
    let sets = |privilege, s, w| {
        let asked = with(user("u", privilege), AttributeRoot::Context, "s", Given::Set(s));
        with(asked, AttributeRoot::Context, "w", Given::Set(w))
    };
    let last = 253_402_128_000_000_000;
    check(
        text,
        &[
            (n("least", i64::MIN), true),
            (n("least", i64::MAX), false),
            (n("most", i64::MAX), true),
            (n("most", i64::MAX - 1), false),
            (t("first", -62_167_219_200_000_000), true),
            (t("last", last), false),
            (t("last", last - 1_000), true),
            (n("none", 0), true),
            (user("u", "none"), false),
            (sets("empty", vec![], vec![]), true),
            (sets("empty", vec![Given::Int(1)], vec![]), false),
            (sets("empty", vec![], vec![Given::Group("g".to_owned())]), false),
        ],
    );
}

#[test]
fn many_side_by_side() {
    let mut text = String::from(
        "resource box\nresource file in box by path { resolve nearest }\ncategory c on file { a }\n",
    );
    text += "context { n: int }\ngrant a to anyone\n";
    for at in 0..3_000 {
        text += &format!("user u{at}\ndeny a to user:u{at} on box:b{at} when context.n != {at}\n");
    }
    let asked = |name: &str, at: usize, n: i64| {
        with(on(user(name, "a"), "file", &format!("b{at}/x")), AttributeRoot::Context, "n", Given::Int(n))
    };
    check(
        &text,
        &[
            (asked("u0", 0, 1), false),
            (asked("u0", 0, 0), true),
            (asked("u2999", 2_999, 1), false),
            (asked("u2999", 2_999, 2_999), true),
            (asked("u1500", 1_501, 1), true),
        ],
    );
}

/// Two parents at once are equally near; a step of the path further up is further.
#[test]
fn several_ways_up_of_paths() {
    let text = "resource space\nresource folder in folder, space by path { resolve nearest }\ncategory c on folder { a b d e }\n\
        user u\nuser v\ngroup g\nuser w in g\n\
        grant a to user:u on folder:x/y\ndeny a to user:u on space:x/y\n\
        grant b to user:u on folder:x/y\ndeny b to user:u on space:x\n\
        grant d to user:u on space:x\ndeny d to user:u on folder:x/y\n\
        grant e to user:u on space:x\ndeny e to user:u on folder:y\n";
    let on = |privilege: &str, id: &str| on(user("u", privilege), "folder", id);
    check(
        text,
        &[
            (on("a", "x/y/z"), false),
            (on("a", "x/y"), true),
            (on("b", "x/y/z"), true),
            (on("b", "x/z"), false),
            (on("d", "x/y/z"), false),
            (on("d", "x/z"), true),
            (on("e", "x/y"), true),
            (on("e", "y/x"), false),
        ],
    );
}

/// Where a request places something, the policy asks which is nearer.
#[test]
fn what_a_request_places() {
    let text = "resource org in org { resolve nearest }\nresource box in org, box { resolve most-specific }\n\
        category c on box { a b }\ncategory o on org { s }\nuser u in g\ngroup g\n\
        grant a to user:u on org:one\ndeny a to user:u on org:two\n\
        grant b to user:u on org:one\ndeny b to group:g on org:one\ndeny b to user:u on box:m\n\
        grant s to user:u on org:one\ndeny s to user:u on org:two\nbox:n in box:m\n";
    let place = |mut question: Question, ancestors: &[(&str, &str)]| {
        question.ancestors = ancestors.iter().map(|(ty, id)| (ty.to_string(), id.to_string())).collect();
        question
    };
    let a = on(user("u", "a"), "box", "x");
    let b = on(user("u", "b"), "box", "x");
    let s = on(user("u", "s"), "org", "x");
    check(
        text,
        &[
            (place(a.clone(), &[("org", "one"), ("org", "two")]), true),
            (place(a.clone(), &[("org", "two"), ("org", "one")]), false),
            (place(a.clone(), &[("box", "n"), ("box", "m"), ("org", "one")]), true),
            (place(a, &[("org", "three")]), false),
            (place(b.clone(), &[("org", "one")]), true),
            (place(b.clone(), &[("box", "m"), ("org", "one")]), false),
            (place(b, &[("box", "n"), ("box", "m"), ("org", "one")]), false),
            (place(s.clone(), &[("org", "one"), ("org", "two")]), true),
            (place(s, &[("org", "two"), ("org", "one")]), false),
        ],
    );
}

/// Requirements of requirements, with `and` and `or` in turn, nested as deep as a policy may have them.
#[test]
fn deep_requirements() {
    let mut text = String::from("context { n: int }\nuser u\ncategory c { p0\n");
    for at in 1..60 {
        text += &format!(
            "p{at} requires (p{} or context.n == {at}) and (context.n < 1000 or context.n == {}) \n",
            at - 1,
            2_000 + at
        );
    }
    text += "}\n";
    for at in 1..60 {
        text += &format!("grant p{at} to user:u when context.n != {at}00\n");
    }
    let asked = |n: i64| with(user("u", "p59"), AttributeRoot::Context, "n", Given::Int(n));
    check(&text, &[(asked(1), true), (asked(0), false), (asked(59), true), (asked(3_000), false)]);
}

/// A role that is held through another one, in a scope and under conditions of both assignments.
#[test]
fn roles_through_roles() {
    let text = "context { n: int }\nresource box\nresource file in box by path\ncategory c on file { a b }\n\
        role base { grant a }\nrole inner inherits base { grant b when context.n != 5 }\nrole outer\nrole top\nuser u in g\ngroup g\n\
        assign inner to role:outer on box:x when context.n > 0\n\
        assign outer to role:top on file:x/y until 2026-01-01\n\
        assign top to group:g\n";
    let at = |mut question: Question, at: i64| {
        question.at = Some(at);
        question
    };
    let (before, behind) = (0, 1_900_000_000_000_000);
    let asked = |who: &str, privilege: &str, id: &str, n: i64| {
        with(on(user(who, privilege), "file", id), AttributeRoot::Context, "n", Given::Int(n))
    };
    let supplied = |mut question: Question, role: &str| {
        question.roles = vec![role.to_owned()];
        question
    };
    check(
        text,
        &[
            (at(asked("u", "a", "x/y", 1), before), true),
            (at(asked("u", "a", "x/y", 0), before), false),
            (at(asked("u", "a", "x/y", 1), behind), false),
            (at(asked("u", "a", "x/z", 1), before), false),
            (asked("u", "a", "x/y", 1), false),
            (at(asked("u", "b", "x/y", 1), before), true),
            (at(asked("u", "b", "x/y", 5), before), false),
            (at(asked("v", "a", "x/y", 1), before), false),
            (supplied(asked("v", "a", "x/z", 1), "outer"), true),
            (supplied(asked("v", "a", "z/z", 1), "outer"), false),
            (supplied(asked("v", "a", "z/z", 1), "inner"), true),
        ],
    );
}
