//! Compiles a small policy, the file beside this one, and asks it three questions, as a service would.
//!
//! A service that ships the artifact (`policyc compile -o helpdesk.bin`) needs no compiler in it: it depends on
//! policyc with `default-features = false`, and starts at [`Policy::load`].
//!
//! `cargo run --example 1-embed`

use policyc::source::{Format, Sources};
use policyc::{Policy, Principal, Request, Resource, compile};
use std::error::Error;

const HELPDESK: &str = include_str!("helpdesk.policy");

fn main() -> Result<(), Box<dyn Error>> {
    answers()?.iter().for_each(|answer| println!("{answer}"));
    Ok(())
}

/// What a service does: load once, ask as often as it likes.
pub fn answers() -> Result<[String; 3], Box<dyn Error>> {
    let policy = Policy::load(artifact()?)?;
    let billing = Resource::new("ticket", "42").within(&[("queue", "billing")]);
    let news = Resource::new("ticket", "7").within(&[("queue", "news")]);
    Ok([
        ask(&policy, "ann closes a ticket of her queue", Principal::user("ann"), "ticket.close", billing)?,
        ask(&policy, "ann closes one of another", Principal::user("ann"), "ticket.close", news)?,
        // The policy has never heard of bob; to be logged in is enough here.
        ask(&policy, "bob reads the news", Principal::user("bob"), "ticket.view", news)?,
    ])
}

/// What `policyc compile` does: every finding of every phase, or the bytes of the artifact.
fn artifact() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut sources = Sources::new();
    sources.add("helpdesk.policy", Format::Policy, HELPDESK);
    let compiled = compile(&sources);
    for finding in &compiled.diagnostics {
        eprintln!("{}: {}", finding.code, finding.message);
    }
    let policy = compiled.policy.ok_or("the policy has errors")?;
    Ok(policy.as_bytes().to_vec())
}

/// Asks. A privilege that the policy does not know is an error here, not a silent no.
fn ask(
    policy: &Policy,
    what: &str,
    who: Principal<'_>,
    privilege: &str,
    resource: Resource<'_>,
) -> Result<String, Box<dyn Error>> {
    let decision = policy.decide(&Request::new(who, privilege).on(resource))?;
    let answer = if decision.granted() { "yes" } else { "no" };
    Ok(format!("{what}: {answer} ({})", decision.reason()))
}
