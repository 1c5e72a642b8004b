//! Formulas over literals: equal ones are one, and what follows from constants is folded.
//!
//! Enters: conjunctions, disjunctions. Leaves: a literal for each, and clauses that make it mean them. Knows nothing of policies.

use super::Undecided;
use super::solver::{Lit, Solver};
use crate::hash::Map;

/// Up to here, of several literals each pair is forbidden by itself.
const FEW: usize = 6;

/// Whether something holds, in three values: certainly, and at least possibly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Maybe {
    pub holds: Lit,
    /// Not false: it holds, or can't be decided.
    pub possible: Lit,
}

impl Maybe {
    pub(super) const TRUE: Maybe = Maybe { holds: Lit::TRUE, possible: Lit::TRUE };
    pub(super) const FALSE: Maybe = Maybe { holds: Lit::FALSE, possible: Lit::FALSE };

    pub(super) fn of(holds: Lit) -> Maybe {
        Maybe { holds, possible: holds }
    }
}

impl std::ops::Not for Maybe {
    type Output = Maybe;

    fn not(self) -> Maybe {
        Maybe { holds: !self.possible, possible: !self.holds }
    }
}

/// All formulas of a question.
pub(super) struct Formulas {
    solver: Solver,
    known: Map<Box<[Lit]>, Lit>,
    /// Steps that may still be taken.
    pub left: usize,
}

impl Formulas {
    pub(super) fn new(left: usize) -> Formulas {
        Formulas { solver: Solver::new(), known: Map::default(), left }
    }

    pub(super) fn variable(&mut self) -> Lit {
        self.spend(1);
        self.solver.variable()
    }

    /// Takes from what may be spent. What is built beyond it means nothing; `check` tells.
    pub(super) fn spend(&mut self, steps: usize) {
        self.left = self.left.saturating_sub(steps);
    }

    /// Whether there was enough to spend.
    pub(super) fn check(&self) -> Result<(), Undecided> {
        if self.left == 0 { Err(Undecided::Effort) } else { Ok(()) }
    }

    pub(super) fn clause(&mut self, literals: &[Lit]) {
        if !literals.contains(&Lit::TRUE) {
            self.spend(literals.len());
            self.solver.clause(literals);
        }
    }

    pub(super) fn and(&mut self, parts: impl IntoIterator<Item = Lit>) -> Lit {
        let mut all: Vec<Lit> = parts.into_iter().filter(|&part| part != Lit::TRUE).collect();
        self.spend(1 + all.len());
        all.sort_unstable();
        all.dedup();
        // A literal stands right before its opposite.
        let contradicts = all.windows(2).any(|pair| matches!(pair, [one, other] if !*one == *other));
        if contradicts || all.first() == Some(&Lit::FALSE) || self.left == 0 {
            return Lit::FALSE;
        }
        match all.as_slice() {
            [] => return Lit::TRUE,
            [one] => return *one,
            _ => {}
        }
        if let Some(&known) = self.known.get(all.as_slice()) {
            return known;
        }
        let whole = self.solver.variable();
        for &part in &all {
            self.solver.clause(&[!whole, part]);
        }
        let mut clause: Vec<Lit> = all.iter().map(|&part| !part).collect();
        clause.push(whole);
        self.solver.clause(&clause);
        self.spend(3 * all.len());
        self.known.insert(all.into(), whole);
        whole
    }

    pub(super) fn or(&mut self, parts: impl IntoIterator<Item = Lit>) -> Lit {
        !self.and(parts.into_iter().map(|part| !part))
    }

    pub(super) fn both(&mut self, one: Maybe, other: Maybe) -> Maybe {
        let holds = self.and([one.holds, other.holds]);
        let possible = self.and([one.possible, other.possible]);
        Maybe { holds, possible }
    }

    pub(super) fn all(&mut self, parts: &[Maybe]) -> Maybe {
        let holds = self.and(parts.iter().map(|part| part.holds));
        let possible = self.and(parts.iter().map(|part| part.possible));
        Maybe { holds, possible }
    }

    pub(super) fn any(&mut self, parts: &[Maybe]) -> Maybe {
        let holds = self.or(parts.iter().map(|part| part.holds));
        let possible = self.or(parts.iter().map(|part| part.possible));
        Maybe { holds, possible }
    }

