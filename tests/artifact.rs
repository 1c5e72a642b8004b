//! Artifacts: the same policy gives the same bytes, and what is loaded answers as what was compiled.

use crate::damage::large;
use policyc::source::{Format, Sources};
use policyc::terms::{AttributeRoot, PrincipalKind};
use policyc::{
    Attribute, LoadError, Policy, Principal, Request, RequestError, Resource, compile, evaluate::Value,
};

/// A small policy with a bit of everything that the layout has.
pub const SMALL: &str = r#"
policy small { default grant to authenticated when unlisted; resolve most-specific }
resource folder in folder by path { attribute owner: [principal] attribute tags: ["a" | "b"] }
resource flow in folder { attribute live: bool attribute owner: [principal] attribute tags: ["a" | "b"] }
context { mfa: bool level: int ip: ip at: timestamp }
principal { dept: string }
category flow on flow "Flow" requires folder.see {
    flow.see "See"
    flow.run "Run" requires resource.live and flow.see
    flow.all "All" includes flow.see, flow.run
}
category folder on folder { folder.see folder.drop requires all(folder.see) or context.level >= 3 }
category desk { desk.open desk.audit requires any(desk.open) }
role reader { grant flow.see, folder.see }
role writer inherits reader { grant flow.*  deny folder.drop on folder:a/b only }
role root { bypass * except desk.audit }
group staff
group night in staff
group paused disabled
user ann in night { dept: "ops" }
user bob in paused
service cron
folder:a { owner: [user:ann], tags: ["a"] }
flow:x in folder:a/b { live: true, owner: [group:staff] }
assign reader to group:staff on folder:a from 2026-01-01 until 2027-01-01
assign reader to user:ann
assign writer to user:ann on folder:a when context.mfa
assign root to service:cron on folder:*
assign writer to role:root on folder:b
grant desk.open to anyone when context.ip in ["10.0.0.0/8", "::1"] or principal.dept == "ops"
grant desk.audit to user:ann when principal == user:ann and not has context.at
deny flow.run to anonymous on flow:*
grant folder.drop to authenticated on folder:a when principal in resource.owner or resource.tags contains "b"
"#;

/// Documented, and with roles of roles in several places.
const DOCUMENTED: &str = "
## Where things lie.
resource area
resource project in area
resource folder in project
resource doc in folder
## What is done with them.
category c on doc {
    ## To see it.
    read \"Read\"
    ## To change it.
    write
    drop \"Drop\"
}
role reader { grant read }
role writer { grant write }
role middle { }
role lead { }
group g
user ben
user cid
assign lead to user:ben on folder:a
assign lead to group:g on folder:b only
assign middle to role:lead on project:p
assign reader to role:middle on area:z
assign writer to role:middle on area:y
assign writer to role:lead on project:q
assign reader to role:lead on area:z
";

/// The same text gives the same bytes on every machine and by every build, as long as the version of the format is the same.
/// Who changes the layout raises the version; who changes what is written into it, an order or what is shared, does it knowingly.
#[test]
fn the_bytes_of_an_artifact_depend_on_the_text_alone() {
    let mut text = String::new();
    for (name, source) in [
        ("small", SMALL.to_owned()),
        ("roles", large::roles(300)),
        ("folders", large::folders(3_000)),
        ("documented", DOCUMENTED.to_owned()),
    ] {
        let whole = policy(&source);
        let stripped = whole.strip();
        for (form, artifact) in [("whole", &whole), ("stripped", &stripped)] {
            let bytes = artifact.as_bytes();
            let hash = xxhash_rust::xxh3::xxh3_64(bytes);
            text += &format!("{name}, {form}: {} bytes, {hash:016x}\n", bytes.len());
        }
    }
    insta::assert_snapshot!(text);
}

