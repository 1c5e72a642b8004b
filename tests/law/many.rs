//! What is many is decided as what is few: other ways are taken for long chains, many entries, values, groups and privileges, and
//! they come to the same.

use super::law;
use std::fmt::Write;

/// `a`, `a/b`, ... as deep as this.
fn deep(levels: usize) -> String {
    (0..levels).map(|level| format!("d{level}")).collect::<Vec<_>>().join("/")
}

#[test]
fn entries_and_roles_on_many_folders() {
    for strategy in ["deny-overrides", "grant-overrides", "nearest", "most-specific"] {
        let mut policy = format!(
            "resource folder in folder by path {{ resolve {strategy} }}
             resource flow in folder by path {{ resolve {strategy} }}
             category c on folder {{ read write }} category f on flow, folder {{ run stop }}
             role reader {{ grant read }} role runner {{ grant run }} role brake {{ deny stop }}
             group g user ann in g user ben
             grant stop to group:g
             deny run to group:g on folder:n7 only
             deny run to group:g on folder:n9
             grant run to group:g on flow:*
             grant write to group:g on folder:*
            "
        );
        // More than 32 of each: entries, and roles held, of a group and of a user.
        for number in 0..40 {
            let _ = writeln!(policy, "grant read to group:g on folder:n{number}");
            let _ = writeln!(policy, "deny write to group:g on folder:n{number} only");
            let _ = writeln!(policy, "assign reader to user:ben on folder:n{number}/x");
            let _ = writeln!(policy, "assign runner to user:ben on folder:n{number}");
            let _ = writeln!(policy, "assign brake to group:g on folder:n{number}/x/y");
        }
        let asked: Vec<String> = [
            "user:ann can read on folder:n0",
            "user:ann can read on folder:n39/x",
            "user:ann can read on folder:m",
            "user:ann can read on folder:n5/x/y/z",
            "user:ann can write on folder:n7",
            "user:ann can write on folder:n7/x",
            "user:ann can run on folder:n7",
            "user:ann can run on flow:n7/x",
            "user:ann can run on flow:n9/x",
            "user:ann can run on flow:n8/x",
            "user:ann can stop on flow:n39/x/y/z",
            "user:ann can stop on folder:n0/x/y",
            "user:ann can stop on folder:n0/x",
            "user:ben can read on folder:n20/x/q",
            "user:ben can read on folder:n20",
            "user:ben can run on flow:n20/q",
            "user:ben can run on folder:n40",
            "user:ben group:g can run on folder:n9",
        ]
        .iter()
        .map(|question| (*question).to_owned())
        .collect();
        super::agree(&policy, &asked);
    }
}

/// As above, where each rule has a condition, so that no summary of them decides.
#[test]
fn conditions_on_many_folders() {
    for strategy in ["deny-overrides", "nearest", "most-specific"] {
        for count in [31, 32, 33, 34, 40, 65] {
            let mut policy = format!(
                "resource folder in folder by path {{ resolve {strategy} }} context {{ n: int on: bool }}
                 category c on folder {{ read write }} role writer {{ grant write }} role reader {{ grant read }}
                 role whole {{ grant * }}
                 group g user ann in g user ben user cid\n"
            );
            for number in 0..count {
                let _ =
                    writeln!(policy, "grant read to group:g on folder:n{number} when context.n == {number}");
                let _ = writeln!(policy, "deny write to group:g on folder:n{number}/x only when context.on");
                let _ = writeln!(
                    policy,
                    "assign writer to user:ben on folder:n{number} when context.n != {number}"
                );
                let _ =
                    writeln!(policy, "assign reader to role:writer on folder:n{number}/x when context.on");
            }
            policy += "grant write to group:g on folder:* when context.on grant read to group:g when context.n == -1
                       assign whole to user:cid when context.on assign writer to user:cid on folder:*";
            let mut asked = Vec::new();
            for number in (0..count).step_by(3).chain([1, count - 2, count - 1, count]) {
                for place in [format!("n{number}"), format!("n{number}/x"), format!("n{number}/x/y")] {
                    for carried in [
                        format!("with context.n={number} with context.on=true"),
                        format!("with context.n={} with context.on=false", number + 1),
                        "with context.n=-1".to_owned(),
                    ] {
                        for who in
                            ["user:ann", "user:ben", "user:cid", "user:new group:g", "user:ann role:writer"]
                        {
                            asked.push(format!("{who} can read on folder:{place} {carried}"));
                            asked.push(format!("{who} can write on folder:{place} {carried}"));
                        }
                    }
                }
            }
            super::agree(&policy, &asked);
        }
    }
}

