//! The one file that knows which SAT solver there is.
//!
//! Enters: variables and clauses. Leaves: whether all clauses can hold under assumptions, and then a way in which they do. The
//! same clauses and the same budget take the same steps on every machine: no clock is read, no number is thrown.

use batsat::{Callbacks, Lit as Literal, Solver as Batsat, SolverInterface, SolverOpts, Var, clause, lbool};
use std::cell::Cell;
use std::ops::Not;

/// A variable or its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Lit(u32);

impl Lit {
    /// Always so.
    pub(super) const TRUE: Lit = Lit(0);
    /// Never so.
    pub(super) const FALSE: Lit = Lit(1);

    pub(super) fn of(holds: bool) -> Lit {
        if holds { Lit::TRUE } else { Lit::FALSE }
    }

    /// What it is whatever the variables say, if it is.
    pub(super) fn constant(self) -> Option<bool> {
        (self.0 < 2).then_some(self == Lit::TRUE)
    }

    fn inner(self, variables: &[Var]) -> Option<Literal> {
        variables.get(self.0 as usize >> 1).map(|&variable| Literal::new(variable, self.0 & 1 == 0))
    }
}

impl Not for Lit {
    type Output = Lit;

    fn not(self) -> Lit {
        Lit(self.0 ^ 1)
    }
}

/// More steps than the budget has.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutOfSteps;

/// Counts what the solver does.
struct Steps {
    left: Cell<usize>,
    /// What a conflict takes: about as much as a look at all clauses.
    conflict: usize,
}

impl Callbacks for Steps {
    fn on_new_clause(&mut self, learnt: &[Literal], _: clause::Kind) {
        self.left.set(self.left.get().saturating_sub(self.conflict + learnt.len()));
    }

    /// Asked before every decision.
    fn stop(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left == 0
    }
}

/// Clauses, and what is known of them.
pub(super) struct Solver {
    inner: Batsat<Steps>,
    variables: Vec<Var>,
    /// Literals of all clauses.
    size: usize,
    room: Vec<Literal>,
}

impl Solver {
    pub(super) fn new() -> Solver {
        let inner = Batsat::new(SolverOpts::default(), Steps { left: Cell::new(0), conflict: 0 });
        let mut solver = Solver { inner, variables: Vec::new(), size: 0, room: Vec::new() };
        // The variable behind `Lit::TRUE`.
        let always = solver.variable();
        solver.clause(&[always]);
        solver
    }

    pub(super) fn variable(&mut self) -> Lit {
        let number = u32::try_from(self.variables.len()).unwrap_or(u32::MAX >> 1);
        self.variables.push(self.inner.new_var(lbool::UNDEF, true));
        Lit(number << 1)
    }

    /// One of these has to hold.
    pub(super) fn clause(&mut self, literals: &[Lit]) {
        self.size += literals.len();
        self.room.clear();
        self.room.extend(literals.iter().filter_map(|literal| literal.inner(&self.variables)));
        self.inner.add_clause_reuse(&mut self.room);
    }

    /// Whether all clauses and all of these can hold. Takes its steps from `left`.
    pub(super) fn solve(&mut self, assumed: &[Lit], left: &mut usize) -> Result<bool, OutOfSteps> {
        let steps = self.inner.cb_mut();
        steps.left.set(*left);
        steps.conflict = 16 + self.size / 64;
        let before = self.inner.num_propagations();
        let assumed: Vec<Literal> =
            assumed.iter().filter_map(|literal| literal.inner(&self.variables)).collect();
        let answer = self.inner.solve_limited(&assumed);
        let propagated = self.inner.num_propagations().saturating_sub(before);
        let steps = 16_usize.saturating_add(usize::try_from(propagated).unwrap_or(usize::MAX));
        *left = self.inner.cb().left.get().saturating_sub(steps);
        match answer {
            answer if answer == lbool::TRUE => Ok(true),
            answer if answer == lbool::FALSE => Ok(false),
            _ => Err(OutOfSteps),
        }
    }

    /// Whether it holds in the way that was found last.
    pub(super) fn holds(&self, literal: Lit) -> bool {
        match literal.constant() {
            Some(holds) => holds,
            None => {
                let inner = literal.inner(&self.variables);
                inner.is_some_and(|inner| self.inner.value_lit(inner) == lbool::TRUE)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_hold_or_do_not() {
        let mut solver = Solver::new();
        let (a, b) = (solver.variable(), solver.variable());
        solver.clause(&[a, b]);
        solver.clause(&[!a, b]);
        assert!(solver.solve(&[], &mut 100).unwrap());
        assert!(solver.holds(b) && !solver.holds(!b) && solver.holds(Lit::TRUE));
        assert!(!solver.solve(&[!b], &mut 100).unwrap());
        assert!(solver.solve(&[a], &mut 100).unwrap() && solver.holds(a));
        assert!(!solver.solve(&[Lit::FALSE], &mut 100).unwrap());
    }

    /// More pigeons than holes, which takes a solver of clauses ever so long.
    fn pigeons(count: usize) -> Solver {
        let mut solver = Solver::new();
        let holes: Vec<Vec<Lit>> =
            (0..count).map(|_| (1..count).map(|_| solver.variable()).collect()).collect();
        holes.iter().for_each(|pigeon| solver.clause(pigeon));
        for hole in 0..count - 1 {
            for (at, one) in holes.iter().enumerate() {
                holes[..at].iter().for_each(|other| solver.clause(&[!one[hole], !other[hole]]));
            }
        }
        solver
    }

    #[test]
    fn the_budget_ends_a_search_and_is_spent_alike() {
        let mut left = 1_000_000;
        assert!(!pigeons(5).solve(&[], &mut left).unwrap());
        let mut again = 1_000_000;
        assert!(!pigeons(5).solve(&[], &mut again).unwrap());
        assert_eq!(left, again);
        let mut little = 20_000;
        assert!(pigeons(10).solve(&[], &mut little).is_err());
        assert_eq!(little, 0);
    }
}
