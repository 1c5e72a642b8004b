//! `policyc convert --to cedar`: what a policy decides, as three files for Cedar.

use super::{Args, put, shown};
use crate::cli::report::{self, Findings, count};
use crate::cli::terminal::{Terminal, clean};
use crate::cli::{Failure, Format, Outcome};
use crate::emit::cedar::{Refusal, export};
use crate::load;
use crate::model::Model;
use crate::source::Sources;
use std::path::PathBuf;

/// How many constructs are named that Cedar can't say; the rest is counted.
const MOST_NAMED: usize = 100;

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let Some(directory) = &args.output else {
        return Err(Failure(
            "policies, schema and entities for Cedar are three files; give a directory for them with `-o`"
                .to_owned(),
        ));
    };
    let config = args.config.load(&args.paths)?;
    let loaded = load::read_sources(&config.paths(&args.paths)?)?;
    let compiled = loaded.compile_telling(&config.options(), &terminal.progress.compiling());
    if compiled.policy.is_none() {
        let findings = Findings::new(&loaded.sources, &compiled.diagnostics);
        report::refusal(&mut terminal.err, Format::Human, &findings, "nothing was converted");
        return Ok(Outcome::No);
    }
    terminal.progress.at("converting");
    let cedar = match export(&compiled.model, &loaded.sources) {
        Ok(cedar) => cedar,
        Err(refusals) => {
            tell_refused(&loaded.sources, &refusals, terminal);
            return Ok(Outcome::No);
        }
    };
    let files: Vec<(PathBuf, &str)> = [
        ("policy.cedar", cedar.policies.as_str()),
        ("schema.cedarschema", &cedar.schema),
        ("entities.json", &cedar.entities),
    ]
    .into_iter()
    .map(|(name, text)| (directory.join(name), text))
    .collect();
    put(args.force, &files)?;
    let of = [
        count(cedar.count, "policy"),
        count(compiled.model.privileges.len(), "action"),
        count(cedar.entity_count, "entity"),
    ];
    for ((file, _), of) in files.iter().zip(of) {
        terminal.out.line(&format!("wrote {}: {of}", shown(file)));
    }
    tell_left_out(&compiled.model, terminal);
    Ok(Outcome::Fine)
}

/// Names what Cedar can't say, each with its place and what to do.
fn tell_refused(sources: &Sources, refusals: &[Refusal], terminal: &mut Terminal) {
    let (title, help) = (terminal.err.style.bad("error:"), terminal.err.style.dim("help:"));
    for refusal in refusals.iter().take(MOST_NAMED) {
        let place = refusal.span.and_then(|span| {
            let source = sources.get(span.source)?;
            let (line, column) = source.line_column(span.start);
            Some(format!("{}:{line}:{column}: ", shown(&source.path)))
        });
        let (construct, why) = (clean(&refusal.construct), clean(&refusal.why));
        let place = place.unwrap_or_default();
        terminal.err.line(&format!("{place}{title} Cedar can't say {construct}: {why}"));
        terminal.err.line(&format!("  {help} {}", clean(&refusal.help)));
    }
    if let Some(rest @ 1..) = refusals.len().checked_sub(MOST_NAMED) {
        terminal.err.line(&format!("and {} more", report::thousands(rest)));
    }
    let count = count(refusals.len(), "construct");
    terminal.err.line(&format!("{count} that Cedar can't say; nothing was converted"));
}

/// Says what of the policy is no part of any decision.
fn tell_left_out(model: &Model, terminal: &mut Terminal) {
    let constraints = model.exclusives.len()
        + model.limits.len()
        + model.roles.iter().map(|role| role.requires.len()).sum::<usize>();
    let parts = [
        (model.invariants.len(), "invariant"),
        (constraints, "constraint"),
        (model.tests.len(), "test"),
        (model.matrices.len(), "matrix"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| match (noun, number) {
            ("matrix", 2..) => format!("{} matrices", report::thousands(number)),
            _ => count(number, noun),
        })
        .collect();
    if !parts.is_empty() {
        let title = terminal.err.style.warn("note:");
        let parts = parts.join(", ");
        terminal
            .err
            .line(&format!("{title} {parts} stayed behind: policyc checks them, and they decide nothing"));
    }
}
