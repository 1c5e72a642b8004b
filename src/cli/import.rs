//! `policyc import`: what teams have today, as a policy.

use super::output;
use super::report::{self, object};
use super::terminal::{Style, Terminal, clean};
use super::{Failure, Format, Outcome};
use crate::import::{Counts, Finding, Form, Imported, KubernetesOptions, MatrixOptions, Weight, import};
use crate::load::{self, Loaded};
use crate::source::{Format as SourceFormat, SourceId};
use serde::Serialize;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  policyc import csv matrix.csv -o roles.policy
  policyc import kubernetes manifests/ -o rbac.policy
  policyc import azure definitions.json -o roles.policy
  policyc import gcp roles/ policy.json -o iam.policy
  policyc import casbin model.conf policy.csv -o app.policy

The policy decides as the source does, for every privilege that it declares. What the source says and the policy cannot say is told,
with file and line, and then nothing is written; with `--partial` the rest is, and what was left out stands in it as comments.

Exit codes: 0 imported; 1 the source says what a policy cannot say, or is not what it has to be; 2 wrong usage, unreadable input or
unwritable output.";

const CSV_EXAMPLES: &str = "\
Examples:
  policyc import csv matrix.csv -o roles.policy       a row for each role, a column for each privilege
  policyc import csv --transposed matrix.csv          a row for each privilege, a column for each role
  policyc import csv export.csv --separator ';'

The first row names the privileges, behind a cell that may hold anything. A cell grants with x, yes, y, true, 1, +, a check mark, allow,
grant or permit; it denies, whatever other roles grant, with deny or forbid; empty, no, n, false, 0 and - say nothing. Any other
is an error.

Exit codes: 0 imported; 1 the table is not what it has to be; 2 wrong usage, unreadable input or unwritable output.";

const KUBERNETES_EXAMPLES: &str = "\
Examples:
  kubectl get clusterroles,clusterrolebindings,roles,rolebindings -A -o yaml | policyc import kubernetes - -o rbac.policy
  policyc import kubernetes manifests/ --namespace shop -o shop.policy
  policyc import kubernetes rbac.yaml --privileges resources.txt

A verb on a resource is a privilege, asked on a namespace or on the cluster: `policyc can user:jane apps/deployments:get namespace:shop`.
Objects that are no RBAC are passed over.

Exit codes: 0 imported; 1 the manifests say what a policy cannot say, or are not what they have to be; 2 wrong usage, unreadable input
or unwritable output.";

const AZURE_EXAMPLES: &str = "\
Examples:
  az role definition list --custom-role-only -o json | policyc import azure - -o roles.policy
  az provider operation list > operations.json
  policyc import azure definitions.json --privileges operations.json -o roles.policy

A block of permissions becomes an entry, and its `notActions` its `except`. Wildcards stand for the actions that the definitions and the
file of `--privileges` name.

Exit codes: 0 imported; 1 the definitions say what a policy cannot say, or are not what they have to be; 2 wrong usage, unreadable
input or unwritable output.";

const GCP_EXAMPLES: &str = "\
Examples:
  gcloud iam roles describe roles/pubsub.editor --format=json > pubsub.json
  gcloud projects get-iam-policy shop --format=json > policy.json
  policyc import gcp pubsub.json policy.json -o shop.policy

Conditions of bindings, and members such as `domain:` and `principalSet:`, are left out and told.

Exit codes: 0 imported; 1 the files say what a policy cannot say, or are not what they have to be; 2 wrong usage, unreadable input or
unwritable output.";

const CASBIN_EXAMPLES: &str = "\
Examples:
  policyc import casbin model.conf policy.csv -o app.policy

Models: lists of access, roles, roles in domains, groups of objects, allow and deny, `keyMatch` where patterns end in `/*`, `*` in policies,
a superuser. Actions become privileges, objects and domains resources. Any other matcher is refused, and its part named.

Exit codes: 0 imported; 1 the model says what a policy cannot say, or a file is not what it has to be; 2 wrong usage, unreadable input
or unwritable output.";

/// Make a policy of what you have: CSV, Kubernetes RBAC, Azure or Google Cloud roles, casbin
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub(super) struct Args {
    #[command(subcommand)]
    from: From,
}

