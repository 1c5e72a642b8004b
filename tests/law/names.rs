//! Step 1: questions that fit the policy, and the ancestors that come with them.

use super::{FOLDERS, law};

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
