//! Step 1: questions that fit the policy, and the ancestors that come with them.

use super::{FOLDERS, compiled, law, question};
use crate::reference::{Given, Question};
use policyc::RequestError;
use policyc::model::{AttributeRoot, Reason};

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

#[test]
fn a_request_goes_on_where_the_policy_places_no_further() {
    let policy = "
        resource org in org
        resource app in org
        resource flow in app by path
        app:placed in org:a
        category c on flow { read }
        deny read to anyone on org:a
        grant read to anyone
    ";
    law(
        policy,
        &[
            "user:u can read on flow:placed/x => inherited-deny",
            "user:u can read on flow:free/x => inherited-grant",
            "user:u can read on flow:free/x in app:free in org:b in org:a => inherited-deny",
            "user:u can read on flow:free/x in app:placed in org:a => error",
            "user:u can read on flow:placed/x in app:placed in org:b => error",
            "user:u can read on flow:placed/x in app:placed in org:a in org:b => inherited-deny",
            "user:u can read on flow:free/x in app:free in app:free => error",
            "user:u can read on flow:free/x in app:free in org:b in org:b => error",
        ],
    );
}

#[test]
fn a_request_goes_on_from_what_is_reached_on_two_ways() {
    let policy = "
        resource top
        resource org in top
        resource folder in org
        resource doc in folder, org by path
        folder:a in org:a
        category c on doc { read }
        category f on folder { open }
        category t on top { enter }
        privilege hop in c requires look
        privilege look in f requires enter
        deny read to anyone on top:t
        grant read, look, open, hop to anyone
        grant enter to anyone on top:t
    ";
    law(
        policy,
        &[
            "user:u can read on doc:a/x => inherited-grant",
            "user:u can read on doc:a/x in folder:a in org:a in top:t => inherited-deny",
            "user:u can read on doc:a/x in org:a in top:t => inherited-deny",
            "user:u can read on doc:a/x in folder:a in org:a in top:s => inherited-grant",
            // Decided on the folder, which the way of the request leaves out.
            "user:u can hop on doc:a/x in org:a in top:t => inherited-grant",
            "user:u can hop on doc:a/x => missing-requirement",
            "user:u can look on folder:a in org:a in top:t => inherited-grant",
            "user:u can look on folder:a in org:a => missing-requirement",
        ],
    );
}

#[test]
fn a_path_that_begins_with_a_slash_has_nothing_above_it() {
    let policy = "
        resource org
        resource folder in org by path
        category o on org { enter }
        category c on folder { read requires enter }
        grant enter, read to anyone
    ";
    law(
        policy,
        &[
            "user:u can read on folder:a/b => inherited-grant",
            "user:u can read on folder:/b => missing-requirement",
            "user:u can read on folder:/ => missing-requirement",
            "user:u can read on folder:a//b => inherited-grant",
        ],
    );
}

/// The limits of a request are errors as well, so that none of them hides a deny. The reference has none.
#[test]
fn what_exceeds_a_limit_is_an_error() {
    let (compiled, _) = compiled(
        "resource folder in folder by path
         context { ok: bool }
         category c on folder { read }
         role r deny read to anyone on folder:a grant read to anyone",
    );
    let policy = compiled.policy.unwrap();
    let ask = |change: &dyn Fn(&mut Question)| {
        let mut question = question(&compiled.model, "user:u can read on folder:a");
        change(&mut question);
        question.with_request(|request| policy.decide(request).map(|decision| decision.reason()))
    };
    let path = |depth: usize| {
        move |q: &mut Question| q.resource = Some(("folder".into(), vec!["a"; depth].join("/")))
    };
    assert_eq!(ask(&path(64)), Ok(Reason::InheritedDeny));
    assert_eq!(ask(&path(65)), Err(RequestError::TooDeep));
    let values = |count: usize| {
        let value = (AttributeRoot::Context, "ok".to_string(), Given::Bool(true));
        move |q: &mut Question| q.attributes = vec![value.clone(); count]
    };
    assert_eq!(ask(&values(64)), Ok(Reason::ExplicitDeny));
    assert_eq!(ask(&values(65)), Err(RequestError::TooManyAttributes));
    let roles = |count: usize| move |q: &mut Question| q.roles = vec!["r".to_string(); count];
    assert_eq!(ask(&roles(1024)), Ok(Reason::ExplicitDeny));
    assert_eq!(ask(&roles(1025)), Err(RequestError::TooManySupplied));
}
