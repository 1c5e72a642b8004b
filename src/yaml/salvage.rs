//! Text that could not be read > the names that it may have declared.
//!
//! Enters: a broken piece. Leaves: every name in it, rather too many than too few: they only keep quiet what would
//! otherwise be called unknown.

use super::tree::{Kind, NodeId, Tree};
use smol_str::SmolStr;

/// The names in the texts of a node and all below it; aliases are not followed, as what they name stands elsewhere.
pub(super) fn node(tree: &Tree<'_>, id: NodeId, out: &mut Vec<SmolStr>) {
    for at in id.0..tree.next(id).0 {
        let at = NodeId(at);
        if matches!(tree.node(at).kind, Kind::Scalar { .. })
            && let Some(scalar) = tree.scalar(at)
        {
            name(scalar.text, out);
        }
    }
}

/// The names in raw text.
pub(super) fn raw(text: &str, out: &mut Vec<SmolStr>) {
    for piece in text.split(['\n', ',', '[', ']', '{', '}']) {
        for part in piece.split(": ") {
            let part = part.trim().trim_start_matches("- ");
            let part = part.strip_suffix(':').unwrap_or(part).trim_matches(['"', '\'', ' ']);
            name(part, out);
        }
    }
}

/// A name, and for `user:ann` also `ann`.
fn name(text: &str, out: &mut Vec<SmolStr>) {
    if !text.is_empty() {
        out.push(SmolStr::new(text));
    }
    if let Some((_, id)) = text.split_once(':')
        && !id.is_empty()
    {
        out.push(SmolStr::new(id.trim_matches('"')));
    }
}
