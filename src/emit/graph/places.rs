//! Nodes and edges > where they go: in columns, along the edges, with few crossings.
//!
//! The usual steps: edges that close a cycle are taken the other way round, each node stands behind all that lead to it, long edges get a
//! bend in every column they pass, columns are ordered by what they are joined with, and then moved towards it. Whatever the graph is,
//! each step ends: there are so many rounds and no more, and no more bends than a limit.
//!
//! A library would be better than code of our own; none of those at hand held (book/src/decisions.md has the figures). The tests beside this
//! file say what one has to hold.

#[cfg(test)]
mod tests;

/// Rounds of ordering, and of moving.
const ROUNDS: usize = 12;
/// Bends of all edges; the edges behind that go straight.
const MAX_BENDS: usize = 5_000;
/// What is free between two columns, besides labels.
const GAP: f64 = 48.0;
/// What is free between two nodes of a column.
const ROOM: f64 = 14.0;

/// How high an edge from a node to itself and its label reach.
const ABOVE: f64 = 40.0;

/// A point: to the right, and down.
pub(super) type Point = (f64, f64);

/// An edge that is to be placed.
pub(super) struct Way {
    pub from: usize,
    pub to: usize,
    /// How wide its label is.
    pub label: f64,
}

/// Where everything is.
pub(super) struct Places {
    /// The top left of each node.
    pub nodes: Vec<Point>,
    /// How each edge goes.
    pub ways: Vec<Route>,
}

/// How an edge goes.
#[derive(Default)]
pub(super) struct Route {
    /// The points that it passes, from its start to its end; none for one from a node to itself.
    pub points: Vec<Point>,
    /// The piece between two of them that passes the room for labels beside its start.
    pub label: usize,
}

/// Something in a column: a node, or a bend of an edge.
#[derive(Clone, Copy)]
struct Item {
    column: usize,
    height: f64,
    /// The middle.
    y: f64,
}

/// Finds places for nodes of these sizes.
pub(super) fn places(sizes: &[Point], ways: &[Way]) -> Places {
    let columns = columns(sizes.len(), ways);
    let mut items: Vec<Item> = sizes
        .iter()
        .zip(&columns)
        .map(|(&(_, height), &column)| Item { column, height: height + ROOM, y: 0.0 })
        .collect();
    // An edge from a node to itself rises above it.
    for way in ways.iter().filter(|way| way.from == way.to) {
        if let Some(item) = items.get_mut(way.from) {
            item.height = item.height.max(sizes.get(way.from).map_or(0.0, |size| size.1) + 2.0 * ABOVE);
        }
    }
    // What is joined, column by column: nodes and bends from left to right.
    let mut chains: Vec<Vec<usize>> = Vec::with_capacity(ways.len());
    let mut bends = 0;
    for way in ways {
        let column = |at: usize| columns.get(at).copied().unwrap_or_default();
        let (left, right) =
            if column(way.from) <= column(way.to) { (way.from, way.to) } else { (way.to, way.from) };
        let between = (column(left) + 1)..column(right);
        let mut chain = vec![left];
        if bends + between.len() <= MAX_BENDS {
            bends += between.len();
            for column in between {
                chain.push(items.len());
                items.push(Item { column, height: 10.0, y: 0.0 });
            }
        }
        chain.push(right);
        chains.push(chain);
    }
    let mut neighbors: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    for pair in chains.iter().flat_map(|chain| chain.windows(2)) {
        if let [a, b] = *pair
            && a != b
        {
            for (one, other) in [(a, b), (b, a)] {
                if let Some(list) = neighbors.get_mut(one) {
                    list.push(other);
                }
            }
        }
    }
    let mut order = vec![Vec::new(); items.iter().map(|item| item.column + 1).max().unwrap_or(0)];
    for (at, item) in items.iter().enumerate() {
        let is_alone = neighbors.get(at).is_none_or(Vec::is_empty);
        if let Some(column) = order.get_mut(item.column).filter(|_| !is_alone) {
            column.push(at);
        }
    }
    arrange(&mut items, &mut order, &neighbors);
    // What is joined with nothing stands below all others.
    let bottom = |item: &Item| item.y + item.height / 2.0;
    let mut y = order.iter().flatten().filter_map(|&at| items.get(at)).map(bottom).fold(0.0, f64::max);
    for (item, _) in items.iter_mut().zip(&neighbors).filter(|(_, others)| others.is_empty()) {
        item.y = y + item.height / 2.0;
        y += item.height;
    }
    let lefts = lefts(sizes, ways, &columns, order.len());
    Places { nodes: corners(sizes, &items, &lefts), ways: routes(sizes, ways, &chains, &items, &lefts) }
}

