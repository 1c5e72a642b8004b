//! The semantics sentence by sentence: small policies, worked out by hand, asked of the policy and of the reference.
//!
//! A question reads `user:ann group:g can p on doc:x in folder:y with context.n=1 at 2024-01-01`; an answer `explicit-deny`,
//! `default-deny lacking context.n`, or `error`. The sections follow DESIGN, section 2, and the page on decisions.

use crate::reference::table::{set, time};
use crate::reference::{Asker, Question, decide};
use policyc::diagnostic::Severity;
use policyc::model::{Model, PrincipalKind};
use policyc::source::{Format, Sources};
use policyc::{Compiled, compile};

#[track_caller]
fn compiled(text: &str) -> Compiled {
    let mut sources = Sources::new();
    sources.add("law.policy", Format::Policy, text);
    let compiled = compile(&sources);
    let errors = compiled.diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|finding| format!("{} {}", finding.code, finding.message)).collect();
    assert!(compiled.policy.is_some(), "{}\n{text}", errors.join("\n"));
    compiled
}

fn question(model: &Model, text: &str) -> Question {
    let (who, rest) = text.split_once(" can ").expect("WHO can PRIVILEGE");
    let mut words = rest.split_whitespace();
    let mut question = Question::new(Asker::Somebody, words.next().expect("a privilege"));
    for word in who.split_whitespace() {
        match word.split_once(':') {
            Some(("user", name)) => question.asker = Asker::Known(PrincipalKind::User, name.to_string()),
            Some(("service", name)) => {
                question.asker = Asker::Known(PrincipalKind::Service, name.to_string())
            }
            Some(("group", name)) => question.groups.push(name.to_string()),
            Some(("role", name)) => question.roles.push(name.to_string()),
            _ if word == "anonymous" => question.asker = Asker::Anonymous,
            _ => assert_eq!(word, "somebody"),
        }
    }
    while let Some(word) = words.next() {
        let operand = words.next().expect("something behind the word");
        let pair = |text: &str| text.split_once(':').map(|(ty, id)| (ty.to_string(), id.to_string()));
        match word {
            "on" => question.resource = pair(operand),
            "in" => question.ancestors.extend(pair(operand)),
            "with" => set(model, &mut question, operand),
            "at" => question.at = Some(time(operand)),
            other => panic!("`{other}` in a question"),
        }
    }
    question
}

/// Asks both of a policy; each line is a question, `=>` and the answer.
#[track_caller]
fn law(policy: &str, lines: &[&str]) {
    let compiled = compiled(policy);
    let policy = compiled.policy.as_ref().unwrap();
    for line in lines {
        let (asked, expected) = line.split_once(" => ").expect("QUESTION => ANSWER");
        let question = question(&compiled.model, asked);
        let told = |reason: &str, missing: Vec<String>| {
            if missing.is_empty() {
                reason.to_string()
            } else {
                format!("{reason} lacking {}", missing.join(" "))
            }
        };
        let reference = decide(&compiled.model, &question)
            .map_or("error".to_string(), |a| told(a.reason.name(), a.missing.into_iter().collect()));
        assert_eq!(reference, expected, "the reference, asked {asked}");
        let explained = question.with_request(|request| policy.explain(request));
        let explained =
            explained.map_or("error".to_string(), |e| told(e.decision.reason().name(), e.missing_attributes));
        assert_eq!(explained, expected, "the explanation, asked {asked}");
        let decided = question.with_request(|request| policy.decide(request));
        let decided = decided.map_or("error", |decision| decision.reason().name());
        assert_eq!(decided, expected.split(' ').next().unwrap(), "the policy, asked {asked}");
    }
}

const FOLDERS: &str = "
    resource folder in folder by path
    resource flow in folder by path { attribute ok: bool }
    category c on flow, folder { read write }
    category f on flow { run }
    category g { admin }
    group g group h in g group off disabled group in-off in off
    user ann in h user ben in in-off service ann
";

// ---- step 1: names ----

#[test]
fn what_does_not_fit_is_an_error() {
    law(
        FOLDERS,
        &[
            "user:ann can nothing => error",
            "user:ann can read => error",
            "user:ann can admin on flow:a => error",
            "user:ann can run on folder:a => error",
            "user:ann can read on thing:a => error",
            "user:ann can read on flow:a with resource.ok=true => default-deny",
            "user:ann can read on folder:a with resource.ok=true => error",
            "user:ann can read on flow:a with resource.no=1 => error",
            "user:ann can admin with context.no=1 => error",
            "user:ann can admin with resource.ok=true => error",
            "user:zed group:zed role:zed can read on flow:no/such => default-deny",
        ],
    );
}

