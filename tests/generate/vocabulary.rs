//! What a random policy speaks of: types, attributes, categories, privileges, groups, principals, resources.

use super::dice::Dice;
use super::formula;

/// The types of attributes. An attribute of one name has the same type wherever it is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `string`.
    Text,
    /// `timestamp`.
    Time,
    /// `ip`.
    Address,
    /// `principal`.
    Who,
    /// An enum.
    Word,
    /// `[int]`.
    Ints,
    /// `[string]`.
    Texts,
    /// `[ip]`.
    Addresses,
    /// `[principal]`.
    Whos,
    /// A set of an enum.
    Words,
}

/// An attribute: its name and type.
pub type Attribute = (&'static str, Kind);

/// Every attribute there may be.
pub const ATTRIBUTES: [Attribute; 13] = [
    ("ok", Kind::Bool),
    ("busy", Kind::Bool),
    ("n", Kind::Int),
    ("s", Kind::Text),
    ("t", Kind::Time),
    ("ip", Kind::Address),
    ("own", Kind::Who),
    ("st", Kind::Word),
    ("ns", Kind::Ints),
    ("ss", Kind::Texts),
    ("nets", Kind::Addresses),
    ("team", Kind::Whos),
    ("sts", Kind::Words),
];

/// Ids of resources, of every type. Some are paths, one needs quotes, one looks like a reference.
pub const IDS: [&str; 9] = ["a", "a/b", "a/b/c", "b", "a/c", "b/c/d", "a/b/c/d", "p q", "x:y"];

/// A resource type.
#[derive(Clone, Debug)]
pub struct Type {
    /// Its name.
    pub name: &'static str,
    /// What it may lie in.
    pub parents: Vec<usize>,
    /// Whether its ids are paths.
    pub by_path: bool,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// A category.
#[derive(Clone, Debug)]
pub struct Category {
    /// Its name.
    pub name: String,
    /// The types its privileges are asked on.
    pub on: Vec<usize>,
}

/// A privilege. It requires and includes only ones before it.
#[derive(Clone, Debug)]
pub struct Privilege {
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: usize,
    /// What it includes, with what that includes.
    pub includes: Vec<usize>,
}

/// A declared resource.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its type.
    pub ty: usize,
    /// Its id.
    pub id: &'static str,
    /// What it was declared to lie in.
    pub parent: Option<(usize, &'static str)>,
}

/// Everything that has a name.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Types; a type lies in itself and ones before it only.
    pub types: Vec<Type>,
    /// Attributes of principals.
    pub of_principals: Vec<Attribute>,
    /// Attributes of requests.
    pub of_context: Vec<Attribute>,
    /// Categories.
    pub categories: Vec<Category>,
    /// Privileges.
    pub privileges: Vec<Privilege>,
    /// Groups; a group is in ones before it only.
    pub groups: Vec<String>,
    /// `user:u0` and so on, in the order declared.
    pub principals: Vec<String>,
    /// Roles; a role inherits ones before it only.
    pub roles: Vec<String>,
    /// Resources with a declaration.
    pub declared: Vec<Declared>,
    /// Resources that scopes name.
    pub mentioned: Vec<(usize, &'static str)>,
}

impl Vocabulary {
    /// Throws the vocabulary and writes its declarations.
    pub fn random(dice: &mut Dice<'_>, statements: &mut Vec<String>) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        vocabulary.header(dice, statements);
        vocabulary.types(dice, statements);
        vocabulary.groups(dice, statements);
        vocabulary.principals(dice, statements);
        vocabulary.resources(dice, statements);
        vocabulary.categories(dice, statements);
        vocabulary
    }

    fn header(&mut self, dice: &mut Dice<'_>, statements: &mut Vec<String>) {
        if dice.chance(50) {
            statements.push(format!("policy p {{ {} {} }}", default_rule(dice), resolve_rule(dice)));
        }
        for word in ["principal", "context"] {
            let attributes = dice.some(&ATTRIBUTES, 0, 7);
            if !attributes.is_empty() {
                let list: Vec<String> =
                    attributes.iter().map(|&(name, kind)| format!("{name}: {}", type_name(kind))).collect();
                statements.push(format!("{word} {{ {} }}", list.join(", ")));
            }
            if word == "principal" {
                self.of_principals = attributes;
            } else {
                self.of_context = attributes;
            }
        }
    }

    fn types(&mut self, dice: &mut Dice<'_>, statements: &mut Vec<String>) {
        let count = dice.between(1, 4);
        for (at, name) in ["org", "box", "app", "doc"].into_iter().enumerate().take(count) {
            let before: Vec<usize> = (0..at).collect();
            let least = usize::from(dice.chance(85));
            let mut parents = dice.some(&before, least, 2);
            if dice.chance(35) {
                parents.push(at);
            }
            let by_path = !parents.is_empty() && dice.chance(55);
            let attributes = dice.some(&ATTRIBUTES, 0, 7);
            let mut text = format!("resource {name}");
            if !parents.is_empty() {
                let names: Vec<&str> =
                    parents.iter().map(|&p| if p == at { name } else { self.types[p].name }).collect();
                text += &format!(" in {}", names.join(", "));
            }
            if by_path {
                text += " by path";
            }
            let attribute =
                |&(name, kind): &Attribute| format!("    attribute {name}: {}\n", type_name(kind));
            let body: String = attributes.iter().map(attribute).collect();
            text += &format!(" {{\n{body}    {} {}\n}}", default_rule(dice), resolve_rule(dice));
            statements.push(text);
            self.types.push(Type { name, parents, by_path, attributes });
        }
    }

    fn groups(&mut self, dice: &mut Dice<'_>, statements: &mut Vec<String>) {
        for at in 0..dice.between(0, 4) {
            let outer = dice.some(&self.groups, 0, 2);
            let disabled = if dice.chance(15) { " disabled" } else { "" };
            statements.push(format!("group g{at}{}{disabled}", within(&outer)));
            self.groups.push(format!("g{at}"));
        }
    }

    fn principals(&mut self, dice: &mut Dice<'_>, statements: &mut Vec<String>) {
        let users = dice.between(1, 3);
        for at in 0..users + dice.between(0, 2) {
            let (kind, name) =
                if at < users { ("user", format!("u{at}")) } else { ("service", format!("s{at}")) };
            let groups = dice.some(&self.groups, 0, 2);
            let values = self.values(dice, &self.of_principals);
            statements.push(format!("{kind} {name}{}{values}", within(&groups)));
            self.principals.push(format!("{kind}:{name}"));
        }
    }

    fn resources(&mut self, dice: &mut Dice<'_>, statements: &mut Vec<String>) {
        for ty in 0..self.types.len() {
            for id in dice.some(&IDS, 0, 4) {
                let candidates: Vec<(usize, &'static str)> = self
                    .declared
                    .iter()
                    .map(|d| (d.ty, d.id))
                    .chain(IDS.iter().map(|&id| (0, id)))
                    .filter(|&(parent, _)| {
                        self.types[ty].parents.contains(&parent)
                            && (parent != ty || self.is_declared(parent, id))
                    })
                    .filter(|&parent| parent != (ty, id))
                    .collect();
                let parent = (!self.types[ty].by_path && !candidates.is_empty() && dice.chance(80))
                    .then(|| *dice.pick(&candidates));
                let place =
                    parent.map(|(ty, id)| format!(" in {}", self.reference(ty, id))).unwrap_or_default();
                let values = self.values(dice, &self.types[ty].attributes);
                statements.push(format!("{}{place}{values}", self.reference(ty, id)));
                self.declared.push(Declared { ty, id, parent });
            }
        }
    }

    fn is_declared(&self, ty: usize, id: &str) -> bool {
        self.declared.iter().any(|d| d.ty == ty && d.id == id)
    }

    fn categories(&mut self, dice: &mut Dice<'_>, statements: &mut Vec<String>) {
        let all: Vec<usize> = (0..self.types.len()).collect();
        for category in 0..dice.between(2, 4) {
            let name = format!("c{category}");
            let on = if dice.chance(70) { dice.some(&all, 1, 2) } else { Vec::new() };
            self.categories.push(Category { name: name.clone(), on: on.clone() });
            let requires = self.requires(dice, self.privileges.len(), &on, 15);
            let names: Vec<&str> = on.iter().map(|&ty| self.types[ty].name).collect();
            let place = if on.is_empty() { String::new() } else { format!(" on {}", names.join(", ")) };
            let title = if dice.chance(20) { " \"A title\"" } else { "" };
            let mut body = String::new();
            let mut words = dice.some(&["r", "w", "x", "odd one"], 1, 3);
            // Behind a privilege without a title a quoted name would be its title.
            words.sort_by_key(|word| *word != "odd one");
            for word in words {
                let privilege =
                    if word == "odd one" { format!("{name} {word}") } else { format!("{name}.{word}") };
                let text = self.privilege(dice, category, &privilege);
                if dice.chance(25) {
                    let (quoted, rest) = text.split_at(quote(&privilege).len());
                    statements.push(format!("privilege {quoted} in {name}{rest}"));
                } else {
                    body += &format!("    {text}\n");
                }
            }
            statements.push(format!("category {name}{place}{title}{requires} {{\n{body}}}"));
        }
    }

    fn privilege(&mut self, dice: &mut Dice<'_>, category: usize, name: &str) -> String {
        let at = self.privileges.len();
        let on = self.categories[category].on.clone();
        let title = if dice.chance(20) { " \"A privilege\"" } else { "" };
        let mut includes = Vec::new();
        if dice.chance(25) {
            let reachable: Vec<usize> = (0..at).filter(|&p| self.reachable(&on, p)).collect();
            includes = dice.some(&reachable, 1, 2);
        }
        let names: Vec<String> = includes.iter().map(|&p| quote(&self.privileges[p].name)).collect();
        let list = if names.is_empty() { String::new() } else { format!(" includes {}", names.join(", ")) };
        let requires = self.requires(dice, at, &on, 30);
        let mut closed: Vec<usize> = includes.clone();
        closed.extend(includes.iter().flat_map(|&p| self.privileges[p].includes.clone()));
        self.privileges.push(Privilege { name: name.to_string(), category, includes: closed });
        format!("{}{title}{list}{requires}", quote(name))
    }

    fn requires(&self, dice: &mut Dice<'_>, before: usize, on: &[usize], percent: usize) -> String {
        if !dice.chance(percent) {
            return String::new();
        }
        let reachable: Vec<usize> = (0..before).filter(|&p| self.reachable(on, p)).collect();
        let readable = self.readable(&[on.to_vec()]);
        formula::requirement(dice, self, &reachable, &readable)
            .map(|formula| format!(" requires {formula}"))
            .unwrap_or_default()
    }

    /// Whether a privilege can be decided wherever one on these types is asked.
    fn reachable(&self, on: &[usize], privilege: usize) -> bool {
        let wanted = &self.categories[self.privileges[privilege].category].on;
        wanted.is_empty()
            || (!on.is_empty()
                && on.iter().all(|&ty| self.above(ty).iter().any(|ancestor| wanted.contains(ancestor))))
    }

    /// A type and every type that its resources may lie below.
    pub fn above(&self, ty: usize) -> Vec<usize> {
        let mut found = vec![ty];
        let mut at = 0;
        while at < found.len() {
            let parents = self.types[found[at]].parents.clone();
            found.extend(parents.into_iter().filter(|p| !found.contains(p)).collect::<Vec<_>>());
            at += 1;
        }
        found
    }

    /// The attributes that a condition may read where it speaks of privileges asked on each of these lists of types.
    pub fn readable(&self, asked: &[Vec<usize>]) -> Vec<(&'static str, Attribute)> {
        let mut readable: Vec<(&'static str, Attribute)> = Vec::new();
        if asked.iter().all(|on| !on.is_empty()) && !asked.is_empty() {
            let everywhere = |attribute: &&Attribute| {
                asked.iter().flatten().all(|&ty| self.types[ty].attributes.contains(attribute))
            };
            readable.extend(ATTRIBUTES.iter().filter(everywhere).map(|&attribute| ("resource", attribute)));
        }
        readable.extend(self.of_principals.iter().map(|&attribute| ("principal", attribute)));
        readable.extend(self.of_context.iter().map(|&attribute| ("context", attribute)));
        readable
    }

    /// A reference as the DSL writes it.
    pub fn reference(&self, ty: usize, id: &str) -> String {
        let name = self.types[ty].name;
        if id.contains(' ') { format!("{name}:{id:?}") } else { format!("{name}:{id}") }
    }

    fn values(&self, dice: &mut Dice<'_>, attributes: &[Attribute]) -> String {
        if attributes.is_empty() || !dice.chance(70) {
            return String::new();
        }
        let chosen = dice.some(attributes, 1, 4);
        let values: Vec<String> = chosen
            .iter()
            .map(|&(name, kind)| format!("{name}: {}", formula::literal(dice, self, kind)))
            .collect();
        format!(" {{ {} }}", values.join(", "))
    }
}

/// A name as the DSL writes it.
pub fn quote(name: &str) -> String {
    if name.contains(' ') { format!("{name:?}") } else { name.to_string() }
}

fn within(groups: &[String]) -> String {
    if groups.is_empty() { String::new() } else { format!(" in {}", groups.join(", ")) }
}

fn default_rule(dice: &mut Dice<'_>) -> &'static str {
    dice.pick::<&str>(&[
        "",
        "default deny",
        "default grant",
        "default grant when unlisted",
        "default grant to authenticated",
        "default grant to anonymous",
        "default grant to authenticated when unlisted",
        "default grant to anyone when unlisted",
    ])
}

fn resolve_rule(dice: &mut Dice<'_>) -> &'static str {
    dice.pick::<&str>(&[
        "",
        "resolve deny-overrides",
        "resolve nearest",
        "resolve most-specific",
        "resolve grant-overrides",
        "resolve nearest",
        "resolve most-specific",
    ])
}

fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Int => "int",
        Kind::Text => "string",
        Kind::Time => "timestamp",
        Kind::Address => "ip",
        Kind::Who => "principal",
        Kind::Word => "\"A\" | \"B\" | \"C\"",
        Kind::Ints => "[int]",
        Kind::Texts => "[string]",
        Kind::Addresses => "[ip]",
        Kind::Whos => "[principal]",
        Kind::Words => "[\"A\" | \"B\" | \"C\"]",
    }
}