/// What to import.
#[derive(Debug, clap::Subcommand)]
enum From {
    /// A matrix of roles and privileges, as spreadsheets export it
    #[command(after_help = CSV_EXAMPLES)]
    Csv {
        /// Rows are privileges, and columns are roles
        #[arg(long)]
        transposed: bool,
        /// What parts cells [default: what the first line has most of: a comma, a semicolon, a tab or a bar]
        #[arg(long, value_name = "CHARACTER")]
        separator: Option<char>,
        #[command(flatten)]
        common: Common,
    },
    /// Roles and bindings of Kubernetes: manifests in YAML or JSON
    #[command(after_help = KUBERNETES_EXAMPLES)]
    Kubernetes {
        /// The namespace of objects that name none
        #[arg(short, long, value_name = "NAMESPACE")]
        namespace: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Role definitions of Azure in JSON
    #[command(after_help = AZURE_EXAMPLES)]
    Azure(Common),
    /// Roles of Google Cloud, and an IAM policy that binds them, in JSON or YAML
    #[command(after_help = GCP_EXAMPLES)]
    Gcp(Common),
    /// A casbin model and its policy
    #[command(after_help = CASBIN_EXAMPLES)]
    Casbin(Common),
}

/// What every source has.
#[derive(Debug, clap::Args)]
struct Common {
    /// Files or directories of the source; `-`: the standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Write the policy to this file instead of the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "output")]
    force: bool,
    /// Import the rest where something has to be left out
    #[arg(long)]
    partial: bool,
    /// A file of further privileges, one a line, which the wildcards of the source name too
    #[arg(long, value_name = "FILE")]
    privileges: Option<PathBuf>,
    /// For whom the findings are; `json` needs `-o`, and writes one object a line to the standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

impl From {
    fn form(&self) -> Form {
        match self {
            From::Csv { transposed, separator, .. } => {
                Form::Matrix(MatrixOptions { transposed: *transposed, separator: *separator })
            }
            From::Kubernetes { namespace, .. } => {
                Form::Kubernetes(KubernetesOptions { namespace: namespace.clone() })
            }
            From::Azure(_) => Form::Azure,
            From::Gcp(_) => Form::Gcp,
            From::Casbin(_) => Form::Casbin,
        }
    }

    fn common(&self) -> &Common {
        match self {
            From::Csv { common, .. } | From::Kubernetes { common, .. } => common,
            From::Azure(common) | From::Gcp(common) | From::Casbin(common) => common,
        }
    }

    /// The endings of files that are read in a directory.
    fn endings(&self) -> &'static [&'static str] {
        match self {
            From::Csv { .. } => &["csv", "tsv", "txt"],
            From::Azure(_) => &["json"],
            From::Kubernetes { .. } | From::Gcp(_) => &["yaml", "yml", "json"],
            From::Casbin(_) => &["conf", "ini", "csv"],
        }
    }
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let common = args.from.common();
    if common.format == Format::Json && common.output.is_none() {
        let help =
            "the standard output cannot hold both the policy and JSON; write the policy to a file with `-o`";
        return Err(Failure(help.to_owned()));
    }
    if let Some(output) = &common.output
        && !common.force
        && fs::symlink_metadata(output).is_ok_and(|found| found.is_file())
    {
        let output = clean(&output.to_string_lossy()).into_owned();
        return Err(Failure(format!("`{output}` is there already; give another file, or say `--force`")));
    }
    if common.paths.iter().any(|path| path == Path::new("-")) {
        terminal.progress.waiting_for_input();
    }
    let (loaded, privileges) = read(args)?;
    terminal.progress.at("importing");
    if !loaded.findings.is_empty() {
        let findings = report::Findings::new(&loaded.sources, &loaded.findings);
        report::refusal(&mut terminal.err, common.format, &findings, "nothing was imported");
        return Ok(Outcome::No);
    }
    let imported = import(&loaded.sources, privileges, &args.from.form());
    let left_out = imported.count(Weight::LeftOut);
    let policy = imported.policy.as_ref().filter(|_| left_out == 0 || common.partial);
    if let (Some(text), Some(file)) = (policy, &common.output) {
        let sources = loaded.sources.iter().map(|(_, source)| source.path.as_path());
        output::Target::of(file, sources)?.write(text.as_bytes())?;
    }
    tell(&imported, common, policy.is_some(), terminal);
    let Some(text) = policy else { return Ok(Outcome::No) };
    match &common.output {
        None => terminal.out.text(text),
        Some(file) => {
            if common.format == Format::Human {
                let size = report::count(text.len(), "byte");
                terminal.out.line(&format!("wrote {}: {size}", clean(&file.to_string_lossy())));
            }
        }
    }
    Ok(Outcome::Fine)
}

/// Reads every file, and the list of privileges last.
fn read(args: &Args) -> Result<(Loaded, Option<SourceId>), Failure> {
    let common = args.from.common();
    let mut files = Vec::new();
    for path in &common.paths {
        match path.is_dir() {
            true => walk(path, args.from.endings(), 0, &mut files)?,
            false => files.push(path.clone()),
        }
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    let mut loaded = Loaded::default();
    for file in files {
        add(&mut loaded, file)?;
    }
    let mut privileges = None;
    if let Some(file) = &common.privileges {
        privileges = Some(SourceId(u32::try_from(loaded.sources.len()).unwrap_or(u32::MAX)));
        add(&mut loaded, file.clone())?;
    }
    Ok((loaded, privileges))
}

fn add(loaded: &mut Loaded, file: PathBuf) -> Result<(), Failure> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        let limit = load::MAX_FILE_BYTES.saturating_add(1);
        let read = io::stdin().lock().take(limit).read_to_end(&mut bytes);
        read.map_err(|error| {
            Failure(format!("cannot read the standard input: {}; pipe a file into it", load::reason(&error)))
        })?;
        (bytes.len() as u64 <= load::MAX_FILE_BYTES).then_some(bytes)
    } else {
        load::read_limited(&file, load::MAX_FILE_BYTES)?
    };
    loaded.add(file, SourceFormat::Yaml, bytes);
    Ok(())
}

