//! Text of a policy > text that a page can hold, wherever it stands there.

use crate::cli::terminal::clean;
use crate::emit::escaped;
use serde::Serialize;

/// For elements and quoted attributes. What would steer a terminal would turn the reading direction of a page as well.
pub(super) fn text(text: &str) -> String {
    escaped(&clean(text))
}

/// JSON for a script element, which nothing in it can end or turn into a comment. In JSON these characters stand in strings only.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    // Only maps whose keys are no strings fail, and there are none.
    let json = serde_json::to_string(value).unwrap_or_default();
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// With padding, by RFC 4648.
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * at) & 63) as usize).copied().unwrap_or_default();
            text.push(if at <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}
