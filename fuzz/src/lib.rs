//! What the targets share: text or an artifact > everything that policyc does with it. What goes wrong is a panic.
#![forbid(unsafe_code)]

use policyc::cli::fuzzing;
use policyc::diagnostic::Diagnostic;
use policyc::evaluate::{Attribute, Value, ValueKind};
use policyc::load::Loaded;
use policyc::policy::NameKind;
use policyc::source::{Format, Sources};
use policyc::syntax::layout::{Refused, layout as laid_out};
use policyc::terms::AttributeRoot;
use policyc::{Compiled, Options, Policy, Principal, Request, Resource};
use std::sync::LazyLock;

/// Questions that are asked of one policy. One may take 100,000 decisions.
const MAX_QUESTIONS: usize = 200;

/// Compiles a text, checks what is promised of findings, and asks the policy, if one comes out.
pub fn source(format: Format, bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (sources, compiled) = compiled(format, text);
    places(&sources, &compiled.diagnostics);
    drawn(&sources, &compiled);
    fixed(&sources, &compiled);
    let (_, again) = self::compiled(format, text);
    assert!(compiled.diagnostics == again.diagnostics, "findings differ from run to run");
    let (first, second) = (compiled.policy.as_ref(), again.policy.as_ref());
    assert_eq!(first.is_some(), second.is_some());
    let (Some(policy), Some(second)) = (first, second) else { return };
    assert!(policy.as_bytes() == second.as_bytes(), "artifacts differ from run to run");
    same_answers(policy);
    let (_, _, text) = fuzzing::blocks(&compiled, &sources, false);
    harmless(&text);
}

/// Lays out a text: what can be read can be laid out, which is compared there with the tree of what was read; and laying out again
/// changes nothing.
pub fn layout(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut sources = Sources::new();
    let id = sources.add("a.policy", Format::Policy, text);
    let text = sources.get(id).map_or("", |source| source.text.as_str());
    let mut found = Vec::new();
    policyc::syntax::parse(id, text, &mut found);
    match laid_out(text) {
        Ok(first) => {
            assert!(found.is_empty(), "a text with faults is laid out");
            assert_eq!(laid_out(&first).as_ref(), Ok(&first), "laying out again changes something");
            let comments = |text: &str| text.matches('#').count();
            assert_eq!(comments(&first), comments(text), "a comment is lost");
        }
        Err(Refused::Changed) => panic!("the layout changes the meaning"),
        Err(Refused::Faults) => assert!(!found.is_empty(), "a text without faults is refused"),
    }
}

fn compiled(format: Format, text: &str) -> (Sources, Compiled) {
    let mut sources = Sources::new();
    let path = match format {
        Format::Policy => "a.policy",
        Format::Yaml => "a.yaml",
    };
    sources.add(path, format, text);
    let compiled = policyc::compile(&sources);
    (sources, compiled)
}

/// Every place of a finding is one of the text.
fn places(sources: &Sources, diagnostics: &[Diagnostic]) {
    for finding in diagnostics {
        assert!(!finding.message.is_empty());
        for label in finding.secondary.iter().chain([&finding.primary]) {
            let source = sources.get(label.span.source).expect("the file of a finding is there");
            assert!(source.text.get(label.span.range()).is_some(), "{finding:?}");
        }
    }
}

/// Fixes are edits of the text, and applying them comes to an end. Those that are called safe change no decision.
fn fixed(sources: &Sources, compiled: &Compiled) {
    let fixes: Vec<_> = compiled.diagnostics.iter().filter_map(|finding| finding.fix.as_deref()).collect();
    for edit in fixes.iter().flat_map(|fix| &fix.edits) {
        let source = sources.get(edit.span.source).expect("the file of a fix is there");
        assert!(source.text.get(edit.span.range()).is_some(), "{edit:?}");
    }
    if fixes.is_empty() {
        return;
    }
    let loaded = || Loaded { sources: sources.clone(), findings: Vec::new() };
    let _ = loaded().fixed(&Options::default(), true);
    let safe = loaded().fixed(&Options::default(), false).compiled.policy;
    let (Some(before), Some(after)) = (&compiled.policy, &safe) else { return };
    if [NameKind::Privilege, NameKind::User, NameKind::Group, NameKind::Role]
        .iter()
        .all(|&kind| before.names(kind) == after.names(kind))
        && before.resources() == after.resources()
    {
        assert_eq!(decisions(before), decisions(after), "a safe fix changed a decision");
    }
}

