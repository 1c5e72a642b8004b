//! W2: a tree of folders, roles granted on folders to users and groups, and denials of one action.
//!
//! Whatever is said of a folder holds for all below it; a denial anywhere above wins.

use crate::numbers::Numbers;
use std::fmt::Write;

/// Folders in each folder.
const BRANCHES: usize = 8;

/// What is asked of folders; a role grants the first so many.
pub const ACTIONS: [&str; 12] = [
    "folder.list",
    "folder.view",
    "folder.search",
    "folder.export",
    "folder.run",
    "folder.stop",
    "folder.comment",
    "folder.tag",
    "folder.edit",
    "folder.move",
    "folder.delete",
    "folder.share",
];

/// Name, and how many actions it grants.
pub const ROLES: [(&str, usize); 3] = [("Reader", 4), ("Operator", 8), ("FolderAdmin", 12)];

/// Whom something is said of.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    User(usize),
    Group(usize),
}

/// A user asks for an action on a folder.
pub struct Question {
    pub user: usize,
    pub action: usize,
    pub folder: usize,
    /// The path, at hand for whoever asks.
    pub path: String,
}

pub struct World {
    /// Paths; the root is the first, and each folder stands behind the one that it lies in.
    pub folders: Vec<String>,
    /// Users and their groups.
    pub users: Vec<(String, Vec<usize>)>,
    pub groups: Vec<String>,
    /// Whom, the role, where.
    pub grants: Vec<(Who, usize, usize)>,
    /// Whom, the action, where.
    pub denials: Vec<(Who, usize, usize)>,
    pub questions: Vec<Question>,
}

impl World {
    pub fn new(levels: usize, questions: usize) -> World {
        let mut numbers = Numbers(2);
        let (mut folders, mut starts) = (vec!["root".to_owned()], vec![0]);
        for level in 0..levels {
            let above = starts[level]..folders.len();
            starts.push(folders.len());
            let letter = char::from(b'a' + level as u8);
            for parent in above {
                for at in 0..BRANCHES {
                    folders.push(format!("{}/{letter}{at}", folders[parent]));
                }
            }
        }
        starts.push(folders.len());
        let groups: Vec<String> = (0..50).map(|at| format!("group-{at:03}")).collect();
        let users: Vec<_> = (0..1_000)
            .map(|at| {
                let mut of: Vec<usize> =
                    (0..1 + numbers.below(3)).map(|_| numbers.below(groups.len())).collect();
                of.sort_unstable();
                of.dedup();
                (format!("user-{at:04}@example.org"), of)
            })
            .collect();
        let mut somewhere = |actions: usize| {
            // Three of four for a user; not on the root.
            let who = match numbers.below(4) {
                0 => Who::Group(numbers.below(groups.len())),
                _ => Who::User(numbers.below(users.len())),
            };
            let level = 1 + numbers.below(levels);
            (who, numbers.below(actions), starts[level] + numbers.below(starts[level + 1] - starts[level]))
        };
        let grants: Vec<_> = (0..2_000).map(|_| somewhere(ROLES.len())).collect();
        let denials: Vec<_> = (0..200).map(|_| somewhere(ACTIONS.len())).collect();
        let mut world = World { folders, users, groups, grants, denials, questions: Vec::new() };
        let of_users: Vec<Vec<usize>> = (0..world.users.len()).map(|user| world.places(user)).collect();
        let question = |at: usize| {
            let user = numbers.below(world.users.len());
            let mut folder = numbers.below(world.folders.len());
            let own = &of_users[user];
            if at.is_multiple_of(2) && !own.is_empty() {
                folder = own[numbers.below(own.len())];
                for _ in 0..numbers.below(levels) {
                    let below = folder * BRANCHES + 1 + numbers.below(BRANCHES);
                    folder = if below < world.folders.len() { below } else { folder };
                }
            }
            let action = numbers.below(ACTIONS.len());
            Question { user, action, folder, path: world.folders[folder].clone() }
        };
        world.questions = (0..questions).map(question).collect();
        world
    }

    /// The folders where something is said of a user or one of its groups.
    fn places(&self, user: usize) -> Vec<usize> {
        let said = self.grants.iter().chain(&self.denials);
        said.filter(|(who, ..)| self.is(user, *who)).map(|&(_, _, folder)| folder).collect()
    }

    /// Whether what is said of somebody is said of a user.
    pub fn is(&self, user: usize, who: Who) -> bool {
        match who {
            Who::User(at) => at == user,
            Who::Group(at) => self.users[user].1.contains(&at),
        }
    }

    /// The folder that a folder lies in.
    pub fn parent(folder: usize) -> Option<usize> {
        Some(folder.checked_sub(1)? / BRANCHES)
    }

    pub fn name(&self, who: Who) -> &str {
        match who {
            Who::User(at) => &self.users[at].0,
            Who::Group(at) => &self.groups[at],
        }
    }

    /// The policy as text of policyc. Folders need no declaration; those of whom ids are wanted do.
    pub fn text(&self, declared: bool) -> String {
        let mut text =
            String::from("policy folders\nresource folder in folder by path\ncategory folder on folder {\n");
        for action in ACTIONS {
            writeln!(text, "{action}").unwrap();
        }
        text.push_str("}\n");
        for (role, grants) in ROLES {
            writeln!(text, "role {role} {{ grant {} }}", ACTIONS[..grants].join(", ")).unwrap();
        }
        for group in &self.groups {
            writeln!(text, "group {group}").unwrap();
        }
        for (user, groups) in &self.users {
            let groups: Vec<&str> = groups.iter().map(|&at| self.groups[at].as_str()).collect();
            writeln!(text, "user {user} in {}", groups.join(", ")).unwrap();
        }
        let who = |who: Who| match who {
            Who::User(_) => format!("user:{}", self.name(who)),
            Who::Group(_) => format!("group:{}", self.name(who)),
        };
        for &(whom, role, folder) in &self.grants {
            writeln!(text, "assign {} to {} on folder:{}", ROLES[role].0, who(whom), self.folders[folder])
                .unwrap();
        }
        for &(whom, action, folder) in &self.denials {
            writeln!(text, "deny {} to {} on folder:{}", ACTIONS[action], who(whom), self.folders[folder])
                .unwrap();
        }
        if declared {
            self.folders.iter().for_each(|folder| writeln!(text, "folder:{folder}").unwrap());
        }
        text
    }
}
