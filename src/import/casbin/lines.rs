//! The file of a casbin policy > its rules.
//!
//! Enters: lines of CSV, read as casbin's own adapter does: blanks before a value do not count, `#` begins a comment. Leaves: what policies
//! say and what is linked to what, each with its place. A line that the model has no place for is an error.

use super::model::{Effect, Field, Model, Test};
use crate::import::finding::Report;
use crate::source::{Source, SourceId, Span};
use csv::{ReaderBuilder, StringRecord};
use smol_str::SmolStr;

/// A policy.
#[derive(Debug)]
pub(super) struct Policy {
    pub subject: Option<SmolStr>,
    pub domain: Option<SmolStr>,
    pub object: Option<SmolStr>,
    pub action: Option<SmolStr>,
    pub denies: bool,
    /// It counts for nothing in this model.
    pub is_idle: bool,
    pub span: Span,
}

/// The first has what the second has.
#[derive(Debug)]
pub(super) struct Link {
    pub from: SmolStr,
    pub to: SmolStr,
    pub domain: Option<SmolStr>,
    pub span: Span,
}

#[derive(Debug, Default)]
pub(super) struct Lines {
    pub policies: Vec<Policy>,
    pub subjects: Vec<Link>,
    pub objects: Vec<Link>,
}

impl Lines {
    pub fn read(&mut self, id: SourceId, source: &Source, model: &Model, report: &mut Report) {
        let mut start = 0;
        for raw in source.text.split_inclusive('\n') {
            let line = raw.trim();
            let span = Span::new(id, start..start + raw.trim_end().len());
            start += raw.len();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some(values) = values(line) else {
                report.error(span, "the line is no CSV", "close the quotes on the same line");
                continue;
            };
            self.line(&values, span, model, report);
        }
    }

    fn line(&mut self, values: &[SmolStr], span: Span, model: &Model, report: &mut Report) {
        let Some((kind, rest)) = values.split_first() else { return };
        if rest.iter().any(|value| value.is_empty()) {
            return report.error(span, "a value is empty", "write the value, or take the comma away");
        }
        let linked = |field: Field| model.asked.get(&field).is_some_and(|asked| asked.test == Test::Linked);
        match kind.as_str() {
            "p" => self.policy(rest, span, model, report),
            "g" if linked(Field::Subject) => match (rest, model.roles_in_domains) {
                ([from, to], false) => self.subjects.push(link(from, to, None, span)),
                ([from, to, domain], true) => self.subjects.push(link(from, to, Some(domain), span)),
                _ => {
                    let wanted = if model.roles_in_domains {
                        "a user, a role and a domain"
                    } else {
                        "a user and a role"
                    };
                    report.error(
                        span,
                        format!("a `g` line of this model names {wanted}"),
                        "correct the line, or give the model that belongs to it",
                    );
                }
            },
            "g2" if linked(Field::Object) => match rest {
                [from, to] => self.objects.push(link(from, to, None, span)),
                _ => report.error(
                    span,
                    "a `g2` line of this model names an object and its group",
                    "correct the line",
                ),
            },
            "g" | "g2" => {
                let message = format!(
                    "`{kind}` lines count for nothing in this model, whose matcher does not call `{kind}`"
                );
                report.note(span, message, "");
            }
            other => {
                let message = format!("`{other}` begins no line of this model");
                report.error(span, message, "a line begins with p, g or g2");
            }
        }
    }

    fn policy(&mut self, rest: &[SmolStr], span: Span, model: &Model, report: &mut Report) {
        if rest.len() != model.policy.len() {
            let message = format!(
                "the line has {} values, and a policy of this model has {}",
                rest.len(),
                model.policy.len()
            );
            return report.error(span, message, "correct the line, or give the model that belongs to it");
        }
        let value = |field: Field| {
            let at = model.policy.iter().position(|known| *known == field)?;
            rest.get(at).cloned()
        };
        let denies = match value(Field::Effect).as_deref() {
            None | Some("allow") => false,
            Some("deny") => true,
            Some(other) => {
                return report.error(span, format!("`{other}` is no effect"), "write allow or deny");
            }
        };
        if denies && model.effect == Effect::SomeAllow {
            let message = "a policy that denies counts for nothing in this model: one that allows is enough";
            report.note(span, message, "");
        }
        self.policies.push(Policy {
            subject: value(Field::Subject),
            domain: value(Field::Domain),
            object: value(Field::Object),
            action: value(Field::Action),
            denies,
            is_idle: denies && model.effect == Effect::SomeAllow,
            span,
        });
    }
}

fn link(from: &SmolStr, to: &SmolStr, domain: Option<&SmolStr>, span: Span) -> Link {
    Link { from: from.clone(), to: to.clone(), domain: domain.cloned(), span }
}

/// The values of a line; blanks before each do not count.
fn values(line: &str) -> Option<Vec<SmolStr>> {
    // Blanks before quotes would make them part of the value.
    let mut text = String::with_capacity(line.len());
    let (mut quoted, mut at_start) = (false, true);
    for character in line.chars() {
        if at_start && character.is_whitespace() && !quoted {
            continue;
        }
        quoted ^= character == '"';
        at_start = character == ',' && !quoted;
        text.push(character);
    }
    if quoted {
        return None;
    }
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let read = reader.read_record(&mut record).ok()?;
    read.then(|| record.iter().map(SmolStr::new).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_that_casbin_reads() {
        let read = |line: &str| values(line).map(|values| values.join("|"));
        assert_eq!(read("p, alice,  data1 , read").as_deref(), Some("p|alice|data1 |read"));
        assert_eq!(read("p, \"a, b\", \"say \"\"x\"\"\"").as_deref(), Some("p|a, b|say \"x\""));
        assert_eq!(read("p,, x").as_deref(), Some("p||x"));
        assert_eq!(read("p, \"a"), None);
    }
}