fn decisions(policy: &Policy) -> Vec<String> {
    answers(policy)
        .into_iter()
        .map(|answer| answer.split(" [").next().unwrap_or_default().to_owned())
        .collect()
}

/// Every format can say it, and those that people see let nothing through that would steer a terminal.
fn drawn(sources: &Sources, compiled: &Compiled) {
    for format in fuzzing::formats() {
        let text = fuzzing::report(&format, sources, &compiled.diagnostics, compiled.policy.as_ref());
        assert!(!text.is_empty(), "{format} says nothing");
        if matches!(format.as_str(), "human" | "short" | "github") {
            harmless(&text);
        }
    }
}

fn harmless(text: &str) {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    assert!(!text.contains(steers), "{text:?}");
}

/// A policy that was compiled is the same when it is read back, and when it is stripped.
fn same_answers(policy: &Policy) {
    let loaded =
        Policy::load(policy.as_bytes().to_vec()).expect("an artifact that was just written can be read");
    let stripped = policy.strip();
    let stripped = Policy::load(stripped.as_bytes().to_vec()).expect("a stripped artifact can be read");
    let answers = answers(policy);
    assert_eq!(self::answers(&loaded), answers);
    assert_eq!(self::answers(&stripped), answers);
}

/// Takes bytes for an artifact, as they are, sealed, and with the places of its sections put right.
pub fn artifact(bytes: &[u8]) {
    let _ = Policy::load(bytes.to_vec()).map(|policy| answers(&policy));
    for changed in [sealed(bytes.to_vec()), arranged(bytes).map(sealed).unwrap_or_default()] {
        if let Ok(policy) = Policy::load(changed) {
            answers(&policy);
            // What was accepted once stays acceptable.
            assert!(Policy::load(policy.strip().as_bytes().to_vec()).is_ok());
        }
    }
}

/// Runs bytes as a decision table against the policy that its first line names (`# invictus`), or a small one.
pub fn table(bytes: &[u8]) {
    static POLICIES: LazyLock<Vec<Policy>> =
        LazyLock::new(|| TEXTS.iter().map(|(_, text)| policy(text)).collect());
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let name = std::str::from_utf8(first).ok().and_then(|line| line.strip_prefix("# "));
    let at = TEXTS.iter().position(|(known, _)| Some(*known) == name).unwrap_or(0);
    let Some(policy) = POLICIES.get(at) else { return };
    let mut counts = Vec::new();
    for json in [true, false] {
        let (passed, failed, text) = fuzzing::table(bytes, policy, json);
        if !json {
            harmless(&text);
        }
        counts.push((passed, failed));
    }
    assert_eq!(counts.first(), counts.last());
}

macro_rules! texts {
    ($($system:literal: $($world:literal)+;)+) => {
        /// The policies that tables are asked of: those that the tables of the repository are about.
        const TEXTS: &[(&str, &[&str])] = &[
            ("small", &[include_str!("../small.policy")]),
            $(($system, &[
                include_str!(concat!("../../policies/", $system, "/privileges.policy")),
                include_str!(concat!("../../policies/", $system, "/roles.policy")),
                $(include_str!(concat!("../../tests/conformance/", $system, "/", $world)),)+
            ]),)+
        ];
    };
}

texts! {
    "flow-software": "world.policy";
    "flowable": "world.policy" "only.policy" "except.policy";
    "flowrunner": "world.policy";
    "invictus": "world.policy";
}

fn policy(texts: &[&str]) -> Policy {
    let mut sources = Sources::new();
    for text in texts {
        sources.add("a.policy", Format::Policy, *text);
    }
    policyc::compile(&sources).policy.expect("the policies of the tables are sound")
}