    /// No two of these hold.
    pub(super) fn at_most_one(&mut self, literals: &[Lit]) {
        if literals.len() <= FEW {
            for (at, &one) in literals.iter().enumerate() {
                for &other in literals.iter().skip(at + 1) {
                    self.clause(&[!one, !other]);
                }
            }
            return;
        }
        // Whether one of those so far holds.
        let mut before: Option<Lit> = None;
        for &literal in literals {
            let so_far = self.variable();
            self.clause(&[!literal, so_far]);
            if let Some(before) = before {
                self.clause(&[!before, so_far]);
                self.clause(&[!before, !literal]);
            }
            before = Some(so_far);
        }
    }

    /// Literals that hold if so many and more of `all` do: the first if one does, and so on, up to `most`.
    pub(super) fn counted(&mut self, all: &[Lit], most: usize) -> Vec<Lit> {
        let mut counted: Vec<Lit> = Vec::new();
        for &literal in all {
            let before = counted.clone();
            for at in 0..most.min(before.len() + 1) {
                let more = match at.checked_sub(1) {
                    None => literal,
                    Some(below) => before.get(below).map_or(Lit::FALSE, |&below| self.and([below, literal])),
                };
                match before.get(at) {
                    Some(&already) => {
                        let either = self.or([already, more]);
                        counted.get_mut(at).into_iter().for_each(|place| *place = either);
                    }
                    None => counted.push(more),
                }
            }
        }
        counted
    }

    /// Whether everything that was said and all of these can hold.
    pub(super) fn solve(&mut self, assumed: &[Lit]) -> Result<bool, Undecided> {
        self.check()?;
        if assumed.contains(&Lit::FALSE) {
            return Ok(false);
        }
        self.solver.solve(assumed, &mut self.left).map_err(|_| Undecided::Effort)
    }

    /// Whether it holds in the way that was found last.
    pub(super) fn holds(&self, literal: Lit) -> bool {
        self.solver.holds(literal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_folded_and_equal_formulas_are_one() {
        let mut formulas = Formulas::new(1_000);
        let (a, b) = (formulas.variable(), formulas.variable());
        assert_eq!(formulas.and([a, Lit::TRUE]), a);
        assert_eq!(formulas.and([a, b, !a]), Lit::FALSE);
        assert_eq!(formulas.or([a, !a]), Lit::TRUE);
        assert_eq!(formulas.and([]), Lit::TRUE);
        assert_eq!(formulas.or([]), Lit::FALSE);
        let both = formulas.and([a, b]);
        assert_eq!(formulas.and([b, a, b]), both);
        assert_eq!(formulas.or([!a, !b]), !both);
    }

    #[test]
    fn literals_are_counted() {
        for count in 1..9_usize {
            let mut formulas = Formulas::new(100_000);
            let all: Vec<Lit> = (0..count).map(|_| formulas.variable()).collect();
            let counted = formulas.counted(&all, 3);
            assert_eq!(counted.len(), count.min(3));
            formulas.at_most_one(&all);
            for bits in 0..1_u32 << count {
                let said: Vec<Lit> = all
                    .iter()
                    .enumerate()
                    .map(|(at, &one)| if bits >> at & 1 == 1 { one } else { !one })
                    .collect();
                let ones = bits.count_ones() as usize;
                assert_eq!(formulas.solve(&said).unwrap(), ones <= 1, "{bits:b}");
            }
            for most in 0..counted.len() {
                let mut formulas = Formulas::new(100_000);
                let all: Vec<Lit> = (0..count).map(|_| formulas.variable()).collect();
                let counted = formulas.counted(&all, 3);
                for bits in 0..1_u32 << count {
                    let mut said: Vec<Lit> = all
                        .iter()
                        .enumerate()
                        .map(|(at, &one)| if bits >> at & 1 == 1 { one } else { !one })
                        .collect();
                    said.push(!counted[most]);
                    let ones = bits.count_ones() as usize;
                    assert_eq!(formulas.solve(&said).unwrap(), ones <= most, "{bits:b} {most}");
                }
            }
        }
    }
}
