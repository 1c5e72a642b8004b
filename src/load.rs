//! Paths > sources, or an artifact.
//!
//! Enters: files and directories as a user names them. Leaves: [`Sources`] in the order of their paths, with findings about
//! files that can't be read as text; or a policy that was compiled before. Knows nothing of what the text means, and
//! prints nothing.

mod fixed;
mod walk;

pub use fixed::{Fixed, MAX_ROUNDS};
#[cfg(feature = "watch")]
pub(crate) use walk::survey;

use crate::compile::{Compiled, Options, Phase, compile_telling};
use crate::diagnostic::{self, Code, Diagnostic, Severity};
use crate::policy::{self, Policy};
use crate::source::{Format, SourceId, Sources, Span};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::{error, fmt};

/// The largest source file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;
/// The largest artifact that is read, in bytes.
pub const MAX_ARTIFACT_BYTES: u64 = 4 << 30;
/// The most files that one policy may have.
pub const MAX_FILES: usize = 100_000;
/// How deep directories are followed.
pub const MAX_DEPTH: usize = 64;

/// What paths hold.
#[derive(Debug)]
pub enum Input {
    /// Source files.
    Source(Loaded),
    /// An artifact, and where it lies.
    Artifact(Box<Policy>, PathBuf),
}

/// What is at some paths, unread.
#[cfg(feature = "watch")]
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// The policy files of directories, and the files named, whatever they are; sorted.
    pub(crate) files: Vec<PathBuf>,
    /// The directories that were searched.
    pub(crate) directories: Vec<PathBuf>,
    /// Why it may not be all.
    pub(crate) faults: Vec<InputError>,
}

/// The source files of one policy.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Every file, in the order of their paths. One that could not be read as text stands there as far as it could.
    pub sources: Sources,
    /// What is wrong with files before anybody asks what they say.
    pub findings: Vec<Diagnostic>,
}

impl Loaded {
    /// Compiles the files. What a damaged file seems to say is not reported besides the damage, and neither are names
    /// missing elsewhere that it may declare.
    #[must_use]
    pub fn compile(&self) -> Compiled {
        self.compile_with(&Options::default())
    }

    /// As [`Loaded::compile`], with options.
    #[must_use]
    pub fn compile_with(&self, options: &Options) -> Compiled {
        self.compile_telling(options, &|_| {})
    }

    /// As [`Loaded::compile_with`], and says which phase begins.
    pub(crate) fn compile_telling(&self, options: &Options, at: &dyn Fn(Phase)) -> Compiled {
        let mut compiled = compile_telling(&self.sources, options, at);
        if self.findings.is_empty() {
            return compiled;
        }
        let damaged: BTreeSet<SourceId> = self.findings.iter().map(|d| d.primary.span.source).collect();
        // Bytes that are no text can hide a name with letters beyond ASCII; in another encoding they hide them all.
        let text = |id: &SourceId| self.sources.get(*id).map_or("", |source| source.text.as_str());
        let all_hidden = self.findings.iter().any(|finding| finding.code != Code::NotUtf8)
            || damaged.iter().any(|id| text(id).contains('\0'));
        compiled.diagnostics.retain(|d| {
            let may_be_hidden = || all_hidden || !self.sources.slice(d.primary.span).is_ascii();
            let excused = match d.code {
                Code::EmptyWildcard => true,
                code => names_something_missing(code) && may_be_hidden(),
            };
            !damaged.contains(&d.primary.span.source) && !excused
        });
        compiled.diagnostics.extend(self.findings.iter().cloned());
        diagnostic::sort(&mut compiled.diagnostics);
        if self.findings.iter().any(|d| d.severity == Severity::Error) {
            compiled.policy = None;
        }
        compiled
    }
}

fn names_something_missing(code: Code) -> bool {
    matches!(
        code,
        Code::UnknownPrivilege
            | Code::UnknownRole
            | Code::UnknownGroup
            | Code::UnknownPrincipal
            | Code::UnknownCategory
            | Code::UnknownType
            | Code::UnknownAttribute
    )
}

