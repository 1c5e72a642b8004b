//! Who asks, and whether the policy lets them: an extractor, so that a handler that takes it can't be reached without an answer.
//!
//! Enters: the head of a request. Leaves: an [`Allowed`] with the principal and the ticket, or an answer that says why not.

use crate::Policies;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use policyc::{Principal, Request, Resource};
use serde_json::{Value, json};
use std::marker::PhantomData;

/// A privilege, as a type: handlers say in their signatures what they need.
pub trait Privilege {
    /// Its name in the policy.
    const NAME: &'static str;
}

/// A user who is authenticated.
#[derive(Debug)]
pub struct Caller {
    /// The name of the user in the policy.
    pub user: String,
}

/// The ticket of the path.
#[derive(Debug)]
pub struct Ticket {
    pub queue: String,
    pub id: String,
}

/// The caller has the privilege on the ticket.
#[derive(Debug)]
pub struct Allowed<P> {
    pub caller: Caller,
    pub ticket: Ticket,
    needed: PhantomData<P>,
}

/// Why there is no answer to the request itself.
#[derive(Debug)]
pub enum Rejection {
    /// Nobody is known to ask.
    Unauthenticated,
    /// The path names no ticket.
    NoTicket,
    /// The policy says no.
    Denied(Value),
    /// The policy does not have the question. That is a fault of policy or service, and never a yes.
    NotDecided(String),
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Rejection::Unauthenticated => (StatusCode::UNAUTHORIZED, json!({ "error": "unauthenticated" })),
            Rejection::NoTicket => (StatusCode::NOT_FOUND, json!({ "error": "not-found" })),
            Rejection::Denied(body) => (StatusCode::FORBIDDEN, body),
            Rejection::NotDecided(why) => {
                eprintln!("not decided: {why}");
                (StatusCode::INTERNAL_SERVER_ERROR, json!({ "error": "not-decided" }))
            }
        };
        (status, json_of(&body)).into_response()
    }
}

/// A body and its type.
pub fn json_of(body: &Value) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, "application/json")], body.to_string())
}

/// A stand-in for authentication: it believes the header `x-user`. A real service finds the user in a session, a token whose
/// signature it checks, or a header that only its own proxy can set, and does so here, in one place.
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Rejection> {
        let user = parts.headers.get("x-user").and_then(|value| value.to_str().ok());
        match user.filter(|user| !user.is_empty()) {
            Some(user) => Ok(Caller { user: user.to_owned() }),
            None => Err(Rejection::Unauthenticated),
        }
    }
}

impl<P: Privilege> FromRequestParts<Policies> for Allowed<P> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, live: &Policies) -> Result<Allowed<P>, Rejection> {
        let caller = Caller::from_request_parts(parts, live).await?;
        let path = Path::<(String, String)>::from_request_parts(parts, live).await;
        let Path((queue, id)) = path.map_err(|_| Rejection::NoTicket)?;
        let ticket = Ticket { queue, id };
        ask(live, &caller, P::NAME, &ticket)?;
        Ok(Allowed { caller, ticket, needed: PhantomData })
    }
}

/// One question to the policy of this moment. Nothing is awaited while it is held.
fn ask(live: &Policies, caller: &Caller, privilege: &str, ticket: &Ticket) -> Result<(), Rejection> {
    let within = [("queue", ticket.queue.as_str())];
    let resource = Resource::new("ticket", &ticket.id).within(&within);
    let policy = live.read();
    let decision = policy.policy.decide(&Request::new(Principal::user(&caller.user), privilege).on(resource));
    match decision {
        Ok(decision) if decision.granted() => Ok(()),
        Ok(decision) => Err(Rejection::Denied(json!({
            "error": "denied",
            "privilege": privilege,
            "resource": format!("ticket:{}", ticket.id),
            "reason": decision.reason().name(),
            "generation": policy.generation,
        }))),
        Err(error) => Err(Rejection::NotDecided(error.to_string())),
    }
}
