//! A random small policy of which everything that could exist can be tried.
//!
//! Enters: dice. Leaves: its text, and what it is made of, so that who could exist is found out without asking the compiler.

use crate::generate::Dice;
use std::collections::BTreeSet;
use std::fmt::Write;

/// A policy and one invariant.
pub struct World {
    /// Everything but the invariant.
    pub text: String,
    pub invariant: Invariant,
    /// For each role those that it inherits.
    pub inherits: Vec<Vec<usize>>,
    /// For each group those that it is in.
    pub within: Vec<Vec<usize>>,
    pub disabled: Vec<bool>,
    /// For each user its groups.
    pub users: Vec<Vec<usize>>,
    /// Role and whom it is assigned to, wherever and whenever.
    pub assigned: Vec<(usize, String)>,
    pub exclusive: Vec<(usize, usize)>,
    /// Roles, each with one that it requires.
    pub requires: Vec<(usize, usize)>,
    /// Roles, each with how many may hold it.
    pub limits: Vec<(usize, usize)>,
    pub by_path: bool,
    pub attributes: Vec<Attribute>,
    /// Whether some assignment ends.
    pub timed: bool,
}

/// One invariant.
pub struct Invariant {
    pub kind: &'static str,
    pub who: Vec<String>,
    pub privileges: Vec<&'static str>,
    pub scope: Option<&'static str>,
}

impl Invariant {
    pub fn text(&self) -> String {
        let scope = self.scope.map(|scope| format!(" on {scope}")).unwrap_or_default();
        match self.kind {
            "together" => format!("never together {}\n", self.privileges.join(", ")),
            kind => format!("{kind} {} can {}{scope}\n", self.who.join(", "), self.privileges.join(", ")),
        }
    }
}

/// An attribute and what tests say of it.
pub struct Attribute {
    pub root: &'static str,
    pub name: &'static str,
    pub ty: &'static str,
    /// With `@` where the path of the attribute stands.
    tests: &'static [&'static str],
    declared: &'static [&'static str],
}

const KINDS: [(&str, &str, &[&str], &[&str]); 7] = [
    ("ok", "bool", &["@", "not @", "has @"], &["true", "false"]),
    ("n", "int", &["@ == 1", "@ == 2", "@ < 2", "@ >= 2", "@ != 1", "has @"], &["1", "2", "5"]),
    ("s", "string", &["@ == \"a\"", "@ == \"b\"", "@ != \"a\"", "@ in [\"a\", \"b\"]"], &["\"a\"", "\"c\""]),
    ("st", "\"A\" | \"B\"", &["@ == \"A\"", "@ == \"B\"", "@ != \"B\""], &["\"A\""]),
    ("ip", "ip", &["@ in 10.0.0.0/8", "@ in 10.1.0.0/16", "@ == 10.1.0.1"], &["10.1.0.1", "9.0.0.1"]),
    (
        "own",
        "principal",
        &["@ == principal", "@ != principal", "principal in @", "@ == user:u0", "principal in [group:g0]"],
        &["user:u0", "group:g0"],
    ),
    (
        "tags",
        "[string]",
        &["@ contains \"a\"", "@ contains \"b\"", "@ == [\"a\"]", "has @"],
        &["[\"a\"]", "[]"],
    ),
];

/// What privileges are asked on.
pub const PRIVILEGES: [(&str, Option<&str>); 5] =
    [("read", Some("doc")), ("kill", Some("doc")), ("list", Some("folder")), ("pay", None), ("sign", None)];

impl World {
    pub fn random(dice: &mut Dice<'_>) -> World {
        let by_path = dice.chance(40);
        let (roles, groups, users) = (dice.between(1, 3), dice.between(1, 2), dice.between(1, 2));
        let all = |count: usize| (0..count).collect::<Vec<usize>>();
        let mut world = World {
            text: String::new(),
            invariant: Invariant { kind: "never", who: Vec::new(), privileges: Vec::new(), scope: None },
            inherits: (0..roles)
                .map(|role| if dice.chance(30) { dice.some(&all(role), 0, 1) } else { Vec::new() })
                .collect(),
            within: (0..groups)
                .map(|group| if dice.chance(40) { dice.some(&all(group), 0, 1) } else { Vec::new() })
                .collect(),
            disabled: (0..groups).map(|_| dice.chance(15)).collect(),
            users: (0..users)
                .map(|_| if dice.chance(50) { dice.some(&all(groups), 0, 1) } else { Vec::new() })
                .collect(),
            assigned: Vec::new(),
            exclusive: Vec::new(),
            requires: Vec::new(),
            limits: Vec::new(),
            by_path,
            attributes: Vec::new(),
            timed: false,
        };
        for _ in 0..dice.between(0, 2) {
            let &(name, ty, tests, declared) = dice.pick(&KINDS);
            let root = *dice.pick(&["context", "resource", "principal"]);
            if !world.attributes.iter().any(|known| known.name == name) {
                world.attributes.push(Attribute { root, name, ty, tests, declared });
            }
        }
        world.declarations(dice);
        world.rules(dice);
        world.constraints(dice);
        world.invariant(dice);
        world
    }

