//! Texts that nobody means well with: no panic, no overflow, no end of findings, no quadratic time.

use super::{SAMPLE, cost, faults, parsed};
use crate::syntax::sink::{MAX_COUNTED, MAX_FAULTS};

/// Whatever the text: it is read to the end, and every place is one of the text.
#[track_caller]
fn survives(text: &str) {
    let (file, found) = parsed(text);
    assert!(found.len() <= MAX_FAULTS + 1);
    for one in found.iter().flat_map(|one| one.secondary.iter().chain([&one.primary])) {
        assert!(text.get(one.span.range()).is_some(), "{:?} of {text:?}", one.span);
    }
    for pair in file.items.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "{text:?}");
    }
}

/// A small generator; the numbers need not be good.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[test]
fn deep_nesting() {
    let many = 100_000;
    for text in [
        format!("grant a to user:u when {}b{}", "(".repeat(many), ")".repeat(many)),
        format!("grant a to user:u when {}b", "not ".repeat(many)),
        format!("grant a to user:u when {}b", "not (".repeat(many)),
        format!("user u {{ a: {}1{} }}", "[".repeat(many), "]".repeat(many)),
        format!("principal {{ a: {}int{} }}", "[".repeat(many), "]".repeat(many)),
        format!("role r {}", "{".repeat(many)),
        "(".repeat(many),
    ] {
        let text = format!("{text}\nrole s");
        let (file, found) = parsed(&text);
        assert_eq!(found.iter().map(|one| one.code.number()).collect::<Vec<_>>(), ["P0901"]);
        assert_eq!(file.items.len(), 1, "the role behind it");
    }
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    // Two levels are the brace and the list itself.
    let text = format!("grant a to user:u when {}b{}", "(not ".repeat(32), ")".repeat(32));
    assert_eq!(parsed(&text).0.items.len(), 1);
    let text = format!("grant a to user:u when {}b{}", "(not ".repeat(33), ")".repeat(33));
    assert_eq!(faults(&text)[0].0, "P0901");
    let text = format!("user u {{ a: {}1{} }}", "[".repeat(63), "]".repeat(63));
    assert_eq!(parsed(&text).0.items.len(), 1);
}

#[test]
fn findings_are_limited_and_the_others_counted() {
    let (file, found) = parsed(&"grant a b c\nfoo bar\nrole r\n".repeat(5_000));
    assert_eq!(found.len(), MAX_FAULTS + 1);
    let last = found.last().unwrap();
    assert_eq!((last.code.number(), last.number), ("P0903", 10_000 - MAX_FAULTS));
    assert_eq!(last.message, "9000 more syntax errors in this file are not listed");
    assert_eq!(parsed(&"role grant\n".repeat(MAX_FAULTS)).1.len(), MAX_FAULTS);
    assert!(!file.salvaged.is_empty());
    let (_, found) = parsed(&format!("role r {{\n{}}}", "grant a b c\n".repeat(5_000)));
    assert_eq!(found.len(), MAX_FAULTS + 1);
    let (_, found) = parsed(&format!("exclusive {}", "\"\\q\", ".repeat(5_000)));
    assert_eq!(found.len(), MAX_FAULTS + 1);
}

#[test]
fn counting_ends_too() {
    let count = |text: &str| parsed(text).1.last().map(|last| (last.number, last.message.clone()));
    let short = "99000 more syntax errors in this file are not listed".to_owned();
    assert_eq!(count(&"role grant\n".repeat(100_000)), Some((99_000, short)));
    let text = "role grant\n".repeat(MAX_COUNTED + 1) + "role r";
    let (file, found) = parsed(&text);
    let last = found.last().unwrap();
    assert_eq!(last.number, MAX_COUNTED - MAX_FAULTS);
    assert!(last.message.ends_with("what is behind them is not read"), "{}", last.message);
    assert_eq!(file.items.len(), 0);
    assert!(file.salvaged.iter().any(|name| name == "r"));
}

/// The cost grows as the text does.
#[track_caller]
fn linear(text: impl Fn(usize) -> String) {
    let (short, long) = (cost(&text(20_000)), cost(&text(160_000)));
    assert!(long <= 10 * short, "8 times the text took {} times the work", long / short);
}

#[test]
fn work_is_linear() {
    linear(|size| "lorem ipsum (dolor sit amet\n".repeat(size / 28));
    linear(|size| "role role role ".repeat(size / 15));
    linear(|size| "a:b in\na:c ] a:d\n".repeat(size / 17));
    linear(|size| "x ".repeat(size / 2));
    linear(|size| format!("role r {{\n{}}}", "  grant a b on\n".repeat(size / 15)));
    linear(|size| format!("role r {{ {}", "grant a ".repeat(size / 8)));
    linear(|size| "category x {\n".repeat(size / 13));
    linear(|size| format!("category x {{ ( {}", "a ".repeat(size / 2)));
    linear(|size| "\"".repeat(size));
    linear(|size| "@allow(".repeat(size / 7));
    linear(|size| "## a\n".repeat(size / 5));
    linear(|size| "on t:x ".repeat(size / 7));
    linear(|size| "only user:a, ".repeat(size / 13));
    linear(|size| format!("grant a to user:u on t:x {}", "only user:a, ".repeat(size / 13)));
}

#[test]
fn truncations() {
    for (end, _) in SAMPLE.char_indices() {
        survives(&SAMPLE[..end]);
        survives(&SAMPLE[end..]);
    }
}

#[test]
fn mutations() {
    let mut random = Random(1);
    let alphabet: Vec<char> = "{}()[]\"\\#@,:;*= \n\r\u{e9}\u{1F600}aZ0.-+|<>!&\u{0}".chars().collect();
    for _ in 0..1_500 {
        let mut text: Vec<char> = SAMPLE.chars().collect();
        for _ in 0..=random.below(6) {
            let at = random.below(text.len());
            match random.below(3) {
                0 => text[at] = alphabet[random.below(alphabet.len())],
                1 => text.insert(at, alphabet[random.below(alphabet.len())]),
                _ => {
                    let end = (at + random.below(20)).min(text.len());
                    text.drain(at..end);
                }
            }
        }
        survives(&text.into_iter().collect::<String>());
    }
}

#[test]
fn soups() {
    let mut random = Random(2);
    let words: Vec<&str> =
        SAMPLE.split_whitespace().chain(["##", "@allow", "(", "not", "\n", "\"", "{", "}"]).collect();
    for _ in 0..1_500 {
        let count = random.below(60);
        let text: Vec<&str> = (0..count).map(|_| words[random.below(words.len())]).collect();
        survives(&text.join(if random.below(2) == 0 { " " } else { "\n" }));
    }
    for _ in 0..500 {
        let bytes: Vec<u8> =
            (0..random.below(200)).map(|_| u8::try_from(random.below(256)).unwrap()).collect();
        survives(&String::from_utf8_lossy(&bytes));
    }
}
