//! What the service is for. Each handler names in its signature what it needs; whoever gets here has it.

use crate::guard::{Allowed, Privilege, json_of};
use axum::response::IntoResponse;
use serde_json::json;

/// `ticket.view`
#[derive(Debug)]
pub enum View {}

/// `ticket.answer`
#[derive(Debug)]
pub enum Answer {}

/// `ticket.delete`
#[derive(Debug)]
pub enum Delete {}

impl Privilege for View {
    const NAME: &'static str = "ticket.view";
}

impl Privilege for Answer {
    const NAME: &'static str = "ticket.answer";
}

impl Privilege for Delete {
    const NAME: &'static str = "ticket.delete";
}

pub async fn view(Allowed { caller, ticket, .. }: Allowed<View>) -> impl IntoResponse {
    json_of(&json!({ "ticket": ticket.id, "queue": ticket.queue, "seen-by": caller.user }))
}

/// The text of the answer is the body, which comes after the decision: who may not answer sends it for nothing.
pub async fn answer(Allowed { caller, ticket, .. }: Allowed<Answer>, text: String) -> impl IntoResponse {
    json_of(&json!({ "ticket": ticket.id, "answered-by": caller.user, "characters": text.chars().count() }))
}

pub async fn delete(Allowed { caller, ticket, .. }: Allowed<Delete>) -> impl IntoResponse {
    json_of(&json!({ "ticket": ticket.id, "deleted-by": caller.user }))
}
