//! A graph > the language of Graphviz.

use super::{Graph, Kind, Node, Shape, shown};
use std::fmt::Write;

/// Writes it.
pub(crate) fn dot(graph: &Graph) -> String {
    let mut out = String::new();
    // Writing into a text does not fail.
    let _ = write(graph, &mut out);
    out
}

fn write(graph: &Graph, out: &mut String) -> std::fmt::Result {
    writeln!(out, "digraph {} {{", quoted(&graph.title))?;
    writeln!(out, "  rankdir=LR")?;
    writeln!(out, "  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11]")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=9, arrowsize=0.7]")?;
    for (number, name, inside) in graph.grouped() {
        writeln!(out, "  subgraph cluster_{number} {{")?;
        writeln!(out, "    label={}", quoted(name))?;
        for (at, node) in inside {
            writeln!(out, "    {}", node_line(at, node))?;
        }
        writeln!(out, "  }}")?;
    }
    for (at, node) in graph.in_group(None) {
        writeln!(out, "  {}", node_line(at, node))?;
    }
    for edge in &graph.edges {
        let mut attributes = Vec::new();
        match edge.kind {
            Kind::Solid => {}
            Kind::Dashed => attributes.push("style=dashed".to_owned()),
            Kind::Both => attributes.push("style=dashed, dir=none, constraint=false".to_owned()),
        }
        if !edge.label.is_empty() {
            attributes.push(format!("label={}", quoted(&edge.label)));
        }
        let attributes =
            if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
        writeln!(out, "  n{} -> n{}{attributes}", edge.from, edge.to)?;
    }
    writeln!(out, "}}")
}

fn node_line(at: usize, node: &Node) -> String {
    let name = inner(&node.name);
    let label = match &node.detail {
        // The two lines of a label are told apart by an escape of the language itself.
        Some(detail) => format!("{name}\\n{}", inner(detail)),
        None => name,
    };
    let mut attributes = format!("label=\"{label}\"");
    if let Some(title) = &node.title {
        attributes.push_str(&format!(", tooltip={}", quoted(title)));
    }
    match node.shape {
        Shape::One => {}
        Shape::Many => attributes.push_str(", shape=box3d, style=solid"),
        Shape::Joint => attributes.push_str(", shape=hexagon, style=solid"),
    }
    format!("n{at} [{attributes}]")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", inner(text))
}

/// Between quotes, where a backslash begins an escape.
fn inner(text: &str) -> String {
    shown(text).replace('\\', "\\\\").replace('"', "\\\"")
}
