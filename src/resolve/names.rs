//! Names > positions: one table for each kind of declaration, and what is said of a name that is in none.
//!
//! Enters: the places where names are declared. Leaves: their order and the way from a name to its position in it. Knows
//! nothing of what the declarations say.

use crate::ast::Name;
use crate::diagnostic::{Code, Diagnostic, Form, Safety};
use crate::hash::Map;
use crate::resolve::report::Report;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// The kinds of declaration that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Privilege,
    Category,
    Type,
    Role,
    Group,
    User,
    Service,
}

impl Kind {
    /// Every kind, in the order in which a name is looked for among the others.
    pub const ALL: [Kind; 7] =
        [Kind::Privilege, Kind::Category, Kind::Role, Kind::Group, Kind::User, Kind::Service, Kind::Type];

    /// The code of an unknown one.
    fn code(self) -> Code {
        match self {
            Kind::Privilege => Code::UnknownPrivilege,
            Kind::Category => Code::UnknownCategory,
            Kind::Type => Code::UnknownType,
            Kind::Role => Code::UnknownRole,
            Kind::Group => Code::UnknownGroup,
            Kind::User | Kind::Service => Code::UnknownPrincipal,
        }
    }

    /// What people call one.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Privilege => "privilege",
            Kind::Category => "category",
            Kind::Type => "resource type",
            Kind::Role => "role",
            Kind::Group => "group",
            Kind::User => "user",
            Kind::Service => "service",
        }
    }

    /// How one is declared.
    fn declaration(self, name: &str) -> String {
        match self {
            Kind::Privilege => format!("declare `{name}` in a category"),
            Kind::Category => format!("declare it: `category {name} {{ ... }}`"),
            Kind::Type => format!("declare it: `resource {name}`"),
            Kind::Role => format!("declare it: `role {name} {{ ... }}`"),
            Kind::Group | Kind::User | Kind::Service => format!("declare it: `{} {name}`", self.noun()),
        }
    }
}

/// The names of one kind, sorted; the position of a name is the id of what it names.
#[derive(Default)]
pub(super) struct Table<'a> {
    declared: Vec<&'a Name>,
    /// With the names in place, so that a search need not go where they were written.
    positions: Map<SmolStr, u32>,
}

impl<'a> Table<'a> {
    /// The table of names that are sorted and distinct.
    pub fn new(declared: Vec<&'a Name>) -> Table<'a> {
        let positions = (0..).zip(&declared).map(|(at, name)| (name.text.clone(), at)).collect();
        Table { declared, positions }
    }

    /// The position of a name.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.positions.get(name).copied()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.declared.len()
    }

    /// Every name, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.declared.iter().map(|name| name.text.as_str())
    }

    fn declaration(&self, name: &str) -> Option<&'a Name> {
        self.declared.get(self.get(name)? as usize).copied()
    }
}

/// The names of every kind.
#[derive(Default)]
pub(super) struct Names<'a> {
    tables: [Table<'a>; 7],
    /// Names that may have been declared in text that could not be read; nobody is told that they are unknown.
    /// Sorted, so that suggestions are the same in every run.
    forgiven: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    /// Nothing declared yet, and these names forgiven.
    pub fn new(forgiven: impl Iterator<Item = &'a str>) -> Names<'a> {
        Names { tables: Default::default(), forgiven: forgiven.collect() }
    }

    /// The names of a kind.
    pub fn table(&self, kind: Kind) -> &Table<'a> {
        &self.tables[kind as usize]
    }

    /// Sets the names of a kind.
    pub fn set(&mut self, kind: Kind, table: Table<'a>) {
        self.tables[kind as usize] = table;
    }

    /// Keeps a name from being reported as unknown.
    pub fn forgive(&mut self, name: &'a str) {
        self.forgiven.insert(name);
    }

    /// Whether a name may have been declared in text that could not be read.
    pub fn is_forgiven(&self, name: &str) -> bool {
        self.forgiven.contains(name)
    }

    /// Whether some forgiven name satisfies a test.
    pub fn any_forgiven(&self, test: impl Fn(&str) -> bool) -> bool {
        self.forgiven.iter().any(|name| test(name))
    }

    /// The position of a name; an unknown one is reported.
    pub fn find(&self, kind: Kind, name: &Name, report: &mut Report<'_>) -> Option<u32> {
        let found = self.table(kind).get(&name.text);
        if found.is_none() {
            self.unknown(kind, name, report);
        }
        found
    }

    #[cold]
    fn unknown(&self, kind: Kind, name: &Name, report: &mut Report<'_>) {
        let text = name.text.as_str();
        if self.is_forgiven(text) {
            return;
        }
        let others = Kind::ALL.into_iter().filter(|&other| other != kind);
        let other = others.filter_map(|other| Some((other, self.table(other).declaration(text)?))).next();
        let noun = kind.noun();
        let diagnostic = match other {
            Some((other, declared)) => {
                let category = (kind, other) == (Kind::Privilege, Kind::Category);
                let help = match category {
                    true => format!("write `category:{text}`"),
                    false => format!("name a {noun} here, or {}", kind.declaration(text)),
                };
                let diagnostic = Diagnostic::new(
                    kind.code(),
                    name.span,
                    format!("`{text}` is a {}, not a {noun}", other.noun()),
                )
                .also(declared.span, format!("the {} is declared here", other.noun()))
                .help(help);
                // What is no plain name would need quotes behind the colon.
                let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
                match category && plain {
                    true => diagnostic.rename(
                        Safety::Unsafe,
                        name.span,
                        [text, &format!("category:{text}")],
                        Form::Verbatim,
                    ),
                    false => diagnostic,
                }
            }
            None => {
                let bare = text.strip_prefix(noun).and_then(|rest| rest.strip_prefix(':'));
                let bare = bare.filter(|bare| self.table(kind).declaration(bare).is_some());
                let diagnostic = Diagnostic::new(kind.code(), name.span, format!("unknown {noun} `{text}`"));
                match bare {
                    // It says twice what it is, and that exists.
                    Some(bare) => diagnostic.help(format!("write `{bare}` alone here")).rename(
                        Safety::Safe,
                        name.span,
                        [text, bare],
                        Form::Name,
                    ),
                    None => {
                        let known = self.table(kind).iter().chain(self.forgiven.iter().copied());
                        let meant = report.suggest_name(kind, &name.text, known);
                        diagnostic.help(kind.declaration(text)).meant(name.span, text, meant.as_deref())
                    }
                }
            }
        };
        report.push(diagnostic);
    }
}
