//! The one place where severities are decided: codes, and what a configuration or a command line says of them.
//!
//! Enters: settings in layers, each stronger than the ones before. Leaves: findings with their severities, without those
//! that are not wanted. Knows nothing of where settings are written.

use super::{Code, Diagnostic, Severity};
use std::collections::BTreeSet;
use std::fmt;

/// What becomes of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It is not shown and not counted.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
    Deny,
}

impl Level {
    /// Every level, from the mildest.
    pub const ALL: [Level; 3] = [Level::Allow, Level::Warn, Level::Deny];

    /// `allow`, `warn` or `deny`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }

    /// The level of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.name() == text)
    }

    /// What a code says of itself.
    fn own(code: Code) -> Level {
        match code.severity() {
            Severity::Warning => Level::Warn,
            Severity::Error => Level::Deny,
        }
    }

    fn severity(self) -> Option<Severity> {
        match self {
            Level::Allow => None,
            Level::Warn => Some(Severity::Warning),
            Level::Deny => Some(Severity::Error),
        }
    }
}

/// What a setting is about; the later of these beats the earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Everything that would be a warning.
    Warnings,
    /// The codes whose numbers begin with these two digits.
    Block(&'static str),
    /// One code.
    Code(Code),
}

impl Target {
    /// The target that a text names: a number or name of a code, a block (`P07`), or `warnings`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Target> {
        if text == "warnings" {
            return Some(Target::Warnings);
        }
        let block = || Target::blocks().find(|block| block.eq_ignore_ascii_case(text)).map(Target::Block);
        Code::parse(text).map(Target::Code).or_else(block)
    }

    /// Everything that [`Target::parse`] knows, as it is written.
    pub fn words() -> impl Iterator<Item = &'static str> {
        let codes = Code::ALL.iter().flat_map(|code| [code.name(), code.number()]);
        codes.chain(Target::blocks()).chain(["warnings"])
    }

    /// `P00`, `P01` and so on; one may come up again.
    fn blocks() -> impl Iterator<Item = &'static str> {
        Code::ALL.iter().filter_map(|code| block(*code))
    }
}

fn block(code: Code) -> Option<&'static str> {
    code.number().get(..3)
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Warnings => f.write_str("warnings"),
            Target::Block(block) => f.write_str(block),
            Target::Code(code) => f.write_str(code.number()),
        }
    }
}

/// A setting that would let a policy pass that nobody can decide with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CannotLower(pub Target);

impl fmt::Display for CannotLower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Target::Code(code) => write!(f, "{code} ({}) is always an error", code.name()),
            other => write!(f, "everything in {other} is always an error"),
        }?;
        f.write_str(": it leaves no policy to decide with")
    }
}

impl std::error::Error for CannotLower {}

/// Which level each kind of finding has. By default what its code says.
///
/// Within a layer a code beats its block, a block beats `warnings`, and of two settings about the same the later one
/// counts. A layer beats those below it, however broad its setting; and `warnings` are what is a warning by all that is said
/// of codes and blocks, so that what a lower layer allowed does not come back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    layers: Vec<Vec<(Target, Level)>>,
}

impl Levels {
    /// Says something in the uppermost layer. Of a block only what can be lowered is lowered.
    ///
    /// # Errors
    ///
    /// If it would lower what is always an error, and nothing else.
    pub fn set(&mut self, target: Target, level: Level) -> Result<(), CannotLower> {
        let mut touched = Code::ALL.iter().filter(|code| target == Target::Warnings || names(target, **code));
        if !touched.any(|&code| possible(code, level)) {
            return Err(CannotLower(target));
        }
        match self.layers.last_mut() {
            Some(layer) => layer.push((target, level)),
            None => self.layers.push(vec![(target, level)]),
        }
        Ok(())
    }

    /// These, with `upper` above them.
    #[must_use]
    pub fn below(mut self, upper: Levels) -> Levels {
        self.layers.extend(upper.layers);
        self
    }

    /// The level of a code.
    #[must_use]
    pub fn of(&self, code: Code) -> Level {
        // What is said of the code and its block, and what becomes of it when `warnings` has spoken too.
        let mut said = Level::own(code);
        let mut level = said;
        for layer in &self.layers {
            let settings = layer.iter().enumerate().filter(|&(_, &(target, level))| match target {
                Target::Warnings => said == Level::Warn,
                target => names(target, code) && possible(code, level),
            });
            let strongest = settings.max_by_key(|&(at, &(target, _))| (rank(target), at));
            let Some((_, &(target, set))) = strongest else { continue };
            level = set;
            if target != Target::Warnings {
                said = set;
            }
        }
        level
    }

    /// Gives findings their severities and drops those that are allowed. Returns the codes among them whose level is not
    /// their own. Doing it again changes nothing.
    pub fn apply(&self, diagnostics: &mut Vec<Diagnostic>) -> BTreeSet<Code> {
        let mut changed = BTreeSet::new();
        if self.layers.is_empty() {
            return changed;
        }
        let changes: Vec<(Code, Level)> = Code::ALL
            .iter()
            .map(|&code| (code, self.of(code)))
            .filter(|&(code, level)| level != Level::own(code))
            .collect();
        diagnostics.retain_mut(|finding| {
            let Some(&(code, level)) = changes.iter().find(|(code, _)| *code == finding.code) else {
                return true;
            };
            changed.insert(code);
            finding.severity = level.severity().unwrap_or(finding.severity);
            level != Level::Allow
        });
        changed
    }
}

