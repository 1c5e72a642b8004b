//! `policyc matrix`: privileges by roles, or by principals.

use super::terminal::Terminal;
use super::who::place;
use super::{Failure, Format, Outcome, config, input, output, report, suggest};
use crate::difference::{Matrix, Selection, Subjects};
use crate::policy::NameKind;
use clap::ValueEnum;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  policyc matrix                                 privileges by roles
  policyc matrix --principals on flow:finance/x  by users, services, groups and classes, on one resource
  policyc matrix --category destructive --format markdown
  policyc matrix -p app.bin -o matrix.csv
  policyc matrix -o matrix.html                  a page that sorts, filters and explains, without a network

Marks: `+` granted by an entry of its own, `^` inherited, `d` by a default, `-` denied, `!` its requirement is never met, `.` nothing; behind
them `?` under a condition, `~` only in places.

Exit codes: 0 shown; 1 the policy has errors; 2 wrong usage, unreadable input or unwritable output.";

/// Show privileges by roles, or by principals, with a mark for what each has
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = "policyc matrix [OPTIONS] [on <RESOURCE>]")]
pub(super) struct Args {
    /// `on type:id`: the resource [default: everywhere]
    #[arg(value_name = "on RESOURCE", num_args = 0..=2)]
    on: Vec<String>,
    /// A file or directory of the policy, or an artifact; repeatable [default: the current directory]
    #[arg(short, long = "policy", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// By users, services, groups and classes instead of roles
    #[arg(long)]
    principals: bool,
    /// Only the privileges of this category; repeatable
    #[arg(long = "category", value_name = "CATEGORY")]
    categories: Vec<String>,
    /// An ancestor of a resource that the policy does not place, `type:id`, nearest first; repeatable
    #[arg(long = "in", value_name = "RESOURCE", requires = "on")]
    ancestors: Vec<String>,
    /// For whom the table is [default: as the ending of FILE says, else human]
    #[arg(long, value_enum)]
    format: Option<MatrixFormat>,
    /// Write to this file instead of the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    config: config::Args,
}

/// For whom a matrix is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MatrixFormat {
    /// For people: fits the terminal, in several tables if need be
    Human,
    /// For programs: one JSON object per line
    Json,
    /// For documents
    Markdown,
    /// For spreadsheets
    Csv,
    /// For browsers: one page that holds everything
    Html,
}

impl MatrixFormat {
    /// The one that was asked for, or the one that the name of the file speaks of.
    fn of(args: &Args) -> MatrixFormat {
        let ending = args.output.as_deref().and_then(Path::extension).and_then(OsStr::to_str);
        let by_ending = match ending.unwrap_or_default().to_ascii_lowercase().as_str() {
            "html" | "htm" => MatrixFormat::Html,
            "csv" => MatrixFormat::Csv,
            "md" | "markdown" => MatrixFormat::Markdown,
            "json" | "jsonl" | "ndjson" => MatrixFormat::Json,
            _ => MatrixFormat::Human,
        };
        args.format.unwrap_or(by_ending)
    }
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let on = match args.on.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["on", resource] | [resource] if resource != "on" => Some(resource),
        _ => return Err(Failure("write `on` and one resource: `on folder:finance`".to_owned())),
    };
    let place = on.map(|text| place(text, &args.ancestors)).transpose()?;
    let format = MatrixFormat::of(args);
    let of_findings = if format == MatrixFormat::Json { Format::Json } else { Format::Human };
    let Some(asked) = input::asked(&args.paths, &args.config, of_findings, terminal)? else {
        return Ok(Outcome::No);
    };
    let policy = &asked.policy;
    if let Some(place) = &place {
        let types = policy.names(NameKind::Type);
        if types.binary_search(&place.ty.as_str()).is_err() {
            let next = suggest::instead(&place.ty, &types);
            return Err(Failure(format!("the policy has no type `{}`; {next}", place.ty)));
        }
    }
    let known = policy.categories();
    for category in &args.categories {
        if policy.is_stripped() {
            return Err(Failure(
                "the artifact was compiled with `--strip` and knows no categories; take one that was not"
                    .to_owned(),
            ));
        }
        if !known.iter().any(|name| name == category) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let next = suggest::instead(category, &known);
            return Err(Failure(format!("the policy has no category `{category}`; {next}")));
        }
    }
    let subjects = if args.principals { Subjects::Principals } else { Subjects::Roles };
    let about = report::About {
        policy: asked.name.clone(),
        place: place.as_ref().map(ToString::to_string),
        categories: args.categories.clone(),
    };
    // Only these two tell why.
    let ways = matches!(format, MatrixFormat::Json | MatrixFormat::Html);
    terminal.progress.at("asking for everybody");
    let mut matrix = Matrix::of(policy, &Selection { subjects, place, ways, ..Selection::default() });
    if !args.categories.is_empty() {
        let is_wanted =
            |category: &Option<String>| category.as_ref().is_some_and(|name| args.categories.contains(name));
        matrix.rows.retain(|row| is_wanted(&row.category));
    }
    let files = asked.files.iter().map(PathBuf::as_path);
    output::deliver(args.output.as_deref(), files, terminal, |out| {
        match format {
            MatrixFormat::Human => report::matrix_for_people(out, &matrix),
            MatrixFormat::Json => report::matrix_as_json(out, &matrix),
            MatrixFormat::Markdown => report::matrix_as_markdown(out, &matrix),
            MatrixFormat::Csv => report::matrix_as_csv(out, &matrix),
            MatrixFormat::Html => report::matrix_as_page(out, &matrix, &about).map_err(Failure)?,
        }
        Ok(())
    })?;
    for question in &matrix.undecided {
        let title = terminal.err.style.warn("not decided:");
        terminal.err.line(&format!("{title} {question}"));
    }
    Ok(Outcome::Fine)
}
