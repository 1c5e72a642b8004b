//! What holds for the places of any graph, the largest included.

use super::*;
use crate::emit::graph::MAX_NODES;
use arbtest::arbitrary::{Result, Unstructured};
use std::time::{Duration, Instant};

/// Whether a piece passes the inside of a node.
fn passes(piece: &[Point], corner: Point, size: Point) -> bool {
    let &[from, to] = piece else { return false };
    let (left, right) = (from.0.min(to.0).max(corner.0 + 1.0), from.0.max(to.0).min(corner.0 + size.0 - 1.0));
    if left >= right {
        return false;
    }
    let at = |x: f64| from.1 + (to.1 - from.1) * (x - from.0) / (to.0 - from.0);
    let (high, low) = (at(left).min(at(right)), at(left).max(at(right)));
    high < corner.1 + size.1 - 1.0 && low > corner.1 + 1.0
}

/// Checks all that is said of places, and says how long it took to find them.
#[track_caller]
fn check(sizes: &[Point], ways: &[Way]) -> Duration {
    let start = Instant::now();
    let placed = places(sizes, ways);
    let took = start.elapsed();
    let again = places(sizes, ways);
    assert_eq!(placed.nodes, again.nodes);
    assert_eq!((placed.nodes.len(), placed.ways.len()), (sizes.len(), ways.len()));
    let boxes: Vec<(Point, Point)> = placed.nodes.iter().copied().zip(sizes.iter().copied()).collect();
    for (at, (one, size)) in boxes.iter().enumerate() {
        assert!(one.0.is_finite() && one.1.is_finite(), "{one:?}");
        for (other, others) in boxes.iter().take(at) {
            let is_apart = one.0 + size.0 <= other.0
                || other.0 + others.0 <= one.0
                || one.1 + size.1 <= other.1
                || other.1 + others.1 <= one.1;
            assert!(is_apart, "{one:?} {size:?} lies on {other:?} {others:?}");
        }
    }
    let bends: usize = placed.ways.iter().map(|way| way.points.len()).sum();
    for ((way, placed_way), again) in ways.iter().zip(&placed.ways).zip(&again.ways) {
        assert_eq!(placed_way.points, again.points);
        let points = &placed_way.points;
        assert_eq!(points.is_empty(), way.from == way.to);
        for (end, node) in [(points.first(), way.from), (points.last(), way.to)] {
            let Some(end) = end else { continue };
            let (corner, size) = boxes[node];
            let is_at_side = (end.0 - corner.0).abs() < 1.5 || (end.0 - corner.0 - size.0).abs() < 1.5;
            assert!(is_at_side && corner.1 <= end.1 && end.1 <= corner.1 + size.1, "{end:?} {corner:?}");
        }
        if let Some(piece) = points.windows(2).nth(placed_way.label) {
            assert!((piece[0].0 - piece[1].0).abs() >= GAP - 2.0 + way.label, "no room for a label");
        } else {
            assert!(points.is_empty());
        }
        // Past the limit of bends they go straight.
        if bends < MAX_BENDS {
            for (node, &(corner, size)) in boxes.iter().enumerate() {
                let others = node != way.from && node != way.to;
                assert!(
                    !(others && points.windows(2).any(|piece| passes(piece, corner, size))),
                    "over {node}"
                );
            }
        }
    }
    took
}

fn way((from, to): (usize, usize)) -> Way {
    Way { from, to, label: [0.0, 30.0, 120.0][(from * 7 + to) % 3] }
}

fn sizes(count: usize) -> Vec<Point> {
    (0..count).map(|at| (40.0 + (at * 7919 % 300) as f64, if at % 2 == 0 { 26.0 } else { 40.0 })).collect()
}

#[test]
fn any_graph_has_places() {
    fn any(bytes: &mut Unstructured<'_>) -> Result<(Vec<Point>, Vec<Way>)> {
        let count: usize = bytes.int_in_range(1..=40)?;
        let edges = bytes.int_in_range(0..=3 * count)?;
        let mut ways = Vec::new();
        for _ in 0..edges {
            ways.push(way((bytes.int_in_range(0..=count - 1)?, bytes.int_in_range(0..=count - 1)?)));
        }
        Ok((sizes(count), ways))
    }
    arbtest::arbtest(|bytes| {
        let (sizes, ways) = any(bytes)?;
        check(&sizes, &ways);
        Ok(())
    })
    .budget_ms(2_000);
}

#[test]
fn the_largest_graphs_have_places_within_a_second() {
    const EDGES: usize = 3 * MAX_NODES;
    // A sequence that looks random and is the same each time.
    let mut state = 42_u64;
    let mut next = move |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let mut random: Vec<(usize, usize)> = (0..EDGES).map(|_| (next(MAX_NODES), next(MAX_NODES))).collect();
    type Edges = Vec<(usize, usize)>;
    let graphs: [(&str, usize, Edges); 12] = [
        ("random", MAX_NODES, random.clone()),
        ("without cycles", MAX_NODES, random.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect()),
        ("chain", MAX_NODES, (1..MAX_NODES).map(|at| (at, at - 1)).collect()),
        ("star", MAX_NODES, (1..MAX_NODES).map(|at| (at, 0)).collect()),
        ("tree", MAX_NODES, (1..MAX_NODES).map(|at| (at, at / 3)).collect()),
        ("ring", MAX_NODES, (0..MAX_NODES).map(|at| (at, (at + 1) % MAX_NODES)).collect()),
        ("pairs", MAX_NODES, (0..MAX_NODES / 2).map(|at| (2 * at, 2 * at + 1)).collect()),
        ("two nodes", 2, (0..EDGES).map(|at| (at % 2, at / 2 % 2)).collect()),
        ("loops", MAX_NODES, (0..EDGES).map(|at| (at % MAX_NODES, at % MAX_NODES)).collect()),
        ("each with each", 34, (0..34 * 34).map(|at| (at / 34, at % 34)).collect()),
        ("all with few", 80, (0..EDGES).map(|at| (at % 20, 20 + at / 20)).collect()),
        ("chain and random", MAX_NODES, {
            random.truncate(2 * MAX_NODES);
            (1..MAX_NODES).map(|at| (at - 1, at)).chain(random).collect()
        }),
    ];
    for (name, count, edges) in graphs {
        let took = check(&sizes(count), &edges.into_iter().map(way).collect::<Vec<_>>());
        assert!(took < Duration::from_secs(1), "{name}: {took:?}");
    }
}
