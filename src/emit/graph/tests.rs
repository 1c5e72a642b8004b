//! Graphs, in every language.

use super::*;
use crate::compile::Compiled;
use crate::source::{Format, Sources};
use arbtest::arbitrary::Unstructured;
use layout::gv::parser::DotParser;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

#[track_caller]
fn compiled(sources: &Sources) -> Compiled {
    let compiled = crate::compile(sources);
    assert!(compiled.policy.is_some(), "{:?}", compiled.diagnostics);
    compiled
}

#[track_caller]
fn of(text: &str) -> (Compiled, Sources) {
    let mut sources = Sources::new();
    sources.add("a.policy", Format::Policy, text);
    (compiled(&sources), sources)
}

#[track_caller]
fn of_directory(name: &str) -> (Compiled, Sources) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(name);
    let loaded = crate::load::read_sources(&[path]).expect("the policy is there");
    (compiled(&loaded.sources), loaded.sources)
}

/// The three graphs of a policy, with the categories drawn one by one.
fn all(compiled: &Compiled, sources: &Sources, expanded: &[&str]) -> [Graph; 3] {
    let expanded = expanded.iter().map(|name| (*name).to_owned()).collect();
    let model = &compiled.model;
    [roles(model), privileges(model, sources, &expanded), resources(model)]
}

/// What Graphviz could not read, a parser of its language cannot either.
#[track_caller]
fn reads_as_dot(text: &str) {
    if let Err(error) = DotParser::new(text).process() {
        panic!("{error}\n{text}");
    }
}

/// The texts of all elements of a name.
#[track_caller]
fn elements(svg: &str, name: &str) -> Vec<String> {
    let mut reader = Reader::from_str(svg);
    let (mut found, mut open) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}\n{svg}")) {
            Event::Eof => return found,
            Event::Start(start) if start.name().as_ref() == name.as_bytes() => {
                open = true;
                found.push(String::new());
            }
            Event::End(_) => open = false,
            Event::Text(text) if open => {
                let text = text.decode().expect("UTF-8").into_owned();
                found.last_mut().expect("an element").push_str(&text);
            }
            Event::GeneralRef(entity) if open => {
                let name = entity.decode().expect("UTF-8");
                let character = entity.resolve_char_ref().expect("a character");
                let named = || quick_xml::escape::resolve_predefined_entity(&name).expect("an entity of XML");
                let text = character.map_or_else(|| named().to_owned(), String::from);
                found.last_mut().expect("an element").push_str(&text);
            }
            _ => {}
        }
    }
}

#[test]
fn the_roles_of_flowable() {
    let (compiled, _) = of_directory("flowable");
    let graph = roles(&compiled.model);
    insta::assert_snapshot!(dot(&graph));
    insta::assert_snapshot!(mermaid(&graph));
    insta::assert_snapshot!(svg(&graph));
}

#[test]
fn the_categories_of_flowable() {
    let (compiled, sources) = of_directory("flowable");
    let graph = privileges(&compiled.model, &sources, &BTreeSet::new());
    insta::assert_snapshot!(dot(&graph));
    insta::assert_snapshot!(mermaid(&graph));
    insta::assert_snapshot!(svg(&graph));
}

#[test]
fn one_category_of_flowable() {
    let (compiled, sources) = of_directory("flowable");
    let graph = privileges(&compiled.model, &sources, &BTreeSet::from(["destructive".to_owned()]));
    insta::assert_snapshot!(dot(&graph));
    insta::assert_snapshot!(mermaid(&graph));
    insta::assert_snapshot!(svg(&graph));
}

#[test]
fn all_of_invictus() {
    let (compiled, sources) = of_directory("invictus");
    for graph in all(&compiled, &sources, &[]) {
        insta::assert_snapshot!(dot(&graph));
        insta::assert_snapshot!(mermaid(&graph));
        insta::assert_snapshot!(svg(&graph));
    }
}

#[test]
fn the_picture_of_the_book_is_what_is_drawn() {
    let (compiled, _) = of_directory("invictus");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src/images/roles.svg");
    let picture = std::fs::read_to_string(path).expect("the book has a picture").replace("\r\n", "\n");
    assert_eq!(
        picture,
        svg(&roles(&compiled.model)),
        "write it again: policyc graph roles -p policies/invictus -o book/src/images/roles.svg"
    );
}

#[test]
fn what_is_written_can_be_read() {
    for name in ["flowable", "invictus", "flowrunner", "flow-software"] {
        let (compiled, sources) = of_directory(name);
        for expanded in [&[][..], &["control"]] {
            for graph in all(&compiled, &sources, expanded) {
                reads_as_dot(&dot(&graph));
                // One for each node, and one for the whole.
                assert_eq!(elements(&svg(&graph), "title").len(), graph.nodes.len() + 1, "{name}");
            }
        }
    }
}

