//! `policyc test --coverage` and `--mutate`: how good the tests are.
//!
//! Enters: a policy whose tests were run, and what they asked. Leaves: what they miss, on the stream, and whether it is as much as is
//! wanted.

use super::report::{self, Suggestion, Survivor};
use super::terminal::Stream;
use super::{Format, suggested};
use crate::model::Model;
use crate::mutate::{Example, mutate};
use crate::policy::Policy;
use crate::source::{self, Sources};
use crate::testing::{Coverage, Expected, Share};

/// Tests that are suggested where more has to be reached.
const SUGGESTED: usize = 3;

/// What is measured, and how it is told.
pub(super) struct Measured<'a> {
    pub(super) policy: &'a Policy,
    pub(super) model: &'a Model,
    pub(super) sources: &'a Sources,
    /// What the tests ask and expect.
    pub(super) asked: &'a [Expected],
    /// The least share in percent.
    pub(super) least: Option<u8>,
    pub(super) format: Format,
}

impl Measured<'_> {
    /// Tells what the tests reach. Whether that is as much as is wanted.
    pub(super) fn coverage(&self, out: &mut Stream) -> bool {
        let mut coverage = Coverage::new(self.policy, self.model, self.sources);
        self.asked.iter().for_each(|expected| coverage.add(&expected.question));
        let totals = coverage.totals();
        match self.format {
            Format::Human => report::coverage_for_people(out, &coverage, &totals, self.sources),
            Format::Json => report::coverage_as_json(out, &coverage, &totals, self.sources),
        }
        let short = self.short(totals.all());
        let Some(short) = short else { return true };
        let suggestions = coverage.suggestions(SUGGESTED).into_iter().filter_map(|(question, reaches)| {
            let granted = question.decide(self.policy).ok()?.granted();
            let test = suggested::test(&question, granted, self.form())?;
            Some(Suggestion { r#type: "suggestion", reaches, test })
        });
        let suggestions: Vec<Suggestion> = suggestions.collect();
        match self.format {
            Format::Json => suggestions.iter().for_each(|one| report::object(out, one)),
            Format::Human => {
                let help = match suggestions.is_empty() {
                    true => "",
                    false => "; these would help most, if what they expect is what you want:",
                };
                out.line(&format!("\n{}{help}", out.style.bad(&format!("coverage is {short}"))));
                for one in &suggestions {
                    let test = one.test.replace('\n', "\n  ");
                    out.line(&format!("\n  # reaches {} more\n  {}", one.reaches, test.trim_end()));
                }
            }
        }
        false
    }

    /// Changes the policy and tells what the tests do not notice. Whether they notice as much as is wanted.
    pub(super) fn mutation(&self, out: &mut Stream) -> bool {
        let mutation = mutate(self.policy, self.model, self.sources, self.asked);
        let survivors: Vec<Survivor<'_>> = mutation
            .survivors()
            .map(|(change, example)| {
                let form = self.sources.get(change.span.source).map_or(self.form(), |source| source.format);
                Survivor {
                    change,
                    effect: example.map(effect),
                    test: example.and_then(|one| suggested::test(&one.question, one.now.granted(), form)),
                }
            })
            .collect();
        match self.format {
            Format::Human => report::mutation_for_people(out, &mutation, &survivors, self.sources),
            Format::Json => report::mutation_as_json(out, &mutation, &survivors, self.sources),
        }
        let reached = mutation.noticed().iter().sum::<usize>();
        let short = self.short(Share { reached, total: reached + survivors.len() });
        if let (Some(short), Format::Human) = (&short, self.format) {
            let text = format!("the share of changes that are noticed is {short}");
            out.line(&format!("\n{}; each test above would notice one more", out.style.bad(&text)));
        }
        short.is_none()
    }

    /// By how much less than the least share was reached: `68 %, and --min wants 80 %: 12 more of 95`.
    fn short(&self, share: Share) -> Option<String> {
        let least = usize::from(self.least?);
        let wanted = (share.total * least).div_ceil(100);
        let more = wanted.checked_sub(share.reached).filter(|&more| more > 0)?;
        let (percent, total) = (share.percent(), report::thousands(share.total));
        Some(format!("{percent} %, and `--min` wants {least} %: {} more of {total}", report::thousands(more)))
    }

    /// The form in which the policy is written.
    fn form(&self) -> source::Format {
        let mut formats = self.sources.iter().map(|(_, source)| source.format);
        match formats.all(|format| format == source::Format::Yaml) && !self.sources.is_empty() {
            true => source::Format::Yaml,
            false => source::Format::Policy,
        }
    }
}

/// Who would gain or lose what.
fn effect(example: &Example) -> String {
    let word = if example.then.granted() { "granted" } else { "denied" };
    let (now, then) = (example.now.reason(), example.then.reason());
    format!("{word} then: {} ({now} now, {then} then)", example.question.text())
}