    fn of_root(&self, root: &str) -> String {
        let of_root = self.attributes.iter().filter(|attribute| attribute.root == root);
        of_root.map(|attribute| format!(" attribute {}: {}", attribute.name, attribute.ty)).collect()
    }

    fn values(&self, dice: &mut Dice<'_>, root: &str) -> String {
        let mut values = Vec::new();
        for attribute in self.attributes.iter().filter(|attribute| attribute.root == root) {
            if dice.chance(40) {
                values.push(format!("{}: {}", attribute.name, dice.pick(attribute.declared)));
            }
        }
        if values.is_empty() { String::new() } else { format!(" {{ {} }}", values.join(", ")) }
    }

    fn declarations(&mut self, dice: &mut Dice<'_>) {
        let mut text = String::new();
        let rules = |dice: &mut Dice<'_>| {
            let default = [
                "",
                "",
                "default grant",
                "default grant to authenticated when unlisted",
                "default grant when unlisted",
            ];
            let resolve = ["", "resolve nearest", "resolve most-specific", "resolve grant-overrides"];
            format!("{} {}", dice.pick(&default), dice.pick(&resolve))
        };
        let _ = writeln!(text, "policy p {{ {} }}", rules(dice));
        for root in ["principal", "context"] {
            let list: Vec<String> = self
                .attributes
                .iter()
                .filter(|attribute| attribute.root == root)
                .map(|attribute| format!("{}: {}", attribute.name, attribute.ty))
                .collect();
            if !list.is_empty() {
                let _ = writeln!(text, "{root} {{ {} }}", list.join(", "));
            }
        }
        let of_resource = self.of_root("resource");
        let path = if self.by_path { " by path" } else { "" };
        let _ = writeln!(
            text,
            "resource space\nresource folder in folder, space{path} {{{of_resource} {} }}",
            rules(dice)
        );
        let _ = writeln!(text, "resource doc in folder {{{of_resource} {} }}", rules(dice));
        for (group, within) in self.within.iter().enumerate() {
            let within = within.first().map(|outer| format!(" in g{outer}")).unwrap_or_default();
            let disabled = if self.disabled[group] { " disabled" } else { "" };
            let _ = writeln!(text, "group g{group}{within}{disabled}");
        }
        for user in 0..self.users.len() {
            let within = self.users[user].first().map(|group| format!(" in g{group}")).unwrap_or_default();
            let values = self.values(dice, "principal");
            let _ = writeln!(text, "user u{user}{within}{values}");
        }
        let places: &[&str] = if self.by_path {
            &["folder:a", "folder:a/b"]
        } else {
            &["folder:a in space:s", "folder:b in folder:a", "folder:t"]
        };
        let _ = writeln!(text, "space:s");
        let docs: &[&str] =
            if self.by_path { &["doc:d in folder:a"] } else { &["doc:d in folder:a", "doc:e in folder:t"] };
        for place in places.iter().chain(docs) {
            let values = self.values(dice, "resource");
            let _ = writeln!(text, "{place}{values}");
        }
        let requires = |dice: &mut Dice<'_>, of: &[&str], on_resource: bool| {
            if dice.chance(65) {
                return String::new();
            }
            let test = self.test(dice, on_resource).filter(|_| dice.chance(50));
            let privilege = (!of.is_empty()).then(|| dice.pick(of).to_string());
            let both: Vec<String> = privilege.into_iter().chain(test).collect();
            let join = *dice.pick(&[" and ", " or "]);
            if both.is_empty() { String::new() } else { format!(" requires {}", both.join(join)) }
        };
        let (sign, pay) = (requires(dice, &[], false), requires(dice, &["sign"], false));
        let (list, read, kill) = (
            requires(dice, &["sign", "pay"], true),
            requires(dice, &["list", "pay"], true),
            requires(dice, &["read", "list"], true),
        );
        let kill = if dice.chance(20) { " includes read".to_owned() } else { kill };
        let _ = writeln!(
            text,
            "category desk {{ sign{sign} pay{pay} }}\ncategory folders on folder {{ list{list} }}"
        );
        let _ = writeln!(text, "category docs on doc {{ read{read} kill{kill} }}");
        self.text += &text;
    }

    /// A test, negated or joined at times.
    fn test(&self, dice: &mut Dice<'_>, on_resource: bool) -> Option<String> {
        let usable: Vec<&Attribute> =
            self.attributes.iter().filter(|attribute| on_resource || attribute.root != "resource").collect();
        let one = |dice: &mut Dice<'_>| {
            let attribute = (!usable.is_empty()).then(|| *dice.pick(&usable))?;
            let test = *dice.pick(attribute.tests);
            Some(test.replace('@', &format!("{}.{}", attribute.root, attribute.name)))
        };
        let first = one(dice)?;
        match dice.below(4) {
            0 => Some(format!("({first} and {})", one(dice)?)),
            1 => Some(format!("({first} or not {})", one(dice)?)),
            _ => Some(first),
        }
    }

    fn rule(&self, dice: &mut Dice<'_>, to: &str) -> String {
        let on_resource = dice.chance(70);
        let asked: Vec<&str> =
            PRIVILEGES.iter().filter(|(_, on)| on.is_some() == on_resource).map(|(name, _)| *name).collect();
        let privileges = dice.some(&asked, 1, 2).join(", ");
        let effect = *dice.pick(&["grant", "grant", "grant", "deny", "deny", "bypass"]);
        let scope = if on_resource { self.scope(dice, 50) } else { String::new() };
        let when = self.when(dice, on_resource);
        format!("{effect} {privileges}{to}{scope}{when}")
    }

    fn scope(&self, dice: &mut Dice<'_>, percent: usize) -> String {
        if !dice.chance(percent) {
            return String::new();
        }
        let inner = if self.by_path { "folder:a/b" } else { "folder:b" };
        let other = if self.by_path { "folder:c" } else { "folder:t" };
        format!(
            " on {}",
            dice.pick(&["folder:a", inner, other, "space:s", "doc:d", "folder:a only", "doc:*", "folder:*"])
        )
    }

    fn when(&self, dice: &mut Dice<'_>, on_resource: bool) -> String {
        let test = self.test(dice, on_resource).filter(|_| dice.chance(60));
        test.map(|test| format!(" when {test}")).unwrap_or_default()
    }

    fn anybody(&self, dice: &mut Dice<'_>, roles: bool) -> String {
        let mut all: Vec<String> = ["anyone", "authenticated", "anonymous"].map(str::to_owned).to_vec();
        all.extend((0..self.within.len()).flat_map(|at| [format!("group:g{at}"), format!("group:g{at}")]));
        all.extend((0..self.users.len()).flat_map(|at| [format!("user:u{at}"), format!("user:u{at}")]));
        if roles {
            all.extend(
                (0..self.inherits.len()).flat_map(|at| [format!("role:r{at}"), format!("role:r{at}")]),
            );
        }
        dice.pick(&all).clone()
    }

    fn rules(&mut self, dice: &mut Dice<'_>) {
        const ALLOW: &str =
            "@allow(unmet-requirement, contradictory-entries, entry-without-effect) \"random\"\n";
        for role in 0..self.inherits.len() {
            let inherits =
                self.inherits[role].first().map(|parent| format!(" inherits r{parent}")).unwrap_or_default();
            let rules: Vec<String> = (0..dice.between(0, 2)).map(|_| self.rule(dice, "")).collect();
            let required =
                (self.inherits.len() > 1 && dice.chance(15)).then(|| dice.below(self.inherits.len()));
            let required = required.filter(|&other| other != role);
            self.requires.extend(required.map(|other| (role, other)));
            let requires = required.map(|other| format!(" requires r{other}")).unwrap_or_default();
            let _ = writeln!(self.text, "{ALLOW}role r{role}{inherits}{requires} {{ {} }}", rules.join("\n"));
        }
        for _ in 0..dice.between(0, 3) {
            let to = format!(" to {}", self.anybody(dice, true));
            let rule = self.rule(dice, &to);
            let _ = writeln!(self.text, "{ALLOW}{rule}");
        }
        for _ in 0..dice.between(0, 3) {
            let role = dice.below(self.inherits.len());
            let to = self.anybody(dice, dice_role(role));
            if to == format!("role:r{role}") {
                continue;
            }
            let scope = self.scope(dice, 50);
            let until = if dice.chance(20) { " until 2027-01-01" } else { "" };
            self.timed |= !until.is_empty();
            let when = self.when(dice, false);
            let _ = writeln!(self.text, "{ALLOW}assign r{role} to {to}{scope}{until}{when}");
            self.assigned.push((role, to));
        }
    }

    fn constraints(&mut self, dice: &mut Dice<'_>) {
        let count = self.inherits.len();
        if count > 1 && dice.chance(35) {
            let pair = dice.some(&(0..count).collect::<Vec<usize>>(), 2, 2);
            let _ = writeln!(self.text, "exclusive r{}, r{}", pair[0], pair[1]);
            self.exclusive.push((pair[0], pair[1]));
        }
        if dice.chance(20) {
            let (role, most) = (dice.below(count), dice.between(0, 2));
            let _ = writeln!(self.text, "limit {most} for role:r{role}");
            self.limits.push((role, most));
        }
    }

    fn invariant(&mut self, dice: &mut Dice<'_>) {
        let kind = *dice.pick(&["never", "never", "always", "only", "only", "together"]);
        let names = PRIVILEGES.map(|(name, _)| name);
        let privileges = if kind == "together" { dice.some(&names, 2, 2) } else { dice.some(&names, 1, 1) };
        let mut who: BTreeSet<String> = BTreeSet::new();
        for _ in 0..dice.between(1, 2) {
            who.insert(self.anybody(dice, true));
        }
        let on_resource = PRIVILEGES.iter().any(|(name, on)| *name == privileges[0] && on.is_some());
        let inner = if self.by_path { "folder:a/b" } else { "folder:b" };
        let scope = (on_resource && kind != "together" && dice.chance(35))
            .then(|| *dice.pick(&["folder:a", inner, "space:s", "doc:*", "folder:a only"]));
        self.invariant = Invariant { kind, who: who.into_iter().collect(), privileges, scope };
    }

    /// The groups that somebody in these is in.
    pub fn closed(&self, groups: &[usize]) -> BTreeSet<usize> {
        let mut open = groups.to_vec();
        let mut all = BTreeSet::new();
        while let Some(group) = open.pop() {
            if !self.disabled[group] && all.insert(group) {
                open.extend(&self.within[group]);
            }
        }
        all
    }

    /// The roles that come with a role, itself included.
    pub fn brought(&self, role: usize) -> BTreeSet<usize> {
        let mut open = vec![role];
        let mut all = BTreeSet::new();
        while let Some(role) = open.pop() {
            if all.insert(role) {
                open.extend(&self.inherits[role]);
                let to = format!("role:r{role}");
                open.extend(self.assigned.iter().filter(|(_, known)| *known == to).map(|(role, _)| *role));
            }
        }
        all
    }

    /// The roles given to somebody, what they bring not counted.
    pub fn given(
        &self,
        user: Option<usize>,
        anonymous: bool,
        groups: &[usize],
        roles: &[usize],
    ) -> BTreeSet<usize> {
        let own: Vec<usize> = user.map(|user| self.users[user].clone()).unwrap_or_default();
        let groups = self.closed(&[own.as_slice(), groups].concat());
        let mut given: BTreeSet<usize> = roles.iter().copied().collect();
        for (role, to) in &self.assigned {
            let is_it = match to.as_str() {
                "anyone" => true,
                "authenticated" => !anonymous,
                "anonymous" => anonymous,
                to => {
                    user.is_some_and(|user| to == format!("user:u{user}"))
                        || groups.iter().any(|group| to == format!("group:g{group}"))
                }
            };
            if is_it {
                given.insert(*role);
            }
        }
        given
    }

    /// Whether the constraints permit somebody.
    pub fn permits(&self, user: Option<usize>, groups: &[usize], roles: &[usize]) -> bool {
        let given = self.given(user, false, groups, roles);
        let brings = |role: usize, wanted: usize| self.brought(role).contains(&wanted);
        let holds = |wanted: usize| given.iter().any(|&role| brings(role, wanted));
        let alone = |wanted: usize, without: usize| {
            given.iter().any(|&role| brings(role, wanted) && !brings(role, without))
        };
        for &(one, other) in &self.exclusive {
            let broken = match (brings(one, other), brings(other, one)) {
                (true, _) => holds(one) && alone(other, one),
                (_, true) => alone(one, other) && holds(other),
                _ => alone(one, other) && alone(other, one),
            };
            if broken {
                return false;
            }
        }
        if self.requires.iter().any(|&(role, required)| holds(role) && !holds(required)) {
            return false;
        }
        let declared = |role: usize| {
            let holds = |user: &usize| {
                self.given(Some(*user), false, &[], &[]).iter().any(|&given| brings(given, role))
            };
            (0..self.users.len()).filter(holds).collect::<Vec<usize>>()
        };
        self.limits.iter().all(|&(role, most)| {
            let holders = declared(role);
            !holds(role) || holders.len() < most || user.is_some_and(|user| holders.contains(&user))
        })
    }
}

/// Roles may be assigned to roles, but only to later ones, so that there is no cycle.
fn dice_role(role: usize) -> bool {
    role == 0
}