/// Why paths could not be read. The text says what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputError {
    /// There is nothing at the path.
    Missing(PathBuf),
    /// It can't be read, for the reason given.
    Unreadable(PathBuf, String),
    /// It is a directory, where a file is needed.
    Directory(PathBuf),
    /// It is neither a file nor a directory.
    NeitherFileNorDirectory(PathBuf),
    /// A directory without a policy file.
    NoPolicy(PathBuf),
    /// A file that is no artifact and whose ending names no front end.
    UnknownEnding(PathBuf),
    /// It begins as an artifact does, and is none that can be used.
    Artifact(PathBuf, policy::LoadError),
    /// An artifact beside other paths.
    ArtifactAmongOthers(PathBuf),
    /// Source is needed, and an artifact was given.
    SourceNeeded(PathBuf),
    /// More files than [`MAX_FILES`].
    TooManyFiles(PathBuf),
    /// Directories deeper than [`MAX_DEPTH`].
    TooDeep(PathBuf),
}

impl InputError {
    pub(crate) fn of(path: &Path, error: &io::Error) -> InputError {
        match error.kind() {
            io::ErrorKind::NotFound => InputError::Missing(path.to_owned()),
            io::ErrorKind::IsADirectory => InputError::Directory(path.to_owned()),
            _ => InputError::Unreadable(path.to_owned(), reason(error)),
        }
    }
}

/// An I/O error in a few words, without the number of the operating system.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    text.chars()
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(text.chars().skip(1)).collect())
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InputError::Missing(path) => {
                write!(
                    f,
                    "cannot read `{}`: there is no such file or directory; check the path",
                    path.display()
                )
            }
            InputError::Unreadable(path, reason) => {
                write!(f, "cannot read `{}`: {reason}; check that you may read it", path.display())
            }
            InputError::Directory(path) => {
                write!(f, "cannot read `{}`: it is a directory; give a file", path.display())
            }
            InputError::NeitherFileNorDirectory(path) => write!(
                f,
                "cannot read `{}`: it is neither a file nor a directory; give one of these",
                path.display()
            ),
            InputError::NoPolicy(path) => write!(
                f,
                "no policy in `{}`: no file there ends in .policy, .yaml or .yml; give the directory that holds them",
                path.display()
            ),
            InputError::UnknownEnding(path) => write!(
                f,
                "cannot tell what `{}` is: policies end in .policy, .yaml or .yml, and it is no artifact; rename it",
                path.display()
            ),
            InputError::Artifact(path, error) => {
                write!(f, "cannot use `{}`: {error}; compile the policy again", path.display())
            }
            InputError::ArtifactAmongOthers(path) => {
                write!(f, "`{}` is an artifact and holds a whole policy; give it alone", path.display())
            }
            InputError::SourceNeeded(path) => {
                write!(
                    f,
                    "`{}` is an artifact; give the source files that it was compiled from",
                    path.display()
                )
            }
            InputError::TooManyFiles(path) => {
                write!(
                    f,
                    "more than {MAX_FILES} policy files at `{}`; give a smaller directory",
                    path.display()
                )
            }
            InputError::TooDeep(path) => {
                write!(
                    f,
                    "directories deeper than {MAX_DEPTH} at `{}`; give one further down",
                    path.display()
                )
            }
        }
    }
}

impl error::Error for InputError {}

/// Reads what `paths` hold, files and directories: the source files of one policy, or one artifact alone. Without a path,
/// the current directory. A file that is named twice is read once.
pub fn read(paths: &[PathBuf]) -> Result<Input, InputError> {
    if let Some(artifact) = find_artifact(paths)? {
        if paths.len() > 1 {
            return Err(InputError::ArtifactAmongOthers(artifact));
        }
        let policy = read_artifact(&artifact)?;
        return Ok(Input::Artifact(Box::new(policy), artifact));
    }
    let mut loaded = Loaded::default();
    for (path, format) in walk::files(paths)? {
        read_source(&mut loaded, path, format)?;
    }
    Ok(Input::Source(loaded))
}

/// As [`read`], where only source will do.
pub fn read_sources(paths: &[PathBuf]) -> Result<Loaded, InputError> {
    match read(paths)? {
        Input::Source(loaded) => Ok(loaded),
        Input::Artifact(_, path) => Err(InputError::SourceNeeded(path)),
    }
}