#[test]
fn constraints_and_counts_of_roles() {
    let (compiled, _) = of("category c { a b } user u
        role base { grant a } role top inherits base { grant b }
        role audit requires base { } role pay { grant b }
        role p1 { } role p2 { } role p3 { } role p4 { }
        assign pay to user:u
        exclusive audit, pay exclusive p1, p2, p3, p4");
    insta::assert_snapshot!(mermaid(&roles(&compiled.model)), @r#"
    flowchart LR
      accTitle: roles
      n0("audit<br/>grants 0 privileges")
      n1("base<br/>grants 1 privilege")
      n2("p1<br/>grants 0 privileges")
      n3("p2<br/>grants 0 privileges")
      n4("p3<br/>grants 0 privileges")
      n5("p4<br/>grants 0 privileges")
      n6("pay<br/>grants 1 privilege, assigned 1 time")
      n7("top<br/>grants 1 privilege")
      n8{{"exclusive"}}
      n0 -.->|"requires"| n1
      n0 -.-|"exclusive"| n6
      n2 -.- n8
      n3 -.- n8
      n4 -.- n8
      n5 -.- n8
      n7 --> n1
    "#);
}

#[test]
fn formulas_as_a_reader_would_say_them() {
    let (compiled, sources) = of("resource f { attribute open: bool }
        category see { s1 s2 s3 }
        category act requires any category:see {
            a1 requires s1 and s2
            a2 requires s1 or s2
            a3 requires any(s2, s1)
            a4 requires all category:see
        }
        category file on f { f1 requires resource.open f2 requires resource.open and s1 f3 includes f1 }");
    insta::assert_snapshot!(mermaid(&privileges(&compiled.model, &sources, &BTreeSet::new())), @r#"
    flowchart LR
      accTitle: privileges
      subgraph g0["act"]
        n0("a1")
        n1("a2")
        n2("a3")
        n3("a4")
      end
      subgraph g1["file"]
        n4("f1")
        n5("f2")
        n6("f3")
      end
      subgraph g2["see"]
        n7("s1")
        n8("s2")
        n9("s3")
      end
      n10{{"any category:see"}}
      n11{{"one of"}}
      n12{{"all category:see"}}
      n13{{"resource.open"}}
      n14{{"resource.open and s1"}}
      n0 --> n7
      n0 --> n8
      n0 --> n10
      n1 --> n10
      n1 --> n11
      n2 --> n10
      n2 --> n11
      n3 --> n10
      n3 --> n12
      n4 --> n13
      n5 --> n14
      n6 -->|"includes"| n4
      n11 -.-> n7
      n11 -.-> n8
      n14 -.-> n7
    "#);
}

#[test]
fn resources_by_level() {
    let mut text = "resource folder in folder by path\nresource file in folder by path\ncategory c on folder { see }\nrole r { }\n".to_owned();
    (0..5).for_each(|a| (0..30).for_each(|b| text.push_str(&format!("file:top{a}/sub/x{b} {{ }}\n"))));
    let (compiled, _) = of(&text.replace(" { }\n", "\n").replace("role r", "role r { }"));
    insta::assert_snapshot!(mermaid(&resources(&compiled.model)), @r#"
    flowchart LR
      accTitle: resources
      n0[["file<br/>type, by path, 150 named"]]
      n1[["folder<br/>type, by path, 10 named"]]
      n2("folder:top0")
      n3("folder:top0/sub<br/>and 30 more below")
      n4("folder:top1")
      n5("folder:top1/sub<br/>and 30 more below")
      n6("folder:top2")
      n7("folder:top2/sub<br/>and 30 more below")
      n8("folder:top3")
      n9("folder:top3/sub<br/>and 30 more below")
      n10("folder:top4")
      n11("folder:top4/sub<br/>and 30 more below")
      n0 -->|"in"| n1
      n1 -->|"in"| n1
      n2 -.-> n1
      n3 --> n2
      n4 -.-> n1
      n5 --> n4
      n6 -.-> n1
      n7 --> n6
      n8 -.-> n1
      n9 --> n8
      n10 -.-> n1
      n11 --> n10
    "#);
}

#[test]
fn names_are_text_in_every_language() {
    let hostile = "</svg><script>alert(1)</script> \\\" ' & ; # %% ]]> [x] {y} |z| `b` <!--";
    let (compiled, sources) = of(&format!(
        "category \"{hostile}\" {{ \"{hostile}\" \"{hostile}\" other requires \"{hostile}\" }}
         ## {hostile}
         role \"{hostile}\" {{ grant * }} role end inherits \"{hostile}\" {{ }}"
    ));
    let name = hostile.replace("\\\"", "\"");
    for graph in all(&compiled, &sources, &[]) {
        reads_as_dot(&dot(&graph));
        let picture = svg(&graph);
        let titles = elements(&picture, "title");
        assert_eq!(titles.len(), graph.nodes.len() + 1);
        let is_there = graph.nodes.iter().any(|node| node.name == name);
        assert_eq!(titles.iter().any(|title| title.starts_with(&name)), is_there, "{titles:?}");
        assert_eq!(elements(&picture, "script").len(), 0);
        for line in mermaid(&graph).lines() {
            for sign in ["<script", "]]>", "|z|", "{y}", "[x]", "%%", "&"] {
                assert!(!line.contains(sign), "{sign} is in {line}");
            }
        }
    }
    assert_eq!(shown("a\nb\u{202e}c\u{7}"), "a b\u{fffd}c\u{fffd}");
}

#[test]
fn what_is_joined_with_nothing_is_one_node() {
    let drawn = |alone: usize| {
        let names: String = (0..alone).map(|at| format!("p{at} ")).collect();
        let (compiled, sources) = of(&format!("category a {{ {names} }} category b {{ x requires y y }}"));
        let graph = privileges(&compiled.model, &sources, &BTreeSet::new()).gathered("need nothing");
        let names: Vec<&str> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
        let edges: Vec<_> = graph.edges.iter().map(|edge| (names[edge.from], names[edge.to])).collect();
        assert_eq!(edges, [("x", "y")]);
        let last = graph.nodes.last().expect("there are nodes");
        (graph.nodes.len(), last.name.clone(), last.title.clone())
    };
    assert_eq!(drawn(ALONE), (ALONE + 2, "y".to_owned(), None));
    let mut all: Vec<String> = (0..=ALONE).map(|at| format!("p{at}")).collect();
    all.sort_unstable();
    assert_eq!(drawn(ALONE + 1), (3, "13 more need nothing".to_owned(), Some(all.join(", "))));
}

#[test]
fn only_what_is_around() {
    let (compiled, _) = of(
        "category c { a } role r1 { grant a } role r2 inherits r1 { } role r3 inherits r2 { } role r4 inherits r1 { }",
    );
    let names = |around: &[&str]| -> Result<Vec<String>, String> {
        let around: Vec<String> = around.iter().map(|name| (*name).to_owned()).collect();
        let graph = roles(&compiled.model).around(&around)?;
        Ok(graph.nodes.into_iter().map(|node| node.name).collect())
    };
    assert_eq!(names(&["r2"]), Ok(["r1", "r2", "r3"].map(str::to_owned).to_vec()));
    assert_eq!(names(&["r4"]), Ok(["r1", "r4"].map(str::to_owned).to_vec()));
    assert_eq!(names(&["r4", "r3"]), Ok(["r1", "r2", "r3", "r4"].map(str::to_owned).to_vec()));
    assert_eq!(names(&["r5"]), Err("r5".to_owned()));
}

/// A graph of any shape: cycles, loops, many edges between two nodes, nothing at all.
fn any_graph(bytes: &mut Unstructured<'_>, most: usize) -> arbtest::arbitrary::Result<Graph> {
    let mut graph = Graph { title: bytes.arbitrary()?, ..Graph::default() };
    for _ in 0..bytes.int_in_range(0..=most)? {
        let shape = *bytes.choose(&[Shape::One, Shape::Many, Shape::Joint])?;
        let name: String = bytes.arbitrary()?;
        let node = graph.add(name, shape);
        graph.nodes[node].detail = bytes.arbitrary()?;
    }
    if !graph.nodes.is_empty() {
        let last = graph.nodes.len() - 1;
        for _ in 0..bytes.int_in_range(0..=2 * most)? {
            let (from, to) = (bytes.int_in_range(0..=last)?, bytes.int_in_range(0..=last)?);
            let kind = *bytes.choose(&[Kind::Solid, Kind::Dashed, Kind::Both])?;
            let label: String = bytes.arbitrary()?;
            graph.link(from, to, kind, label);
        }
    }
    Ok(graph.finished())
}

#[test]
fn any_graph_is_drawn() {
    arbtest::arbtest(|bytes| {
        let graph = any_graph(bytes, 20)?;
        assert_eq!(elements(&svg(&graph), "title").len(), graph.nodes.len() + 1);
        reads_as_dot(&dot(&graph));
        mermaid(&graph);
        Ok(())
    })
    .budget_ms(3_000);
}

#[test]
fn the_largest_graphs_are_drawn_soon() {
    // Everything with everything behind it, a chain, a star: what layers and crossings are worst for.
    let makes: [fn(usize) -> usize; 3] = [|at| at / 3, |at| at.saturating_sub(1), |_| 0];
    for make in makes {
        let mut graph = Graph::default();
        for at in 0..MAX_NODES {
            graph.add(format!("node {at}"), Shape::One);
        }
        (0..MAX_NODES).for_each(|at| graph.link(at, make(at), Kind::Solid, ""));
        (0..2 * MAX_NODES)
            .for_each(|at| graph.link(at % MAX_NODES, (at * 7919 + 13) % MAX_NODES, Kind::Dashed, ""));
        let graph = graph.finished();
        assert_eq!(graph.too_large(), None);
        let from = Instant::now();
        svg(&graph);
        assert!(from.elapsed() < Duration::from_secs(20), "{:?}", from.elapsed());
    }
}
