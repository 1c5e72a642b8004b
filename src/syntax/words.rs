//! The words of the language: which begin a statement, which are names only in quotes.
//!
//! Knows nothing of texts; [`super::foreign`] holds the words of other languages.

/// The words that begin a statement.
pub(super) const STATEMENTS: [&str; 20] = [
    "policy",
    "resource",
    "principal",
    "context",
    "category",
    "privilege",
    "role",
    "group",
    "user",
    "service",
    "assign",
    "grant",
    "deny",
    "bypass",
    "never",
    "always",
    "exclusive",
    "limit",
    "test",
    "matrix",
];

/// Whether a word begins a statement; [`STATEMENTS`], but quicker.
pub(super) fn is_statement(word: &str) -> bool {
    matches!(word.len(), 4..=9) && STATEMENTS.contains(&word)
}

/// The words that are names only in quotes: `reserved` of the grammar.
pub(super) const RESERVED: [&str; 52] = [
    "policy",
    "resource",
    "principal",
    "context",
    "category",
    "privilege",
    "role",
    "group",
    "user",
    "service",
    "assign",
    "grant",
    "deny",
    "bypass",
    "never",
    "always",
    "only",
    "exclusive",
    "limit",
    "test",
    "matrix",
    "default",
    "resolve",
    "attribute",
    "requires",
    "includes",
    "inherits",
    "except",
    "on",
    "in",
    "to",
    "for",
    "by",
    "from",
    "until",
    "when",
    "and",
    "or",
    "not",
    "any",
    "all",
    "has",
    "contains",
    "as",
    "with",
    "at",
    "cannot",
    "can",
    "because",
    "disabled",
    "true",
    "false",
];

/// Whether a word is a name only in quotes.
pub(super) fn is_reserved(word: &str) -> bool {
    const LONGEST: usize = 9;
    // Most names are longer, or have a digit or a dot.
    word.len() <= LONGEST && word.bytes().all(|byte| byte.is_ascii_lowercase()) && RESERVED.contains(&word)
}
