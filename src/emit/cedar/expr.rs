//! Boolean expressions of Cedar that can't fail: what they are made of and how they are written.
//!
//! They are kept plain while they are made: constants vanish, what stands twice stands once, and what lies in one of several
//! things is one list. So two expressions that were made alike are equal, and rules that differ in nothing else can be put together.

use super::names::Uid;
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashSet};

/// How many parts stand side by side; more are put into brackets, as Cedar counts each `&&` and `||` as a level.
const ABREAST: usize = 32;
/// A condition that is shorter stands on one line.
const WIDTH: usize = 96;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Expr {
    Const(bool),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    /// `principal is T`.
    PrincipalIs(&'static str),
    /// `principal == E`.
    PrincipalEq(Uid),
    /// `principal in E`.
    PrincipalIn(Uid),
    /// `resource is T`.
    ResourceIs(SmolStr),
    /// `resource == E`.
    ResourceEq(Uid),
    /// `resource in E`.
    ResourceIn(Uid),
    /// `E in E`.
    Lies(Uid, Uid),
    /// A comparison or call, which binds closer than `&&`.
    Text(String),
    /// `if C then T else E`, C and T being no constants.
    If(Box<Expr>, Box<Expr>, bool),
}

impl Expr {
    pub(super) const TRUE: Expr = Expr::Const(true);
    pub(super) const FALSE: Expr = Expr::Const(false);

    pub(super) fn text(text: impl Into<String>) -> Expr {
        Expr::Text(text.into())
    }

    /// All of them.
    pub(super) fn all(parts: impl IntoIterator<Item = Expr>) -> Expr {
        let mut kept = Vec::new();
        let mut seen = HashSet::new();
        for part in parts {
            let parts = if let Expr::All(parts) = part { parts } else { vec![part] };
            for part in parts {
                match part {
                    Expr::Const(true) => {}
                    Expr::Const(false) => return Expr::FALSE,
                    part => {
                        if seen.insert(part.clone()) {
                            kept.push(part);
                        }
                    }
                }
            }
        }
        match kept.len() {
            0 => Expr::TRUE,
            1 => kept.swap_remove(0),
            _ => Expr::All(kept),
        }
    }

    /// One of them.
    pub(super) fn any(parts: impl IntoIterator<Item = Expr>) -> Expr {
        let mut kept = Vec::new();
        let mut seen = HashSet::new();
        for part in parts {
            let parts = if let Expr::Any(parts) = part { parts } else { vec![part] };
            for part in parts {
                match part {
                    Expr::Const(false) => {}
                    Expr::Const(true) => return Expr::TRUE,
                    part => {
                        if seen.insert(part.clone()) {
                            kept.push(part);
                        }
                    }
                }
            }
        }
        // What holds with more besides holds with less: `a || a && b` is `a`.
        if kept.len() < 1_000 {
            let alone = |part: &Expr| matches!(part, Expr::All(parts) if parts.iter().any(|part| seen.contains(part)));
            kept.retain(|part| !alone(part));
        }
        match kept.len() {
            0 => Expr::FALSE,
            1 => kept.swap_remove(0),
            _ => Expr::Any(kept),
        }
    }

    pub(super) fn and(self, other: Expr) -> Expr {
        Expr::all([self, other])
    }

    pub(super) fn not(self) -> Expr {
        match self {
            Expr::Const(value) => Expr::Const(!value),
            Expr::Not(inner) => *inner,
            other => Expr::Not(Box::new(other)),
        }
    }

    /// `then` where `condition` holds, which is what makes `then` possible to ask; else this.
    pub(super) fn guarded(condition: Expr, then: Expr, otherwise: bool) -> Expr {
        match (condition, then, otherwise) {
            (Expr::Const(true), then, _) => then,
            (Expr::Const(false), _, otherwise) => Expr::Const(otherwise),
            (condition, then, false) => condition.and(then),
            (_, Expr::Const(true), true) => Expr::TRUE,
            (condition, Expr::Const(false), true) => condition.not(),
            (condition, then, true) => Expr::If(Box::new(condition), Box::new(then), true),
        }
    }

    /// How much there is to write.
    pub(super) fn size(&self) -> usize {
        match self {
            Expr::All(parts) | Expr::Any(parts) => 1 + parts.iter().map(Expr::size).sum::<usize>(),
            Expr::Not(inner) => 1 + inner.size(),
            Expr::If(condition, then, _) => 1 + condition.size() + then.size(),
            _ => 1,
        }
    }

    /// As a block of `when` or `unless`.
    pub(super) fn block(&self) -> String {
        let line = self.written();
        match line.len() <= WIDTH {
            true => format!("{{ {line} }}"),
            false => format!("{{\n    {}\n}}", self.broken(1)),
        }
    }

    /// On a line for each part of what is too long for one.
    fn broken(&self, depth: usize) -> String {
        let line = self.written();
        let indent = "    ".repeat(depth);
        let (parts, joint) = match self {
            _ if line.len() <= WIDTH => return line,
            Expr::All(parts) => (parts.iter().map(|part| part.broken_within(depth, true)).collect(), "&&"),
            Expr::Any(parts) => (in_any(parts, Some(depth)), "||"),
            Expr::Not(inner) => return format!("!(\n{indent}    {}\n{indent})", inner.broken(depth + 1)),
            Expr::If(condition, then, otherwise) => {
                let (condition, then) = (condition.written(), then.broken(depth));
                return format!("if {condition}\n{indent}then {then}\n{indent}else {otherwise}");
            }
            _ => return line,
        };
        abreast(parts, joint).join(&format!(" {joint}\n{indent}"))
    }

    /// As a part of `&&`, or of `||`.
    fn broken_within(&self, depth: usize, all: bool) -> String {
        let line = self.within(all);
        let is_list = !line.starts_with('(');
        match self {
            _ if line.len() <= WIDTH => line,
            Expr::Not(_) => self.broken(depth),
            Expr::All(_) | Expr::Any(_) | Expr::If(..) if !is_list => {
                let indent = "    ".repeat(depth);
                format!("(\n{indent}    {}\n{indent})", self.broken(depth + 1))
            }
            _ => line,
        }
    }

    /// On one line.
    pub(super) fn written(&self) -> String {
        match self {
            Expr::Const(value) => value.to_string(),
            Expr::All(parts) => {
                abreast(parts.iter().map(|part| part.within(true)).collect(), "&&").join(" && ")
            }
            Expr::Any(parts) => abreast(in_any(parts, None), "||").join(" || "),
            Expr::Not(inner) => format!("!({})", inner.written()),
            Expr::PrincipalIs(ty) => format!("principal is {ty}"),
            Expr::PrincipalEq(uid) => format!("principal == {uid}"),
            Expr::PrincipalIn(uid) => format!("principal in {uid}"),
            Expr::ResourceIs(ty) => format!("resource is {ty}"),
            Expr::ResourceEq(uid) => format!("resource == {uid}"),
            Expr::ResourceIn(uid) => format!("resource in {uid}"),
            Expr::Lies(below, above) => format!("{below} in {above}"),
            Expr::Text(text) => text.clone(),
            Expr::If(condition, then, otherwise) => {
                format!("(if {} then {} else {otherwise})", condition.written(), then.written())
            }
        }
    }

    /// As a part of `&&`, or of `||`.
    fn within(&self, all: bool) -> String {
        match self {
            Expr::Any(parts) if all => {
                let parts = in_any(parts, None);
                if parts.len() == 1 {
                    parts.concat()
                } else {
                    format!("({})", abreast(parts, "||").join(" || "))
                }
            }
            Expr::All(_) if !all => format!("({})", self.written()),
            _ => self.written(),
        }
    }
}

/// The parts of an `||`, those that differ only in what they lie in as one list; broken into lines where there is a depth.
fn in_any(parts: &[Expr], depth: Option<usize>) -> Vec<String> {
    let mut lists: BTreeMap<Kind<'_>, Vec<&Uid>> = BTreeMap::new();
    for (key, uid) in parts.iter().filter_map(kind) {
        lists.entry(key).or_default().push(uid);
    }
    let mut written = Vec::with_capacity(parts.len());
    for part in parts {
        let Some((key, _)) = kind(part) else {
            written.push(depth.map_or_else(|| part.within(false), |depth| part.broken_within(depth, false)));
            continue;
        };
        match lists.remove(&key) {
            // Written with the first of its list.
            None => {}
            Some(uids) if uids.len() == 1 => written.push(part.written()),
            Some(uids) => {
                let side = if key.0 { "principal" } else { "resource" };
                let uids: Vec<String> = uids.iter().map(ToString::to_string).collect();
                written.push(format!("{side} in [{}]", uids.join(", ")));
            }
        }
    }
    written
}

/// Whether it is who asks that lies in something, and the type of that: things of one type can stand in one list.
type Kind<'e> = (bool, &'e str);

fn kind(part: &Expr) -> Option<(Kind<'_>, &Uid)> {
    match part {
        Expr::PrincipalIn(uid) => Some(((true, uid.ty.as_str()), uid)),
        Expr::ResourceIn(uid) => Some(((false, uid.ty.as_str()), uid)),
        _ => None,
    }
}

/// Puts many parts into brackets, and those again, until few stand side by side.
fn abreast(mut parts: Vec<String>, joint: &str) -> Vec<String> {
    while parts.len() > ABREAST {
        let joint = format!(" {joint} ");
        parts = parts
            .chunks(ABREAST)
            .map(|some| if let [one] = some { one.clone() } else { format!("({})", some.join(&joint)) })
            .collect();
    }
    parts
}