/// The files of a directory and of those below it, in order; hidden ones are passed over.
fn walk(directory: &Path, endings: &[&str], depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable = |error: &io::Error| {
        let path = clean(&directory.to_string_lossy()).into_owned();
        Failure(format!("cannot read `{path}`: {}; check that you may read it", load::reason(error)))
    };
    if depth > load::MAX_DEPTH {
        return Err(Failure::from(load::InputError::TooDeep(directory.to_owned())));
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| unreadable(&error))? {
        entries.push(entry.map_err(|error| unreadable(&error))?.path());
    }
    entries.sort();
    let before = files.len();
    for path in entries {
        let is_hidden = path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with('.'));
        if is_hidden {
            continue;
        }
        if path.is_dir() {
            // A directory without such files is fine below one that was named.
            walk(&path, endings, depth + 1, files)?;
        } else if path.extension().and_then(OsStr::to_str).is_some_and(|ending| endings.contains(&ending)) {
            files.push(path);
        }
        if files.len() > load::MAX_FILES {
            return Err(Failure::from(load::InputError::TooManyFiles(directory.to_owned())));
        }
    }
    if depth == 0 && files.len() == before {
        let (path, endings) = (clean(&directory.to_string_lossy()).into_owned(), endings.join(", ."));
        return Err(Failure(format!(
            "nothing to import in `{path}`: no file there ends in .{endings}; name the files"
        )));
    }
    Ok(())
}

/// A finding for programs. The shape is a promise: fields may be added, none is renamed or removed.
#[derive(Serialize)]
struct Told<'f> {
    r#type: &'static str,
    weight: &'static str,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    message: &'f str,
    help: &'f str,
}

/// What came of it, for programs.
#[derive(Serialize)]
struct Summary {
    r#type: &'static str,
    imported: bool,
    roles: usize,
    privileges: usize,
    entries: usize,
    assignments: usize,
    errors: usize,
    left_out: usize,
    notes: usize,
}

/// Says what there is to say, and what came over.
fn tell(imported: &Imported, common: &Common, written: bool, terminal: &mut Terminal) {
    let Counts { roles, privileges, entries, assignments } = imported.counts;
    let (errors, left_out, notes) =
        (imported.count(Weight::Error), imported.count(Weight::LeftOut), imported.count(Weight::Note));
    if common.format == Format::Json {
        for finding in &imported.findings {
            let place = finding.place.as_ref();
            object(
                &mut terminal.out,
                &Told {
                    r#type: "finding",
                    weight: finding.weight.name(),
                    file: place.map(|place| place.path.to_string_lossy().into_owned()),
                    line: place.map(|place| place.line),
                    column: place.map(|place| place.column),
                    message: &finding.message,
                    help: &finding.help,
                },
            );
        }
        let kind = "summary";
        object(
            &mut terminal.out,
            &Summary {
                r#type: kind,
                imported: written,
                roles,
                privileges,
                entries,
                assignments,
                errors,
                left_out,
                notes,
            },
        );
        return;
    }
    let style = terminal.err.style;
    // What decides whether there is a policy comes first if not all can be told.
    let mut shown: Vec<&Finding> = imported.findings.iter().collect();
    if shown.len() > report::MAX_DRAWN {
        shown.sort_by_key(|finding| std::cmp::Reverse(finding.weight));
        shown.truncate(report::MAX_DRAWN);
    }
    for finding in &shown {
        lines(finding, style).iter().for_each(|line| terminal.err.line(line));
    }
    if imported.findings.len() > shown.len() {
        let rest = report::count(imported.findings.len() - shown.len(), "more finding");
        terminal.err.line(&format!("and {rest}; `--format json` has them all"));
    }
    let counted =
        [(roles, "role"), (privileges, "privilege"), (entries, "entry"), (assignments, "assignment")];
    let counted: Vec<String> = counted
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| report::count(*number, noun))
        .collect();
    let line = match (written, errors) {
        (true, _) if left_out > 0 => {
            format!("imported {}; {} left out", counted.join(", "), report::thousands(left_out))
        }
        (true, _) => format!("imported {}", counted.join(", ")),
        (false, 0) => format!(
            "nothing was imported: {} would be left out; say `--partial` to import the rest",
            report::thousands(left_out)
        ),
        (false, _) => format!("nothing was imported: {}", report::count(errors, "error")),
    };
    terminal.err.line(&line);
}

/// A finding for people: what and where, and what to do.
fn lines(finding: &Finding, style: Style) -> Vec<String> {
    let word = format!("{}:", finding.weight.name());
    let word = match finding.weight {
        Weight::Error => style.bad(&word),
        Weight::LeftOut | Weight::Note => style.warn(&word),
    };
    let at = finding
        .place
        .as_ref()
        .map(|place| format!("{}:{}:{}: ", clean(&place.path.to_string_lossy()), place.line, place.column));
    let mut lines = vec![format!("{word} {}{}", at.unwrap_or_default(), clean(&finding.message))];
    if !finding.help.is_empty() {
        lines.push(format!("  help: {}", clean(&finding.help)));
    }
    lines
}
