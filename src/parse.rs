//! Sources > the ast of every file, on all cores.
//!
//! Enters: texts. Leaves: a [`File`] or several for each, and the findings of the front ends, both in the order of the files
//! however many threads there are. A thread takes what is next: a piece of a file of the DSL, or a YAML file.

mod form;

use crate::ast::File;
use crate::diagnostic::Diagnostic;
use crate::source::{Format, Source, SourceId, Sources};
use crate::threads::{cores, join};
use crate::{syntax, yaml};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Up to how many bytes of all files one thread is enough: starting another takes as long as reading some of them.
const ONE_THREAD: usize = 128 << 10;

/// What one thread does at a time.
enum Task<'s> {
    Piece(SourceId, &'s str, Range<usize>),
    Yaml(SourceId, &'s str),
}

/// What comes of it.
enum Done {
    Piece(Option<syntax::Ahead>),
    Yaml(File, Vec<Diagnostic>),
}

impl Task<'_> {
    fn run(&self) -> Done {
        match self {
            Task::Piece(id, text, piece) => Done::Piece(syntax::read_piece(*id, text, piece.clone())),
            Task::Yaml(id, text) => {
                let mut diagnostics = Vec::new();
                let file = yaml::parse(*id, text, &mut diagnostics);
                Done::Yaml(file, diagnostics)
            }
        }
    }
}

/// Reads every file; large ones in parts.
pub fn parse(sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Vec<File> {
    let tasks: Vec<Vec<Task<'_>>> = sources.iter().map(|(id, source)| tasks(id, source)).collect();
    let counts: Vec<usize> = tasks.iter().map(Vec::len).collect();
    let bytes: usize = sources.iter().map(|(_, source)| source.text.len()).sum();
    let threads = if bytes <= ONE_THREAD { 1 } else { cores() };
    let mut done = run(&tasks.into_iter().flatten().collect::<Vec<_>>(), threads).into_iter();
    let files = sources.iter().zip(counts).flat_map(|((id, source), count)| {
        let before = diagnostics.len();
        let parts = parts((id, source), done.by_ref().take(count), diagnostics);
        if diagnostics.len() > before
            && let Some((meant, finding)) = form::meant(id, source)
        {
            diagnostics.truncate(before);
            diagnostics.push(finding);
            return vec![meant];
        }
        parts
    });
    files.collect()
}

/// The parts of one file, of what was done ahead.
fn parts(
    (id, source): (SourceId, &Source),
    done: impl ExactSizeIterator<Item = Done>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<File> {
    let mut ahead = Vec::with_capacity(done.len());
    for done in done {
        match done {
            Done::Piece(piece) => ahead.extend(piece),
            Done::Yaml(file, mut found) => {
                diagnostics.append(&mut found);
                return vec![file];
            }
        }
    }
    syntax::parse_behind(id, &source.text, ahead, diagnostics)
}

fn tasks(id: SourceId, source: &Source) -> Vec<Task<'_>> {
    let text = source.text.as_str();
    match source.format {
        Format::Yaml => vec![Task::Yaml(id, text)],
        Format::Policy => {
            syntax::pieces(text).into_iter().map(|piece| Task::Piece(id, text, piece)).collect()
        }
    }
}

/// What comes of each task, in their order.
fn run(tasks: &[Task<'_>], threads: usize) -> Vec<Done> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match tasks.get(at) {
                Some(task) => done.push((at, task.run())),
                None => return done,
            }
        }
    };
    let mut done = thread::scope(|scope| {
        // Where no thread is to be had, this one does it all.
        let others: Vec<_> = (1..threads.min(tasks.len()))
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        let mut done = work();
        for other in others {
            done.extend(join(other));
        }
        done
    });
    done.sort_unstable_by_key(|&(at, _)| at);
    done.into_iter().map(|(_, done)| done).collect()
}