/// Rules of two groups about one folder stand beside each other, and each is asked only of its own group.
#[test]
fn many_rules_of_two_groups_about_one_folder() {
    let mut policy =
        "resource folder in folder by path context { n: int } category c on folder { read write print }
        role reader { grant read } role printer { grant print }
        group g group h user ann in g user ben in h user cid in g, h "
            .to_owned();
    // Something has to be said to each of what the other may, or nobody would look.
    policy += "grant write to group:g on folder:z when context.n < 0 grant read to group:h on folder:z when context.n < 0
        assign printer to user:ann on folder:z when context.n < 0 assign reader to user:ben on folder:z when context.n < 0 ";
    for number in 0..40 {
        let _ = writeln!(policy, "grant read to group:g on folder:z when context.n >= {number}");
        let _ = writeln!(policy, "grant write to group:h on folder:z when context.n >= {number}");
        let _ = writeln!(policy, "assign reader to user:ann on folder:z when context.n >= {number}");
        let _ = writeln!(policy, "assign printer to user:ben on folder:z when context.n >= {number}");
    }
    let mut asked = Vec::new();
    for who in ["user:ann", "user:ben", "user:cid", "user:new group:g", "user:new group:h"] {
        for privilege in ["read", "write", "print"] {
            for place in ["z", "z/x", "y", "za"] {
                asked.push(format!("{who} can {privilege} on folder:{place} with context.n=50"));
            }
        }
    }
    super::agree(&policy, &asked);
}

/// A role that is held in one place and brings another in a second place counts where both are.
#[test]
fn a_role_of_a_role_holds_where_both_assignments_do() {
    let policy = "resource area resource project in area resource folder in project resource doc in folder
        category c on doc { read } role reader { grant read } role writer { } user ben user cid
        assign writer to user:ben on folder:a
        assign reader to role:writer on project:p
        assign writer to user:cid on project:p
        assign reader to role:writer on area:z";
    super::law(
        policy,
        &[
            "user:ben can read on doc:d in folder:a => default-deny",
            "user:ben can read on doc:d in folder:a in project:p => inherited-grant",
            "user:ben can read on doc:d in folder:a in project:q => default-deny",
            "user:ben can read on doc:d in folder:b in project:p => default-deny",
            "user:ben can read on doc:d in folder:a in project:q in area:z => inherited-grant",
            "user:ben can read on doc:d in folder:b in project:q in area:z => default-deny",
            "user:cid can read on doc:d in folder:a in project:p => inherited-grant",
            "user:cid can read on doc:d in folder:a in project:q in area:z => default-deny",
            "user:new role:writer can read on doc:d in folder:x in project:p => inherited-grant",
            "user:new role:writer can read on doc:d in folder:x in project:q => default-deny",
        ],
    );
}

#[test]
fn and_so_does_a_role_of_a_role_of_a_role() {
    let policy = "resource area resource project in area resource folder in project resource doc in folder
        category c on doc { read } role reader { grant read } role middle { } role writer { } user ben user cid
        assign writer to user:ben on folder:a
        assign middle to role:writer on project:p
        assign reader to role:middle on area:z
        assign writer to user:cid";
    super::law(
        policy,
        &[
            "user:ben can read on doc:d in folder:a in project:p in area:z => inherited-grant",
            "user:ben can read on doc:d in folder:a in project:p in area:y => default-deny",
            "user:ben can read on doc:d in folder:a in project:q in area:z => default-deny",
            "user:ben can read on doc:d in folder:b in project:p in area:z => default-deny",
            "user:cid can read on doc:d in folder:b in project:p in area:z => inherited-grant",
            "user:cid can read on doc:d in folder:b in project:p in area:y => default-deny",
            "user:cid can read on doc:d in folder:b in project:q in area:z => default-deny",
            "user:new role:middle can read on doc:d in folder:b in project:q in area:z => inherited-grant",
        ],
    );
}

#[test]
fn folders_in_folders_in_folders() {
    let policy = format!(
        "resource folder in folder by path resource flow in folder by path
         category c on folder {{ see }} category f on flow, folder {{ run requires see2  see2 }}
         category d on flow {{ drop requires see }}
         grant see2 to anyone on folder:{top}
         grant run to anyone
         grant drop to anyone on flow:*
         grant see to anyone on folder:{middle}
         deny run to anyone on folder:{middle}/no only",
        top = deep(2),
        middle = deep(11),
    );
    let asked: Vec<String> = [10, 11, 12, 13, 14, 20, 40]
        .into_iter()
        .flat_map(|levels| {
            let place = deep(levels);
            ["run", "see2", "drop"].map(|privilege| format!("user:u can {privilege} on flow:{place}/x"))
        })
        .chain([11, 12, 13, 14, 30].map(|levels| format!("user:u can see on folder:{}", deep(levels))))
        .collect();
    super::agree(&policy, &asked);
}

