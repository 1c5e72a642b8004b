//! The four real systems: every row of their decision tables, by policyc, by the reference evaluator and by Cedar.
use cedar::reference::table::sources;
use policyc::emit::cedar::export;

#[test]
fn x() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for system in ["flow-software", "flowable", "flowrunner", "invictus"] {
        let sources =
            sources(&[root.join("policies").join(system), root.join("tests/conformance").join(system)]);
        let compiled = policyc::compile(&sources);
        match export(&compiled.model, &sources) {
            Err(refusals) => println!("{system}: {refusals:#?}"),
            Ok(cedar) => {
                println!("=== {system} {}\n{}\n{}", cedar.count, cedar.policies, cedar.schema);
                match cedar::Judge::load(&compiled.model, &cedar) {
                    Err(e) => println!("ERROR {e}"),
                    Ok(j) => println!("loaded {}", j.policies()),
                }
            }
        }
    }
}
