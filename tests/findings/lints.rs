//! The borders of lints: what is reported and what is not where rules nearly say the same.

use super::reports;

/// Everybody's numbers are distinct, however many of each kind there are: the same is assigned twice to each.
#[test]
fn assignments_that_say_the_same_of_somebody() {
    let one = "role r { } user u ";
    let many = "role r { } role s { } role t { } group g group h group i user u user v user w ";
    let twice = |to: &str| format!("assign r to {to} assign r to {to}");
    let all = ["user:u", "role:s", "group:g", "anyone", "authenticated", "anonymous"];
    let mut text = String::new();
    for to in ["user:u", "anyone", "authenticated", "anonymous"] {
        text += &reports("P0715", "", &[&format!("{one}\n{}", twice(to))]);
    }
    for to in all {
        text += &reports("P0715", "", &[&format!("{many}\n{}", twice(to))]);
    }
    // Of two one may be in the other, and none of these is in the other.
    for pair in all.chunks(2) {
        let [one, other] = pair else { continue };
        text += &reports("P0715", "", &[&format!("{many}\nassign r to {one} assign r to {other}")]);
    }
    text += &reports("P0715", "", &[&format!("{many}\nassign r to anonymous assign r to authenticated")]);
    text += &reports("P0715", "", &[&format!("{many}\nassign r to anyone assign r to authenticated")]);
    insta::assert_snapshot!(text);
}

#[test]
fn assignments_that_say_nearly_the_same() {
    let world = "resource folder in folder by path context { a: bool b: bool }
        category c on folder { p q } role r { grant p } role s inherits r { grant q }
        group top group sub in top group off in top disabled user u in sub user v in off";
    insta::assert_snapshot!(reports(
        "P0715",
        world,
        &[
            "assign r to user:u on folder:a assign r to user:u on folder:b",
            "assign r to user:u on folder:a assign r to user:u on folder:a/b",
            "assign r to user:u on folder:a only assign r to user:u on folder:a",
            "assign r to user:u on folder:* assign r to user:u on folder:a",
            "assign r to user:u from 2026-01-01 until 2027-01-01 assign r to user:u from 2025-01-01 until 2028-01-01",
            "assign r to user:u from 2025-01-01 until 2028-01-01 assign r to user:u from 2026-01-01 until 2027-01-01",
            "assign r to user:u from 2025-01-01 until 2026-06-01 assign r to user:u from 2026-01-01 until 2027-01-01",
            "assign r to user:u from 2025-01-01 assign r to user:u from 2025-01-01",
            "assign r to user:u until 2028-01-01 assign r to user:u until 2028-01-01",
            "assign r to user:u until 2028-01-01 assign r to user:u",
            "assign r to user:u when context.a assign r to user:u when context.a",
            "assign r to user:u when context.a assign r to user:u when context.b",
            "assign r to user:u when context.a assign r to user:u",
            "assign r to group:top assign r to group:sub",
            "assign r to group:top assign r to group:off",
            "assign r to group:top assign r to user:v",
            "assign r to group:top assign r to user:u",
            "assign s to user:u assign r to user:u",
            "assign r to user:u, user:v assign r to user:u, group:top",
            "policy n { resolve nearest } assign r to user:u on folder:a assign r to user:u on folder:b",
            "policy n { resolve nearest } assign r to user:u on folder:a assign r to user:u on folder:a/b",
            "policy n { resolve nearest } assign r to user:u on folder:a assign s to user:u on folder:a",
            "grant p to anyone grant p to anyone on folder:a",
            "grant p to anyone grant p to user:u on folder:a",
            "policy n { default grant to anyone when unlisted } grant p to anyone grant p to anyone on folder:a",
            "policy n { default grant to anyone when unlisted } grant p to user:u grant p to user:u",
        ],
    ));
}

#[test]
fn wildcards_that_reach_what_destroys() {
    let world = "category doc { doc.read doc.write } category destructive { doc.purge app.purge app.wipe }";
    insta::assert_snapshot!(reports(
        "P0708",
        world,
        &[
            "role a { grant doc.* }",
            "role a { grant app.* }",
            "role a { grant doc.r* }",
            "role a { grant doc.purge }",
            "role a { grant doc.*, doc.purge }",
            "role a { grant doc.* except doc.purge }",
            "role a { grant *.purge }",
            "role a { deny doc.* }",
            "role a { grant doc.* when context.x } context { x: bool }",
            "grant *, app.wipe to anyone",
        ],
    ));
}

