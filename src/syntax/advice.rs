//! A fault and what is around it > the one thing to do next, in words.

use super::expected::{complete, hint, some_name};
use super::extent::skip_meta;
use super::fault::{Around, Place, Site};
use super::foreign;
use super::grammar::{Failure, Rule};
use super::scan::{Kind, Scanner, Token};
use super::words::is_reserved;

impl Site<'_> {
    /// The one thing to do next.
    pub(super) fn help(&self, around: &Around, failure: &Failure) -> Option<String> {
        if let Some(found) = around.found.filter(|_| !around.at_next) {
            let word = found.text(self.text);
            if self.comma_in_block(found, failure) {
                return Some("what stands in a block of declarations stands without commas".to_owned());
            }
            if let Some(written) = self.foreign(around, failure) {
                return Some(format!("write `{}`", written.meant));
            }
            if let Some((help, _)) = self.of_kind(found, word, failure) {
                return Some(help);
            }
            if word == "'" && around.before.is_some_and(|it| it.is(self.text, "can") && it.end == found.start)
            {
                return Some("write `cannot`".to_owned());
            }
            if let Some(meant) = instead_of(word, &failure.expected) {
                return Some(meant.to_owned());
            }
            if let Some(help) = self.elsewhere(around, word) {
                return Some(help.to_owned());
            }
            if let Some((_, name)) = self.other_letters(around) {
                return Some(format!(
                    "a name with other letters than a to z is written in quotes: `\"{name}\"`"
                ));
            }
            if some_name(&failure.expected)
                && let Some(help) = about_name(found, word)
            {
                return Some(help);
            }
            if let Some(word) = self.with_colon(around, failure, word) {
                return Some(format!("write `{word}`"));
            }
            if found.kind == Kind::Word && !is_reserved(word) && !word.contains([':', '.']) {
                if let Some((meant, _)) = self.meant(around, failure, word) {
                    return Some(format!("did you mean `{meant}`?"));
                }
                if failure.expected.iter().any(|rule| matches!(rule, Rule::principal_ref | Rule::principals))
                    && found.end <= self.limit
                {
                    if let Some(swapped) = self.swapped(word) {
                        return Some(swapped);
                    }
                    return Some(format!(
                        "say what it is: `user:{word}`, `service:{word}`, `group:{word}` or `role:{word}`"
                    ));
                }
            }
        }
        if around.at_start
            && let Some(help) = around.found.and_then(|found| self.beginning(found))
        {
            return Some(help);
        }
        if complete(&failure.expected) && self.comma_missing(around) {
            return Some("the members of a list stand between commas".to_owned());
        }
        if self.is_loose_entry(failure) {
            let help =
                "the entries of a role stand in `{ ... }` behind its name; elsewhere, say to whom with `to`";
            return Some(help.to_owned());
        }
        if around
            .found
            .is_some_and(|found| found.text(self.text).contains(":") && found.text(self.text).contains('*'))
            && failure.expected.contains(&Rule::scope)
        {
            return Some(
                "a scope reaches all below it: `type:id`; `type:*` is every one of the type".to_owned(),
            );
        }
        hint(&failure.expected).map(str::to_owned).or_else(|| self.form())
    }

    /// What to know about a word that belongs into another place.
    fn elsewhere(&self, around: &Around, word: &str) -> Option<&'static str> {
        match (self.place, word) {
            (Place::Block(items), "to")
                if items.words.contains(&"bypass") && !items.words.contains(&"assign") =>
            {
                Some("the role is the principal: leave `to` out, or write the rule outside of the role")
            }
            (Place::File, "default" | "resolve") if around.at_start => Some(
                "it stands in the block of the policy, as in `policy NAME { resolve nearest }`, or of a resource type",
            ),
            (Place::File, "attribute") if around.at_start => Some(
                "it stands in the block of a resource type, as in `resource TYPE { attribute NAME: bool }`",
            ),
            (Place::File, _) if around.at_start => foreign::note(word),
            (Place::Block(items), "inherits" | "requires")
                if around.at_start && items.words.contains(&"bypass") =>
            {
                Some("it stands before the `{` of the role")
            }
            (Place::File | Place::Block(_), "[") => {
                Some("members of a list stand between commas, without brackets")
            }
            (_, ",") if self.is_head(around.before, "assign") => {
                Some("one role is assigned at a time: write an `assign` for each")
            }
            _ => None,
        }
    }

    /// Whether an entry without principals is indented below something, as those of a role are.
    fn is_loose_entry(&self, failure: &Failure) -> bool {
        let head = skip_meta(self.text, &mut Scanner::new(self.text, self.start));
        let effect = |head: Token| matches!(head.text(self.text), "grant" | "deny" | "bypass");
        failure.expected.contains(&Rule::kw_to)
            && head.is_some_and(|head| effect(head) && head.first && head.indent > 0)
    }

    /// What statements and items begin with, where a name does that is none of the words.
    fn beginning(&self, found: Token) -> Option<String> {
        let word = found.text(self.text);
        let name = found.kind == Kind::Quoted || found.kind == Kind::Word && !is_reserved(word);
        match self.place {
            Place::File if name => Some(
                "statements begin with a word such as `category`, `role`, `assign` or `grant`".to_owned(),
            ),
            Place::Block(items)
                if name && items.words.contains(&"bypass") && !items.words.contains(&"assign") =>
            {
                Some(format!(
                    "an entry begins with what it does: `grant {word}`, `deny {word}` or `bypass {word}`"
                ))
            }
            _ => None,
        }
    }

    /// `assign user:ann to reader`, the other way round.
    fn swapped(&self, role: &str) -> Option<String> {
        let mut scanner = Scanner::new(self.text, self.start);
        let assign = skip_meta(self.text, &mut scanner)?.is(self.text, "assign");
        let who = scanner.next()?.text(self.text);
        let (kind, _) = who.split_once(':')?;
        let is_who = assign && matches!(kind, "user" | "service" | "group");
        is_who.then(|| format!("the role stands first: `assign {role} to {who}`"))
    }

    /// Whether a token stands right behind the word that the statement begins with.
    fn is_head(&self, token: Option<Token>, word: &str) -> bool {
        let mut scanner = Scanner::new(self.text, self.start);
        let head = skip_meta(self.text, &mut scanner);
        head.is_some_and(|head| head.is(self.text, word))
            && scanner.next().is_some_and(|next| Some(next) == token)
    }

    /// How the statement or item is written that the fault is in.
    fn form(&self) -> Option<String> {
        let mut scanner = Scanner::new(self.text, self.start);
        let first = scanner.peek()?;
        let head = if first.is(self.text, "@allow") { first } else { skip_meta(self.text, &mut scanner)? };
        let inside = match self.place {
            Place::File => false,
            Place::Block(_) => true,
            Place::Fragment => return None,
        };
        form(head.text(self.text), inside).map(|form| format!("the form is `{form}`"))
    }
}