const HEADER: usize = 32;

/// The right length and checksum on bytes that were changed, as somebody puts them there who means harm.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() < HEADER {
        return bytes;
    }
    let length = bytes.len() as u64;
    bytes[16..24].copy_from_slice(&length.to_le_bytes());
    let checksum = xxhash_rust::xxh3::xxh3_64(&bytes[HEADER..]);
    bytes[24..32].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// The sections one behind the other, each as long as the directory says and the bytes last. Without this nearly every
/// insertion would be refused for the place of a section, and nothing behind that check would be reached.
fn arranged(bytes: &[u8]) -> Option<Vec<u8>> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let count = word(12)? as usize;
    if count > 64 {
        return None;
    }
    let directory = HEADER + 8 * count;
    let mut rest = bytes.get(directory..)?;
    let mut all = bytes.get(..directory)?.to_vec();
    for at in (HEADER..directory).step_by(8) {
        let length = (word(at + 4)? as usize).min(rest.len());
        let start = all.len() as u32;
        all[at..at + 4].copy_from_slice(&start.to_le_bytes());
        all[at + 4..at + 8].copy_from_slice(&(length as u32).to_le_bytes());
        let section;
        (section, rest) = rest.split_at(length);
        rest = rest.get(length.next_multiple_of(8) - length..).unwrap_or_default();
        all.extend_from_slice(section);
        all.resize(all.len().next_multiple_of(8), 0);
    }
    Some(all)
}

/// Asks about everything that a policy names, in turn, and explains each answer.
pub fn answers(policy: &Policy) -> Vec<String> {
    let _ = (policy.summary(), policy.is_stripped());
    let [privileges, types, roles, groups, users, services] = [
        NameKind::Privilege,
        NameKind::Type,
        NameKind::Role,
        NameKind::Group,
        NameKind::User,
        NameKind::Service,
    ]
    .map(|kind| policy.names(kind));
    let mut principals = vec![Principal::anonymous(), Principal::somebody().groups(&groups).roles(&roles)];
    principals.extend(users.iter().map(|name| Principal::user(name).groups(&groups)));
    principals.extend(services.iter().map(|name| Principal::service(name)));
    let parents: Vec<(&str, &str)> = types.iter().map(|&ty| (ty, "p")).collect();
    let mut resources: Vec<Option<Resource<'_>>> = vec![None];
    resources.extend(policy.resources().into_iter().map(|(ty, id)| Some(Resource::new(ty, id))));
    resources.extend(types.iter().map(|ty| Some(Resource::new(ty, "a/b/c"))));
    resources.extend(types.iter().map(|ty| Some(Resource::new(ty, "new").within(&parents))));
    let values = [
        Attribute::new(AttributeRoot::Context, "mfa", Value::Bool(true)),
        Attribute::new(AttributeRoot::Context, "level", Value::Int(-1)),
    ];
    let kinds = [("mfa", ValueKind::Bool), ("level", ValueKind::Int)];
    let declared =
        kinds.map(|(name, kind)| policy.attribute(AttributeRoot::Context, None, name) == Some(kind));
    let known: Vec<Attribute<'_>> =
        values.into_iter().zip(declared).filter(|(_, declared)| *declared).map(|(value, _)| value).collect();
    let mut answers = Vec::new();
    let mut asked = 0;
    'all: for (at, who) in principals.iter().enumerate() {
        for privilege in &privileges {
            for resource in &resources {
                if asked == MAX_QUESTIONS {
                    break 'all;
                }
                asked += 1;
                let mut request = Request::new(*who, privilege).with(&known);
                request = resource.map_or(request, |resource| request.on(resource));
                if at % 2 == 0 {
                    request = request.at(1_780_000_000_000_000);
                }
                let Ok(decision) = policy.decide(&request) else { continue };
                let story = policy.explain(&request).expect("what is decided can be explained");
                answers.push(format!("{decision:?} {:?}", story.missing));
                assert_eq!(story.decision, decision);
            }
        }
    }
    answers
}
