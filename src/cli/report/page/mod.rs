//! A matrix > one HTML page that sorts, filters and explains, and needs nothing from anywhere else.
//!
//! Enters: a matrix whose cells tell why. Leaves: a page on a stream. Without scripts it is a plain table; the script reads what a cell
//! is explained with from JSON in the page. Names of a policy may be any text, so everything is escaped, and the page allows just its
//! own script and style to run, by their hashes.

mod data;
mod escape;
mod table;
#[cfg(test)]
mod tests;

use super::matrix::signs;
use super::{count, thousands};
use crate::cli::terminal::{Stream, clean};
use crate::difference::{Matrix, Row, Subject};
use data::Data;
use escape::text;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Cells of a page: more than that no browser scrolls smoothly.
const MAX_CELLS: usize = 200_000;

/// What a page says of its matrix.
#[derive(Debug, Default)]
pub(in crate::cli) struct About {
    /// The name of the policy.
    pub(in crate::cli) policy: Option<String>,
    /// The resource that was asked about.
    pub(in crate::cli) place: Option<String>,
    /// The categories that were selected.
    pub(in crate::cli) categories: Vec<String>,
}

/// Writes it as a page; what to do instead where it is too large for one.
pub(in crate::cli) fn matrix_as_page(out: &mut Stream, matrix: &Matrix, about: &About) -> Result<(), String> {
    let (rows, columns) = (matrix.rows.len(), matrix.subjects.len());
    let cells = rows.saturating_mul(columns);
    if cells > MAX_CELLS {
        return Err(format!(
            "a page of {} by {} has {} cells, and browsers manage {}; keep some rows with `--category`, ask `on` one resource, \
             or write another `--format`, such as csv",
            count(rows, "privilege"),
            count(columns, "column"),
            thousands(cells),
            thousands(MAX_CELLS),
        ));
    }
    let data = Data::of(matrix);
    let (style, script) = (with_plain_ends(STYLE), with_plain_ends(SCRIPT));
    fill(out, &with_plain_ends(PAGE), |out, name| match name {
        "style-hash" => out.text(&hash(&style)),
        "script-hash" => out.text(&hash(&script)),
        "style" => out.text(&style),
        "script" => out.text(&script),
        "version" => out.text(env!("CARGO_PKG_VERSION")),
        "title" => out.text(&text(&title(about))),
        "heading" => heading(out, about),
        "facts" => facts(out, matrix, about),
        "notes" => notes(out, matrix, &data),
        "subjects" => out.text(if is_of_roles(matrix) { "roles" } else { "subjects" }),
        "categories" => categories(out, matrix),
        "legend" => legend(out, matrix),
        "table" => table::write(out, matrix),
        "data" => out.text(&escape::json(&data)),
        // A test fills every name of the page.
        _ => {}
    });
    Ok(())
}

/// Writes a page, asking for what stands between `{{` and `}}`.
fn fill(out: &mut Stream, page: &str, mut part: impl FnMut(&mut Stream, &str)) {
    let mut rest = page;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((name, after)) = behind.split_once("}}") else { break };
        out.text(before);
        part(out, name);
        rest = after;
    }
    out.text(rest);
}

/// Browsers read every line end as one character, also those that git wrote for Windows, and hash what they read.
fn with_plain_ends(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// As a content security policy names what may run.
fn hash(text: &str) -> String {
    format!("sha256-{}", escape::base64(&Sha256::digest(text.as_bytes())))
}

fn is_of_roles(matrix: &Matrix) -> bool {
    matrix.subjects.iter().all(|subject| matches!(subject, Subject::Role(_)))
}

fn title(about: &About) -> String {
    let policy = about.policy.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    let place = about.place.as_ref().map(|place| format!(" on {place}")).unwrap_or_default();
    format!("{policy}who may what{place}")
}

fn heading(out: &mut Stream, about: &About) {
    if let Some(name) = &about.policy {
        out.text(&format!("<bdi>{}</bdi> ", text(name)));
    }
    out.text("<span>permission matrix</span>");
}

/// How much there is, and of what.
fn facts(out: &mut Stream, matrix: &Matrix, about: &About) {
    let subject = if is_of_roles(matrix) { "role" } else { "subject" };
    out.text(&format!(
        "{} \u{d7} {}",
        count(matrix.rows.len(), "privilege"),
        count(matrix.subjects.len(), subject)
    ));
    if !about.categories.is_empty() {
        let names: Vec<String> =
            about.categories.iter().map(|name| format!("<bdi>{}</bdi>", text(name))).collect();
        out.text(&format!(", only {}", names.join(", ")));
    }
    match &about.place {
        Some(place) => out.text(&format!(", on <bdi>{}</bdi>", text(place))),
        None => out.text(", wherever they are asked"),
    }
    let granted = matrix.rows.iter().flat_map(Row::filled).filter(|cell| cell.mark.is_granted()).count();
    out.text(&format!(", {} granted", thousands(granted)));
}

/// What the page does not say.
fn notes(out: &mut Stream, matrix: &Matrix, data: &Data<'_>) {
    for question in &matrix.undecided {
        out.line(&format!("<p class=\"note\"><b>Not decided:</b> {}</p>", text(question)));
    }
    if data.untold() > 0 {
        let cells = count(data.untold(), "cell");
        out.line(&format!(
            "<p class=\"note\">{cells} are not explained here, as the page would be too large; \
             <code>policyc who PRIVILEGE --explain</code> tells.</p>"
        ));
    }
}

fn categories(out: &mut Stream, matrix: &Matrix) {
    let names: BTreeSet<&str> = matrix.rows.iter().filter_map(|row| row.category.as_deref()).collect();
    for name in names {
        out.text(&format!("<option>{}</option>", text(name)));
    }
}

fn legend(out: &mut Stream, matrix: &Matrix) {
    for (sign, words) in signs(matrix) {
        let letter = table::letter(sign);
        out.line(&format!("<li data-m=\"{letter}\"><b class=\"{letter}\">{sign}</b> {words}</li>"));
    }
}

/// Whether a category holds what can't be taken back, as everywhere: by its name.
fn is_destructive(category: Option<&str>) -> bool {
    category.is_some_and(|name| name.eq_ignore_ascii_case("destructive"))
}

/// `role:` and `x`, `` and `anonymous`.
fn parts(subject: &Subject) -> (&'static str, std::borrow::Cow<'_, str>) {
    let kind = match subject {
        Subject::Anonymous | Subject::Authenticated => "",
        Subject::Role(_) => "role:",
        Subject::Group(_) => "group:",
        Subject::User(_) => "user:",
        Subject::Service(_) => "service:",
    };
    (kind, clean(subject.name()))
}
