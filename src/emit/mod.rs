//! A model > what other programs draw or read.

pub(crate) mod graph;
