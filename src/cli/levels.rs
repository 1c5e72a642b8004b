//! `--deny`, `--warn` and `--allow`: what a command line says of findings.
//!
//! Enters: the options in the order in which they were written. Leaves: levels. The wording is shared with the configuration.

use super::Failure;
use crate::diagnostic::{CannotLower, Level, Levels, Target, closest};
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};

/// What was written, in order, whichever option it was.
#[derive(Clone, Debug, Default)]
pub(super) struct Args(Vec<(Level, String)>);

impl Args {
    /// What the options say.
    pub(super) fn levels(&self) -> Result<Levels, Failure> {
        let mut levels = Levels::default();
        for (level, text) in &self.0 {
            let option = format!("`--{} {text}`", level.name());
            let target = target(text).map_err(|error| Failure(format!("{option}: {error}")))?;
            let refused = |error| Failure(format!("{option}: {}", always(error)));
            levels.set(target, *level).map_err(refused)?;
        }
        Ok(levels)
    }
}

// Derived options know nothing of each other's order, and here the later one counts.
impl clap::Args for Args {
    fn augment_args(command: Command) -> Command {
        let help = |level| match level {
            Level::Deny => "Take these findings for errors: P0301, role-cycle, P03 or `warnings`; repeatable",
            Level::Warn => "Take these findings for warnings; the later option counts",
            Level::Allow => "Leave these findings out",
        };
        let option = |level: Level| {
            let name = level.name();
            Arg::new(name).long(name).value_name("WHAT").action(ArgAction::Append).help(help(level))
        };
        Level::ALL.into_iter().rev().fold(command, |command, level| command.arg(option(level)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Args, clap::Error> {
        let mut all: Vec<(usize, Level, String)> = Vec::new();
        for level in Level::ALL {
            let places = matches.indices_of(level.name()).into_iter().flatten();
            let texts = matches.get_many::<String>(level.name()).into_iter().flatten();
            all.extend(places.zip(texts).map(|(at, text)| (at, level, text.clone())));
        }
        all.sort_by_key(|&(at, ..)| at);
        Ok(Args(all.into_iter().map(|(_, level, text)| (level, text)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Args::from_arg_matches(matches)?;
        Ok(())
    }
}

/// What a text names, or what to write instead.
pub(super) fn target(text: &str) -> Result<Target, String> {
    Target::parse(text).ok_or_else(|| {
        // Blocks are often written as they are spoken of: `07xx`.
        let digits = text.trim_start_matches(['P', 'p']).trim_end_matches(['x', 'X', '*']);
        let block = Some(format!("P{digits}")).filter(|block| Target::parse(block).is_some());
        let meant = block.or_else(|| closest(text, Target::words()).map(str::to_owned));
        let next = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => {
                "write a number or name such as `P0301` or `role-cycle`, a block such as `P03`, or `warnings`"
                    .to_owned()
            }
        };
        format!("no code or block is called `{text}`; {next}")
    })
}

/// Why something can't be lowered, and what to do instead.
pub(super) fn always(error: CannotLower) -> String {
    format!("{error}; leave it, and mend what it finds")
}