#[track_caller]
pub fn policy(text: &str) -> Policy {
    let mut sources = Sources::new();
    sources.add("small.policy", Format::Policy, text);
    let compiled = compile(&sources);
    compiled.policy.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

/// Many questions of all kinds; what is answered is of no interest here but that it is always the same.
pub fn answers(policy: &Policy) -> Vec<String> {
    let given = [
        Attribute::new(AttributeRoot::Context, "mfa", Value::Bool(true)),
        Attribute::new(AttributeRoot::Context, "level", Value::Int(4)),
    ];
    let principals = [
        Principal::user("ann"),
        Principal::user("bob"),
        Principal::user("nobody").groups(&["staff", "paused", "strangers"]).roles(&["root", "none"]),
        Principal::service("cron"),
        Principal::somebody().roles(&["writer"]),
        Principal::anonymous(),
    ];
    let folders = ["a", "a/b", "a/b/c/d", "z"];
    let mut answers = Vec::new();
    for principal in principals {
        for attributes in [&given[..], &[]] {
            for at in [None, Some(1_780_000_000_000_000)] {
                let mut ask = |privilege, resource: Option<Resource<'_>>| {
                    let mut request = Request::new(principal, privilege).with(attributes);
                    request = resource.map_or(request, |resource| request.on(resource));
                    request = at.map_or(request, |at| request.at(at));
                    let decision = policy.decide(&request);
                    let story = policy.explain(&request).map(|story| story.missing);
                    answers.push(format!("{decision:?} {story:?}"));
                };
                for privilege in ["desk.open", "desk.audit", "no.such"] {
                    ask(privilege, None);
                }
                for privilege in ["folder.see", "folder.drop", "flow.see"] {
                    folders.iter().for_each(|id| ask(privilege, Some(Resource::new("folder", id))));
                }
                for privilege in ["flow.see", "flow.run", "flow.all"] {
                    ask(privilege, Some(Resource::new("flow", "x")));
                    ask(
                        privilege,
                        Some(Resource::new("flow", "new").within(&[("folder", "a/q"), ("folder", "a")])),
                    );
                }
            }
        }
    }
    answers
}

#[test]
fn the_order_of_statements_does_not_reach_the_bytes() {
    let forward = policy(SMALL).strip();
    let mut sources = Sources::new();
    let mut lines: Vec<&str> = SMALL.lines().filter(|line| !line.is_empty()).collect();
    // The statements of this policy that take several lines stand first; the others each have one.
    let single = lines.split_off(lines.iter().position(|line| line.starts_with("role reader")).unwrap());
    sources.add("b.policy", Format::Policy, single.iter().rev().copied().collect::<Vec<_>>().join("\n"));
    sources.add("a.policy", Format::Policy, lines.join("\n"));
    let backward = compile(&sources).policy.unwrap().strip();
    assert!(forward.as_bytes() == backward.as_bytes());
}

#[test]
fn an_artifact_decides_as_what_it_was_written_from() {
    let compiled = policy(SMALL);
    let loaded = Policy::load(compiled.as_bytes().to_vec()).unwrap();
    let stripped = Policy::load(compiled.strip().as_bytes().to_vec()).unwrap();
    assert!(!loaded.is_stripped() && stripped.is_stripped());
    assert!(stripped.as_bytes().len() < loaded.as_bytes().len());
    let expected = answers(&compiled);
    assert_eq!(answers(&loaded), expected);
    assert_eq!(answers(&stripped), expected);
    let granted =
        expected.iter().filter(|answer| answer.contains("Grant") || answer.contains("Bypass")).count();
    assert!(granted > 40 && granted + 40 < expected.len(), "{granted} of {}", expected.len());
}

