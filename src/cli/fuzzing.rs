//! What the fuzz targets and tests of hostile input need of the command: its reports and its tables, in memory.
//!
//! Enters: findings, or the bytes of a table. Leaves: what would be printed. Not part of the crate that others build: it is there
//! under `cfg(fuzzing)`, which `cargo fuzz` and `fuzz/run.sh` set, and in tests.

use super::report::{self, Findings, FindingsFormat};
use super::terminal::{Stream, Style, captured};
use super::{Format, test};
use crate::Compiled;
use crate::diagnostic::Diagnostic;
use crate::policy::Policy;
use crate::source::Sources;
use clap::ValueEnum;

/// The narrowest that reports are drawn.
const NARROW: Style = Style { color: false, unicode: true, width: 40 };

/// What is printed on a narrow stream.
fn printed(print: impl FnOnce(&mut Stream)) -> String {
    let ((), bytes) = captured(NARROW, print);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The names of all formats of findings.
#[must_use]
pub fn formats() -> Vec<String> {
    let names = FindingsFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    names.map(|value| value.get_name().to_owned()).collect()
}

/// The findings in a format, as `policyc check` prints them on a terminal of 40 columns, summary included.
#[must_use]
pub fn report(
    format: &str,
    sources: &Sources,
    diagnostics: &[Diagnostic],
    policy: Option<&Policy>,
) -> String {
    let Ok(format) = FindingsFormat::from_str(format, false) else { return String::new() };
    let findings = Findings::new(sources, diagnostics);
    let summary = policy.map(Policy::summary);
    printed(|out| {
        report::findings(out, format, &findings);
        report::summary(out, format, &findings, summary.as_ref());
    })
}

/// How many checks of the test blocks and matrices pass and fail, and what is printed about them.
#[must_use]
pub fn blocks(compiled: &Compiled, sources: &Sources, json: bool) -> (usize, usize, String) {
    let Some(policy) = &compiled.policy else { return (0, 0, String::new()) };
    run(policy, test::Here::Blocks(&compiled.model, sources), json)
}

/// How many rows of a table pass and fail, and what is printed about them.
#[must_use]
pub fn table(bytes: &[u8], policy: &Policy, json: bool) -> (usize, usize, String) {
    run(policy, test::Here::Table(bytes), json)
}

fn run(policy: &Policy, from: test::Here<'_>, json: bool) -> (usize, usize, String) {
    let format = if json { Format::Json } else { Format::Human };
    let mut counts = (0, 0);
    let text = printed(|out| counts = test::run_here(policy, from, format, out));
    (counts.0, counts.1, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile;
    use crate::source::Format as SourceFormat;

    const POLICY: &str = "resource doc category c on doc { read } role editor { grant read } \
        user ann assign editor to user:ann test \"t\" { as user:ann can read on doc:a cannot read on doc:b }";

    fn compiled() -> (Sources, Compiled) {
        let mut sources = Sources::new();
        sources.add("a.policy", SourceFormat::Policy, POLICY);
        let compiled = compile(&sources);
        (sources, compiled)
    }

    #[test]
    fn blocks_and_tables_are_run_in_memory() {
        let (sources, compiled) = compiled();
        let (passed, failed, text) = blocks(&compiled, &sources, false);
        assert_eq!((passed, failed), (1, 1), "{text}");
        assert!(text.contains("expected deny, got grant"), "{text}");
        let policy = compiled.policy.expect("it is sound");
        let rows =
            b"case,principal,privilege,resource,expect\n1,user:ann,read,doc:a,grant\n2,x,read,doc:a,grant\n";
        let (passed, failed, text) = table(rows, &policy, true);
        assert_eq!((passed, failed), (1, 1), "{text}");
        let (_, _, text) = table(b"case\n", &policy, false);
        assert!(text.contains("lacks the columns"), "{text}");
    }

    #[test]
    fn every_format_reports() {
        let mut sources = Sources::new();
        sources.add("a.policy", SourceFormat::Policy, "role reader role reader");
        let found = compile(&sources).diagnostics;
        assert_eq!(formats().len(), FindingsFormat::value_variants().len());
        for format in formats() {
            let text = report(&format, &sources, &found, None);
            assert!(text.contains("P0208"), "{format}: {text}");
        }
    }
}
