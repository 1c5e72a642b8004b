//! `policyc.toml`: what a team wants of every run, kept beside its policy.
//!
//! Enters: the paths and options of a command. Leaves: the settings of the nearest file, if there is one. A command line beats
//! them, and nothing in the file is passed over: what can't be used is a [`Failure`] that names its place.

mod read;
#[cfg(test)]
mod tests;

use super::Failure;
use crate::Options;
use crate::diagnostic::{Code, Levels};
use crate::load::{self, InputError};
use crate::source::{self, Sources};
use read::{FileFormat, Settings};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The name that is searched for.
const NAME: &str = "policyc.toml";
/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Which configuration counts.
#[derive(Clone, Debug, Default, clap::Args)]
// Commands flatten it into arguments of their own, whose group has the same name.
#[group(skip)]
pub(super) struct Args {
    /// Take the settings of this file [default: the nearest policyc.toml, from the first path upward]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Take no settings from a file
    #[arg(long, conflicts_with = "config")]
    no_config: bool,
}

/// The settings of a file; by default none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Config {
    /// As reports show it.
    path: PathBuf,
    settings: Settings,
}

impl Args {
    /// The settings for a command with these paths.
    pub(super) fn load(&self, paths: &[PathBuf]) -> Result<Config, Failure> {
        let path = match &self.config {
            _ if self.no_config => None,
            Some(path) => Some(path.clone()),
            None => find(paths.first().map_or(Path::new("."), PathBuf::as_path))?,
        };
        path.map_or_else(|| Ok(Config::default()), Config::read)
    }
}

impl Config {
    fn read(path: PathBuf) -> Result<Config, Failure> {
        let shown = path.display();
        let bytes = load::read_limited(&path, MAX_BYTES)?.ok_or_else(|| {
            Failure(format!("cannot read `{shown}`: it is larger than {} MiB; shorten it", MAX_BYTES >> 20))
        })?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure(format!("cannot read `{shown}`: it is not UTF-8; save it as UTF-8")))?;
        let mut sources = Sources::new();
        // What is asked of it are lines and columns; its format does not matter.
        let id = sources.add(path.clone(), source::Format::Policy, text);
        let Some(source) = sources.get(id) else { return Ok(Config::default()) };
        let settings = read::settings(&source.text).map_err(|fault| {
            let (line, column) = source.line_column(u32::try_from(fault.at).unwrap_or(u32::MAX));
            Failure(format!("{shown}:{line}:{column}: {}", fault.text))
        })?;
        Ok(Config { path, settings })
    }

    /// The paths of the command, or those of the file, which are relative to it.
    pub(super) fn paths(&self, given: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
        if !given.is_empty() || self.settings.paths.is_empty() {
            return Ok(given.to_vec());
        }
        let directory = self.path.parent().unwrap_or(Path::new(""));
        let paths: Vec<PathBuf> = self.settings.paths.iter().map(|path| directory.join(path)).collect();
        for (path, written) in paths.iter().zip(&self.settings.paths) {
            let missing = fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound);
            if missing {
                let (path, file) = (path.display(), self.path.display());
                return Err(Failure(format!(
                    "cannot read `{path}`: there is no such file or directory; correct `{written}` in the `paths` of {file}"
                )));
            }
        }
        Ok(paths)
    }

    /// Where it stands; `None`: there is none.
    pub(super) fn path(&self) -> Option<&Path> {
        Some(self.path.as_path()).filter(|path| !path.as_os_str().is_empty())
    }

    /// How findings are written when the command line does not say.
    pub(super) fn format(&self) -> Option<FileFormat> {
        self.settings.format
    }

    /// The levels of the file.
    pub(super) fn levels(&self) -> &Levels {
        &self.settings.levels
    }

    /// How a policy is compiled where the command line says nothing.
    pub(super) fn options(&self) -> Options {
        Options { levels: self.levels().clone(), at: None }
    }

    /// `levels from policyc.toml`, if without the file these findings would have other levels.
    pub(super) fn note(&self, leveled: &BTreeSet<Code>, command_line: &Levels) -> Option<String> {
        let all = self.levels().clone().below(command_line.clone());
        let changed = leveled.iter().any(|&code| all.of(code) != command_line.of(code));
        changed.then(|| format!("levels from {}", self.path.display()))
    }
}

/// The nearest configuration: beside `first`, if that is a file, or in it, or in a directory above.
fn find(first: &Path) -> Result<Option<PathBuf>, Failure> {
    // A path that leads nowhere is refused when its turn comes.
    let Ok(real) = fs::canonicalize(first) else { return Ok(None) };
    // The first ancestor of a file is the file itself.
    for directory in real.ancestors().skip(usize::from(!real.is_dir())) {
        let file = directory.join(NAME);
        match fs::metadata(&file) {
            Ok(metadata) if metadata.is_file() => return Ok(Some(shorten(directory).join(NAME))),
            Ok(metadata) => {
                let shown = shorten(directory).join(NAME);
                let what = if metadata.is_dir() { "is a directory" } else { "is no file" };
                return Err(Failure(format!(
                    "cannot read `{}`: it {what}; rename it, or say `--no-config`",
                    shown.display()
                )));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(InputError::of(&file, &error).into()),
        }
    }
    Ok(None)
}

/// A directory as seen from the current one, if it lies below or above.
fn shorten(directory: &Path) -> PathBuf {
    let Ok(here) = env::current_dir().and_then(fs::canonicalize) else { return directory.to_owned() };
    if let Ok(below) = directory.strip_prefix(&here) {
        return below.to_owned();
    }
    match here.strip_prefix(directory) {
        Ok(steps) => steps.components().map(|_| "..").collect(),
        Err(_) => directory.to_owned(),
    }
}