#[test]
fn a_class_is_given_what_destroys() {
    let world = "context { x: bool } category c { p } category destructive { purge }
        role plain { grant purge } role bound { grant purge when context.x } role nay { deny purge }
        role above inherits plain { }";
    insta::assert_snapshot!(reports(
        "P0707",
        world,
        &[
            "assign plain to anyone",
            "assign bound to anyone",
            "assign nay to anyone",
            "assign above to authenticated",
            "assign plain to anyone when context.x",
            "grant purge to anonymous when context.x",
            "grant purge to anonymous",
        ],
    ));
}

#[test]
fn roles_that_repeat_what_others_grant() {
    let world = "resource folder context { x: bool }
        category c { a b c d e f g h } category o on folder { k l m n }
        role six { grant a, b, c, d, e, f } role seven { grant a, b, c, d, e, f, g }";
    insta::assert_snapshot!(reports(
        "P0712",
        world,
        &[
            "role eight { grant a, b, c, d, e, f, g, h }",
            "role between { grant a, b, c, d, e, f } role x-seven { grant a, b, c, d, e, f, g } role z { grant a, b, c, d, e, f, g, h }",
            "role again { grant f, e, d, c, b, a } role eight { grant a, b, c, d, e, f, h }",
            "role eight inherits seven { grant a, b, c, d, e, f, g, h }",
            "role eight { grant a, b, c, d, e, f, g, h when context.x }",
            "role eight { deny a, b, c, d, e, f, g, h }",
            "role kl { grant k, l, m } role more { grant k, l, m, n on folder:a }",
            "role kl { grant k, l, m } role more { grant k, l, m, n }",
            "role kl { grant k, l, m when context.x } role more { grant k, l, m, n }",
            "role kl { grant k, l, m on folder:a } role more { grant k, l, m, n }",
            "role ki inherits kl { } role kl { grant k, l, m } role more { grant k, l, m, n }",
        ],
    ));
}

#[test]
fn roles_that_come_to_the_same() {
    let world = "resource folder context { x: bool } category c on folder { p q r s t }";
    insta::assert_snapshot!(reports(
        "P0711",
        world,
        &[
            "role a { grant p, q, t } role b { grant q, t, p }",
            "role a { grant p, q, t } role b { grant p, t grant q when context.x }",
            "role a { grant p, q, t } role b { grant p, t grant q on folder:a }",
            "role a { grant p, q, t grant r on folder:a } role b { grant p, q, t grant r on folder:b }",
            "role a { grant p, q, t } role b { grant p, q, t deny r }",
            "role low { grant r when context.x } role a inherits low { grant p, q, t } role b { grant p, q, t }",
            "role low { grant r when context.x } role a inherits low { grant p, q, t } role b inherits low { grant p, q, t }",
            "role low { grant r } role a inherits low { grant p, q, t } role b { grant p, q, t, r }",
            "role low { grant r } role a { grant p, q, t } assign low to role:a role b { grant p, q, t, r }",
            "role a { grant p, q, t } role b inherits a { grant p, q, t }",
        ],
    ));
}

#[test]
fn what_a_role_grants_and_inherits() {
    let world =
        "resource folder in folder by path category c on folder { p q } role low { grant p on folder:a }";
    insta::assert_snapshot!(reports(
        "P0709",
        world,
        &[
            "role high inherits low { grant p on folder:a only }",
            "role high inherits low { grant p on folder:a }",
            "role high inherits low { grant p on folder:a/b }",
            "role high inherits low { grant p on folder:b }",
            "role high inherits low { grant p on folder:* }",
            "role high inherits low { grant p }",
            "role high inherits low { bypass p on folder:a }",
            "policy n { resolve nearest } role high inherits low { grant p on folder:a only }",
        ],
    ));
}

