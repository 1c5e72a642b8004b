//! Policies of a size, made up: the same size gives the same text.
//!
//! Enters: counts. Leaves: text of the DSL. Knows nothing of what is measured.

use std::fmt::Write;

/// A small generator of numbers, so that texts never change.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a text does not fail.
    let _ = text.write_fmt(line);
    text.push('\n');
}

/// Roles of a company in a tree of folders: so many assignments, a tenth of that in users and in folders.
pub fn folders(assignments: usize) -> String {
    let mut numbers = Numbers(1);
    let mut text =
        String::from("policy folders\nresource folder in folder by path\ncategory c on folder {\n");
    (0..200).for_each(|at| line(&mut text, format_args!("  p{at}")));
    text.push_str("}\n");
    for role in 0..50 {
        let first = role * 4;
        line(
            &mut text,
            format_args!("role r{role} {{ grant p{first}, p{}, p{}, p{} }}", first + 1, first + 2, first + 3),
        );
    }
    let users = (assignments / 10).max(1);
    (0..users).for_each(|at| line(&mut text, format_args!("user u{at}")));
    for at in 0..assignments {
        let (role, user) = (numbers.below(50), if at < users { at } else { numbers.below(users) });
        let mut step = || numbers.below(10);
        let (a, b, c, d) = (step(), step(), step(), step());
        let folder = match assignments {
            0..100_000 => format!("f{a}/f{b}/f{c}"),
            100_000..1_000_000 => format!("f{a}/f{b}/f{c}/f{d}"),
            _ => format!("f{a}/f{b}/f{c}/f{d}/f{}", step()),
        };
        line(&mut text, format_args!("assign r{role} to user:u{user} on folder:{folder}"));
    }
    text
}

/// The shape of W3: as many roles as privileges, 20 grants and 10 users for each role, 1 to 3 roles for a user.
pub fn roles(roles: usize) -> String {
    let mut numbers = Numbers(3);
    let mut text = String::from("policy roles\n");
    for category in 0..roles.div_ceil(100) {
        line(&mut text, format_args!("category c{category} {{"));
        (0..100).for_each(|at| line(&mut text, format_args!("  c{category}.p{}", category * 100 + at)));
        text.push_str("}\n");
    }
    for role in 0..roles {
        let mut privileges: Vec<usize> = (0..20).map(|_| numbers.below(roles)).collect();
        privileges.sort_unstable();
        privileges.dedup();
        let privileges: Vec<String> = privileges.iter().map(|at| format!("c{}.p{at}", at / 100)).collect();
        line(&mut text, format_args!("role r{role} {{ grant {} }}", privileges.join(", ")));
    }
    for user in 0..roles * 10 {
        line(&mut text, format_args!("user u{user}"));
        // Every role is somebody's.
        let mut held = vec![user % roles];
        held.extend((0..numbers.below(3)).map(|_| numbers.below(roles)));
        held.sort_unstable();
        held.dedup();
        held.iter().for_each(|role| line(&mut text, format_args!("assign r{role} to user:u{user}")));
    }
    text
}

/// The shape of a cloud's catalogue: long names, hundreds of categories, a few roles of thousands of grants and many of
/// some dozens.
pub fn catalogue() -> String {
    const CATEGORIES: usize = 320;
    const KINDS: usize = 43;
    let mut numbers = Numbers(7);
    let mut text = String::from("policy catalogue\n");
    let name = |at: usize| {
        let (category, kind) = (at / KINDS, at % KINDS);
        let verbs = ["create", "delete", "get", "list", "update", "setIamPolicy", "getIamPolicy"];
        let verb = verbs.get(kind % verbs.len()).unwrap_or(&"use");
        format!("service{category}.resources{}.{verb}", kind / verbs.len())
    };
    for category in 0..CATEGORIES {
        line(&mut text, format_args!("category service{category} {{"));
        (0..KINDS).for_each(|kind| line(&mut text, format_args!("    {}", name(category * KINDS + kind))));
        text.push_str("}\n");
    }
    for role in 0..2_460 {
        // Neighbours, as the privileges of one service are, and some of others.
        let count = if role % 123 == 0 { 2_000 } else { 5 + numbers.below(90) };
        let first = numbers.below(CATEGORIES * KINDS - count);
        let mut privileges: Vec<usize> = (first..first + count).filter(|_| numbers.below(5) > 0).collect();
        privileges.extend((0..3).map(|_| numbers.below(CATEGORIES * KINDS)));
        privileges.sort_unstable();
        privileges.dedup();
        let privileges: Vec<String> = privileges.iter().map(|&at| name(at)).collect();
        line(&mut text, format_args!("role \"roles/r{role}\" {{\n    grant {}\n}}", privileges.join(", ")));
    }
    text
}
