//! `policyc who`: everybody who can do something.

use super::question::resource;
use super::terminal::Terminal;
use super::{Failure, Format, Outcome, config, input, report, suggest};
use crate::difference::{Entitlements, Place, Selection};
use crate::evaluate::RequestError;
use crate::policy::Policy;
use crate::testing::Question;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  policyc who flow.delete                               who can, and where
  policyc who flow.delete flow:finance/ledger           who can there
  policyc who ticket.close ticket:42 --in queue:billing --explain
  policyc who settings.edit -p app.bin --format json

Everybody is looked at whom the policy declares, every role and group by itself, whoever is only logged in, and callers without an
identity. What depends on values of a request or on the time is told with its condition.

Exit codes: 0 answered; 1 the policy has errors; 2 wrong usage or unreadable input.";

/// Show everybody who can do something, where, and under which condition
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The privilege
    privilege: String,
    /// The resource, `type:id` [default: wherever the privilege is asked]
    resource: Option<String>,
    /// A file or directory of the policy, or an artifact; repeatable [default: the current directory]
    #[arg(short, long = "policy", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// An ancestor of a resource that the policy does not place, `type:id`, nearest first; repeatable
    #[arg(long = "in", value_name = "RESOURCE", requires = "resource")]
    ancestors: Vec<String>,
    /// Tell by which entries it is so, and how each subject comes to them
    #[arg(long)]
    explain: bool,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    config: config::Args,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let place = args.resource.as_deref().map(|text| place(text, &args.ancestors)).transpose()?;
    let Some(policy) = input::policy(&args.paths, &args.config, args.format, terminal)? else {
        return Ok(Outcome::No);
    };
    check(&args.privilege, place.as_ref(), &policy)?;
    let privilege = Some(args.privilege.clone());
    let selection = Selection { privilege, place, ways: args.explain, ..Selection::default() };
    terminal.progress.at("asking for everybody");
    let found = Entitlements::of(&policy, &selection);
    match args.format {
        Format::Human => report::who(&mut terminal.out, &found, &selection),
        Format::Json => report::entitlements_as_json(&mut terminal.out, &found),
    }
    Ok(Outcome::Fine)
}

/// A resource of the command line and what it lies in.
pub(super) fn place(text: &str, ancestors: &[String]) -> Result<Place, Failure> {
    let (ty, id) = resource(text).map_err(Failure)?;
    let ancestors = ancestors.iter().map(|text| resource(text)).map(|ancestor| {
        let (ty, id) = ancestor.map_err(Failure)?;
        Ok((ty.to_string(), id.to_string()))
    });
    let ancestors = ancestors.collect::<Result<_, Failure>>()?;
    Ok(Place { ty: ty.to_string(), id: id.to_string(), ancestors, fresh: None })
}

/// Whether the policy can be asked for the privilege there at all.
fn check(privilege: &str, place: Option<&Place>, policy: &Policy) -> Result<(), Failure> {
    let mut question = Question { privilege: privilege.into(), ..Question::default() };
    if let Some(place) = place {
        question.resource = Some((place.ty.as_str().into(), place.id.as_str().into()));
        let ancestors = place.ancestors.iter().map(|(ty, id)| (ty.as_str().into(), id.as_str().into()));
        question.ancestors = ancestors.collect();
    }
    match question.decide(policy) {
        Ok(_) => Ok(()),
        // Without a resource, all of them are meant.
        Err(RequestError::MissingResource(_)) => Ok(()),
        Err(error) => Err(suggest::failure(&error, policy)),
    }
}