#[test]
fn supplied_ancestors_agree_with_the_policy() {
    let policy = "
        resource org in org
        resource folder in folder, org by path
        resource doc in folder, org
        doc:placed in folder:a/b
        category c on doc { read }
        grant read to anyone on folder:a
        grant read to group:g on org:a
        group g
    ";
    law(
        policy,
        &[
            "user:u can read on doc:placed => inherited-grant",
            "user:u can read on doc:placed in folder:a/b => inherited-grant",
            "user:u can read on doc:placed in folder:a/b in folder:a => inherited-grant",
            "user:u can read on doc:placed in folder:a => error",
            "user:u can read on doc:placed in folder:a/b in folder:b => error",
            "user:u can read on doc:free => default-deny",
            "user:u can read on doc:free in folder:a => inherited-grant",
            "user:u can read on doc:free in folder:a/x => inherited-grant",
            "user:u can read on doc:free in folder:b in folder:a => error",
            "user:u can read on doc:free in doc:x => error",
            "user:u can read on doc:free in thing:x => error",
            "group:g can read on doc:free in org:b in org:a => inherited-grant",
            "group:g can read on doc:free in org:b => default-deny",
        ],
    );
}

// ---- step 2: who ----

#[test]
fn groups_count_unless_disabled() {
    let policy = format!("{FOLDERS} grant admin to group:g grant run to group:off");
    law(
        &policy,
        &[
            "user:ann can admin => explicit-grant",
            "service:ann can admin => default-deny",
            "user:ben can run on flow:a => default-deny",
            "group:in-off can run on flow:a => default-deny",
            "group:off can run on flow:a => default-deny",
            "user:zed group:h can admin => explicit-grant",
            "anonymous group:h can admin => explicit-grant",
        ],
    );
}

#[test]
fn classes_follow_the_identity() {
    let policy =
        format!("{FOLDERS} grant admin to anonymous grant read to authenticated grant write to anyone");
    law(
        &policy,
        &[
            "anonymous can admin => explicit-grant",
            "user:zed can admin => default-deny",
            "somebody can admin => default-deny",
            "somebody can read on flow:a => inherited-grant",
            "service:ann can read on flow:a => inherited-grant",
            "anonymous can read on flow:a => default-deny",
            "anonymous can write on flow:a => inherited-grant",
        ],
    );
}

#[test]
fn roles_come_by_assignment_inheritance_and_request() {
    let policy = format!(
        "{FOLDERS}
        role low {{ grant read }}
        role high inherits low {{ grant write }}
        role other {{ grant run }}
        assign high to group:g on folder:a
        assign other to role:high on folder:a/b
        "
    );
    law(
        &policy,
        &[
            "user:ann can read on flow:a/x => inherited-grant",
            "user:ann can read on flow:x => default-deny",
            "user:ann can read on folder:a => explicit-grant",
            "user:zed role:high can read on flow:x => inherited-grant",
            "user:ann can run on flow:a/x => default-deny",
            "user:ann can run on flow:a/b/x => inherited-grant",
            "user:zed role:high can run on flow:x => default-deny",
            "user:zed role:low can run on flow:a/b/x => default-deny",
            "user:zed role:low can write on flow:a => default-deny",
        ],
    );
}

// ---- step 3: scopes and conditions ----

#[test]
fn scopes_cover_what_they_say() {
    let policy = format!(
        "{FOLDERS}
        grant read to anyone on folder:a
        grant write to anyone on folder:a only
        grant run to anyone on flow:*
        deny read, write to anyone on folder:*
        "
    );
    law(
        &policy,
        &[
            "user:u can read on flow:a/b/c => inherited-grant",
            "user:u can read on flow:ab => default-deny",
            "user:u can write on flow:a/b => default-deny",
            "user:u can write on folder:a => explicit-deny",
            "user:u can run on flow:x/y => inherited-grant",
        ],
    );
    law(
        "resource folder in folder by path resource flow in folder by path
         category c on flow, folder { read write }
         grant read to anyone on folder:* grant write to anyone on folder:a only",
        &[
            "user:u can read on flow:a/b => default-deny",
            "user:u can read on folder:a => inherited-grant",
            "user:u can write on folder:a => explicit-grant",
            "user:u can write on folder:a/b => default-deny",
        ],
    );
}