#[test]
fn an_answer_allocates_nothing() {
    let policy = policy(SMALL);
    let values = [
        Attribute::new(AttributeRoot::Context, "mfa", Value::Bool(true)),
        Attribute::new(AttributeRoot::Resource, "live", Value::Bool(true)),
    ];
    let groups = ["staff", "strangers"];
    let ann = Principal::user("ann").groups(&groups).roles(&["reader", "none"]);
    let new = Resource::new("flow", "new").within(&[("folder", "a/q"), ("folder", "a")]);
    let questions = [
        Request::new(ann, "desk.audit"),
        Request::new(Principal::anonymous(), "desk.open"),
        Request::new(ann, "flow.all").on(Resource::new("flow", "x")).with(&values).at(1_780_000_000_000_000),
        Request::new(ann, "flow.run").on(new).with(&values),
        Request::new(Principal::service("cron"), "folder.drop").on(Resource::new("folder", "a/b/c/d")),
        Request::new(Principal::user("nobody"), "folder.see").on(Resource::new("folder", "z/z/z")),
    ];
    // More than there is room for at first: a resource deep in others, many values, many supplied groups and roles.
    let deep = (0..40).map(|at| format!("f{at}")).collect::<Vec<_>>().join("/");
    let many = vec!["staff"; 600];
    let values = [
        Attribute::new(AttributeRoot::Context, "mfa", Value::Bool(true)),
        Attribute::new(AttributeRoot::Context, "level", Value::Int(4)),
        Attribute::new(AttributeRoot::Principal, "dept", Value::String("ops")),
    ]
    .repeat(5);
    let tags = [Value::String("b"), Value::String("a")];
    let owners = [Value::Group("staff"), Value::Principal(PrincipalKind::User, "ann")];
    let sets = [
        Attribute::new(AttributeRoot::Resource, "tags", Value::Set(&tags)),
        Attribute::new(AttributeRoot::Resource, "owner", Value::Set(&owners)),
    ];
    let much = Principal::user("ann").groups(&many).roles(&many);
    let questions = questions.into_iter().chain([
        Request::new(ann, "folder.drop").on(Resource::new("folder", &deep)).with(&values),
        Request::new(much, "folder.see").on(Resource::new("folder", &deep)).at(1_780_000_000_000_000),
        Request::new(much, "desk.open").with(&values),
        Request::new(Principal::user("bob"), "folder.drop").on(Resource::new("folder", "a/b")).with(&sets),
    ]);
    for question in &questions.collect::<Vec<_>>() {
        let mut answer = None;
        let counted = allocation_counter::measure(|| answer = Some(policy.decide(question)));
        assert!(matches!(answer, Some(Ok(_))), "{question:?}: {answer:?}");
        assert_eq!(counted.count_total, 0, "{question:?}");
    }
}

#[test]
fn a_question_by_ids_or_to_a_session_allocates_nothing() {
    let policy = policy(SMALL);
    let privilege = |name| policy.privilege(name).unwrap();
    let ann = policy.principal(PrincipalKind::User, "ann").unwrap();
    let x = policy.resource("flow", "x").unwrap();
    let groups = ["staff", "strangers"];
    let session = policy.session(&Principal::user("ann").groups(&groups).roles(&["reader"])).unwrap();
    let session = session.with(&[Attribute::new(AttributeRoot::Context, "mfa", Value::Bool(true))]).unwrap();
    let on_x = session.on_id(x).unwrap();
    let inside = [("folder", "a/q"), ("folder", "a")];
    let flows = [Resource::new("flow", "x"), Resource::new("flow", "new").within(&inside)];
    let (audit, run, all) = (privilege("desk.audit"), privilege("flow.run"), privilege("flow.all"));
    let deep = (0..40).map(|at| format!("f{at}")).collect::<Vec<_>>().join("/");
    let (deep, drop) = (Resource::new("folder", &deep), privilege("folder.drop"));
    let on_deep = session.on(&deep).unwrap();
    let questions: [(&str, &dyn Fn() -> bool); 10] = [
        ("session on a deep resource", &|| on_deep.decide(drop).is_ok()),
        ("a deep resource", &|| session.decide_on(drop, &deep).is_ok()),
        ("ids", &|| policy.decide_ids(ann, audit, None).is_ok()),
        ("ids on a resource", &|| policy.decide_ids(ann, all, Some(x)).is_ok()),
        ("session", &|| session.decide(audit).is_ok()),
        ("session on a resource", &|| on_x.decide(all).is_ok()),
        ("another resource", &|| session.decide_on(run, &flows[1]).is_ok()),
        ("another resource by id", &|| session.decide_on_id(run, x).is_ok()),
        ("many resources", &|| session.decide_all(run, &flows).all(|decision| decision.is_ok())),
        ("what it holds", &|| on_x.privileges().count() > 0),
    ];
    for (what, ask) in questions {
        // The first answer is found, the second remembered.
        for _ in 0..2 {
            let mut answered = false;
            let counted = allocation_counter::measure(|| answered = ask());
            assert!(answered, "{what}");
            assert_eq!(counted.count_total, 0, "{what}");
        }
    }
}

