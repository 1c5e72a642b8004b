//! Policy and request > decision. No I/O, no clock, no allocation, no panic.

mod explanation;
mod request;

pub use explanation::{DecidingEntry, Explanation, Place, Step, ValueKind};
pub use request::{Attribute, Decision, Principal, Request, RequestError, Resource, Value};
