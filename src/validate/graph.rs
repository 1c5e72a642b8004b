//! Directed graphs over dense numbers: components and shortest cycles.
//!
//! Enters: nodes and edges, each edge with a meaning of the caller's. Leaves: components in topological order, and for
//! each component that is a cycle the edges of one. Must not know what nodes and edges stand for. No other file names
//! petgraph, and nothing here recurses.

use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::VecDeque;

/// From one node to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge<T> {
    /// The node that needs the other.
    pub from: u32,
    /// The node that is needed.
    pub to: u32,
    /// What the edge means.
    pub what: T,
}

/// A graph.
#[derive(Debug)]
pub(super) struct Graph<T> {
    nodes: usize,
    /// Sorted by `from`, then `to`, then as the caller gave them.
    edges: Vec<Edge<T>>,
    /// Where the edges of each node begin; one more than there are nodes.
    starts: Vec<usize>,
    /// What each node needs stands before it; a component of several nodes is a cycle.
    components: Vec<Vec<u32>>,
}

impl<T> Graph<T> {
    /// The graph of nodes `0..nodes`; edges to and from other numbers are left out.
    pub(super) fn new(nodes: usize, mut edges: Vec<Edge<T>>) -> Graph<T> {
        edges.retain(|edge| (edge.from as usize) < nodes && (edge.to as usize) < nodes);
        edges.sort_by_key(|edge| (edge.from, edge.to));
        let mut starts = Vec::with_capacity(nodes + 1);
        for node in 0..=nodes {
            let after = starts.last().copied().unwrap_or(0);
            let of_smaller = edges.get(after..).unwrap_or(&[]);
            starts.push(after + of_smaller.partition_point(|edge| (edge.from as usize) < node));
        }
        let components = components(nodes, &edges);
        Graph { nodes, edges, starts, components }
    }

    /// Every component, sorted inside; what a node needs stands in an earlier component or in its own.
    pub(super) fn components(&self) -> &[Vec<u32>] {
        &self.components
    }

    /// The edges that leave a node.
    pub(super) fn edges_of(&self, node: u32) -> &[Edge<T>] {
        let start = self.starts.get(node as usize).copied().unwrap_or(0);
        let end = self.starts.get(node as usize + 1).copied().unwrap_or(start);
        self.edges.get(start..end).unwrap_or(&[])
    }

    /// Every edge.
    pub(super) fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// Whether the nodes of a component depend on themselves.
    pub(super) fn is_cyclic(&self, component: &[u32]) -> bool {
        match component {
            [node] => self.edges_of(*node).iter().any(|edge| edge.to == *node),
            nodes => nodes.len() > 1,
        }
    }

    /// One cycle for each component with a cycle that begins with an edge that is `wanted`: a shortest one through the
    /// smallest such node. Each is a list of edges that ends where it begins.
    pub(super) fn cycles(&self, wanted: impl Fn(&T) -> bool) -> Vec<Vec<&Edge<T>>> {
        let mut component_of = vec![usize::MAX; self.nodes];
        let cyclic = self.components.iter().enumerate().filter(|(_, nodes)| self.is_cyclic(nodes));
        let mut cycles = Vec::new();
        for (number, nodes) in cyclic {
            for &node in nodes {
                if let Some(slot) = component_of.get_mut(node as usize) {
                    *slot = number;
                }
            }
            let inside = |node: u32| component_of.get(node as usize) == Some(&number);
            cycles.extend(nodes.iter().find_map(|&start| self.shortest_cycle(start, inside, &wanted)));
        }
        cycles.sort_by_key(|cycle| cycle.first().map(|edge| edge.from));
        cycles
    }

    /// Breadth first from the wanted edges of `start` back to it.
    fn shortest_cycle(
        &self,
        start: u32,
        inside: impl Fn(u32) -> bool,
        wanted: impl Fn(&T) -> bool,
    ) -> Option<Vec<&Edge<T>>> {
        let mut reached_by: std::collections::HashMap<u32, &Edge<T>> = std::collections::HashMap::new();
        let mut queue = VecDeque::new();
        let mut node = start;
        loop {
            for edge in self.edges_of(node) {
                let first = node == start;
                if !inside(edge.to) || (first && !wanted(&edge.what)) || reached_by.contains_key(&edge.to) {
                    continue;
                }
                reached_by.insert(edge.to, edge);
                if edge.to == start {
                    return Some(walk_back(start, &reached_by));
                }
                queue.push_back(edge.to);
            }
            node = queue.pop_front()?;
        }
    }
}

