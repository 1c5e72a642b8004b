//! Why somebody is not granted what an entry speaks of.
//!
//! Enters: the cells of a matrix that are denied or lack something. Leaves: for each the story of one decision: at the first place and
//! in the plainest request that show it best.

use super::held::as_own;
use super::matrix::{Cell, Ground, Mark};
use super::prepared::Prepared;
use super::worlds::Question;
use super::{Subject, names};
use crate::analyze::TooMuch;
use crate::evaluate::{Decision, Explanation};
use crate::terms::Reason;
use std::collections::BTreeMap;

/// Decisions for the stories of one matrix.
const MAX_DECISIONS: usize = 10_000_000;
/// Places that are looked at for one story.
const MAX_PLACES: usize = 8;

/// Tells the stories of cells, as far as the limit goes.
pub(super) struct Stories<'p, 'a> {
    prepared: &'p Prepared<'a>,
    holders: BTreeMap<Subject, [Option<u32>; 2]>,
    left: usize,
    /// Cells whose story takes too long.
    pub untold: usize,
}

impl<'p, 'a> Stories<'p, 'a> {
    pub(super) fn of(prepared: &'p Prepared<'a>) -> Stories<'p, 'a> {
        let holders = names::subjects(prepared.sides).into_iter().collect();
        Stories { prepared, holders, left: MAX_DECISIONS, untold: 0 }
    }

    /// Gives a cell its ground, where there is one.
    pub(super) fn tell(&mut self, cell: &mut Cell, subject: &Subject, class: usize, privilege: u32) {
        match self.ground(cell.mark, subject, class, privilege) {
            Ok(ground) => {
                cell.entries = ground.iter().flat_map(|ground| ground.entries.clone()).collect();
                cell.grounds.extend(ground);
            }
            Err(TooMuch) => self.untold += 1,
        }
    }

    fn ground(
        &mut self,
        mark: Mark,
        subject: &Subject,
        class: usize,
        privilege: u32,
    ) -> Result<Option<Ground>, TooMuch> {
        let Some(one) = self.prepared.privileges.get(privilege as usize) else { return Ok(None) };
        let subjects = [subject.clone(), subject.clone()];
        let holders = self.holders.get(subject).copied().unwrap_or_default();
        let mut best: Option<(u8, Ground)> = None;
        let denied = mark == Mark::Denied;
        for at in self.prepared.spoken_of(class, privilege, denied).take(MAX_PLACES) {
            let (Some(place), Some(site)) = (self.prepared.places.get(at), self.prepared.sites.get(at))
            else {
                continue;
            };
            let question = Question {
                subjects: &subjects,
                holders,
                privileges: one.names,
                place: place.as_ref(),
                nodes: &site.nodes,
            };
            let told =
                self.prepared.worlds.story(&question, &mut self.left, |decision| worth(mark, decision))?;
            let Some((worth, story, world)) = told else { continue };
            if best.as_ref().is_none_or(|(known, _)| worth > *known) {
                let places = place.iter().map(ToString::to_string).collect();
                let example = self.prepared.carried(&world);
                best = Some((worth, ground(story, subject, places, example)));
            }
            if worth == BEST {
                break;
            }
        }
        Ok(best.map(|(_, ground)| ground))
    }
}

/// A decision that is just what the mark says.
const BEST: u8 = 2;

/// How well a decision shows what a mark says.
fn worth(mark: Mark, decision: Decision) -> Option<u8> {
    let is_denied = matches!(decision.reason(), Reason::ExplicitDeny | Reason::InheritedDeny);
    let lacks = decision.reason() == Reason::MissingRequirement;
    match decision.granted() {
        true => None,
        false if is_denied => Some(if mark == Mark::Denied { BEST } else { 1 }),
        false if lacks => Some(if mark == Mark::Unmet { BEST } else { 1 }),
        false => Some(0),
    }
}

fn ground(
    mut story: Explanation,
    subject: &Subject,
    places: Vec<String>,
    example: Vec<(String, crate::model::Value)>,
) -> Ground {
    let mut next = Some(&mut story);
    while let Some(story) = next {
        as_own(&mut story.deciding, subject);
        next = story.included.as_deref_mut();
    }
    Ground {
        places,
        condition: None,
        example,
        reasons: vec![story.decision.reason()],
        entries: story.deciding,
        missing: story.missing,
        included: story.included,
    }
}
