//! A graph > a flowchart of Mermaid, which forges draw in Markdown.

use super::{Graph, Kind, Node, Shape, shown};
use std::fmt::Write;

/// Writes it.
pub(crate) fn mermaid(graph: &Graph) -> String {
    let mut out = String::new();
    // Writing into a text does not fail.
    let _ = write(graph, &mut out);
    out
}

fn write(graph: &Graph, out: &mut String) -> std::fmt::Result {
    writeln!(out, "flowchart LR")?;
    writeln!(out, "  accTitle: {}", text(&graph.title))?;
    for (number, name, inside) in graph.grouped() {
        writeln!(out, "  subgraph g{number}[\"{}\"]", text(name))?;
        for (at, node) in inside {
            writeln!(out, "    {}", node_line(at, node))?;
        }
        writeln!(out, "  end")?;
    }
    for (at, node) in graph.in_group(None) {
        writeln!(out, "  {}", node_line(at, node))?;
    }
    for edge in &graph.edges {
        let arrow = match edge.kind {
            Kind::Solid => "-->",
            Kind::Dashed => "-.->",
            Kind::Both => "-.-",
        };
        let label = match edge.label.as_str() {
            "" => String::new(),
            label => format!("|\"{}\"|", text(label)),
        };
        writeln!(out, "  n{} {arrow}{label} n{}", edge.from, edge.to)?;
    }
    Ok(())
}

fn node_line(at: usize, node: &Node) -> String {
    // Tips need a script there, so titles are told below the name.
    let lines = [Some(&node.name), node.title.as_ref(), node.detail.as_ref()];
    let lines: Vec<String> = lines.into_iter().flatten().map(|line| text(line)).collect();
    let label = lines.join("<br/>");
    match node.shape {
        Shape::One => format!("n{at}(\"{label}\")"),
        Shape::Many => format!("n{at}[[\"{label}\"]]"),
        Shape::Joint => format!("n{at}{{{{\"{label}\"}}}}"),
    }
}

/// Inside of quotes. What begins an entity, an element, Markdown or a statement is written as an entity.
fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in shown(text).chars() {
        match character {
            '"' | '#' | '&' | '<' | '>' | ';' | '`' | '\\' | '%' | '{' | '}' | '[' | ']' | '|' | '*'
            | '_' => {
                escaped.push_str(&format!("#{};", u32::from(character)));
            }
            other => escaped.push(other),
        }
    }
    escaped
}
