use super::*;
use crate::cli::terminal::{Color, Style, captured};
use crate::difference::Selection;
use crate::policy::Policy;
use crate::source::{Format, Sources};

#[track_caller]
fn policy(text: &str) -> Policy {
    let mut sources = Sources::new();
    sources.add("a.policy", Format::Policy, text);
    let compiled = crate::compile(&sources);
    compiled.policy.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

/// What is written, or why nothing is.
fn page(matrix: &Matrix, about: &About) -> Result<String, String> {
    let (written, bytes) =
        captured(Style::plain(Color::Never), |stream| matrix_as_page(stream, matrix, about));
    written?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

#[track_caller]
fn page_of(text: &str) -> String {
    let matrix = Matrix::of(&policy(text), &Selection { ways: true, ..roles() });
    page(&matrix, &About::default()).expect("small enough")
}

fn roles() -> Selection {
    Selection { subjects: crate::difference::Subjects::Roles, ..Selection::default() }
}

/// What stands between two texts.
#[track_caller]
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let behind = text.split_once(start).expect("the start").1;
    behind.split_once(end).expect("the end").0
}

const SMALL: &str = "\
category c { view \"View\" drop requires view }
@allow(P0307) \"given beside another role\" role r { grant drop }
role s inherits r { grant view }
";

#[test]
fn every_part_of_the_page_is_filled() {
    let text = page_of(SMALL);
    let markup =
        text.replace(with_plain_ends(SCRIPT).as_str(), "").replace(with_plain_ends(STYLE).as_str(), "");
    assert!(!markup.contains("{{") && !markup.contains("}}"), "{markup}");
}

#[test]
fn nothing_of_it_lies_elsewhere() {
    let text = page_of(SMALL);
    for sign in ["http:", "https:", "src=", "href=", "url(", "@import", "style="] {
        assert!(!text.contains(sign), "{sign} is in the page");
    }
}

#[test]
fn just_what_is_in_it_may_run() {
    let text = page_of(SMALL);
    for (kind, start, end) in [("style", "<style>", "</style>"), ("script", "<script>", "</script>")] {
        let allowed = between(&text, &format!("{kind}-src '"), "'");
        assert_eq!(allowed, hash(between(&text, start, end)), "{kind}");
    }
    assert!(text.contains("default-src 'none'"));
    // The digest of nothing, as FIPS 180-4 gives it.
    assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

#[test]
fn line_ends_of_another_system_change_nothing() {
    assert_eq!(with_plain_ends("a\r\nb\n"), "a\nb\n");
    assert!(!page_of(SMALL).contains('\r'));
}

#[test]
fn the_table_says_all_but_the_reasons() {
    let text = page_of(SMALL);
    let table = between(&text, "<tbody>", "</tbody>");
    insta::assert_snapshot!(table.trim(), @r#"
    <tr class="group"><th scope="rowgroup" colspan="4"><span><bdi>c</bdi> <small>2</small></span>
    <tr><th scope="row"><bdi>drop</bdi><td class="count">1<td class=u>!<td class=i>^
    <tr><th scope="row"><bdi>view</bdi> <small><bdi>View</bdi></small><td class="count">1<td>.<td class=e>+
    "#);
}

#[test]
fn the_script_gets_each_reason_once() {
    let text = page_of(SMALL);
    let json = between(&text, "<script type=\"application/json\" id=\"data\">", "</script>");
    let data: serde_json::Value = serde_json::from_str(json).expect("it is JSON");
    insta::assert_snapshot!(serde_json::to_string(&data["grounds"]).expect("json"), @r#"[{"by":[0],"missing":[["view"]],"why":["missing-requirement"]},{"by":[1],"why":["explicit-grant"]},{"by":[2],"why":["explicit-grant"]}]"#);
    insta::assert_snapshot!(serde_json::to_string(&data["entries"]).expect("json"), @r#"[{"at":[0,2,52],"effect":"grant","path":[]},{"at":[0,2,52],"effect":"grant","path":[["role:r",[0,3,17]]]},{"at":[0,3,21],"effect":"grant","path":[]}]"#);
    assert_eq!(data["cells"], serde_json::json!([[0, 0, 1, 1], [1, 2]]));
}

#[test]
fn what_many_share_is_written_once() {
    let many = |users: usize| {
        let mut text = "category c { a b d } role r { grant * } group g assign r to group:g\n".to_owned();
        (0..users).for_each(|at| text.push_str(&format!("user u{at} in g\n")));
        let principals = crate::difference::Subjects::Principals;
        let selection = Selection { subjects: principals, ways: true, ..Selection::default() };
        let matrix = Matrix::of(&policy(&text), &selection);
        let text = page(&matrix, &About::default()).expect("small enough");
        let json = between(&text, "id=\"data\">", "</script>");
        serde_json::from_str::<serde_json::Value>(json).expect("it is JSON")
    };
    let data = many(50);
    // For the group, and one for each line that makes a member.
    assert_eq!(data["grounds"].as_array().map(Vec::len), Some(51));
    assert_eq!(data["stories"].as_array().map(Vec::len), Some(51));
    assert_eq!(data["files"], serde_json::json!(["a.policy"]));
}

#[test]
fn names_end_no_element_and_no_string() {
    let hostile = "</script><script>alert(1)</script> \\\" ' & <!-- ]]> \u{202e}x";
    let text = page_of(&format!(
        "category \"{hostile}\" {{ \"{hostile}\" \"{hostile}\" }} role \"{hostile}\" {{ grant * }}"
    ));
    assert_eq!(text.matches("</script>").count(), 2, "those of the page");
    assert_eq!(text.matches("<!--").count(), 0);
    assert!(!text.contains('\u{202e}'), "nothing turns the reading direction");
    assert!(
        text.contains(
            "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &quot; &#39; &amp; &lt;!-- ]]&gt; "
        )
    );
    let json = between(&text, "id=\"data\">", "</script>");
    let data: serde_json::Value = serde_json::from_str(json).expect("it is JSON");
    let name = data["subjects"][0][1].as_str().expect("a name");
    assert!(name.starts_with("</script><script>alert(1)</script> \" ' & <!-- ]]> "), "{name}");
}

#[test]
fn a_policy_without_roles_has_a_page() {
    let text = page_of("category c { view }");
    assert!(text.contains("1 privilege \u{d7} 0 roles"));
}

#[test]
fn what_no_browser_shows_is_refused_with_a_way_out() {
    let mut text = "category c { ".to_owned();
    (0..500).for_each(|at| text.push_str(&format!("p{at} ")));
    text.push_str("}\n");
    (0..401).for_each(|at| text.push_str(&format!("role r{at} {{ }}\n")));
    let matrix = Matrix::of(&policy(&text), &roles());
    let refused = page(&matrix, &About::default()).expect_err("too large");
    insta::assert_snapshot!(refused, @"a page of 500 privileges by 401 columns has 200,500 cells, and browsers manage 200,000; keep some rows with `--category`, ask `on` one resource, or write another `--format`, such as csv");
}

#[test]
fn base64_is_padded() {
    for (given, wanted) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
    {
        assert_eq!(escape::base64(given.as_bytes()), wanted);
    }
}