#[test]
fn many_values_of_a_request() {
    let mut policy = "context { ".to_owned();
    for number in 0..20 {
        let _ = write!(policy, "n{number}: int ");
    }
    policy +=
        "} category c { p } grant p to anyone when context.n0 == 0 and context.n19 == 19 and context.n8 != 1";
    for count in [0, 1, 7, 8, 9, 10, 20] {
        let carried: String = (0..count).map(|number| format!(" with context.n{number}={number}")).collect();
        let expected = match count {
            0 => "default-deny lacking context.n0 context.n19 context.n8",
            20 => "explicit-grant",
            few if few < 9 => "default-deny lacking context.n19 context.n8",
            _ => "default-deny lacking context.n19",
        };
        law(&policy, &[&format!("user:u can p{carried} => {expected}")]);
    }
}

#[test]
fn many_groups_and_roles_of_a_request() {
    let mut policy = "category c { p q } role r200 { grant q } ".to_owned();
    for number in 0..100 {
        let _ = write!(policy, "group g{number} role r{number} {{ }} ");
    }
    policy += "grant p to group:g99";
    for count in [1, 31, 32, 33, 63, 64, 65, 99, 100] {
        let groups: String = (0..count).map(|number| format!(" group:g{number}")).collect();
        let roles: String = (0..count).map(|number| format!(" role:r{number}")).collect();
        let granted = if count == 100 { "explicit-grant" } else { "default-deny" };
        law(
            &policy,
            &[
                &format!("user:u{groups} can p => {granted}"),
                &format!("user:u{roles}{groups} can p => {granted}"),
                &format!("user:u{roles} can q => default-deny"),
                &format!("user:u{roles} role:r200 can q => explicit-grant"),
            ],
        );
    }
}

/// Rows of privileges have two forms; which one a row has depends on how many privileges there are and where they lie.
#[test]
fn many_privileges_of_which_a_role_has_few_or_most() {
    for count in [900, 1_024, 1_025, 1_100, 3_000] {
        let mut policy = "group g user ann in g category c { ".to_owned();
        for number in 0..count {
            let _ = write!(policy, "p{number:04} ");
        }
        let last = count - 1;
        let spread: Vec<String> = (0..9).map(|part| format!("p{:04}", part * last / 8)).collect();
        let together: Vec<String> = (500..540).map(|number| format!("p{number:04}")).collect();
        let _ = write!(
            policy,
            "}}
             role one {{ grant p{last:04} }}
             role few {{ grant {} }}
             role some {{ grant {} }}
             role many {{ grant * except p0000, p0300, p0301, p{last:04} deny p0301 }}
             role first {{ grant p0000 bypass p0301 }}
             deny p0512 to group:g",
            spread.join(", "),
            together.join(", "),
        );
        let mut asked = Vec::new();
        for role in ["one", "few", "some", "many", "first"] {
            for number in
                [0, 1, 31, 32, 63, 64, 255, 299, 300, 301, 499, 500, 511, 512, 539, 540, 767, 899, last]
            {
                asked.push(format!("user:ann role:{role} can p{number:04}"));
            }
            for part in 0..9 {
                asked.push(format!("user:ann role:{role} can p{:04}", part * last / 8));
                asked.push(format!("user:ben role:{role} can p{:04}", part * last / 8));
            }
        }
        super::agree(&policy, &asked);
    }
}

/// Roles with a few privileges out of thousands take room for those few, and what is said twice is kept once.
#[test]
fn what_roles_have_takes_room_for_what_they_have() {
    let size = |roles: usize, per_role: usize, privileges: usize| {
        let mut policy = "category c { ".to_owned();
        for number in 0..privileges {
            let _ = write!(policy, "p{number:04} ");
        }
        policy += "} ";
        for role in 0..roles {
            let named: Vec<String> = (0..per_role)
                .map(|number| format!("p{:04}", (role * 131 + number * 977) % privileges))
                .collect();
            let _ = write!(policy, "role r{role:03} {{ grant {} }} ", named.join(", "));
        }
        let (compiled, _) = super::compiled(&policy);
        compiled.policy.unwrap().strip().as_bytes().len()
    };
    let (none, few) = (size(0, 0, 4_000), size(300, 3, 4_000));
    // A row with a bit for each privilege would take 500 bytes.
    assert!(few - none < 300 * 200, "{} bytes for 300 roles of 3 privileges", few - none);
    // The same 2,000 for each role: one row, whatever the number of roles.
    let all = |roles: usize| size(roles, 4_000, 4_000);
    assert!(all(200) - all(2) < 198 * 120, "{} bytes for 198 roles with equal rows", all(200) - all(2));
}
