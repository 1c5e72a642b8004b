//! Random entries, roles and assignments.

use super::dice::Dice;
use super::formula::{self, DATES};
use super::vocabulary::{IDS, Vocabulary, quote};

/// What silences the findings that random rules cannot help.
const ALLOW: &str = "@allow(unmet-requirement, contradictory-entries, entry-without-effect) \"random\"\n";

/// Writes all rules; notes roles and the resources that scopes name.
pub fn write(dice: &mut Dice<'_>, vocabulary: &mut Vocabulary, statements: &mut Vec<String>) {
    let mut rules = Rules { vocabulary, inherits: Vec::new(), named: Vec::new() };
    for at in 0..dice.between(1, 5) {
        statements.push(rules.role(dice, at));
    }
    for _ in 0..dice.between(1, 8) {
        statements.push(rules.assignment(dice));
    }
    for _ in 0..dice.between(0, 7) {
        statements.push(rules.top_entry(dice));
    }
}

struct Rules<'v> {
    vocabulary: &'v mut Vocabulary,
    /// Of each role, the roles that come with it.
    inherits: Vec<Vec<usize>>,
    /// Of each role, the privileges that its own entries name.
    named: Vec<Vec<usize>>,
}

impl Rules<'_> {
    fn role(&mut self, dice: &mut Dice<'_>, at: usize) -> String {
        let before: Vec<usize> = (0..at).collect();
        let inherits = dice.some(&before, 0, 2);
        let names: Vec<String> = inherits.iter().map(|role| format!("r{role}")).collect();
        let list = if names.is_empty() { String::new() } else { format!(" inherits {}", names.join(", ")) };
        let mut named = Vec::new();
        let mut body = String::new();
        for _ in 0..dice.between(0, 4) {
            let (head, privileges) = self.head(dice);
            let scope = self.scope(dice, &privileges, 35);
            let when = self.when(dice, &privileges, 30);
            body += &match scope {
                Some(scope) if dice.chance(30) => format!("    on {scope} {{ {head}{when} }}\n"),
                Some(scope) => format!("    {head} on {scope}{when}\n"),
                None => format!("    {head}{when}\n"),
            };
            named.extend(privileges);
        }
        self.vocabulary.roles.push(format!("r{at}"));
        self.inherits.push(inherits);
        self.named.push(named);
        format!("{ALLOW}role r{at}{list} {{\n{body}}}")
    }

    fn top_entry(&mut self, dice: &mut Dice<'_>) -> String {
        let (head, privileges) = self.head(dice);
        let to = self.principals(dice, None).join(", ");
        let when = self.when(dice, &privileges, 35);
        match self.scope(dice, &privileges, 60) {
            Some(scope) if dice.chance(20) => format!("{ALLOW}on {scope} {{ {head} to {to}{when} }}"),
            Some(scope) => format!("{ALLOW}{head} to {to} on {scope}{when}"),
            None => format!("{ALLOW}{head} to {to}{when}"),
        }
    }

    fn assignment(&mut self, dice: &mut Dice<'_>) -> String {
        let role = dice.below(self.vocabulary.roles.len());
        let to = self.principals(dice, Some(role)).join(", ");
        let reached = self.reached(role);
        let scope = self.scope(dice, &reached, 50).map(|scope| format!(" on {scope}")).unwrap_or_default();
        let period = match dice.below(8) {
            0 => format!(" from {}", dice.pick(&DATES)),
            1 => format!(" until {}", dice.pick(&DATES)),
            2 => format!(" from {} until {}", DATES[0], dice.pick(&DATES[1..])),
            _ => String::new(),
        };
        let when = self.when(dice, &reached, 20);
        format!("{ALLOW}assign r{role} to {to}{scope}{period}{when}")
    }

    /// Every privilege that an assignment of the role may bring.
    fn reached(&self, role: usize) -> Vec<usize> {
        let mut roles = vec![role];
        let mut at = 0;
        while at < roles.len() {
            let more: Vec<usize> =
                self.inherits[roles[at]].iter().copied().filter(|r| !roles.contains(r)).collect();
            roles.extend(more);
            at += 1;
        }
        let mut reached: Vec<usize> = roles.iter().flat_map(|&role| self.named[role].clone()).collect();
        reached.sort_unstable();
        reached.dedup();
        reached
    }

    /// Whom an entry, or an assignment of a role, speaks of. A role goes to roles behind it only.
    fn principals(&mut self, dice: &mut Dice<'_>, assigned: Option<usize>) -> Vec<String> {
        let count = if dice.chance(25) { 2 } else { 1 };
        let mut found: Vec<String> = Vec::new();
        for _ in 0..count {
            let who = match dice.below(10) {
                0..=3 => dice.pick(&self.vocabulary.principals).clone(),
                4..=5 if !self.vocabulary.groups.is_empty() => {
                    format!("group:{}", dice.pick(&self.vocabulary.groups))
                }
                6..=7 => {
                    let first = assigned.map_or(0, |role| role + 1);
                    let roles: Vec<usize> = (first..self.vocabulary.roles.len()).collect();
                    if roles.is_empty() { continue } else { self.behind(dice, assigned, &roles) }
                }
                _ => dice.pick(&["anyone", "authenticated", "anonymous", "authenticated"]).to_string(),
            };
            if !found.contains(&who) {
                found.push(who);
            }
        }
        if found.is_empty() {
            found.push(self.vocabulary.principals[0].clone());
        }
        found
    }

    fn behind(&mut self, dice: &mut Dice<'_>, assigned: Option<usize>, roles: &[usize]) -> String {
        let holder = *dice.pick(roles);
        if let Some(role) = assigned {
            self.inherits[holder].push(role);
        }
        format!("role:r{holder}")
    }

    /// Effect and list, and everything that the entry names.
    fn head(&self, dice: &mut Dice<'_>) -> (String, Vec<usize>) {
        let effect =
            *dice.pick(&["grant", "grant", "grant", "grant", "grant", "deny", "deny", "deny", "bypass"]);
        let all: Vec<usize> = (0..self.vocabulary.privileges.len()).collect();
        let mut items = Vec::new();
        let mut listed: Vec<usize> = Vec::new();
        for _ in 0..dice.between(1, 3) {
            let (item, privileges) = self.item(dice, &all);
            items.push(item);
            listed.extend(privileges);
        }
        let mut closed = listed.clone();
        closed.extend(listed.iter().flat_map(|&p| self.vocabulary.privileges[p].includes.clone()));
        closed.sort_unstable();
        closed.dedup();
        let mut except = String::new();
        if closed.len() > 1 && dice.chance(20) {
            let out = closed.swap_remove(dice.below(closed.len()));
            except = format!(" except {}", quote(&self.vocabulary.privileges[out].name));
        }
        (format!("{effect} {}{except}", items.join(", ")), closed)
    }

    fn item(&self, dice: &mut Dice<'_>, all: &[usize]) -> (String, Vec<usize>) {
        let privilege = *dice.pick(all);
        let known = &self.vocabulary.privileges[privilege];
        let category = known.category;
        let matching = |test: &dyn Fn(&str) -> bool| -> Vec<usize> {
            all.iter().copied().filter(|&p| test(&self.vocabulary.privileges[p].name)).collect()
        };
        match dice.below(20) {
            0 => ("*".to_string(), all.to_vec()),
            1 => {
                let (start, _) = known.name.split_at(2);
                (format!("{start}*"), matching(&|name| name.starts_with(start)))
            }
            2 => {
                let end = &known.name[known.name.len() - 1..];
                (format!("*{end}"), matching(&|name| name.ends_with(end)))
            }
            3..=4 => {
                let name = &self.vocabulary.categories[category].name;
                let members =
                    all.iter().copied().filter(|&p| self.vocabulary.privileges[p].category == category);
                (format!("category:{name}"), members.collect())
            }
            _ => (quote(&known.name), vec![privilege]),
        }
    }

    /// Where, mostly where one of the privileges can be asked.
    fn scope(&mut self, dice: &mut Dice<'_>, privileges: &[usize], percent: usize) -> Option<String> {
        if !dice.chance(percent) {
            return None;
        }
        let mut types: Vec<usize> = privileges
            .iter()
            .flat_map(|&p| self.vocabulary.categories[self.vocabulary.privileges[p].category].on.clone())
            .flat_map(|ty| self.vocabulary.above(ty))
            .collect();
        if types.is_empty() {
            // A scope on privileges asked without a resource has no effect; once in a while it may be written.
            if !dice.chance(10) {
                return None;
            }
            types = (0..self.vocabulary.types.len()).collect();
        }
        let ty = *dice.pick(&types);
        if dice.chance(15) {
            return Some(format!("{}:*", self.vocabulary.types[ty].name));
        }
        let common = if dice.chance(20) { IDS.len() } else { 6 };
        let id = *dice.pick(&IDS[..common]);
        self.vocabulary.mentioned.push((ty, id));
        let only = if dice.chance(20) { " only" } else { "" };
        Some(format!("{}{only}", self.vocabulary.reference(ty, id)))
    }

    fn when(&self, dice: &mut Dice<'_>, privileges: &[usize], percent: usize) -> String {
        if !dice.chance(percent) {
            return String::new();
        }
        let asked: Vec<Vec<usize>> = privileges
            .iter()
            .map(|&p| self.vocabulary.categories[self.vocabulary.privileges[p].category].on.clone())
            .collect();
        let readable = self.vocabulary.readable(&asked);
        format!(" when {}", formula::condition(dice, self.vocabulary, &readable, 2))
    }
}
