//! Every engine behind one function: questions by number > how many are granted.

use std::ops::Range;

/// What a question consists of when it is put.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Names.
    Strings,
    /// Whatever the engine makes of names before the clock runs.
    Prepared,
}

/// What the others are compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the memory allows.
    Limit,
    /// What a service would write by hand.
    Naive,
    /// Somebody who answers in earnest.
    Engine,
}

/// Something that answers.
pub struct Engine<'w> {
    pub name: &'static str,
    pub asked: Asked,
    pub part: Part,
    /// It is asked so many of the questions: fewer where one takes milliseconds.
    pub first: usize,
    pub ask: Box<dyn Fn(Range<usize>) -> usize + 'w>,
}

impl<'w> Engine<'w> {
    /// One that decides single questions.
    pub fn new(name: &'static str, asked: Asked, decide: impl Fn(usize) -> bool + 'w) -> Engine<'w> {
        let ask = move |questions: Range<usize>| questions.filter(|&at| decide(at)).count();
        Engine { name, asked, part: Part::Engine, first: usize::MAX, ask: Box::new(ask) }
    }

    pub fn part(self, part: Part) -> Engine<'w> {
        Engine { part, ..self }
    }

    pub fn first(self, first: usize) -> Engine<'w> {
        Engine { first, ..self }
    }
}