#[test]
fn ids_of_another_policy_are_errors_or_ids_of_this_one() {
    let (large, small) = (policy(SMALL), policy("category c { c.one } user one"));
    let all = large.privilege("flow.all").unwrap();
    let ann = large.principal(PrincipalKind::User, "ann").unwrap();
    let cron = large.principal(PrincipalKind::Service, "cron").unwrap();
    let x = large.resource("flow", "x").unwrap();
    let only = small.privilege("c.one").unwrap();
    let one = small.principal(PrincipalKind::User, "one").unwrap();
    let session = small.session(&Principal::user("one")).unwrap();
    assert_eq!(small.decide_ids(one, all, None), Err(RequestError::UnknownId));
    assert_eq!(small.decide_ids(cron, only, None), Err(RequestError::UnknownId));
    assert_eq!(small.decide_ids(one, only, Some(x)), Err(RequestError::UnknownId));
    assert_eq!(small.privilege_name(all), None);
    assert_eq!(session.decide(all), Err(RequestError::UnknownId));
    assert_eq!(session.decide_on(all, &Resource::new("t", "x")), Err(RequestError::UnknownId));
    assert_eq!(session.decide_on_id(only, x), Err(RequestError::UnknownId));
    assert!(matches!(session.on_id(x), Err(RequestError::UnknownId)));
    // In range, and so the first user of this policy.
    assert!(small.decide_ids(ann, only, None).is_ok());
}

#[test]
fn what_services_share_between_threads_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<Policy>();
    shared::<Request<'_>>();
    shared::<policyc::Session<'_>>();
    shared::<policyc::Decision>();
    shared::<RequestError>();
    shared::<LoadError>();
    shared::<policyc::evaluate::Explanation>();
}

#[test]
fn another_version_is_named() {
    let mut other = policy(SMALL).as_bytes().to_vec();
    other[8..12].copy_from_slice(&7_u32.to_le_bytes());
    assert_eq!(Policy::load(other).unwrap_err(), LoadError::Version { found: 7, supported: 5 });
    assert_eq!(Policy::load(b"PK\x03\x04 not one of ours".to_vec()).unwrap_err(), LoadError::NotAnArtifact);
}

/// Rows of few bits far apart are stored as lists, the others as words; both decide alike.
#[test]
fn rows_of_both_forms_hold_what_was_granted() {
    const PRIVILEGES: usize = 3_000;
    let granted: [(&str, &dyn Fn(usize) -> bool); 4] = [
        ("few", &|at| at % 997 == 5),
        ("many", &|at| at % 2 == 1),
        ("ends", &|at| at == 0 || at == PRIVILEGES - 1),
        ("near", &|at| (700..720).contains(&at)),
    ];
    let names = |keep: &dyn Fn(usize) -> bool| {
        (0..PRIVILEGES).filter(|&at| keep(at)).map(|at| format!("p{at:04}")).collect::<Vec<_>>()
    };
    let mut text = format!("category c {{ {} }}\n", names(&|_| true).join(" "));
    for (role, keep) in granted {
        let all = names(keep).join(", ");
        text += &format!("role {role} {{ grant {all} }}\nuser {role}\nassign {role} to user:{role}\n");
    }
    // Folded with the entry before, so that the rows of both are not those of the holder.
    text += "assign few to user:many\nassign ends to user:many\nrole two { grant p0003 grant p2003 }\n";
    text += "user two\nassign two to user:two\n";
    let policy = policy(&text);
    let policies = [policy.strip(), Policy::load(policy.as_bytes().to_vec()).unwrap(), policy];
    for policy in &policies {
        for (user, keep) in granted {
            for at in 0..PRIVILEGES {
                let more = user == "many" && (granted[0].1(at) || granted[2].1(at));
                let name = format!("p{at:04}");
                let request = Request::new(Principal::user(user), &name);
                assert_eq!(policy.is_allowed(&request), keep(at) || more, "{user} {name}");
            }
        }
    }
    let [_, _, policy] = &policies;
    for (privilege, user, line) in
        [("p0005", "few", 2), ("p0701", "near", 11), ("p0003", "two", 16), ("p2003", "two", 16)]
    {
        let story = policy.explain(&Request::new(Principal::user(user), privilege)).unwrap();
        assert!(format!("{story:?}").contains(&format!("line: {line},")), "{privilege} {story:#?}");
    }
}
