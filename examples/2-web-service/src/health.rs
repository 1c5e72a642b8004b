//! How the policy stands, for whoever watches the service.

use crate::Policies;
use crate::guard::json_of;
use axum::extract::State;
use axum::response::IntoResponse;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

/// Always 200: a policy that can't be replaced is a reason to look, and none to stop serving by the one that runs. `policy` is
/// `current`, or `stale` while the files hold what does not run; times are seconds since 1970-01-01T00:00:00Z.
pub async fn health(State(live): State<Policies>) -> impl IntoResponse {
    let status = live.status();
    let failure = status
        .failure
        .map(|failure| json!({ "reason": failure.refusal.to_string(), "since": seconds(failure.since) }));
    json_of(&json!({
        "policy": if failure.is_none() { "current" } else { "stale" },
        "generation": status.generation,
        "digest": status.digest.to_string(),
        "since": seconds(status.since),
        "failure": failure,
        "attempts": status.attempts,
        "watching": status.watching.to_string(),
    }))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