/// The column of each node: behind all that lead to it, but for edges that close a cycle.
fn columns(nodes: usize, ways: &[Way]) -> Vec<usize> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for way in ways.iter().filter(|way| way.from != way.to && way.to < nodes) {
        if let Some(list) = next.get_mut(way.from) {
            list.push(way.to);
        }
    }
    // Depth first; what is left last comes first. An edge to what is still open closes a cycle.
    let mut state = vec![0_u8; nodes];
    let mut done = Vec::with_capacity(nodes);
    for start in 0..nodes {
        let mut open = vec![(start, 0)];
        while let Some((at, edge)) = open.pop() {
            if edge == 0 && state.get(at).is_none_or(|state| *state != 0) {
                continue;
            }
            set(&mut state, at, 1);
            match next.get(at).and_then(|list| list.get(edge)) {
                Some(&to) => {
                    open.push((at, edge + 1));
                    open.push((to, 0));
                }
                None => {
                    set(&mut state, at, 2);
                    done.push(at);
                }
            }
        }
    }
    done.reverse();
    let mut rank = vec![0; nodes];
    done.iter().enumerate().for_each(|(place, &at)| set(&mut rank, at, place));
    let mut columns = vec![0; nodes];
    for &at in &done {
        let behind = columns.get(at).copied().unwrap_or_default() + 1;
        for &to in next.get(at).into_iter().flatten() {
            let is_forward = rank.get(to) > rank.get(at);
            if is_forward && columns.get(to).is_some_and(|column| *column < behind) {
                set(&mut columns, to, behind);
            }
        }
    }
    columns
}

fn set<T>(list: &mut [T], at: usize, value: T) {
    if let Some(place) = list.get_mut(at) {
        *place = value;
    }
}

/// Orders the columns, and moves what is in them towards what it is joined with.
fn arrange(items: &mut [Item], order: &mut [Vec<usize>], neighbors: &[Vec<usize>]) {
    for column in order.iter() {
        stack(items, column, |place| place as f64 * 40.0);
    }
    for round in 0..2 * ROUNDS {
        let count = order.len();
        for step in 0..count {
            // Forth and back by turns.
            let column = if round % 2 == 0 { step } else { count - 1 - step };
            let Some(column) = order.get_mut(column) else { continue };
            let wanted = |items: &[Item], at: usize| {
                let own = items.get(at).map_or(0.0, |item| item.y);
                let list = neighbors.get(at).map_or(&[][..], Vec::as_slice);
                let sum: f64 = list.iter().filter_map(|&other| items.get(other)).map(|item| item.y).sum();
                if list.is_empty() { own } else { sum / list.len() as f64 }
            };
            if round < ROUNDS {
                let mut keyed: Vec<(f64, usize)> = column.iter().map(|&at| (wanted(items, at), at)).collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                *column = keyed.into_iter().map(|(_, at)| at).collect();
            }
            let wanted: Vec<f64> = column.iter().map(|&at| wanted(items, at)).collect();
            stack(items, column, |place| wanted.get(place).copied().unwrap_or_default());
        }
    }
}

/// Puts the items of a column as near to where they want to be as their order and their heights allow.
fn stack(items: &mut [Item], column: &[usize], wanted: impl Fn(usize) -> f64) {
    let heights: Vec<f64> = column.iter().map(|&at| items.get(at).map_or(0.0, |item| item.height)).collect();
    let apart = |a: usize, b: usize| {
        (heights.get(a).copied().unwrap_or_default() + heights.get(b).copied().unwrap_or_default()) / 2.0
    };
    let wanted: Vec<f64> = (0..column.len()).map(wanted).collect();
    // Pushed down from the top, and up from the bottom: both keep them apart, and so does the middle of both.
    let (mut down, mut up) = (wanted.clone(), wanted);
    for place in 1..down.len() {
        let least = down.get(place - 1).copied().unwrap_or_default() + apart(place - 1, place);
        if let Some(y) = down.get_mut(place) {
            *y = y.max(least);
        }
    }
    for place in (1..up.len()).rev() {
        let most = up.get(place).copied().unwrap_or_default() - apart(place - 1, place);
        if let Some(y) = up.get_mut(place - 1) {
            *y = y.min(most);
        }
    }
    for (&at, (down, up)) in column.iter().zip(down.into_iter().zip(up)) {
        if let Some(item) = items.get_mut(at) {
            item.y = f64::midpoint(down, up);
        }
    }
}

