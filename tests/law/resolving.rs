//! Steps 4 to 6: bypass, strategies, defaults, and what counts as explicit.

use super::{FOLDERS, law};

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
