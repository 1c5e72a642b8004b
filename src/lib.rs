//! policyc: a compiler for permissions.
//!
//! The phases, in order; none imports a later one:
//!
//! source files > `syntax` / `yaml` > `ast` > `resolve` > `model` > `validate` > `lower` > [`policy`] > [`evaluate`]
//!
//! Without features the crate is [`policy`] and [`evaluate`]: load an artifact, ask. The feature `compile` adds what
//! stands before them, `watch` a policy that follows its files, `cli` the command.

#[cfg(feature = "compile")]
mod analyze;
#[cfg(feature = "compile")]
pub mod ast;
#[cfg(feature = "compile")]
mod compile;
#[cfg(feature = "compile")]
pub mod convert;
#[cfg(feature = "compile")]
pub mod diagnostic;
#[cfg(feature = "compile")]
pub mod emit;
pub mod evaluate;
#[cfg(feature = "compile")]
pub mod few;
#[cfg(feature = "compile")]
mod fix;
#[cfg(feature = "compile")]
mod hash;
#[cfg(feature = "cli")]
pub mod import;
#[cfg(feature = "compile")]
pub mod load;
#[cfg(feature = "compile")]
pub mod lower;
#[cfg(feature = "compile")]
pub mod model;
#[cfg(feature = "compile")]
pub mod mutate;
#[cfg(feature = "compile")]
pub mod parse;
pub mod policy;
#[cfg(feature = "compile")]
pub mod resolve;
#[cfg(feature = "compile")]
pub mod source;
#[cfg(feature = "compile")]
pub mod syntax;
pub mod terms;
#[cfg(feature = "compile")]
pub mod testing;
#[cfg(feature = "compile")]
mod threads;
#[cfg(feature = "compile")]
pub mod validate;
#[cfg(feature = "watch")]
pub mod watch;
#[cfg(feature = "compile")]
pub mod yaml;

#[cfg(feature = "cli")]
pub mod cli;

#[cfg(feature = "compile")]
pub use analyze::difference;
#[cfg(feature = "compile")]
pub use compile::{Compiled, Options, compile, compile_with};
pub use evaluate::{
    Attribute, Decision, Principal, PrincipalId, PrivilegeId, Request, RequestError, Resource, ResourceId,
    Session, Value,
};
pub use policy::{LoadError, Policy};
pub use terms::Reason;

/// The samples in pages are tests of the documentation; `tests/doctests.rs` holds the list against the pages.
#[cfg(all(doctest, feature = "watch"))]
mod pages {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../examples/1-embed/README.md")]
    struct Embed;
    #[doc = include_str!("../book/src/embedding.md")]
    struct Embedding;
    #[doc = include_str!("../book/src/reload.md")]
    struct Reload;
}
