//! `policyc can`: one question, its answer, and why.

use super::question::{add_value, ask_as, resource};
use super::remedies::Remedies;
use super::report::{self, Decided};
use super::terminal::{Terminal, clean};
use super::{Failure, Format, Outcome, config, input, suggest, values};
use crate::policy::Policy;
use crate::testing::Question;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  policyc can user:ann flow.edit flow:finance/ledger -p policies
  policyc can role:reader flow.edit flow:finance/ledger --explain
  policyc can anonymous flow.activate flow:app/x -p app.bin --attr resource.status=LIVE
  policyc can user:ann doc.read doc:1 --in folder:b --in folder:a --at 2027-01-31

Without `--at` the time is the present.

Exit codes: 0 yes; 1 no, or the policy has errors; 2 wrong usage, unreadable input, or a name in the question that the
policy does not know.";

/// Ask whether somebody may do something, and why
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Who asks: `user:x`, `service:x`, `group:x`, `role:x`, `anonymous` or `authenticated`
    who: String,
    /// The privilege
    privilege: String,
    /// The resource, `type:id`; for privileges that are asked on one
    resource: Option<String>,
    /// A file or directory of the policy, or an artifact; repeatable [default: the current directory]
    #[arg(short, long = "policy", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Tell the whole story: every deciding entry, the way to it, and what is missing
    #[arg(long)]
    explain: bool,
    /// A role held besides the assigned ones; repeatable
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// A group joined besides the declared ones; repeatable
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// The value of an attribute: `resource.x=v`, `principal.x=v`, `context.x=v`, sets as `a|b`; repeatable
    #[arg(long = "attr", value_name = "ATTRIBUTE=VALUE")]
    attributes: Vec<String>,
    /// When: a date (its midnight UTC) or an RFC 3339 timestamp [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// An ancestor of a resource that the policy does not place, `type:id`, nearest first; repeatable
    #[arg(long = "in", value_name = "RESOURCE", requires = "resource")]
    ancestors: Vec<String>,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    config: config::Args,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let mut question = question(args).map_err(Failure)?;
    let Some(policy) = input::policy(&args.paths, &args.config, args.format, terminal)? else {
        return Ok(Outcome::No);
    };
    for value in &args.attributes {
        add_value(&mut question, value, &policy).map_err(Failure)?;
    }
    answer(args, &question, &policy, terminal)
}

/// All of the question but the values, which only a policy can read.
fn question(args: &Args) -> Result<Question, String> {
    let mut question = Question { privilege: args.privilege.as_str().into(), ..Question::default() };
    ask_as(&mut question, &args.who)?;
    question.resource = args.resource.as_deref().map(resource).transpose()?;
    question.ancestors = args.ancestors.iter().map(|text| resource(text)).collect::<Result<_, _>>()?;
    question.groups.extend(args.groups.iter().map(|name| name.as_str().into()));
    question.roles.extend(args.roles.iter().map(|name| name.as_str().into()));
    question.at = Some(match &args.at {
        Some(text) => values::moment(text)?,
        None => values::now(),
    });
    Ok(question)
}

fn answer(
    args: &Args,
    question: &Question,
    policy: &Policy,
    terminal: &mut Terminal,
) -> Result<Outcome, Failure> {
    let story = question.explain(policy).map_err(|error| suggest::failure(&error, policy))?;
    for note in suggest::undeclared(question, policy) {
        let title = terminal.err.style.warn("note:");
        terminal.err.line(&format!("{title} {note}"));
    }
    let (granted, reason) = (story.decision.granted(), story.decision.reason());
    let remedies = (args.explain && !granted).then(|| Remedies::of(question, policy));
    let out = &mut terminal.out;
    match args.format {
        Format::Json => {
            let decided = Decided::new(&story, Some(question.who()), args.explain);
            report::object(out, &decided.or_with(remedies.as_ref()));
        }
        Format::Human => {
            let word = if granted { out.style.good("yes") } else { out.style.bad("no") };
            out.line(&format!("{word}: {reason}"));
            let lines = if args.explain {
                out.line(&format!("  asked: {}", clean(&question.text())));
                report::long_story(&story)
            } else {
                report::short_story(&story)
            };
            lines.iter().for_each(|line| out.line(&format!("  {line}")));
            if let Some(remedies) = remedies {
                match remedies.lines() {
                    lines if lines.is_empty() => {
                        out.line("  no values, no single role and no single group would make it a yes")
                    }
                    lines => {
                        out.line("  it would be a yes, for each of these by itself:");
                        lines.iter().for_each(|line| out.line(&format!("    {}", clean(line))));
                    }
                }
            }
        }
    }
    Ok(if granted { Outcome::Fine } else { Outcome::No })
}
