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

/// The limits of a request are errors as well, so that none of them hides a deny. The reference has none.
#[test]
fn what_exceeds_a_limit_is_an_error() {
    let compiled = compiled(
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