/// Where each column begins and how wide it is; behind it is room for the labels of the edges that start there, or at the next one to go back.
fn lefts(sizes: &[Point], ways: &[Way], columns: &[usize], count: usize) -> Vec<Point> {
    let mut widths = vec![0.0_f64; count];
    let mut labels = vec![0.0_f64; count];
    for (&(width, _), &column) in sizes.iter().zip(columns) {
        if let Some(widest) = widths.get_mut(column) {
            *widest = widest.max(width);
        }
    }
    for (at, way) in ways.iter().enumerate() {
        let column = |at: usize| columns.get(at).copied().unwrap_or_default();
        let is_back = column(way.from) > column(way.to);
        // Labels of edges between the same two nodes stand beside each other.
        let same = ways.iter().skip(at).filter(|other| (other.from, other.to) == (way.from, way.to));
        let width = same.map(|way| way.label).sum();
        if let Some(widest) = labels.get_mut(column(way.from) - usize::from(is_back)) {
            *widest = widest.max(width);
        }
    }
    let mut left = 0.0;
    let each = widths.into_iter().zip(labels).map(|(width, label)| {
        let place = (left, width);
        left += width + GAP + label * 1.3;
        place
    });
    each.collect()
}

fn corners(sizes: &[Point], items: &[Item], lefts: &[Point]) -> Vec<Point> {
    let corner = |(&(width, height), item): (&Point, &Item)| {
        let (left, widest) = lefts.get(item.column).copied().unwrap_or_default();
        (left + (widest - width) / 2.0, item.y - height / 2.0)
    };
    sizes.iter().zip(items).map(corner).collect()
}

/// The points of each edge. Where several begin or end at a side of a node, they share it.
fn routes(
    sizes: &[Point],
    ways: &[Way],
    chains: &[Vec<usize>],
    items: &[Item],
    lefts: &[Point],
) -> Vec<Route> {
    let middle = |at: usize| items.get(at).map_or(0.0, |item| item.y);
    // By node and side: the edges there, with where they come from.
    let mut ports: Vec<[Vec<(f64, usize)>; 2]> = vec![[Vec::new(), Vec::new()]; sizes.len()];
    for (edge, chain) in chains.iter().enumerate() {
        let [first, second, ..] = chain.as_slice() else { continue };
        let [.., before, last] = chain.as_slice() else { continue };
        if first == last {
            continue;
        }
        for (node, side, other) in [(first, 1, second), (last, 0, before)] {
            if let Some(sides) = ports.get_mut(*node) {
                sides[side].push((middle(*other), edge));
            }
        }
    }
    ports.iter_mut().flatten().for_each(|side| side.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))));
    let span = |at: usize| {
        let (left, width) =
            items.get(at).and_then(|item| lefts.get(item.column)).copied().unwrap_or_default();
        (left, left + width)
    };
    let port = |node: usize, side: usize, edge: usize| {
        let (width, height) = sizes.get(node).copied().unwrap_or_default();
        let (left, right) = span(node);
        let x = f64::midpoint(left, right) + if side == 1 { width } else { -width } / 2.0;
        let all = ports.get(node).map_or(&[][..], |sides| sides[side].as_slice());
        let place = all.iter().position(|(_, other)| *other == edge).unwrap_or(0);
        (x, middle(node) - height / 2.0 + height * (place + 1) as f64 / (all.len() + 1) as f64)
    };
    let route = |(edge, (chain, way)): (usize, (&Vec<usize>, &Way))| {
        let (Some(&first), Some(&last)) = (chain.first(), chain.last()) else { return Route::default() };
        if first == last {
            return Route::default();
        }
        // Level out of a column and into one: what is wider above and below is not run over.
        let start = port(first, 1, edge);
        let mut points = vec![start, (span(first).1, start.1)];
        for &bend in chain.iter().skip(1).take(chain.len().saturating_sub(2)) {
            let (left, right) = span(bend);
            points.extend([(left, middle(bend)), (right, middle(bend))]);
        }
        let end = port(last, 0, edge);
        points.extend([(span(last).0, end.1), end]);
        if way.from != first {
            points.reverse();
        }
        // From a node as wide as its column there is nothing to go before the room for labels.
        let is_near = |a: Point, b: Point| (a.0 - b.0).abs() < 1.0;
        let label = usize::from(matches!(points[..], [one, next, ..] if !is_near(one, next)));
        points.dedup_by(|next, kept| is_near(*next, *kept));
        Route { points, label }
    };
    chains.iter().zip(ways).enumerate().map(route).collect()
}
