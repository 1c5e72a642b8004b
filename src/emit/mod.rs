//! A model > what other programs draw or read.

pub mod cedar;
#[cfg(feature = "cli")]
pub(crate) mod graph;
