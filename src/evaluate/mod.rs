//! Policy and request > decision. No I/O, no clock, no allocation, no panic.

mod request;

pub use request::{Attribute, Decision, Principal, Request, RequestError, Resource, Value};
