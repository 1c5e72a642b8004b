//! What a question takes as policies grow: `cargo bench --bench evaluate`.
//!
//! Each measured call asks all questions of a list once, so divide by `QUESTIONS`. What is behind `--` goes to the harness:
//! `cargo bench --bench evaluate -- sessions` measures that alone.

#[path = "compile/generate.rs"]
#[allow(dead_code, reason = "the other bench uses more of it")]
mod generate;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use policyc::policy::NameKind;
use policyc::source::{Format, Sources};
use policyc::terms::{AttributeRoot, PrincipalKind};
use policyc::{Attribute, Policy, Principal, Request, Resource, Value};
use std::fmt::Write;
use std::path::Path;

/// How many questions one measured call asks.
const QUESTIONS: usize = 1_024;

fn compiled(sources: &Sources) -> Policy {
    let compiled = policyc::compile(sources);
    assert!(compiled.policy.is_some(), "{:?}", compiled.diagnostics.first());
    compiled.policy.unwrap_or_default()
}

fn of_text(text: String) -> Policy {
    let mut sources = Sources::new();
    sources.add("generated.policy", Format::Policy, text);
    compiled(&sources)
}

/// Numbers that look random and are the same in every run.
fn scattered(at: usize, below: usize) -> usize {
    let mut mixed = (at as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed ^ (mixed >> 31)) % below.max(1) as u64) as usize
}

/// Roles without resources: as many privileges, ten times as many users.
mod roles {
    use super::*;

    const SIZES: [usize; 3] = [100, 1_000, 10_000];

    fn asked(roles: usize) -> (Policy, Vec<(String, String)>) {
        let policy = of_text(generate::roles(roles));
        let privileges = policy.names(NameKind::Privilege);
        let users = policy.names(NameKind::User);
        let pick = |names: &[&str], at: usize| names[scattered(at, names.len())].to_owned();
        let questions =
            (0..QUESTIONS).map(|at| (pick(&users, at), pick(&privileges, at + QUESTIONS))).collect();
        (policy, questions)
    }

    #[divan::bench(args = SIZES, max_time = 1)]
    fn names(bencher: Bencher<'_, '_>, size: usize) {
        let (policy, questions) = asked(size);
        bencher.counter(ItemsCount::new(QUESTIONS)).bench(|| {
            let ask = |(user, privilege): &&(String, String)| {
                policy.is_allowed(&Request::new(Principal::user(user), privilege))
            };
            black_box(&questions).iter().filter(ask).count()
        });
    }

    #[divan::bench(args = SIZES, max_time = 1)]
    fn ids(bencher: Bencher<'_, '_>, size: usize) {
        let (policy, questions) = asked(size);
        let ids: Vec<_> = questions
            .iter()
            .filter_map(|(user, privilege)| {
                Some((policy.principal(PrincipalKind::User, user)?, policy.privilege(privilege)?))
            })
            .collect();
        bencher.counter(ItemsCount::new(ids.len())).bench(|| {
            let ask = |&&(user, privilege): &&(_, _)| {
                policy.decide_ids(user, privilege, None).is_ok_and(|decision| decision.granted())
            };
            black_box(&ids).iter().filter(ask).count()
        });
    }

    #[divan::bench(args = SIZES, max_time = 1)]
    fn session(bencher: Bencher<'_, '_>, size: usize) {
        let (policy, questions) = asked(size);
        let session = questions.first().and_then(|(user, _)| policy.session(&Principal::user(user)).ok());
        let ids: Vec<_> = questions.iter().filter_map(|(_, privilege)| policy.privilege(privilege)).collect();
        bencher.counter(ItemsCount::new(ids.len())).bench(|| {
            let session = black_box(&session);
            black_box(&ids)
                .iter()
                .filter(|&&id| session.as_ref().is_some_and(|open| open.is_allowed(id)))
                .count()
        });
    }

