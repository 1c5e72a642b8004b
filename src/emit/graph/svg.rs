//! A graph > a picture.
//!
//! It is light or dark as the page around it is, loads nothing, and holds no script.

use super::places::{Point, Way, places};
use super::{Graph, Kind, Node, Shape, shown};
use crate::emit::escaped;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

const STYLE: &str = "\
text { font: 13px system-ui, sans-serif; fill: #1b1f24; text-anchor: middle; }
.small { font-size: 11px; fill: #5b6470; }
rect, path.joint, path.edge, ellipse { fill: #fff; stroke: #6b7683; stroke-width: 1.2; }
.many { fill: #e8eefb; }
.joint { fill: #fbeecb; }
path.edge { fill: none; }
.dashed { stroke-dasharray: 5 4; }
.head { fill: #6b7683; stroke: none; }
.label { fill: #fff; stroke: none; opacity: .85; }
@media (prefers-color-scheme: dark) {
  text { fill: #e3e7ec; }
  .small { fill: #a5aeb9; }
  rect, path.joint, path.edge, ellipse { fill: #15181c; stroke: #8a95a3; }
  .many { fill: #1f2c45; }
  .joint { fill: #45360f; }
  path.edge { fill: none; }
  .head { fill: #8a95a3; stroke: none; }
  .label { fill: #15181c; stroke: none; }
}
";

/// Columns of text that a node is wide at most; longer text ends in dots, and is whole where one points at it.
const WIDEST: usize = 48;
/// How high an edge from a node to itself rises.
const LOOP: f64 = 26.0;
/// What is free around the picture.
const MARGIN: f64 = 12.0;

/// Draws it.
pub(crate) fn svg(graph: &Graph) -> String {
    let sizes: Vec<Point> = graph.nodes.iter().map(|node| size(graph, node)).collect();
    let label = |text: &str| if text.is_empty() { 0.0 } else { label_width(&cut(text)) };
    let ways: Vec<Way> = graph
        .edges
        .iter()
        .map(|edge| Way { from: edge.from, to: edge.to, label: label(&edge.label) })
        .collect();
    let placed = places(&sizes, &ways);
    let mut canvas =
        Canvas { graph, lines: String::new(), nodes: String::new(), from: (0.0, 0.0), to: (0.0, 0.0) };
    // Writing into a text does not fail.
    let _ = placed
        .nodes
        .iter()
        .zip(&sizes)
        .enumerate()
        .try_for_each(|(at, (&corner, &size))| canvas.node(at, corner, size));
    for (at, edge) in graph.edges.iter().enumerate() {
        let loops = || Some((*placed.nodes.get(edge.from)?, *sizes.get(edge.from)?));
        let (pieces, label_at) = match placed.ways.get(at).filter(|way| !way.points.is_empty()) {
            Some(way) => (curve(&way.points), way.label),
            None => (loops().map(|(corner, size)| round(corner, size)).unwrap_or_default(), 0),
        };
        // Labels of edges between the same two nodes stand beside each other.
        let same = |other: &&super::Edge| (other.from, other.to) == (edge.from, edge.to);
        let before = graph.edges.iter().take(at).filter(same).count();
        let all = graph.edges.iter().filter(same).count();
        let share = match (all, edge.from == edge.to) {
            // Near the start: where many end at a node, that is where they are apart.
            (1, false) => 1.0 / 3.0,
            _ => (before + 1) as f64 / (all + 1) as f64,
        };
        let label = Label { text: &cut(&edge.label), piece: label_at, share };
        let _ = canvas.arrow(&pieces, edge.kind, &label);
    }
    canvas.finish()
}

/// Four points of a cubic curve.
type Piece = [Point; 4];

/// The text at an edge, and where: on which of its pieces, at which share of it.
struct Label<'t> {
    text: &'t str,
    piece: usize,
    share: f64,
}

/// A curve through points that leaves and reaches each of them level.
fn curve(points: &[Point]) -> Vec<Piece> {
    let piece = |pair: &[Point]| match *pair {
        [from, to] => {
            let middle = f64::midpoint(from.0, to.0);
            Some([from, (middle, from.1), (middle, to.1), to])
        }
        _ => None,
    };
    points.windows(2).filter_map(piece).collect()
}

/// From the top of a node to itself.
fn round((x, y): Point, (width, _): Point) -> Vec<Piece> {
    let (from, to) = (x + width * 0.35, x + width * 0.65);
    vec![[(from, y), (from, y - LOOP), (to, y - LOOP), (to, y)]]
}

fn label_width(text: &str) -> f64 {
    columns(text.width()) * 0.85 + 6.0
}

/// The lines of a node: its name, and what is said below.
fn lines(graph: &Graph, node: &Node) -> [Option<String>; 2] {
    let group = node.group.and_then(|group| graph.groups.get(group));
    [Some(cut(&node.name)), node.detail.as_ref().or(group).map(|text| cut(text))]
}

fn size(graph: &Graph, node: &Node) -> (f64, f64) {
    let lines = lines(graph, node);
    let widest = lines.iter().flatten().map(|line| line.width()).max().unwrap_or(0);
    let height = if lines[1].is_some() { 40.0 } else { 26.0 };
    // Wide enough for most fonts; the columns are few, so nothing is lost.
    (columns(widest) + 24.0, height)
}

fn columns(number: usize) -> f64 {
    number as f64 * 7.4
}

fn cut(text: &str) -> String {
    let text = shown(text);
    if text.width() <= WIDEST {
        return text.into_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if kept.width() >= WIDEST - 1 {
            break;
        }
    }
    kept.push('\u{2026}');
    kept
}

/// What is drawn so far, and how far it reaches.
struct Canvas<'g> {
    graph: &'g Graph,
    lines: String,
    nodes: String,
    from: Point,
    to: Point,
}

impl Canvas<'_> {
    fn grow(&mut self, (x, y): Point) {
        self.from = (self.from.0.min(x), self.from.1.min(y));
        self.to = (self.to.0.max(x), self.to.1.max(y));
    }

    fn finish(self) -> String {
        let (x, y) = (self.from.0 - MARGIN, self.from.1 - MARGIN);
        let (width, height) = (self.to.0 - x + MARGIN, self.to.1 - y + MARGIN);
        let title = escaped(&shown(&self.graph.title));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"{x:.0} {y:.0} {width:.0} {height:.0}\" role=\"img\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
             <defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             orient=\"auto\"><path class=\"head\" d=\"M0 0.5 L8 4 L0 7.5 z\"/></marker></defs>\n{}{}</svg>\n",
            self.lines, self.nodes
        )
    }

    fn node(&mut self, at: usize, (x, y): Point, (width, height): Point) -> std::fmt::Result {
        let Some(node) = self.graph.nodes.get(at) else { return Ok(()) };
        self.grow((x, y));
        self.grow((x + width + 4.0, y + height + 4.0));
        let told: Vec<&str> =
            [Some(&node.name), node.title.as_ref()].into_iter().flatten().map(String::as_str).collect();
        writeln!(self.nodes, "<g><title>{}</title>", escaped(&shown(&told.join(": "))))?;
        let (class, round) = match node.shape {
            Shape::One => ("one", 5),
            Shape::Many => ("many", 5),
            Shape::Joint => ("joint", 13),
        };
        // Of many there is a second sheet behind the first.
        let sheets: &[f64] = if node.shape == Shape::Many { &[4.0, 0.0] } else { &[0.0] };
        for sheet in sheets {
            let (x, y) = (x + sheet, y + sheet);
            writeln!(
                self.nodes,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round}\"/>"
            )?;
        }
        let [name, below] = lines(self.graph, node);
        let middle = x + width / 2.0;
        let name = escaped(&name.unwrap_or_default());
        writeln!(self.nodes, "<text x=\"{middle:.1}\" y=\"{:.1}\">{name}</text>", y + 17.5)?;
        if let Some(below) = below {
            let (y, below) = (y + 32.5, escaped(&below));
            writeln!(self.nodes, "<text class=\"small\" x=\"{middle:.1}\" y=\"{y:.1}\">{below}</text>")?;
        }
        writeln!(self.nodes, "</g>")
    }

    /// An edge, and its label.
    fn arrow(&mut self, pieces: &[Piece], kind: Kind, label: &Label) -> std::fmt::Result {
        let Some(first) = pieces.first() else { return Ok(()) };
        let mut way = format!("M{:.1} {:.1}", first[0].0, first[0].1);
        for [from, a, b, to] in pieces {
            write!(way, " C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", a.0, a.1, b.0, b.1, to.0, to.1)?;
            [from, a, b, to].into_iter().for_each(|point| self.grow(*point));
        }
        let dashed = if kind == Kind::Solid { "" } else { " dashed" };
        let head = if kind == Kind::Both { "" } else { " marker-end=\"url(#head)\"" };
        writeln!(self.lines, "<path class=\"edge{dashed}\" d=\"{way}\"{head}/>")?;
        let Some([a, b, c, d]) = pieces.get(label.piece).filter(|_| !label.text.is_empty()) else {
            return Ok(());
        };
        let (t, u) = (label.share, 1.0 - label.share);
        let at = |of: fn(&Point) -> f64| {
            u * u * u * of(a) + 3.0 * u * u * t * of(b) + 3.0 * u * t * t * of(c) + t * t * t * of(d)
        };
        // Above what rises from a node, so that it stays in sight.
        let lift = if pieces.len() == 1 && a.1 == d.1 && b.1 < a.1 { 9.0 } else { 0.0 };
        let (x, y) = (at(|point| point.0), at(|point| point.1) - lift);
        let width = label_width(label.text);
        self.grow((x - width / 2.0, y - 8.0));
        self.grow((x + width / 2.0, y + 8.0));
        let (left, top) = (x - width / 2.0, y - 8.0);
        writeln!(
            self.lines,
            "<rect class=\"label\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"16\"/>"
        )?;
        writeln!(
            self.nodes,
            "<text class=\"small\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
            y + 4.0,
            escaped(label.text)
        )
    }
}
