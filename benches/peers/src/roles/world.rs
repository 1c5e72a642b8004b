//! Who asks what where there are no resources.
//!
//! W1: the 72 privileges of Flowable Control, eight roles, users with one to three of them; everything that is no access
//! privilege needs some access privilege besides, as in the first two categories of Control. W3: as many roles and privileges
//! as wanted, ten times as many users, and no needs.

use crate::numbers::Numbers;

/// The privileges of a category, and whether they need an access privilege.
const CATEGORIES: [(&str, usize, bool); 4] =
    [("access", 21, false), ("administration", 25, true), ("destructive", 14, true), ("control", 12, false)];

/// A role and what it grants: category and numbers.
type Role = (&'static str, &'static [(usize, std::ops::Range<usize>)]);

const ROLES: [Role; 8] = [
    ("viewer-all", &[(0, 0..21)]),
    ("full-cluster", &[(0, 0..21), (1, 0..25), (2, 0..14)]),
    ("process-operator", &[(0, 2..3), (1, 3..14)]),
    ("case-operator", &[(0, 3..4), (1, 2..4), (2, 0..3)]),
    ("idm-manager", &[(1, 14..20), (2, 5..8)]),
    ("housekeeper", &[(1, 20..22), (2, 8..10)]),
    ("control-all", &[(3, 0..12)]),
    ("deployer", &[(0, 1..2), (1, 0..1), (2, 12..14)]),
];

pub struct World {
    pub privileges: Vec<String>,
    /// By privilege: whether it needs an access privilege.
    pub needs_access: Vec<bool>,
    /// How many privileges are access privileges; they stand first.
    access: usize,
    /// Name and privileges.
    pub roles: Vec<(String, Vec<usize>)>,
    /// Name and roles.
    pub users: Vec<(String, Vec<usize>)>,
    /// User and privilege.
    pub questions: Vec<(usize, usize)>,
    /// The same by name, in the order in which they are asked: whoever asks has the names at hand.
    asked: Vec<(String, String)>,
}

impl World {
    /// W1.
    pub fn flowable(users: usize, questions: usize) -> World {
        let mut numbers = Numbers(1);
        let (mut privileges, mut needs_access, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for (category, count, needs) in CATEGORIES {
            starts.push(privileges.len());
            for at in 0..count {
                privileges.push(format!("{category}-section-{at}"));
                needs_access.push(needs);
            }
        }
        let grants = |parts: &[(usize, std::ops::Range<usize>)]| {
            parts
                .iter()
                .flat_map(|(category, range)| range.clone().map(|at| starts[*category] + at))
                .collect()
        };
        let roles: Vec<_> = ROLES.iter().map(|(name, parts)| (name.to_string(), grants(parts))).collect();
        let users = (0..users)
            .map(|at| {
                let count = 1 + numbers.below(3);
                (format!("user-{at:04}@example.org"), some(&mut numbers, count, ROLES.len()))
            })
            .collect::<Vec<_>>();
        let (user_count, privilege_count) = (users.len(), privileges.len());
        let questions =
            (0..questions).map(|_| (numbers.below(user_count), numbers.below(privilege_count))).collect();
        World {
            privileges,
            needs_access,
            access: CATEGORIES[0].1,
            roles,
            users,
            questions,
            asked: Vec::new(),
        }
        .named()
    }

    /// W3: 20 grants and 10 users for each role, 1 to 3 roles for a user; half of the questions are for a privilege that the
    /// user holds.
    pub fn wide(roles: usize, questions: usize) -> World {
        let mut numbers = Numbers(3);
        let privileges: Vec<String> =
            (0..roles).map(|at| format!("c{:03}.privilege-{at:05}", at / 100)).collect();
        let granted: Vec<_> = (0..roles)
            .map(|at| (format!("role-{at:05}"), some(&mut numbers, 20, privileges.len())))
            .collect();
        let users: Vec<_> = (0..roles * 10)
            .map(|at| {
                let more = numbers.below(3);
                let mut held = some(&mut numbers, more, roles);
                // Every role is somebody's.
                held.push(at % roles);
                held.sort_unstable();
                held.dedup();
                (format!("user-{at:06}@example.org"), held)
            })
            .collect();
        let questions = (0..questions)
            .map(|at| {
                let user = numbers.below(users.len());
                let held = &users[user].1;
                let of_role = &granted[held[numbers.below(held.len())]].1;
                let any = numbers.below(roles);
                (user, if at.is_multiple_of(2) { of_role[numbers.below(of_role.len())] } else { any })
            })
            .collect();
        let needs_access = vec![false; roles];
        World { privileges, needs_access, access: 0, roles: granted, users, questions, asked: Vec::new() }
            .named()
    }

    fn named(mut self) -> World {
        let name = |&(user, privilege): &(usize, usize)| {
            (self.users[user].0.clone(), self.privileges[privilege].clone())
        };
        self.asked = self.questions.iter().map(name).collect();
        self
    }

    /// Whether a privilege is one of the access privileges.
    pub fn is_access(&self, privilege: usize) -> bool {
        privilege < self.access
    }

    /// Whether a role grants an access privilege.
    pub fn grants_access(&self, role: usize) -> bool {
        self.roles[role].1.iter().any(|&privilege| self.is_access(privilege))
    }

    pub fn names(&self, question: usize) -> (&str, &str) {
        let (user, privilege) = &self.asked[question];
        (user, privilege)
    }

    /// The policy as text of policyc.
    pub fn text(&self) -> String {
        use std::fmt::Write;
        let mut text = String::from("policy peers\n");
        let mut category = |name: &str, of: &dyn Fn(usize) -> bool| {
            writeln!(text, "category {name} {{").unwrap();
            for (at, privilege) in self.privileges.iter().enumerate().filter(|(at, _)| of(*at)) {
                let requires = if self.needs_access[at] { " requires any category:access" } else { "" };
                writeln!(text, "{privilege}{requires}").unwrap();
            }
            text.push_str("}\n");
        };
        if self.access > 0 {
            category("access", &|at| self.is_access(at));
        }
        category("other", &|at| !self.is_access(at));
        for (at, (role, grants)) in self.roles.iter().enumerate() {
            let names: Vec<&str> = grants.iter().map(|&at| self.privileges[at].as_str()).collect();
            // Some roles bring no access themselves: another role of the same user may.
            if self.access > 0 && !self.grants_access(at) && grants.iter().any(|&at| self.needs_access[at]) {
                writeln!(text, "@allow(P0307) \"another role may\"").unwrap();
            }
            writeln!(text, "role {role} {{ grant {} }}", names.join(", ")).unwrap();
        }
        for (user, held) in &self.users {
            writeln!(text, "user {user}").unwrap();
            for &role in held {
                writeln!(text, "assign {} to user:{user}", self.roles[role].0).unwrap();
            }
        }
        text
    }
}

/// So many different numbers, or a few less.
fn some(numbers: &mut Numbers, count: usize, below: usize) -> Vec<usize> {
    let mut some: Vec<usize> = (0..count).map(|_| numbers.below(below)).collect();
    some.sort_unstable();
    some.dedup();
    some
}
