//! Policy and request > decision. No I/O, no clock, no allocation, no panic.
//!
//! A question is resolved once into a situation (who asks, values, time) and a place (a chain of resources). Every entry
//! that may speak is visited by one walk in `matching`; `decide` folds what it visits, `explain` collects it.

mod chain;
mod condition;
mod decide;
mod explain;
mod explanation;
mod matching;
mod request;
mod subject;

#[cfg(feature = "compile")]
pub(crate) use condition::Truth;
pub(crate) use decide::decide;
#[cfg(feature = "compile")]
pub(crate) use decide::decide_assuming;
pub(crate) use explain::explain;
#[cfg(feature = "compile")]
pub(crate) use explain::{deciding_entries, test_text};
pub use explanation::{DecidingEntry, Explanation, Place, Step, ValueKind};
pub use request::{Attribute, Decision, Principal, Request, RequestError, Resource, Value};
