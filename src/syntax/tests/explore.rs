use super::*;
#[test]
fn explore() {
    let show = |text: &str| {
        let (file, ds) = parsed(text);
        println!("=== {text}\n--- items {} salvaged {:?}", file.items.len(), file.salvaged);
        for d in ds {
            let r = d.primary.span.range();
            println!(
                "  {} at {:?} [{}] {} | help: {:?} {:?}",
                d.code,
                r,
                text.get(r.clone()).unwrap_or("?"),
                d.message,
                d.help,
                d.secondary.iter().map(|l| (&text[l.span.range()], l.text.clone())).collect::<Vec<_>>()
            );
        }
    };
    let (f, ds) = parsed(SAMPLE);
    println!("SAMPLE items {} faults {:?}", f.items.len(), ds);
    for t in std::fs::read_to_string("/tmp/cases.txt").unwrap().split("\n====\n") {
        show(t);
    }
}
