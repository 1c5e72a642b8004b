//! `policyc graph`: roles, privileges or resources, drawn.

use super::terminal::Terminal;
use super::{Failure, Format, Outcome, config, output, report, suggest};
use crate::emit::graph::{self, Graph};
use crate::load;
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  policyc graph roles -o roles.svg                        who inherits from whom, as a picture
  policyc graph privileges --format mermaid               what needs what, for Markdown
  policyc graph privileges --category control -o c.svg    the privileges of one category, all others put together
  policyc graph roles --around auditor | dot -Tpdf > auditor.pdf

Arrows go from a role to what it inherits, from a privilege to what it needs, from a resource to what it lies in.

Exit codes: 0 drawn; 1 the policy has errors; 2 wrong usage, unreadable input, unwritable output, or a graph too large to read.";

/// Draw roles, privileges or resources, as DOT, Mermaid or SVG
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// What to draw
    #[arg(value_enum)]
    what: What,
    /// A file or directory of the policy; repeatable [default: the current directory]
    #[arg(short, long = "policy", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// In which language [default: as the ending of FILE says, else dot]
    #[arg(long, value_enum)]
    format: Option<GraphFormat>,
    /// Write to this file instead of the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw the privileges of this category one by one, and all others put together; repeatable
    #[arg(long = "category", value_name = "CATEGORY")]
    categories: Vec<String>,
    /// Only what this node reaches and what reaches it, by its name; repeatable
    #[arg(long, value_name = "NAME")]
    around: Vec<String>,
    #[command(flatten)]
    config: config::Args,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// What roles inherit and require, and which exclude each other
    Roles,
    /// What privileges require and include; by category where they are more than 70
    Privileges,
    /// The types, what lies in what, and the resources that the policy names
    Resources,
}

/// The languages of graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GraphFormat {
    /// For Graphviz
    Dot,
    /// For Markdown
    Mermaid,
    /// A picture
    Svg,
}

impl GraphFormat {
    /// The one that was asked for, or the one that the name of the file speaks of.
    fn of(args: &Args) -> GraphFormat {
        let ending = args.output.as_deref().and_then(Path::extension).and_then(OsStr::to_str);
        let by_ending = match ending.unwrap_or_default().to_ascii_lowercase().as_str() {
            "svg" => GraphFormat::Svg,
            "mmd" | "mermaid" => GraphFormat::Mermaid,
            _ => GraphFormat::Dot,
        };
        args.format.unwrap_or(by_ending)
    }
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    if !args.categories.is_empty() && args.what != What::Privileges {
        return Err(Failure(
            "only privileges have categories; leave `--category` out, or draw `privileges`".to_owned(),
        ));
    }
    let config = args.config.load(&args.paths)?;
    let loaded = load::read_sources(&config.paths(&args.paths)?)?;
    let compiled = loaded.compile_telling(&config.options(), &terminal.progress.compiling());
    if compiled.policy.is_none() {
        let findings = report::Findings::new(&loaded.sources, &compiled.diagnostics);
        report::refusal(&mut terminal.err, Format::Human, &findings, "nothing was drawn");
        return Ok(Outcome::No);
    }
    let model = &compiled.model;
    let known: Vec<&str> = model.categories.iter().map(|category| category.name.value.as_str()).collect();
    for category in &args.categories {
        if !known.contains(&category.as_str()) {
            let next = suggest::instead(category, &known);
            return Err(Failure(format!("the policy has no category `{category}`; {next}")));
        }
    }
    let expanded: BTreeSet<String> = args.categories.iter().cloned().collect();
    terminal.progress.at("drawing");
    let graph = match args.what {
        What::Roles => graph::roles(model),
        What::Privileges => graph::privileges(model, &loaded.sources, &expanded),
        What::Resources => graph::resources(model),
    };
    let graph = fitting(graph, args)?;
    // What was asked for by name is drawn by name.
    let is_whole = args.what == What::Privileges && args.categories.is_empty() && args.around.is_empty();
    let graph = if is_whole { graph.gathered("need nothing") } else { graph };
    let text = match GraphFormat::of(args) {
        GraphFormat::Dot => graph::dot(&graph),
        GraphFormat::Mermaid => graph::mermaid(&graph),
        GraphFormat::Svg => graph::svg(&graph),
    };
    let files = loaded.sources.iter().map(|(_, source)| source.path.as_path());
    output::deliver(args.output.as_deref(), files, terminal, |out| {
        out.text(&text);
        Ok(())
    })?;
    Ok(Outcome::Fine)
}

/// The part of a graph that was asked for, if somebody can read it.
fn fitting(graph: Graph, args: &Args) -> Result<Graph, Failure> {
    let names: Vec<String> = graph.nodes.iter().map(|node| node.name.clone()).collect();
    let graph = graph.around(&args.around).map_err(|name| {
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let next = suggest::instead(&name, &known);
        Failure(format!("the graph has no node `{name}`; {next}"))
    })?;
    match graph.too_large() {
        None => Ok(graph),
        Some((nodes, edges)) => {
            let (nodes, edges) = (report::count(nodes, "node"), report::count(edges, "edge"));
            Err(Failure(format!(
                "a graph of {nodes} and {edges} cannot be read; keep a part of it with `--around NAME`"
            )))
        }
    }
}