#[test]
fn an_undecided_condition_fails_closed() {
    let policy = "
        context { n: int, ok: bool, team: [principal] }
        category c { p q r s t }
        grant p to anyone when context.n > 1
        grant q to anyone
        deny q to anyone when context.n > 1
        bypass r to anyone when context.ok
        grant s to anyone when has context.n and context.n > 1
        grant t to anyone when context.ok or context.n == 1
        deny t to anyone when context.ok and context.n == 2
    ";
    law(
        policy,
        &[
            "user:u can p with context.n=2 => explicit-grant",
            "user:u can p with context.n=1 => default-deny",
            "user:u can p => default-deny lacking context.n",
            "user:u can q => explicit-deny lacking context.n",
            "user:u can q with context.n=1 => explicit-grant",
            "user:u can r => default-deny lacking context.ok",
            "user:u can r with context.ok=true => bypass",
            "user:u can s => default-deny",
            "user:u can t => explicit-deny lacking context.n context.ok",
            "user:u can t with context.ok=true => explicit-deny lacking context.n",
            "user:u can t with context.n=1 => explicit-grant",
            "user:u can t with context.ok=false => default-deny lacking context.n",
        ],
    );
}

#[test]
fn the_bounds_of_an_assignment_are_conditions_of_its_entries() {
    let policy = "
        context { ok: bool }
        category c { p q r }
        role g { grant p }
        role d { deny q }
        role e { grant r when context.ok }
        grant q to anyone
        assign g to anyone from 2024-01-01 until 2025-01-01
        assign d to anyone until 2025-01-01
        assign e to anyone from 2024-01-01
    ";
    law(
        policy,
        &[
            "user:u can p at 2024-01-01 => explicit-grant",
            "user:u can p at 2023-12-31T23:59:59.999999Z => default-deny",
            "user:u can p at 2024-12-31T23:59:59Z => explicit-grant",
            "user:u can p at 2025-01-01 => default-deny",
            "user:u can p => default-deny lacking time",
            "user:u can q => explicit-deny lacking time",
            "user:u can q at 2025-01-01 => explicit-grant",
            "user:u can r => default-deny lacking context.ok time",
            "user:u can r with context.ok=false => default-deny",
            "user:u can r at 2023-01-01 => default-deny",
            "user:u can r with context.ok=true at 2024-01-01 => explicit-grant",
        ],
    );
}

