//! `policyc what`: everything that somebody can do.

use super::question::ask_as;
use super::terminal::{Terminal, clean};
use super::who::place;
use super::{Failure, Format, Outcome, config, input, report, suggest};
use crate::difference::{Entitlements, Selection, Subject, Subjects};
use crate::policy::NameKind;
use crate::terms::PrincipalKind;
use crate::testing::Question;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  policyc what user:ann                          all that ann can do, and where
  policyc what user:ann on folder:finance        what ann can do there
  policyc what role:operator --explain           with the entries that say so
  policyc what anonymous -p app.bin --format json

`role:x` and `group:x` are somebody with that role or in that group and nothing more than it brings. What depends on values of a
request or on the time is told with its condition.

Exit codes: 0 answered; 1 the policy has errors; 2 wrong usage or unreadable input.";

/// Show everything that somebody can do, where, and under which condition
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = "policyc what [OPTIONS] <WHO> [on <RESOURCE>]")]
pub(super) struct Args {
    /// `user:x`, `service:x`, `group:x`, `role:x`, `authenticated` or `anonymous`
    who: String,
    /// `on type:id`: the resource [default: everywhere]
    #[arg(value_name = "on RESOURCE", num_args = 0..=2)]
    on: Vec<String>,
    /// A file or directory of the policy, or an artifact; repeatable [default: the current directory]
    #[arg(short, long = "policy", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// An ancestor of a resource that the policy does not place, `type:id`, nearest first; repeatable
    #[arg(long = "in", value_name = "RESOURCE", requires = "on")]
    ancestors: Vec<String>,
    /// Tell by which entries it is so
    #[arg(long)]
    explain: bool,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    config: config::Args,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let mut question = Question::default();
    ask_as(&mut question, &args.who).map_err(Failure)?;
    let on = match args.on.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["on", resource] | [resource] if resource != "on" => Some(resource),
        _ => {
            return Err(Failure(
                "write `on` and one resource behind who it is: `on folder:finance`".to_owned(),
            ));
        }
    };
    let place = on.map(|text| place(text, &args.ancestors)).transpose()?;
    let Some(policy) = input::policy(&args.paths, &args.config, args.format, terminal)? else {
        return Ok(Outcome::No);
    };
    for note in suggest::undeclared(&question, &policy) {
        let title = terminal.err.style.warn("note:");
        terminal.err.line(&format!("{title} {note}"));
    }
    if let Some(place) = &place {
        let types = policy.names(NameKind::Type);
        if types.binary_search(&place.ty.as_str()).is_err() {
            let next = suggest::instead(&place.ty, &types);
            return Err(Failure(format!("the policy has no type `{}`; {next}", clean(&place.ty))));
        }
    }
    let subjects = Subjects::One(subject(&question));
    let selection = Selection { subjects, place, ways: args.explain, privilege: None };
    let found = Entitlements::of(&policy, &selection);
    match args.format {
        Format::Human => report::what(&mut terminal.out, &found, &selection),
        Format::Json => report::entitlements_as_json(&mut terminal.out, &found),
    }
    Ok(Outcome::Fine)
}

/// The one who asks.
pub(super) fn subject(question: &Question) -> Subject {
    match (&question.identity, question.groups.first(), question.roles.first()) {
        (Some((PrincipalKind::User, name)), ..) => Subject::User(name.to_string()),
        (Some((PrincipalKind::Service, name)), ..) => Subject::Service(name.to_string()),
        (None, Some(group), _) => Subject::Group(group.to_string()),
        (None, None, Some(role)) => Subject::Role(role.to_string()),
        (None, None, None) if question.anonymous => Subject::Anonymous,
        (None, None, None) => Subject::Authenticated,
    }
}