/// Whether a code is meant by a target that says which codes it means.
fn names(target: Target, code: Code) -> bool {
    match target {
        Target::Warnings => false,
        Target::Block(name) => block(code) == Some(name),
        Target::Code(named) => named == code,
    }
}

fn rank(target: Target) -> u8 {
    match target {
        Target::Warnings => 0,
        Target::Block(_) => 1,
        Target::Code(_) => 2,
    }
}

/// Whether a code may have a level. An error that leaves no policy to decide with stays one.
fn possible(code: Code, level: Level) -> bool {
    level == Level::Deny || code.allowable() || code.severity() == Severity::Warning
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    /// Layers as `warnings=deny P07=allow / P0701=warn`.
    fn levels(text: &str) -> Result<Levels, CannotLower> {
        let mut all = Levels::default();
        for layer in text.split('/') {
            let mut levels = Levels::default();
            for (target, level) in layer.split_whitespace().filter_map(|word| word.split_once('=')) {
                levels.set(Target::parse(target).unwrap(), Level::parse(level).unwrap())?;
            }
            all = all.below(levels);
        }
        Ok(all)
    }

    #[track_caller]
    fn check(text: &str, code: Code, expected: Level) {
        assert_eq!(levels(text).unwrap().of(code), expected, "{text}");
    }

    const UNUSED: Code = Code::UnusedAllow;
    const UNMET: Code = Code::UnmetRequirement;

    #[test]
    fn codes_say_their_own() {
        check("", UNUSED, Level::Warn);
        check("", UNMET, Level::Deny);
    }

    #[test]
    fn the_specific_beats_the_broad_in_any_order() {
        check("warnings=deny P07=allow", UNUSED, Level::Allow);
        check("P07=allow warnings=deny", UNUSED, Level::Allow);
        check("P0701=warn P07=allow warnings=deny", UNUSED, Level::Warn);
        check("p07=deny unused-allow=allow", UNUSED, Level::Allow);
        check("unmet-requirement=warn warnings=deny", UNMET, Level::Warn);
    }

    #[test]
    fn later_beats_earlier() {
        check("P0701=allow unused-allow=deny", UNUSED, Level::Deny);
        check("warnings=deny warnings=allow", UNUSED, Level::Allow);
    }

    #[test]
    fn warnings_are_what_is_a_warning() {
        check("warnings=allow", UNMET, Level::Deny);
        check("warnings=deny", UNUSED, Level::Deny);
        check("P0307=warn / warnings=deny", UNMET, Level::Deny);
        check("P0701=allow / warnings=deny", UNUSED, Level::Allow);
        check("P0701=deny / warnings=allow", UNUSED, Level::Deny);
    }

    #[test]
    fn an_upper_layer_beats_a_lower_one_however_specific() {
        check("P0701=deny / P07=allow", UNUSED, Level::Allow);
        check("warnings=deny / warnings=warn", UNUSED, Level::Warn);
        check("warnings=deny / P0701=warn", UNUSED, Level::Warn);
        check("P0701=allow / P07=warn / warnings=deny", UNUSED, Level::Deny);
    }

    #[test]
    fn what_is_always_an_error_can_t_be_lowered() {
        for level in ["warn", "allow"] {
            assert_eq!(
                levels(&format!("role-cycle={level}")),
                Err(CannotLower(Target::Code(Code::RoleCycle)))
            );
            assert_eq!(levels(&format!("P00={level}")), Err(CannotLower(Target::Block("P00"))));
        }
        check("role-cycle=deny P00=deny", Code::RoleCycle, Level::Deny);
        // Of a block only what can be lowered is.
        check("P03=allow", UNMET, Level::Allow);
        check("P03=allow", Code::RoleCycle, Level::Deny);
        check("P0307=warn P03=allow", UNMET, Level::Warn);
    }

    #[test]
    fn everything_that_can_be_written_is_known() {
        for word in Target::words() {
            assert!(Target::parse(word).is_some(), "{word}");
        }
        for word in ["P", "P0", "P99", "P030", "07", "Warnings", "", "é00", "errors"] {
            assert_eq!(Target::parse(word), None, "{word}");
        }
    }

    #[test]
    fn applying_sets_drops_and_tells() {
        let found = |code| Diagnostic::new(code, Span::default(), "found");
        let mut diagnostics = vec![found(UNMET), found(UNUSED), found(Code::RoleCycle)];
        let levels = levels("P0307=warn P0402=allow P07=allow").unwrap();
        let expected = BTreeSet::from([UNMET, UNUSED]);
        for _ in 0..2 {
            let changed = levels.apply(&mut diagnostics);
            assert!(changed.is_subset(&expected) && changed.contains(&UNMET), "{changed:?}");
            let left: Vec<_> = diagnostics.iter().map(|found| (found.code, found.severity)).collect();
            assert_eq!(left, [(UNMET, Severity::Warning), (Code::RoleCycle, Severity::Error)]);
        }
    }
}
