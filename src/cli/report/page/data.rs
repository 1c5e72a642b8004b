//! Why the cells of a matrix are as they are > data for the script of its page, each reason once.
//!
//! Most cells of a column share their reasons: a role has one entry for all of a category. And what users have through a group differs
//! in the first step alone, which is left to the column.

use super::super::json::effect;
use super::parts;
use crate::cli::terminal::clean;
use crate::difference::{Cell, Ground, Matrix, Row, value_text};
use crate::evaluate::{DecidingEntry, Explanation, Place, Step};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Distinct entries and reasons of a page; some hundred bytes each.
const MAX_REASONS: usize = 50_000;

/// What the script reads.
#[derive(Debug, Serialize)]
pub(super) struct Data<'m> {
    /// Kind and name.
    subjects: Vec<(&'static str, Cow<'m, str>)>,
    /// Name, title, category.
    privileges: Vec<[Option<Cow<'m, str>>; 3]>,
    files: Vec<Cow<'m, str>>,
    entries: Vec<Entry<'m>>,
    grounds: Vec<GroundOf<'m>>,
    /// Of each a list of grounds.
    stories: Vec<Vec<usize>>,
    /// For each privilege column and story by turns, of the cells that have one.
    cells: Vec<Vec<usize>>,
    #[serde(skip)]
    untold: usize,
}

/// File, line, column.
type Spot = (usize, u32, u32);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Entry<'m> {
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<Cow<'m, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Spot>,
    /// Who, and where the step to there is written; behind the subject itself.
    path: Vec<(Cow<'m, str>, Option<Spot>)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct GroundOf<'m> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    on: Vec<Cow<'m, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    /// Values for which it is so.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    example: Vec<(Cow<'m, str>, String)>,
    why: Vec<&'static str>,
    by: Vec<usize>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing: Vec<Vec<Cow<'m, str>>>,
    /// Privileges that are included, each by the one before, and lack something.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    included: Vec<Included<'m>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Included<'m> {
    privilege: Cow<'m, str>,
    why: [&'static str; 1],
    by: Vec<usize>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing: Vec<Vec<Cow<'m, str>>>,
}

/// Things, each once.
struct Pool<T>(BTreeMap<T, usize>);

impl<T: Ord> Pool<T> {
    fn place(&mut self, thing: T) -> usize {
        let next = self.0.len();
        *self.0.entry(thing).or_insert(next)
    }

    fn list(self) -> Vec<T> {
        let mut all: Vec<(T, usize)> = self.0.into_iter().collect();
        all.sort_by_key(|(_, place)| *place);
        all.into_iter().map(|(thing, _)| thing).collect()
    }
}

impl<'m> Data<'m> {
    pub(super) fn of(matrix: &'m Matrix) -> Data<'m> {
        let mut pools = Pools {
            files: Pool(BTreeMap::new()),
            entries: Pool(BTreeMap::new()),
            grounds: Pool(BTreeMap::new()),
            stories: Pool(BTreeMap::new()),
        };
        let mut untold = 0;
        let mut cells = Vec::with_capacity(matrix.rows.len());
        for row in &matrix.rows {
            let mut of_row = Vec::new();
            for at in 0..matrix.subjects.len() {
                let cell = row.cell(at);
                if cell.grounds.is_empty() {
                    continue;
                }
                match pools.story(cell) {
                    Some(story) => of_row.extend([at, story]),
                    None => untold += 1,
                }
            }
            cells.push(of_row);
        }
        let text = |text: &'m Option<String>| text.as_deref().map(clean);
        let privilege = |row: &'m Row| [Some(clean(&row.privilege)), text(&row.title), text(&row.category)];
        Data {
            subjects: matrix.subjects.iter().map(parts).collect(),
            privileges: matrix.rows.iter().map(privilege).collect(),
            files: pools.files.list(),
            entries: pools.entries.list(),
            grounds: pools.grounds.list(),
            stories: pools.stories.list(),
            cells,
            untold,
        }
    }

    /// Cells whose reasons are beyond the limit.
    pub(super) fn untold(&self) -> usize {
        self.untold
    }
}

struct Pools<'m> {
    files: Pool<Cow<'m, str>>,
    entries: Pool<Entry<'m>>,
    grounds: Pool<GroundOf<'m>>,
    stories: Pool<Vec<usize>>,
}

impl<'m> Pools<'m> {
    /// The story of a cell; `None`: there are too many.
    fn story(&mut self, cell: &'m Cell) -> Option<usize> {
        if self.entries.0.len() + self.grounds.0.len() >= MAX_REASONS {
            return None;
        }
        let grounds = cell.grounds.iter().map(|ground| self.ground(ground)).collect();
        Some(self.stories.place(grounds))
    }

    fn ground(&mut self, ground: &'m Ground) -> usize {
        let by = self.entries(&ground.entries);
        let mut included = Vec::new();
        let mut next = ground.included.as_deref();
        while let Some(story) = next {
            included.push(self.included(story));
            next = story.included.as_deref();
        }
        let value = |(name, value): &'m (String, crate::model::Value)| {
            (clean(name), clean(&value_text(value)).into_owned())
        };
        let ground = GroundOf {
            on: ground.places.iter().map(|place| clean(place)).collect(),
            when: ground.condition.as_ref().map(|condition| clean(&condition.to_string()).into_owned()),
            example: ground.example.iter().map(value).collect(),
            why: ground.reasons.iter().map(|reason| reason.name()).collect(),
            by,
            missing: sets(&ground.missing),
            included,
        };
        self.grounds.place(ground)
    }

    fn included(&mut self, story: &'m Explanation) -> Included<'m> {
        Included {
            privilege: clean(&story.privilege),
            why: [story.decision.reason().name()],
            by: self.entries(&story.deciding),
            missing: sets(&story.missing),
        }
    }

    fn entries(&mut self, all: &'m [DecidingEntry]) -> Vec<usize> {
        all.iter()
            .map(|entry| {
                let at = entry.place.as_ref().map(|place| self.spot(place));
                // The first step is the subject itself.
                let path = entry.path.iter().skip(1).map(|step: &'m Step| {
                    (clean(&step.what), step.place.as_ref().map(|place| self.spot(place)))
                });
                let path = path.collect();
                let scope = entry.scope.as_deref().map(clean);
                self.entries.place(Entry { effect: effect(entry.effect), scope, at, path })
            })
            .collect()
    }

    fn spot(&mut self, place: &'m Place) -> Spot {
        (self.files.place(clean(&place.file)), place.line, place.column)
    }
}

fn sets(missing: &[Vec<String>]) -> Vec<Vec<Cow<'_, str>>> {
    missing.iter().map(|set| set.iter().map(|text| clean(text)).collect()).collect()
}