#[test]
fn grants_in_vain() {
    let world =
        "resource folder category access { view open } category c { kill requires any category:access }
        category o { one requires view two requires open three requires view and open }
        role viewer { grant view } role killer { @allow(P0307) \"beside a viewer\" grant kill }
        role boss inherits viewer { } role nay { deny view }";
    insta::assert_snapshot!(reports(
        "P0714",
        world,
        &[
            "user u assign boss to user:u assign killer to user:u",
            "group top group sub in top user u in sub assign viewer to group:top assign killer to user:u",
            "group top disabled group sub in top user u in sub assign viewer to group:top assign killer to user:u",
            "group top user u in top assign killer to group:top",
            "group top disabled user u in top assign killer to group:top",
            "user u user v grant view to anyone deny view to user:u grant kill to user:v, user:u",
            "policy d { default grant } user u user v deny view, open to user:u grant kill to user:v, user:u",
            "user u assign viewer to user:u assign killer to user:u assign nay to user:u",
            "user u grant kill to user:u bypass view to user:u deny view to user:u",
            "user u grant kill, view to user:u deny view to user:u",
            "user u user v grant view to user:u grant kill to user:v grant view to user:v grant one, two to user:u",
            "user u role other { @allow(P0307) \"to be given\" grant category:c } grant kill to user:u",
            "user u role other { @allow(P0307) \"to be given\" grant category:c } assign other to user:u",
            "user u user v grant category:c to user:v grant open to user:v grant category:c, one to user:u",
            "user u user v assign viewer to user:v grant view to user:v assign killer to user:v grant kill to user:u",
            "user u grant one, two to user:u",
            "user u grant one to user:u",
            "user u grant three, view to user:u",
            "user u grant kill to user:u grant three to user:u",
        ],
    ));
}

#[test]
fn conditions_that_never_or_always_hold() {
    let world =
        "context { n: int m: int s: string t: string b: bool k: \"x\" | \"y\" tags: [string] at: timestamp }
        category c { p }";
    let policies = [
        "context.n == context.m",
        "context.n == context.n",
        "context.n != context.n",
        "5 < context.n",
        "5 < context.n and context.n < 5",
        "5 < context.n and 6 < context.n",
        "5 > context.n and 6 < context.n",
        "5 >= context.n or context.n >= 5",
        "context.s == context.t",
        "context.s == \"a\" and context.s == \"b\"",
        "context.s == \"a\" or context.s != \"a\"",
        "context.s in [\"a\", \"b\"] and context.s == \"c\"",
        "context.n in [1, 2] and context.n > 2",
        "context.n in [1, 2] and context.n > 1",
        "context.tags contains \"a\" and not context.tags contains \"b\"",
        "context.tags == [\"a\"]",
        "context.k == \"x\" or context.k == \"y\"",
        "context.k == \"x\" and context.k == \"y\"",
        "context.b and not context.b",
        "context.b or not context.b",
        "has context.b and context.b",
        "context.b and not has context.b",
        "context.at < 2026-01-01 and context.at > 2026-06-01",
        "context.at > 2026-01-01 and context.at < 2026-06-01",
    ];
    let policies: Vec<String> =
        policies.iter().map(|condition| format!("grant p to anyone when {condition}")).collect();
    let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
    insta::assert_snapshot!(reports("P0713", world, &policies));
}

#[test]
fn what_nothing_uses() {
    insta::assert_snapshot!(
        reports(
            "P0703",
            "resource doc { attribute owners: [principal] attribute owner: principal } category c on doc { p } group g user u in g group other grant p to group:other",
            &[
                "",
                "doc:a { owners: [user:u, group:g] }",
                "doc:a { owner: group:g }",
                "grant p to anyone when resource.owner in [user:u, group:g]",
                "grant p to anyone when resource.owner == group:g",
            ]
        ) + &reports(
            "P0706",
            "category used { base }",
            &[
                "grant base to anyone category c { only-one }",
                "grant base to anyone category c { one two }",
                "grant base to anyone category c { one two } grant one to anyone",
                "grant base to anyone category c { a1 a2 a3 a4 a5 a6 a7 } grant a1 to anyone",
                "grant base to anyone category c { a1 a2 a3 a4 a5 a6 } grant a1 to anyone",
            ],
        ) + &reports(
            "P0718",
            "context { ip: ip b: bool } category c { p }",
            &[
                "grant p to anyone when context.ip in 10.0.0.0/8",
                "grant p to anyone when context.ip == 10.0.0.0/8",
                "grant p to anyone when context.b and context.ip == 10.0.0.1 and context.ip == 10.0.0.0/8",
                "grant p to anyone when context.ip == 10.0.0.1 or context.ip == 10.0.1.0/24 or context.ip == 10.0.2.0/24",
            ],
        )
    );
}

#[test]
fn roles_without_what_they_need() {
    let world = "category access { view open } category c { kill requires view wipe includes kill full includes wipe }
        category o { both requires view and open either requires view or open }";
    insta::assert_snapshot!(reports(
        "P0307",
        world,
        &[
            "role a { grant kill }",
            "role a { bypass wipe except kill }",
            "role a { bypass view grant kill }",
            "role a { bypass kill }",
            "role a { bypass full except view }",
            "role a { grant both }",
            "role a { grant either }",
            "role a { grant open, wipe }",
            "role a { grant open, full }",
            "role a { grant both, view, kill }",
            "role a { bypass both grant kill }",
        ],
    ));
}

/// A broken claim names the entries that break it, also those that hold under a condition alone.
#[test]
fn claims_that_conditions_break() {
    insta::assert_snapshot!(reports(
        "P0801",
        "context { mfa: bool n: int } category c { drop } role dropper { grant drop when context.mfa } user ann user ben
        assign dropper to user:ann grant drop to user:ben when not context.mfa and context.n > 4",
        &[
            "never user:ann can drop",
            "never user:ben can drop",
            "never anyone can drop",
            "always user:ann can drop",
            "only role:dropper can drop",
        ],
    ));
}
