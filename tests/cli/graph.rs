//! `policyc graph`.

use super::Here;

fn here() -> Here {
    let policy = "\
resource folder in folder by path
category see { look \"Look\" }
category act { edit requires look }
## Looks at everything.
role reader { grant look }
role writer inherits reader { grant edit }
role audit { }
@allow(P0702) \"an example\"
role lonely { }
user ann
assign writer to user:ann
assign audit to user:ann on folder:a/b
";
    Here::with(&[("a.policy", policy)])
}

#[test]
fn every_graph_in_every_language() {
    let here = here();
    insta::assert_snapshot!(here.run(&["graph", "roles"]).exits(0).out, @r#"
    digraph "roles" {
      rankdir=LR
      node [shape=box, style=rounded, fontname="sans-serif", fontsize=11]
      edge [fontname="sans-serif", fontsize=9, arrowsize=0.7]
      n0 [label="audit\ngrants 0 privileges, assigned 1 time"]
      n1 [label="lonely\ngrants 0 privileges"]
      n2 [label="reader\ngrants 1 privilege", tooltip="Looks at everything."]
      n3 [label="writer\ngrants 1 privilege, assigned 1 time"]
      n3 -> n2
    }
    "#);
    insta::assert_snapshot!(here.run(&["graph", "privileges", "--format", "mermaid"]).exits(0).out, @r#"
    flowchart LR
      accTitle: privileges
      subgraph g0["act"]
        n0("edit")
      end
      subgraph g1["see"]
        n1("look<br/>Look")
      end
      n0 --> n1
    "#);
    insta::assert_snapshot!(here.run(&["graph", "resources", "--format", "mermaid"]).exits(0).out, @r#"
    flowchart LR
      accTitle: resources
      n0[["folder<br/>type, by path, 2 named"]]
      n1("folder:a")
      n2("folder:a/b")
      n0 -->|"in"| n0
      n1 -.-> n0
      n2 --> n1
    "#);
    let picture = here.run(&["graph", "roles", "--format", "svg"]).exits(0).out;
    assert!(picture.starts_with("<svg xmlns=") && picture.ends_with("</svg>\n"), "{picture}");
}

#[test]
fn into_a_file_whose_ending_says_the_language() {
    let here = here();
    for (file, format) in [("r.svg", "svg"), ("r.mmd", "mermaid"), ("r.dot", "dot"), ("r.gv", "dot")] {
        here.run(&["graph", "roles", "-o", file]).exits(0).says(&format!("wrote {file}: "));
        let printed = here.run(&["graph", "roles", "--format", format]).exits(0).out;
        assert_eq!(std::fs::read_to_string(here.path(file)).unwrap(), printed, "{file}");
    }
    here.run(&["graph", "roles", "-o", "a.policy"]).refuses(&["a source of this policy"]);
}

#[test]
fn a_part_of_it() {
    let here = here();
    let ran = here.run(&["graph", "roles", "--around", "reader"]).exits(0);
    assert!(ran.out.contains("writer") && !ran.out.contains("lonely"), "{}", ran.out);
    here.run(&["graph", "roles", "--around", "raeder"])
        .refuses(&["no node `raeder`", "did you mean `reader`"]);
    let ran = here.run(&["graph", "privileges", "--category", "act"]).exits(0);
    assert!(
        ran.out.contains("label=\"see\\n1 privilege\"") && ran.out.contains("label=\"edit\""),
        "{}",
        ran.out
    );
    here.run(&["graph", "privileges", "--category", "axt"]).refuses(&["no category `axt`"]);
    here.run(&["graph", "roles", "--category", "act"]).refuses(&["only privileges have categories"]);
}

#[test]
fn what_cannot_be_drawn() {
    let mut policy = "category c { a }\n".to_owned();
    (0..401).for_each(|at| policy.push_str(&format!("role r{at} {{ grant a }}\n")));
    let here = Here::with(&[("a.policy", policy)]);
    here.run(&["graph", "roles"])
        .refuses(&["a graph of 401 nodes and 0 edges cannot be read", "`--around NAME`"]);
    here.run(&["graph", "roles", "--around", "r7"]).exits(0).says("\"r7\\n");
    here.run(&["compile", "-o", "app.bin"]).exits(0);
    here.run(&["graph", "roles", "-p", "app.bin"]).exits(2);
    let broken = Here::with(&[("a.policy", "role r inherits s { }")]);
    broken.run(&["graph", "roles"]).exits(1).warns("nothing was drawn");
}
