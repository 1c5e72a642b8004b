//! Step 2: groups, classes and roles.

use super::{FOLDERS, law};

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

#[test]
fn who_has_no_identity_equals_nobody() {
    law(
        "category c { a b }
         user u
         grant a to anyone when principal != user:u
         grant b to anyone when principal == user:u",
        &[
            "user:u can a => default-deny",
            "user:u can b => explicit-grant",
            "somebody can a => explicit-grant",
            "somebody can b => default-deny",
            "anonymous can a => explicit-grant",
        ],
    );
}

#[test]
fn the_anonymous_may_bring_roles_and_groups() {
    law(
        "category c { a b }
         role r { grant a }
         group g
         grant b to group:g",
        &["anonymous role:r can a => explicit-grant", "anonymous group:g can b => explicit-grant"],
    );
}
