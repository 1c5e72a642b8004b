//! A matrix > the table of its page, which says all but the reasons, whatever runs in the browser.

use super::super::matrix::{CONDITION, MARKS, PARTLY, mark};
use super::escape::text;
use super::{is_destructive, is_of_roles, parts};
use crate::cli::terminal::Stream;
use crate::difference::{Cell, Mark, Matrix, Row};

/// Writes it. End tags that HTML lets out are left out of the cells, as there are many.
pub(super) fn write(out: &mut Stream, matrix: &Matrix) {
    let granted = |row: &Row, at: usize| row.cell(at).mark.is_granted();
    out.text("<thead>\n<tr><th scope=\"col\"><span>privilege</span><th scope=\"col\"><span>granted</span>");
    // Of roles alone it is said above already.
    let with_kind = !is_of_roles(matrix);
    for subject in &matrix.subjects {
        let (kind, name) = parts(subject);
        let kind = if with_kind && !kind.is_empty() { format!("<i>{kind}</i>") } else { String::new() };
        out.text(&format!("<th scope=\"col\"><span>{kind}<bdi>{}</bdi></span>", text(&name)));
    }
    let count = |at: usize| matrix.rows.iter().filter(|row| granted(row, at)).count();
    let counts: Vec<usize> = (0..matrix.subjects.len()).map(count).collect();
    out.text(&format!(
        "\n<tr class=\"counts\"><th scope=\"row\"><span>granted</span><td class=\"count\">{}",
        counts.iter().sum::<usize>()
    ));
    counts.iter().for_each(|count| out.text(&format!("<td class=\"count\">{count}")));
    out.line("\n</thead>");
    for rows in matrix.rows.chunk_by(|a, b| a.category == b.category) {
        group(out, rows, matrix.subjects.len());
    }
}

/// The rows of a category.
fn group(out: &mut Stream, rows: &[Row], columns: usize) {
    let category = rows.first().and_then(|row| row.category.as_deref());
    let grave = if is_destructive(category) { " class=\"grave\"" } else { "" };
    out.line(&format!("<tbody{grave}>"));
    if let Some(name) = category {
        let width = columns + 2;
        let (name, count) = (text(name), rows.len());
        out.line(&format!(
            "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{width}\"><span><bdi>{name}</bdi> <small>{count}</small></span>"
        ));
    }
    for row in rows {
        let title = row.title.as_ref().map(|title| format!(" <small><bdi>{}</bdi></small>", text(title)));
        let granted = row.filled().filter(|cell| cell.mark.is_granted()).count();
        out.text(&format!(
            "<tr><th scope=\"row\"><bdi>{}</bdi>{}<td class=\"count\">{granted}",
            text(&row.privilege),
            title.unwrap_or_default()
        ));
        (0..columns).for_each(|at| cell(out, row.cell(at)));
        out.text("\n");
    }
    out.line("</tbody>");
}

fn cell(out: &mut Stream, cell: &Cell) {
    if cell.mark == Mark::Nothing {
        out.text("<td>.");
        return;
    }
    let signs = mark(cell);
    // One sign is one letter, so that a style can speak of each.
    let letters: Vec<&str> = signs.split_inclusive(|_| true).map(letter).collect();
    out.text(&format!("<td class={}>{signs}", quoted(&letters)));
}

fn quoted(letters: &[&str]) -> String {
    match letters {
        [one] => (*one).to_owned(),
        more => format!("\"{}\"", more.join(" ")),
    }
}

/// The class of a sign.
pub(super) fn letter(sign: &str) -> &'static str {
    let mark = MARKS.iter().find(|(_, known, _)| *known == sign).map(|(mark, ..)| mark);
    match mark {
        Some(Mark::Explicit) => "e",
        Some(Mark::Inherited) => "i",
        Some(Mark::Default) => "d",
        Some(Mark::Denied) => "n",
        Some(Mark::Unmet) => "u",
        Some(Mark::Nothing) => "o",
        None if sign == CONDITION.0 => "c",
        None if sign == PARTLY.0 => "p",
        None => "",
    }
}
