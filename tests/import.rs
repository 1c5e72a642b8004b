//! What is imported decides as its source does: every subject, privilege and place of a source, compared with decisions that these tests
//! compute from the source by themselves, without the readers.

mod azure;
mod bad;
mod casbin;
mod csv;
mod gcp;
mod kubernetes;
mod real;

use policyc::import::{Form, Imported, Weight, import};
use policyc::source::{Format, Sources};
use policyc::{Policy, Principal, Request, compile};

/// Reads files as `policyc import` does.
pub fn imported(form: &Form, files: &[(&str, &str)]) -> Imported {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(*path, Format::Yaml, *text);
    }
    import(&sources, None, form)
}

/// As [`imported`], with a file of further privileges.
pub fn imported_with(form: &Form, files: &[(&str, &str)], privileges: &str) -> Imported {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(*path, Format::Yaml, *text);
    }
    let id = sources.add("privileges.txt", Format::Yaml, privileges);
    import(&sources, Some(id), form)
}

/// Each finding on a line: its weight, its place, what it says.
pub fn said(imported: &Imported) -> Vec<String> {
    let line = |finding: &policyc::import::Finding| {
        let at = finding.place.as_ref().map(|at| format!("{}:{}:{} ", at.path.display(), at.line, at.column));
        format!("{}: {}{}", finding.weight.name(), at.unwrap_or_default(), finding.message)
    };
    imported.findings.iter().map(line).collect()
}

/// The policy, if nothing was left out of it.
#[track_caller]
pub fn whole(imported: &Imported) -> Policy {
    assert_eq!(imported.count(Weight::LeftOut), 0, "{:#?}", said(imported));
    policy(imported)
}

/// The policy that comes of the text.
#[track_caller]
pub fn policy(imported: &Imported) -> Policy {
    let text = imported.policy.as_ref().unwrap_or_else(|| panic!("{:#?}", said(imported)));
    let mut sources = Sources::new();
    sources.add("imported.policy", Format::Policy, text.as_str());
    let compiled = compile(&sources);
    let laid_out = policyc::syntax::layout::layout(text).expect("it is read");
    assert_eq!(&laid_out, text, "it is in the one layout");
    let unused = policyc::diagnostic::Code::UnusedAllow;
    assert!(
        compiled.diagnostics.iter().all(|found| found.code != unused),
        "{:#?}\n{text}",
        compiled.diagnostics
    );
    compiled.policy.unwrap_or_else(|| panic!("{:#?}\n{text}", compiled.diagnostics))
}

/// How many decisions were compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub asked: usize,
    pub granted: usize,
}

impl Tally {
    /// Asks the policy, and holds the answer against the source's.
    #[track_caller]
    pub fn compare(
        &mut self,
        policy: &Policy,
        request: &Request<'_>,
        expected: bool,
        what: impl Fn() -> String,
    ) {
        let decision = policy.decide(request).unwrap_or_else(|error| panic!("{error}: {}", what()));
        assert_eq!(decision.granted(), expected, "{}: the source says {expected}", what());
        self.asked += 1;
        self.granted += usize::from(expected);
    }

    pub fn add(&mut self, other: Tally) {
        self.asked += other.asked;
        self.granted += other.granted;
    }

    /// Says the counts, and demands some of both answers.
    #[track_caller]
    pub fn at_least(self, what: &str, asked: usize, granted: usize) {
        println!("{what}: {} decisions compared of {0}, {} granted", self.asked, self.granted);
        assert!(self.asked >= asked, "{what}: {self:?}");
        assert!(self.granted >= granted && self.granted < self.asked, "{what}: {self:?}");
    }
}

/// Somebody who holds roles.
pub fn holder<'a>(roles: &'a [&'a str]) -> Principal<'a> {
    Principal::somebody().roles(roles)
}
