//! One binary for every test that uses the crate from outside.

// A test says by panicking that it failed; so do the helpers of tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod architecture;
mod artifact;
// Sessions are run by `sh`.
#[cfg(unix)]
mod book;
// The scripts are for bash, and for git and jq beside it.
#[cfg(unix)]
mod ci;
mod cli;
mod conformance;
mod convert;
mod damage;
mod diagnostics;
mod difference;
#[cfg(unix)]
mod doctests;
mod documents;
mod examples;
mod findings;
mod fixes;
mod generate;
mod harm;
mod import;
mod invariants;
mod law;
mod layout;
mod limits;
#[cfg(feature = "watch")]
mod literals;
mod live;
mod load;
mod metamorphic;
mod properties;
mod reference;
mod schema;
mod small;
