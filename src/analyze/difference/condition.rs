//! Under which condition a change holds.
//!
//! Enters: what the tests said in each world in which it does. Leaves: as few alternatives as say the same.

use crate::evaluate::{self, Truth};
use crate::policy::Policy;
use crate::policy::layout::{Test, TestKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const UNDECIDED: u8 = 4;

/// What a test says, of all that it could say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Literal {
    pub text: String,
    /// Its opposite, as a policy writes it.
    negated: String,
    /// One bit for each of true, false, undecided.
    pub said: u8,
    /// All that it can say.
    all: u8,
}

impl Literal {
    /// A test and its opposite are the same literal.
    pub(super) fn of(policy: &Policy, test: u32, truth: Truth) -> Literal {
        let text = evaluate::test_text(policy, test);
        let kind = TestKind::of(policy.record::<Test>(test).kind);
        let opposite = match kind {
            Some(TestKind::Equal) => Some((" == ", " != ")),
            Some(TestKind::NotEqual) => Some((" != ", " == ")),
            Some(TestKind::Less | TestKind::Until) => Some((" < ", " >= ")),
            Some(TestKind::LessOrEqual) => Some((" <= ", " > ")),
            Some(TestKind::Greater) => Some((" > ", " <= ")),
            Some(TestKind::GreaterOrEqual | TestKind::From) => Some((" >= ", " < ")),
            _ => None,
        };
        let negated = match opposite {
            Some((sign, other)) => text.replacen(sign, other, 1),
            None => format!("not {text}"),
        };
        let is_opposite = matches!(
            kind,
            Some(TestKind::NotEqual | TestKind::Greater | TestKind::GreaterOrEqual | TestKind::From)
        );
        let said = match truth {
            Truth::Undecided => UNDECIDED,
            truth if (truth == Truth::True) != is_opposite => TRUE,
            _ => FALSE,
        };
        let (text, negated) = if is_opposite { (negated, text) } else { (text, negated) };
        let all = if kind == Some(TestKind::Has) { TRUE | FALSE } else { TRUE | FALSE | UNDECIDED };
        Literal { text, negated, said, all }
    }

    /// The request leaves an attribute to the policy.
    pub(super) fn absent(attribute: &str) -> Literal {
        let text = format!("{attribute} as declared");
        Literal { negated: format!("{attribute} in the request"), text, said: TRUE, all: TRUE | FALSE }
    }

    /// A test that says one thing in one policy and another in the other, for the same values.
    pub(super) fn otherwise(text: &str) -> Literal {
        Literal { text: text.to_owned(), negated: String::new(), said: TRUE, all: TRUE | FALSE | UNDECIDED }
    }

    fn words(&self) -> String {
        let Literal { text, negated, .. } = self;
        if negated.is_empty() {
            return format!("`{text}` says otherwise now");
        }
        match self.said {
            TRUE => format!("`{text}`"),
            FALSE => format!("`{negated}`"),
            UNDECIDED => format!("`{text}` is undecided"),
            said if said == TRUE | UNDECIDED => format!("`{text}` is not false"),
            said if said == FALSE | UNDECIDED => format!("`{text}` is not true"),
            _ => format!("`{text}` is decided"),
        }
    }
}

/// What all tests of one world say, by their texts.
pub(super) type Said = BTreeMap<String, Literal>;

/// Under which condition something holds: one of the alternatives, every part of which has to be so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    /// Each alternative has parts such as `` `context.mfa` `` and `` `time < 2027-01-01` is not true ``. No part: for some values.
    pub alternatives: Vec<Vec<String>>,
}

impl Condition {
    /// Alternatives that differ in one literal only are one. Where there are too many to tell, it is so for some values.
    ///
    /// `others` are the worlds in which it is not so: what keeps none of them out is not told.
    pub(super) fn of(worlds: Vec<Said>, others: &[Said], too_many: bool) -> Condition {
        if too_many {
            return Condition { alternatives: vec![Vec::new()] };
        }
        let mut all: BTreeSet<Said> = worlds.into_iter().collect();
        loop {
            let before = all.len();
            let texts: BTreeSet<String> = all.iter().flat_map(|said| said.keys().cloned()).collect();
            for text in texts {
                let mut merged: BTreeMap<Said, Option<Literal>> = BTreeMap::new();
                for mut said in all {
                    let own = said.remove(&text);
                    match (merged.get_mut(&said), own) {
                        (None, own) => {
                            merged.insert(said, own);
                        }
                        (Some(Some(known)), Some(own)) => known.said |= own.said,
                        // One does not look at it at all, so neither need the others.
                        (Some(known), _) => *known = None,
                    }
                }
                let back = merged.into_iter().map(|(mut said, own)| {
                    said.extend(own.filter(|own| own.said != own.all).map(|own| (own.text.clone(), own)));
                    said
                });
                all = back.collect();
            }
            if all.len() == before {
                break;
            }
        }
        let all: BTreeSet<Said> = all.into_iter().map(|said| needed(said, others)).collect();
        let mut alternatives: Vec<Vec<String>> =
            all.into_iter().map(|said| said.values().map(Literal::words).collect()).collect();
        alternatives.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        Condition { alternatives }
    }
}

/// Without the literals that keep out no other world which the rest lets in.
fn needed(mut said: Said, others: &[Said]) -> Said {
    let keeps_out = |literal: &Literal, other: &Said| {
        other.get(&literal.text).is_some_and(|other| other.said & literal.said == 0)
    };
    let texts: Vec<String> = said.keys().cloned().collect();
    for text in texts {
        let Some(literal) = said.remove(&text) else { continue };
        let all_out = others.iter().all(|other| said.values().any(|literal| keeps_out(literal, other)));
        if !all_out {
            said.insert(text, literal);
        }
    }
    said
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 4;
        for (at, parts) in self.alternatives.iter().take(SHOWN).enumerate() {
            if at > 0 {
                f.write_str(", or ")?;
            }
            match parts.is_empty() {
                true => f.write_str("for some values")?,
                false => f.write_str(&parts.join(" and "))?,
            }
        }
        match self.alternatives.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, ", or {more} more"),
        }
    }
}