fn walk_back<'g, T>(
    start: u32,
    reached_by: &std::collections::HashMap<u32, &'g Edge<T>>,
) -> Vec<&'g Edge<T>> {
    let mut path = Vec::new();
    let mut at = start;
    while let Some(&edge) = reached_by.get(&at) {
        path.push(edge);
        at = edge.from;
        if at == start {
            break;
        }
    }
    path.reverse();
    path
}

/// Most graphs have no cycle, and then a topological order is all there is to find.
fn components<T>(nodes: usize, edges: &[Edge<T>]) -> Vec<Vec<u32>> {
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(nodes, edges.len());
    for _ in 0..nodes {
        graph.add_node(());
    }
    for edge in edges {
        graph.add_edge(NodeIndex::from(edge.from), NodeIndex::from(edge.to), ());
    }
    let number = |node: NodeIndex| u32::try_from(node.index()).unwrap_or(u32::MAX);
    let has_loop = edges.iter().any(|edge| edge.from == edge.to);
    if !has_loop && let Ok(order) = toposort(&graph, None) {
        return order.into_iter().rev().map(|node| vec![number(node)]).collect();
    }
    let sorted = |component: Vec<NodeIndex>| {
        let mut nodes: Vec<u32> = component.into_iter().map(number).collect();
        nodes.sort_unstable();
        nodes
    };
    kosaraju_scc(&graph).into_iter().map(sorted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: usize, edges: &[(u32, u32)]) -> Graph<()> {
        Graph::new(nodes, edges.iter().map(|&(from, to)| Edge { from, to, what: () }).collect())
    }

    #[track_caller]
    fn check_cycles(nodes: usize, edges: &[(u32, u32)], expected: &[&[u32]]) {
        let graph = graph(nodes, edges);
        let cycles: Vec<Vec<u32>> =
            graph.cycles(|()| true).iter().map(|path| path.iter().map(|edge| edge.from).collect()).collect();
        assert_eq!(cycles, expected);
    }

    #[test]
    fn no_cycle_where_there_is_none() {
        check_cycles(0, &[], &[]);
        check_cycles(4, &[(0, 1), (0, 2), (1, 3), (2, 3)], &[]);
    }

    #[test]
    fn a_loop_is_a_cycle() {
        check_cycles(2, &[(0, 1), (1, 1)], &[&[1]]);
    }

    #[test]
    fn the_shortest_cycle_through_the_smallest_node() {
        check_cycles(5, &[(0, 1), (1, 2), (2, 3), (3, 0), (2, 0), (3, 4)], &[&[0, 1, 2]]);
    }

    #[test]
    fn one_cycle_for_each_component() {
        check_cycles(6, &[(5, 4), (4, 5), (0, 1), (1, 0), (1, 4), (2, 3)], &[&[0, 1], &[4, 5]]);
    }

    #[test]
    fn edges_out_of_range_are_left_out() {
        check_cycles(2, &[(0, 7), (7, 0), (0, 1)], &[]);
    }

    #[test]
    fn what_is_needed_stands_first() {
        let graph = graph(4, &[(0, 1), (1, 2), (3, 0)]);
        assert_eq!(graph.components(), [vec![2], vec![1], vec![0], vec![3]]);
    }

    #[test]
    fn a_chain_of_a_million_nodes_does_not_exhaust_the_stack() {
        let mut edges: Vec<(u32, u32)> = (0..999_999).map(|node| (node, node + 1)).collect();
        assert_eq!(graph(1_000_000, &edges).components().len(), 1_000_000);
        edges.push((999_999, 0));
        assert_eq!(graph(1_000_000, &edges).cycles(|()| true).first().map(Vec::len), Some(1_000_000));
    }

    #[test]
    fn a_cycle_begins_with_a_wanted_edge() {
        let edges = vec![
            Edge { from: 0, to: 1, what: false },
            Edge { from: 1, to: 0, what: false },
            Edge { from: 1, to: 2, what: true },
            Edge { from: 2, to: 0, what: false },
        ];
        let graph = Graph::new(3, edges);
        let cycles: Vec<Vec<u32>> = graph
            .cycles(|&wanted| wanted)
            .iter()
            .map(|path| path.iter().map(|edge| edge.from).collect())
            .collect();
        assert_eq!(cycles, [[1, 2, 0]]);
    }
}
