//! Who asks what: the 72 privileges of Flowable Control, eight roles, users with one to three of them.
//!
//! Everything that is no access privilege needs some access privilege besides, as in the first two categories of Control.

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
    /// Name and privileges.
    pub roles: Vec<(String, Vec<usize>)>,
    /// Name and roles.
    pub users: Vec<(String, Vec<usize>)>,
    /// User and privilege.
    pub questions: Vec<(usize, usize)>,
}

/// SplitMix64.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

impl World {
    pub fn new(users: usize, questions: usize) -> World {
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
            parts.iter().flat_map(|(category, range)| range.clone().map(|at| starts[*category] + at)).collect()
        };
        let roles = ROLES.iter().map(|(name, parts)| (name.to_string(), grants(parts))).collect();
        let users: Vec<_> = (0..users)
            .map(|at| {
                let count = 1 + numbers.below(3);
                let mut held: Vec<usize> = (0..count).map(|_| numbers.below(ROLES.len())).collect();
                held.sort_unstable();
                held.dedup();
                (format!("user-{at:04}@example.org"), held)
            })
            .collect();
        let (user_count, privilege_count) = (users.len(), privileges.len());
        let questions = (0..questions)
            .map(|_| (numbers.below(user_count), numbers.below(privilege_count)))
            .collect();
        World { privileges, needs_access, roles, users, questions }
    }

    /// Whether a privilege is one of the access privileges.
    pub fn is_access(&self, privilege: usize) -> bool {
        privilege < CATEGORIES[0].1
    }

    /// Whether a role grants an access privilege.
    pub fn grants_access(&self, role: usize) -> bool {
        self.roles[role].1.iter().any(|&privilege| self.is_access(privilege))
    }

    pub fn names(&self, question: usize) -> (&str, &str) {
        let (user, privilege) = self.questions[question];
        (&self.users[user].0, &self.privileges[privilege])
    }
}