/// What to do with a word that is no name, where one could stand.
fn about_name(found: Token, word: &str) -> Option<String> {
    let other = word.starts_with(|c: char| c.is_ascii_digit() || !c.is_ascii() && c.is_alphanumeric());
    match found.kind {
        Kind::Word if word.contains('*') => {
            Some("name each of them: a wildcard stands only in lists of privileges".into())
        }
        Kind::Word if is_reserved(word) || other => {
            Some(format!("such a name is written in quotes: `\"{word}\"`"))
        }
        Kind::Mark if other => Some("a name with other letters than a to z is written in quotes".into()),
        _ => None,
    }
}

/// What to write for what other languages write.
pub(super) fn instead_of(found: &str, expected: &[Rule]) -> Option<&'static str> {
    let could = |rule: Rule| expected.contains(&rule);
    match found {
        "," if could(Rule::kw_and) => Some("join conditions with `and` or `or`"),
        "<" | ">" if could(Rule::unary) || could(Rule::term) || could(Rule::expr) => {
            Some("say what is compared, as in `context.n >= 1 and context.n <= 9`")
        }
        "unless" if could(Rule::kw_when) => Some("write `when not`, and brackets around what follows"),
        "'" | "\u{2018}" | "\u{2019}" | "\u{201c}" | "\u{201d}" => {
            Some("texts stand in straight double quotes")
        }
        _ if found.starts_with("//") || found.starts_with("/*") => Some("comments begin with `#`"),
        _ => None,
    }
}

/// The form of what begins with a word, in a block or outside.
fn form(word: &str, inside: bool) -> Option<&'static str> {
    Some(match (word, inside) {
        ("@allow", _) => "@allow(CODE, ...) \"why\"",
        ("policy", false) => "policy NAME { default ... resolve ... }",
        ("resource", false) => "resource TYPE [in TYPE, ...] [by path] { ... }",
        ("principal", false) => "principal { NAME: TYPE ... }",
        ("context", false) => "context { NAME: TYPE ... }",
        ("category", false) => "category NAME [on TYPES] [\"Title\"] [requires F] { ... }",
        ("privilege", false) => "privilege ID in CATEGORY [\"Title\"] [includes P, ...] [requires F]",
        ("role", false) => "role NAME [inherits R, ...] [requires R, ...] { ... }",
        ("group", false) => "group NAME [in G, ...] [disabled]",
        ("user", false) => "user NAME [in G, ...] { NAME: VALUE ... }",
        ("service", false) => "service NAME [in G, ...] { NAME: VALUE ... }",
        ("assign", _) => "assign ROLE to PRINCIPALS [on SCOPE] [from DATE] [until DATE] [when C]",
        ("grant", false) => "grant PRIVILEGES to PRINCIPALS [on SCOPE] [when C]",
        ("deny", false) => "deny PRIVILEGES to PRINCIPALS [on SCOPE] [when C]",
        ("bypass", false) => "bypass PRIVILEGES to PRINCIPALS [on SCOPE] [when C]",
        ("on", false) => "on SCOPE { ... }",
        ("exclusive", false) => "exclusive R1, R2, ...",
        ("limit", false) => "limit N for role:R",
        ("never" | "always" | "only", false) => "never WHO, ... can PRIVILEGES [on SCOPE]",
        ("test", false) => "test \"...\" { as WHO ... can ... cannot ... }",
        ("matrix", false) => "matrix \"...\" [on RESOURCE] { roles R, ... PRIVILEGE + - ... }",
        ("attribute", true) => "attribute NAME: TYPE",
        ("default", true) => "default grant [to CLASS] [when unlisted]",
        ("can" | "cannot", true) => "can PRIVILEGES [on RESOURCE [in RESOURCE ...]] [because REASON]",
        ("with", true) => "with context.NAME = VALUE, ...",
        _ => return None,
    })
}