    #[divan::bench(args = SIZES, max_time = 1)]
    fn open_a_session(bencher: Bencher<'_, '_>, size: usize) {
        let (policy, questions) = asked(size);
        let user = questions.first().map_or("", |(user, _)| user);
        bencher.bench(|| policy.session(black_box(&Principal::user(user))).is_ok());
    }
}

/// A tree of folders by path; half of the questions name a folder that nothing declares, below one that something does.
mod folders {
    use super::*;

    const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

    fn asked(assignments: usize) -> (Policy, Vec<(String, String, String)>) {
        let policy = of_text(generate::folders(assignments));
        let users = assignments / 10;
        let question = |at: usize| {
            let step = |more: usize| scattered(at * 8 + more, 10);
            let folder = format!("f{}/f{}/f{}", step(0), step(1), step(2));
            let folder = if at.is_multiple_of(2) { folder } else { format!("{folder}/new/{}", step(3)) };
            (format!("u{}", scattered(at, users)), format!("p{}", scattered(at + 7, 200)), folder)
        };
        (policy, (0..QUESTIONS).map(question).collect())
    }

    #[divan::bench(args = SIZES, max_time = 1)]
    fn names(bencher: Bencher<'_, '_>, size: usize) {
        let (policy, questions) = asked(size);
        bencher.counter(ItemsCount::new(QUESTIONS)).bench(|| {
            let ask = |(user, privilege, folder): &&(String, String, String)| {
                let folder = Resource::new("folder", folder);
                policy.is_allowed(&Request::new(Principal::user(user), privilege).on(folder))
            };
            black_box(&questions).iter().filter(ask).count()
        });
    }

    #[divan::bench(args = SIZES, max_time = 1)]
    fn ids(bencher: Bencher<'_, '_>, size: usize) {
        let (policy, questions) = asked(size);
        let ids: Vec<_> = questions
            .iter()
            .filter_map(|(user, privilege, folder)| {
                let user = policy.principal(PrincipalKind::User, user)?;
                Some((user, policy.privilege(privilege)?, policy.resource("folder", folder)?))
            })
            .collect();
        assert!(ids.len() > QUESTIONS / 10, "only {} questions name a folder that has an id", ids.len());
        bencher.counter(ItemsCount::new(ids.len())).bench(|| {
            let ask = |&&(user, privilege, folder): &&(_, _, _)| {
                policy.decide_ids(user, privilege, Some(folder)).is_ok_and(|decision| decision.granted())
            };
            black_box(&ids).iter().filter(ask).count()
        });
    }

    /// A user with fifty groups, each with a role on a folder of its own.
    #[divan::bench(max_time = 1)]
    fn fifty_groups(bencher: Bencher<'_, '_>) {
        let mut text = String::from("resource folder in folder by path\ncategory c on folder { see edit }\n");
        text.push_str("role reader { grant see }\nuser ann in g0");
        for at in 1..50 {
            let _ = write!(text, ", g{at}");
        }
        for at in 0..50 {
            let _ = write!(text, "\ngroup g{at}\nassign reader to group:g{at} on folder:f{at}/shared");
        }
        let policy = of_text(text);
        let folders: Vec<String> = (0..QUESTIONS).map(|at| format!("f{}/shared/new", at % 60)).collect();
        bencher.counter(ItemsCount::new(QUESTIONS)).bench(|| {
            let ask = |folder: &&String| {
                let folder = Resource::new("folder", folder);
                policy.is_allowed(&Request::new(Principal::user("ann"), "see").on(folder))
            };
            black_box(&folders).iter().filter(ask).count()
        });
    }
}

/// What grows alone, everything else being as it was: privileges, roles, users, folders, assignments of one user. Questions are
/// by ids, but for folders, which grow without being declared.
mod growth {
    use super::*;

    /// A policy of so many of each.
    #[derive(Clone, Copy)]
    struct Size {
        privileges: usize,
        roles: usize,
        users: usize,
        /// Roles of a user.
        held: usize,
    }

    fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
        // Writing to a text does not fail.
        let _ = text.write_fmt(line);
        text.push('\n');
    }

    /// More users than decisions can be remembered for, unless most of them are alike.
    const USUAL: Size = Size { privileges: 1_000, roles: 100, users: 20_000, held: 2 };

    fn text(size: Size) -> String {
        let mut text = String::from("policy growth\ncategory c {\n");
        (0..size.privileges).for_each(|at| line(&mut text, format_args!("p{at}")));
        text.push_str("}\n");
        for role in 0..size.roles {
            let mut of: Vec<usize> = (0..20).map(|at| scattered(role * 20 + at, size.privileges)).collect();
            of.sort_unstable();
            of.dedup();
            let of: Vec<String> = of.iter().map(|at| format!("p{at}")).collect();
            line(&mut text, format_args!("role r{role} {{ grant {} }}", of.join(", ")));
        }
        for user in 0..size.users {
            line(&mut text, format_args!("user u{user}"));
            let mut held: Vec<usize> =
                (0..size.held).map(|at| scattered(user * 64 + at, size.roles)).collect();
            held.sort_unstable();
            held.dedup();
            held.iter().for_each(|role| line(&mut text, format_args!("assign r{role} to user:u{user}")));
        }
        text
    }

    fn ask(bencher: Bencher<'_, '_>, size: Size) {
        let policy = of_text(text(size));
        let ids: Vec<_> = (0..QUESTIONS)
            .filter_map(|at| {
                let user = format!("u{}", scattered(at, size.users));
                let privilege = format!("p{}", scattered(at + QUESTIONS, size.privileges));
                Some((policy.principal(PrincipalKind::User, &user)?, policy.privilege(&privilege)?))
            })
            .collect();
        assert_eq!(ids.len(), QUESTIONS);
        bencher.counter(ItemsCount::new(ids.len())).bench(|| {
            let ask = |&&(user, privilege): &&(_, _)| {
                policy.decide_ids(user, privilege, None).is_ok_and(|decision| decision.granted())
            };
            black_box(&ids).iter().filter(ask).count()
        });
    }

    #[divan::bench(args = [100, 1_000, 10_000], max_time = 1)]
    fn privileges(bencher: Bencher<'_, '_>, privileges: usize) {
        ask(bencher, Size { privileges, ..USUAL });
    }

    #[divan::bench(args = [10, 100, 1_000, 10_000], max_time = 1)]
    fn roles(bencher: Bencher<'_, '_>, roles: usize) {
        ask(bencher, Size { roles, ..USUAL });
    }

    #[divan::bench(args = [1_000, 10_000, 100_000], max_time = 1)]
    fn users(bencher: Bencher<'_, '_>, users: usize) {
        ask(bencher, Size { users, ..USUAL });
    }

    #[divan::bench(args = [1, 2, 5, 10, 50], max_time = 1)]
    fn roles_of_a_user(bencher: Bencher<'_, '_>, held: usize) {
        ask(bencher, Size { held, ..USUAL });
    }

    /// So many folders of eight in each, with assignments on 2,000 of them; asked by names.
    #[divan::bench(args = [585, 4_681, 37_449, 299_593], max_time = 1)]
    fn folders(bencher: Bencher<'_, '_>, folders: usize) {
        folders_and_assignments(bencher, folders, 2_000);
    }

    /// So many assignments on folders of a tree of 37,449, to a thousand users.
    #[divan::bench(args = [1_000, 10_000, 100_000], max_time = 1)]
    fn assignments(bencher: Bencher<'_, '_>, assignments: usize) {
        folders_and_assignments(bencher, 37_449, assignments);
    }

    /// The path of a folder of a tree that has eight in each.
    fn path(mut folder: usize) -> String {
        let mut steps = Vec::new();
        while folder > 0 {
            steps.push(format!("f{}", (folder - 1) % 8));
            folder = (folder - 1) / 8;
        }
        steps.push("root".to_owned());
        steps.reverse();
        steps.join("/")
    }

    fn folders_and_assignments(bencher: Bencher<'_, '_>, folders: usize, assignments: usize) {
        let mut text =
            String::from("policy growth\nresource folder in folder by path\ncategory c on folder {\n");
        (0..20).for_each(|at| line(&mut text, format_args!("p{at}")));
        text.push_str("}\n");
        (0..20)
            .for_each(|at| line(&mut text, format_args!("role r{at} {{ grant p{at}, p{} }}", (at + 7) % 20)));
        (0..1_000).for_each(|at| line(&mut text, format_args!("user u{at}")));
        for at in 0..assignments {
            let (user, folder) = (scattered(at, 1_000), path(1 + scattered(at * 3 + 1, folders - 1)));
            line(
                &mut text,
                format_args!("assign r{} to user:u{user} on folder:{folder}", scattered(at * 7, 20)),
            );
        }
        let policy = of_text(text);
        let names: Vec<_> = (0..QUESTIONS)
            .map(|at| {
                let folder = path(scattered(at * 5 + 2, folders));
                (format!("u{}", scattered(at, 1_000)), format!("p{}", scattered(at + 9, 20)), folder)
            })
            .collect();
        bencher.counter(ItemsCount::new(QUESTIONS)).bench(|| {
            let ask = |(user, privilege, folder): &&(String, String, String)| {
                let folder = Resource::new("folder", folder);
                policy.is_allowed(&Request::new(Principal::user(user), privilege).on(folder))
            };
            black_box(&names).iter().filter(ask).count()
        });
    }
}

