//! Step 7: requirements and inclusions.

use super::law;

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
            // A folder without a slash lies in no organization.
            "user:v can run on flow:a/x => missing-requirement",
            "user:v can run on flow:a/b/x => inherited-grant",
            "user:u can run on flow:b/x => missing-requirement",
            "user:u can run on flow:x => missing-requirement",
            // The values of the request are those of the flow alone.
            "user:u can stop on flow:b/c/x with resource.ok=true => missing-requirement",
            "user:u can stop on flow:a/b/x with resource.ok=false => inherited-grant",
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
        @allow(contradictory-entries) \"both\" deny read to user:b
        @allow(contradictory-entries) \"both\" deny full to user:d
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

/// What is needed is asked on the folder around, and its reason is that of the question there.
#[test]
fn what_is_included_is_denied_where_it_is_asked() {
    let policy = "
        resource folder in folder by path resource flow in folder by path { resolve nearest }
        category f on folder { see }
        category c on flow { run includes see }
        grant run to anyone on flow:a/b/x
        grant see to anyone
        deny see to user:u on folder:a/b
        deny see to user:v on folder:a
        user u user v
    ";
    law(
        policy,
        &[
            "user:u can run on flow:a/b/x => explicit-deny",
            "user:v can run on flow:a/b/x => inherited-deny",
            "user:v can see on folder:a/b => inherited-deny",
            "user:w can run on flow:a/b/x => explicit-grant",
        ],
    );
}