#[test]
fn tests_compare_values_of_every_type() {
    let policy = "
        principal { age: int }
        context { ip: ip, nets: [ip], t: timestamp, team: [principal], own: principal, st: \"A\" | \"B\", ss: [string] }
        category c { net nets moment team own st ss names }
        group g group h in g group off disabled
        user ann in h { age: 3 } user ben in off
        grant net to anyone when context.ip in 10.0.0.0/8
        grant nets to anyone when context.nets contains context.ip
        grant moment to anyone when context.t >= 2024-01-01
        grant team to anyone when principal in context.team
        grant own to anyone when principal == context.own
        grant st to anyone when context.st in [\"A\"]
        grant ss to anyone when context.ss contains \"x\" and principal.age < 4
        grant names to anyone when principal in [user:ben, group:g]
    ";
    law(
        policy,
        &[
            "user:u can net with context.ip=10.1.2.3 => explicit-grant",
            "user:u can net with context.ip=10.0.0.0/7 => default-deny",
            "user:u can net with context.ip=::ffff:10.0.0.1 => explicit-grant",
            "user:u can nets with context.ip=10.1.2.3 with context.nets=[192.168.0.0/16,10.1.0.0/16] => explicit-grant",
            "user:u can nets with context.ip=10.1.2.3 with context.nets=[] => default-deny",
            "user:u can moment with context.t=2024-01-01 => explicit-grant",
            "user:u can moment with context.t=2023-12-31 => default-deny",
            "user:ann can team with context.team=[group:g] => explicit-grant",
            "user:ben can team with context.team=[group:off,user:ann] => default-deny",
            "service:ben can team with context.team=[user:ben] => default-deny",
            "user:zed group:new can team with context.team=[group:new] => explicit-grant",
            "user:zed can own with context.own=user:zed => explicit-grant",
            "somebody can own with context.own=user:zed => default-deny",
            "user:u can st with context.st=A => explicit-grant",
            "user:u can st with context.st=C => error",
            "user:ann can ss with context.ss=[x,y] => explicit-grant",
            "user:ann can ss with context.ss=[x,y] with principal.age=4 => default-deny",
            "user:ben can ss with context.ss=[x,y] => default-deny lacking principal.age",
            "user:ben can names => explicit-grant",
            "user:ann can names => explicit-grant",
            "user:zed can names => default-deny",
        ],
    );
}

// ---- steps 4 to 6: bypass, strategies, defaults ----

#[test]
fn no_deny_overrides_a_bypass_but_requirements_hold() {
    let policy = "
        context { ok: bool }
        category c { p q requires context.ok }
        bypass p, q to user:u deny p, q to anyone user u
    ";
    law(
        policy,
        &[
            "user:u can p => bypass",
            "user:u can q => missing-requirement lacking context.ok",
            "user:u can q with context.ok=false => missing-requirement",
            "user:u can q with context.ok=true => bypass",
            "user:v can p => explicit-deny",
        ],
    );
}

fn layers(strategy: &str) -> String {
    format!(
        "resource folder in folder by path {{ resolve {strategy} }}
        category c on folder {{ read }}
        group g user ann in g user ben
        role r {{ deny read }}
        grant read to anyone
        deny read to anyone on folder:*
        grant read to anyone on folder:a
        assign r to user:ann, user:ben on folder:a/b
        grant read to group:g on folder:a/b
        deny read to group:g on folder:a/b/c
        grant read to user:ann on folder:a/b/c
        "
    )
}

#[test]
fn each_strategy_resolves_in_its_own_way() {
    law(
        &layers("deny-overrides"),
        &[
            "user:ann can read on folder:x => inherited-deny",
            "user:ann can read on folder:a/b/c => explicit-deny",
            "user:ben can read on folder:a/b/c => inherited-deny",
        ],
    );
    law(
        &layers("grant-overrides"),
        &[
            "user:ann can read on folder:x => inherited-grant",
            "user:ann can read on folder:a/b/c => explicit-grant",
            "user:ben can read on folder:a => explicit-grant",
            "user:ben can read on folder:a/b => inherited-grant",
        ],
    );
    law(
        &layers("nearest"),
        &[
            "user:ann can read on folder:x => inherited-deny",
            "user:ann can read on folder:a => explicit-grant",
            "user:ann can read on folder:a/b => explicit-deny",
            "user:ann can read on folder:a/b/c => explicit-deny",
            "user:ben can read on folder:a/b/c/d => inherited-deny",
            "user:zed can read on folder:a/b/c => inherited-grant",
        ],
    );
    law(
        &layers("most-specific"),
        &[
            "user:ann can read on folder:a/b => explicit-grant",
            "user:ann can read on folder:a/b/c => explicit-grant",
            "user:zed group:g can read on folder:a/b/c => explicit-deny",
            "user:ben can read on folder:a/b => explicit-deny",
        ],
    );
}

#[test]
fn the_nearer_of_two_scopes_is_the_level() {
    let policy = "
        resource folder in folder by path { resolve nearest }
        category c on folder { read }
        role r { grant read on folder:a/b }
        role s { grant read }
        assign r to user:u on folder:a
        assign s to user:v on folder:a
        deny read to anyone on folder:a
        user u user v
    ";
    law(
        policy,
        &[
            "user:u can read on folder:a/b => explicit-grant",
            "user:u can read on folder:a/b/c => inherited-grant",
            "user:u can read on folder:a/x => inherited-deny",
            "user:v can read on folder:a/b => inherited-deny",
        ],
    );
}

#[test]
fn parents_of_several_types_are_one_level_up() {
    let policy = "
        resource space
        resource folder in folder, space by path { resolve nearest }
        category c on folder { read write }
        grant read to anyone on folder:a
        deny read to anyone on space:a
        grant write to anyone on space:a/b
        deny write to anyone on folder:a
    ";
    law(
        policy,
        &[
            "user:u can read on folder:a/b => inherited-deny",
            "user:u can write on folder:a/b/c => inherited-grant",
            "user:u can write on folder:a/b => inherited-deny",
        ],
    );
}

#[test]
fn defaults_grant_to_a_class_and_while_unlisted() {
    let policy = "
        policy p { default grant to authenticated }
        resource folder in folder by path { default grant when unlisted }
        resource doc { default deny }
        category f on folder { read write }
        category d on doc { see }
        category g { admin }
        grant write to user:u on folder:a only
        deny admin to anyone on folder:b
        role r
        assign r to user:u on folder:c
        grant read to user:u on folder:*
        user u
    ";
    let policy = policy.replace("deny admin to anyone on folder:b", "deny write to user:u on folder:b");
    law(
        &policy,
        &[
            "user:v can read on folder:x => default-grant",
            "anonymous can read on folder:x => default-grant",
            "user:v can read on folder:a => default-deny",
            "user:v can read on folder:a/x => default-deny",
            "user:v can read on folder:b/x => default-deny",
            "user:v can read on folder:c => default-deny",
            "user:v can see on doc:x => default-deny",
            "user:v can admin => default-grant",
            "anonymous can admin => default-deny",
        ],
    );
}

// ---- step 7: includes and requirements ----

#[test]
fn requirements_are_decided_on_the_nearest_ancestor() {
    let policy = "
        resource org { attribute ok: bool }
        resource folder in folder, org by path { attribute ok: bool }
        resource flow in folder by path { attribute ok: bool }
        org:a { ok: true }
        category o on org { enter requires resource.ok }
        category f on folder { open }
        category g { login }
        category w on flow { run requires open and (login or enter) stop requires enter }
        grant run, stop, enter to anyone
        grant open to anyone on folder:a
        grant login to user:u
        user u
    ";
    law(
        policy,
        &[
            "user:u can run on flow:a/x => inherited-grant",
            "user:v can run on flow:a/x => inherited-grant",
            "user:v can run on flow:a/b/x => inherited-grant",
            "user:u can run on flow:b/x => missing-requirement",
            "user:u can run on flow:x => missing-requirement",
            // The values of the request are those of the flow alone.
            "user:u can stop on flow:b/x with resource.ok=true => missing-requirement",
            "user:u can stop on flow:a/x with resource.ok=false => inherited-grant",
        ],
    );
}

#[test]
fn the_formula_of_the_category_holds_besides() {
    let policy = "
        context { ok: bool, n: int }
        category a { p }
        category b requires any a { q requires context.ok r requires not context.ok or context.n == 1 }
        grant q, r to anyone
        grant p to user:u
        user u
    ";
    law(
        policy,
        &[
            "user:u can q with context.ok=true => explicit-grant",
            "user:u can q => missing-requirement lacking context.ok",
            "user:v can q with context.ok=true => missing-requirement",
            // Nothing that is lacking could help.
            "user:v can q => missing-requirement",
            "user:u can r with context.n=1 => explicit-grant",
            "user:u can r with context.n=2 => missing-requirement lacking context.ok",
        ],
    );
}

#[test]
fn a_privilege_is_effective_only_with_all_that_it_includes() {
    let policy = "
        context { ok: bool }
        category c {
            read
            write requires context.ok
            execute
            full includes write, read, execute requires read
        }
        grant full to user:a, user:b, user:c
        deny read to user:b
        deny full to user:d
        grant full except execute to user:e
        grant read to user:d
        user a user b user c user d user e
    ";
    law(
        policy,
        &[
            "user:a can full with context.ok=true => explicit-grant",
            "user:a can execute => explicit-grant",
            "user:a can full with context.ok=false => missing-requirement",
            "user:a can full => missing-requirement lacking context.ok",
            "user:b can full with context.ok=true => explicit-deny",
            "user:b can full with context.ok=false => missing-requirement",
            "user:d can read => explicit-deny",
            "user:e can full with context.ok=true => default-deny",
            "user:e can read => explicit-grant",
        ],
    );
}

#[test]
fn explicit_is_what_stands_at_the_very_resource() {
    let policy = format!(
        "{FOLDERS}
        grant read to anyone on folder:a
        grant read to user:ann on folder:a/b only
        grant write to anyone on folder:*
        grant admin to user:ann
        "
    );
    law(
        &policy,
        &[
            "user:ann can read on folder:a/b => explicit-grant",
            "user:ben can read on folder:a/b => inherited-grant",
            "user:ann can write on folder:a => inherited-grant",
            "user:ann can admin => explicit-grant",
        ],
    );
}
