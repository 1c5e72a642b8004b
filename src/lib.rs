//! policyc: a compiler for permissions.
//!
//! The phases, in order; none imports a later one:
//!
//! source files > [`syntax`] / [`yaml`] > [`ast`] > [`resolve`] > [`model`] > [`validate`] > [`lower`] > [`policy`] >
//! [`evaluate`]

#[cfg(feature = "compile")]
pub mod ast;
#[cfg(feature = "compile")]
pub mod diagnostic;
pub mod evaluate;
#[cfg(feature = "compile")]
pub mod model;
#[cfg(feature = "compile")]
pub mod source;
pub mod terms;

pub use evaluate::{Attribute, Decision, Principal, Request, RequestError, Resource, Value};
pub use terms::Reason;