/// One condition of three tests on the way.
#[divan::bench(max_time = 1)]
fn conditions(bencher: Bencher<'_, '_>) {
    let policy = of_text(
        "context { mfa: bool ip: ip level: int }\ncategory c { open }\nuser ann
         grant open to user:ann when context.mfa and context.level >= 3 and context.ip in \"10.0.0.0/8\""
            .to_owned(),
    );
    let address = policyc::terms::Network::parse("10.1.2.3").map_or(Value::Bool(false), Value::Ip);
    let values = [
        Attribute::new(AttributeRoot::Context, "mfa", Value::Bool(true)),
        Attribute::new(AttributeRoot::Context, "level", Value::Int(4)),
        Attribute::new(AttributeRoot::Context, "ip", address),
    ];
    let request = Request::new(Principal::user("ann"), "open").with(&values);
    assert!(policy.is_allowed(&request));
    bencher.bench(|| policy.is_allowed(black_box(&request)));
}

/// The four systems of `policies/`: every user of their worlds asks for every privilege, on a resource without a list of its
/// own where the privilege is asked on one.
#[divan::bench(args = ["flowable", "flowrunner", "flow-software", "invictus"], max_time = 1)]
fn systems(bencher: Bencher<'_, '_>, system: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = [root.join("policies").join(system), root.join("tests/conformance").join(system)];
    let policy = policyc::load::read_sources(&paths).ok().and_then(|loaded| loaded.compile().policy);
    let policy = policy.unwrap_or_default();
    let types = policy.names(NameKind::Type);
    let mut questions = Vec::new();
    for user in policy.names(NameKind::User) {
        for privilege in policy.names(NameKind::Privilege) {
            let plain = Request::new(Principal::user(user), privilege);
            let on_types = types.iter().map(|ty| plain.on(Resource::new(ty, "some")));
            let mut candidates = std::iter::once(plain).chain(on_types);
            questions.extend(candidates.find(|request| policy.decide(request).is_ok()));
        }
    }
    assert!(!questions.is_empty(), "{system} has no questions");
    bencher
        .counter(ItemsCount::new(questions.len()))
        .bench(|| black_box(&questions).iter().filter(|request| policy.is_allowed(request)).count());
}

fn main() {
    divan::main();
}
