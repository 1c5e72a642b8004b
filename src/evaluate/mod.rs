//! Policy and request > decision. No I/O, no clock, no allocation, no panic.
//!
//! A question is resolved once into a situation (who asks, values, time) and a place (a chain of resources). Every entry
//! that may speak is visited by one walk in `matching`; `decide` folds what it visits, `explain` collects it. Names, ids and
//! sessions are three ways into the same walk; what it found is remembered where nothing that it looked at can change.

mod chain;
mod condition;
mod decide;
mod explain;
mod explanation;
mod ids;
mod ledger;
mod matching;
mod memo;
mod request;
mod resolve;
mod session;
mod subject;
#[cfg(feature = "serde")]
mod wire;

#[cfg(feature = "compile")]
pub(crate) use chain::{EVERYWHERE, TYPE_WIDE};
#[cfg(feature = "compile")]
pub(crate) use condition::{Oracle, Truth, Values, network};
#[cfg(feature = "compile")]
pub(crate) use decide::{Above, decide_assuming, test_of, way_up, way_up_from};
pub(crate) use decide::{decide, decide_ids, is_allowed};
pub(crate) use explain::explain;
#[cfg(feature = "compile")]
pub(crate) use explain::{
    Exercised, deciding_assuming, deciding_entries, entry_places, exercise, explain_assuming, holding_places,
    test_text,
};
pub use explanation::{DecidingEntry, Explanation, Place, Step, ValueKind};
pub use ids::{PrincipalId, PrivilegeId, ResourceId};
pub(crate) use memo::Memo;
pub use request::{Attribute, Decision, Principal, Request, RequestError, Resource, Value};
pub use session::Session;
#[cfg(feature = "serde")]
pub use wire::{AncestorBuf, AttributeBuf, PrincipalBuf, RequestBuf, ResourceBuf, ValueBuf};