/// The first path that is an artifact, whatever its ending.
fn find_artifact(paths: &[PathBuf]) -> Result<Option<PathBuf>, InputError> {
    for path in paths {
        // Opening a pipe would wait for its writer; what is no file is refused when its turn comes.
        if !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
            continue;
        }
        let mut head = Vec::new();
        let file = File::open(path).map_err(|error| InputError::of(path, &error))?;
        let length = policy::layout::MAGIC.len() as u64;
        file.take(length).read_to_end(&mut head).map_err(|error| InputError::of(path, &error))?;
        if head == policy::layout::MAGIC {
            return Ok(Some(path.clone()));
        }
    }
    Ok(None)
}

fn read_artifact(path: &Path) -> Result<Policy, InputError> {
    let bytes = match read_limited(path, MAX_ARTIFACT_BYTES)? {
        Some(bytes) => bytes,
        None => {
            let reason = format!("it is larger than {} GiB", MAX_ARTIFACT_BYTES >> 30);
            return Err(InputError::Unreadable(path.to_owned(), reason));
        }
    };
    Policy::load(bytes).map_err(|error| InputError::Artifact(path.to_owned(), error))
}

/// A file of the DSL that comes from a stream, with a name for reports.
pub fn read_stream(stream: impl Read, name: &Path) -> Result<Loaded, InputError> {
    let mut bytes = Vec::new();
    let limit = MAX_FILE_BYTES.saturating_add(1);
    stream.take(limit).read_to_end(&mut bytes).map_err(|error| InputError::of(name, &error))?;
    let bytes = (bytes.len() as u64 <= MAX_FILE_BYTES).then_some(bytes);
    let mut loaded = Loaded::default();
    loaded.add(name.to_owned(), Format::Policy, bytes);
    Ok(loaded)
}

fn read_source(loaded: &mut Loaded, path: PathBuf, format: Format) -> Result<(), InputError> {
    let bytes = read_limited(&path, MAX_FILE_BYTES)?;
    loaded.add(path, format, bytes);
    Ok(())
}

impl Loaded {
    /// Adds a file that holds these bytes; `None`: more than [`MAX_FILE_BYTES`].
    pub(crate) fn add(&mut self, path: PathBuf, format: Format, bytes: Option<Vec<u8>>) {
        let Some(bytes) = bytes else {
            let id = self.sources.add(path, format, "");
            let message = format!("the file is larger than {} MiB", MAX_FILE_BYTES >> 20);
            let finding = Diagnostic::new(Code::FileTooLarge, Span::new(id, 0..0), message)
                .help("split it into several files; those of one directory form one policy");
            self.findings.push(finding);
            return;
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                self.sources.add(path, format, text);
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let bytes = error.as_bytes();
                let finding = not_utf8(bytes, at);
                // Other files may need the names that this one declares, so what can be read of it is kept.
                let id = self.sources.add(path, format, String::from_utf8_lossy(bytes).into_owned());
                let start = at - if bytes.starts_with(BOM) { BOM.len() } else { 0 };
                let span = Span::new(id, start..start + char::REPLACEMENT_CHARACTER.len_utf8());
                let (message, help) = finding;
                let label = "these bytes are no character";
                self.findings.push(Diagnostic::new(Code::NotUtf8, span, message).label(label).help(help));
            }
        }
    }
}

const BOM: &[u8] = "\u{feff}".as_bytes();

/// Message and help for bytes of which the first `at` are UTF-8.
fn not_utf8(bytes: &[u8], at: usize) -> (String, &'static str) {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return ("the file is UTF-16, not UTF-8".to_owned(), "save it as UTF-8");
    }
    let byte = bytes.get(at).copied().unwrap_or_default();
    (format!("the file is not UTF-8: byte {at} is 0x{byte:02x}"), "save it as UTF-8, or remove the bytes")
}

/// The whole file, or `None` if it is larger than `limit`; then it is not read to its end.
pub(crate) fn read_limited(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, InputError> {
    let failed = |error: io::Error| InputError::of(path, &error);
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length > limit {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0).saturating_add(1));
    // The file may grow while it is read.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}
