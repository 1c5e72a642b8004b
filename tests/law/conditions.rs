//! Step 3: scopes and conditions.

use super::{FOLDERS, law};

#[test]
fn scopes_cover_what_they_say() {
    let policy = format!(
        "{FOLDERS}
        grant read to anyone on folder:a
        grant write to anyone on folder:a only
        grant run to anyone on flow:*
        deny read, write to anyone on folder:*
        "
    );
    law(
        &policy,
        &[
            "user:u can read on flow:a/b/c => inherited-grant",
            "user:u can read on flow:ab => default-deny",
            "user:u can write on flow:a/b => default-deny",
            "user:u can write on folder:a => inherited-deny",
            "user:u can run on flow:x/y => inherited-grant",
        ],
    );
    law(
        "resource folder in folder by path resource flow in folder by path
         category c on flow, folder { read write }
         grant read to anyone on folder:* grant write to anyone on folder:a only",
        &[
            "user:u can read on flow:a/b => default-deny",
            "user:u can read on folder:a => inherited-grant",
            "user:u can write on folder:a => explicit-grant",
            "user:u can write on folder:a/b => default-deny",
        ],
    );
}

#[test]
fn an_undecided_condition_fails_closed() {
    let policy = "
        context { n: int, ok: bool, team: [principal] }
        category c { p q r s t }
        grant p to anyone when context.n > 1
        grant q to anyone
        deny q to anyone when context.n > 1
        bypass r to anyone when context.ok
        grant s to anyone when has context.n and context.n > 1
        grant t to anyone when context.ok or context.n == 1
        deny t to anyone when context.ok and context.n == 2
    ";
    law(
        policy,
        &[
            "user:u can p with context.n=2 => explicit-grant",
            "user:u can p with context.n=1 => default-deny",
            "user:u can p => default-deny lacking context.n",
            "user:u can q => explicit-deny lacking context.n",
            "user:u can q with context.n=1 => explicit-grant",
            "user:u can r => default-deny lacking context.ok",
            "user:u can r with context.ok=true => bypass",
            "user:u can s => default-deny",
            "user:u can t => explicit-deny lacking context.n context.ok",
            "user:u can t with context.ok=true => explicit-deny lacking context.n",
            "user:u can t with context.n=1 => explicit-grant",
            "user:u can t with context.ok=false => default-deny lacking context.n",
        ],
    );
}

#[test]
fn only_what_could_help_is_lacking() {
    let policy = "
        context { a: bool, b: bool, c: bool }
        category c { p q r requires (context.a or not context.b) and context.c }
        grant p to anyone when (context.a or has context.a or context.b) and context.c
        grant q to anyone when (context.a and context.b) or context.c
        grant r to anyone
    ";
    law(
        policy,
        &[
            "user:u can p with context.b=true => default-deny lacking context.c",
            "user:u can p with context.c=true => default-deny lacking context.a context.b",
            "user:u can q with context.b=false => default-deny lacking context.c",
            "user:u can q with context.a=true => default-deny lacking context.b context.c",
            "user:u can r with context.b=false => missing-requirement lacking context.c",
            "user:u can r with context.c=true => missing-requirement lacking context.a context.b",
        ],
    );
}

#[test]
fn the_bounds_of_an_assignment_are_conditions_of_its_entries() {
    let policy = "
        context { ok: bool }
        category c { p q r }
        role g { grant p }
        role d { deny q }
        role e { grant r when context.ok }
        grant q to anyone
        assign g to anyone from 2024-01-01 until 2025-01-01
        assign d to anyone until 2025-01-01
        assign e to anyone from 2024-01-01
    ";
    law(
        policy,
        &[
            "user:u can p at 2024-01-01 => explicit-grant",
            "user:u can p at 2023-12-31T23:59:59.999999Z => default-deny",
            "user:u can p at 2024-12-31T23:59:59Z => explicit-grant",
            "user:u can p at 2025-01-01 => default-deny",
            "user:u can p => default-deny lacking time",
            "user:u can q => explicit-deny lacking time",
            "user:u can q at 2025-01-01 => explicit-grant",
            "user:u can r => default-deny lacking context.ok time",
            "user:u can r with context.ok=false => default-deny",
            "user:u can r at 2023-01-01 => default-deny",
            "user:u can r with context.ok=true at 2024-01-01 => explicit-grant",
        ],
    );
}

#[test]
fn tests_compare_values_of_every_type() {
    let policy = "
        principal { age: int }
        context { ip: ip, nets: [ip], t: timestamp, team: [principal], own: principal, st: \"A\" | \"B\", ss: [string] }
        category c { net nets moment team own st ss names }
        group g group h in g group off disabled
        user ann in h { age: 3 } user ben in off
        grant net to anyone when context.ip in 10.0.0.0/8
        grant nets to anyone when context.nets contains context.ip
        grant moment to anyone when context.t >= 2024-01-01
        grant team to anyone when principal in context.team
        grant own to anyone when principal == context.own
        grant st to anyone when context.st in [\"A\"]
        grant ss to anyone when context.ss contains \"x\" and principal.age < 4
        grant names to anyone when principal in [user:ben, group:g]
    ";
    law(
        policy,
        &[
            "user:u can net with context.ip=10.1.2.3 => explicit-grant",
            "user:u can net with context.ip=10.0.0.0/7 => default-deny",
            "user:u can net with context.ip=::ffff:10.0.0.1 => explicit-grant",
            "user:u can nets with context.ip=10.1.2.3 with context.nets=[192.168.0.0/16,10.1.0.0/16] => explicit-grant",
            "user:u can nets with context.ip=10.1.2.3 with context.nets=[] => default-deny",
            "user:u can moment with context.t=2024-01-01 => explicit-grant",
            "user:u can moment with context.t=2023-12-31 => default-deny",
            "user:ann can team with context.team=[group:g] => explicit-grant",
            "user:ben can team with context.team=[group:off,user:ann] => default-deny",
            "service:ben can team with context.team=[user:ben] => default-deny",
            "user:zed group:new can team with context.team=[group:new] => explicit-grant",
            "user:zed can own with context.own=user:zed => explicit-grant",
            "somebody can own with context.own=user:zed => default-deny",
            "user:u can st with context.st=A => explicit-grant",
            "user:u can st with context.st=C => error",
            "user:ann can ss with context.ss=[x,y] => explicit-grant",
            "user:ann can ss with context.ss=[x,y] with principal.age=4 => default-deny",
            "user:ben can ss with context.ss=[x,y] => default-deny lacking principal.age",
            "user:ben can names => explicit-grant",
            "user:ann can names => explicit-grant",
            "user:zed can names => default-deny",
        ],
    );
}

#[test]
fn sets_are_equal_in_any_order_and_addresses_as_written() {
    let policy = "
        context { ns: [int], os: [int], ws: [string], ip: ip, jp: ip, nets: [ip], team: [principal] }
        category c { ones sets words in4 in6 deep same net6 team }
        grant ones  to anyone when context.ns == [1, 2]
        grant sets  to anyone when context.ns == context.os
        grant words to anyone when context.ws != [\"a\", \"b\"]
        grant in4   to anyone when context.ip in 10.1.0.0/16
        grant in6   to anyone when context.ip in 2001:db8:1:2::/64
        grant deep  to anyone when context.ip in 2001:db8:1:2:3:4:5:6/128
        grant same  to anyone when context.ip == context.jp
        grant net6  to anyone when context.nets == [2001:db8::/32, 10.0.0.0/8]
        grant team  to anyone when context.team == [user:ann, group:g]
        group g user ann service ann
    ";
    law(
        policy,
        &[
            "user:u can ones with context.ns=[2,1] => explicit-grant",
            "user:u can ones with context.ns=[2,1,2] => explicit-grant",
            "user:u can ones with context.ns=[1] => default-deny",
            "user:u can ones with context.ns=[1,2,3] => default-deny",
            "user:u can ones with context.ns=[] => default-deny",
            "user:u can sets with context.ns=[1,2] with context.os=[2,1] => explicit-grant",
            "user:u can sets with context.ns=[1,2] with context.os=[2] => default-deny",
            "user:u can sets with context.ns=[2] with context.os=[1,2] => default-deny",
            "user:u can sets with context.ns=[] with context.os=[] => explicit-grant",
            "user:u can words with context.ws=[b,a] => default-deny",
            "user:u can words with context.ws=[b] => explicit-grant",
            "user:u can in4 with context.ip=10.1.255.255 => explicit-grant",
            "user:u can in4 with context.ip=10.2.0.0 => default-deny",
            "user:u can in4 with context.ip=2001:db8:1:2::1 => default-deny",
            "user:u can in6 with context.ip=2001:db8:1:2:ffff::1 => explicit-grant",
            "user:u can in6 with context.ip=2001:db8:1:3::1 => default-deny",
            "user:u can in6 with context.ip=2001:db9:1:2::1 => default-deny",
            "user:u can in6 with context.ip=10.1.0.1 => default-deny",
            "user:u can deep with context.ip=2001:db8:1:2:3:4:5:6 => explicit-grant",
            "user:u can deep with context.ip=2001:db8:1:2:3:4:5:7 => default-deny",
            "user:u can deep with context.ip=2001:db8:1:2:3:4:6:6 => default-deny",
            "user:u can deep with context.ip=2001:db8:1:2:3:5:5:6 => default-deny",
            "user:u can deep with context.ip=2001:db8:1:2:0:4:5:6 => default-deny",
            "user:u can same with context.ip=10.0.0.1 with context.jp=10.0.0.1 => explicit-grant",
            "user:u can same with context.ip=10.0.0.1 with context.jp=10.0.0.2 => default-deny",
            "user:u can same with context.ip=10.0.0.0/8 with context.jp=10.0.0.0/9 => default-deny",
            "user:u can net6 with context.nets=[10.0.0.0/8,2001:db8::/32] => explicit-grant",
            "user:u can net6 with context.nets=[10.0.0.0/8,2001:db8::/33] => default-deny",
            "user:u can team with context.team=[group:g,user:ann] => explicit-grant",
            "user:u can team with context.team=[group:g,service:ann] => default-deny",
        ],
    );
}

#[test]
fn numbers_and_times_before_zero_are_numbers_and_times() {
    let policy = "
        context { n: int, t: timestamp }
        category c { low high then }
        grant low  to anyone when context.n <= -5000000000
        grant high to anyone when context.n == 5000000001
        grant then to anyone when context.t < 1969-07-20
    ";
    law(
        policy,
        &[
            "user:u can low with context.n=-5000000000 => explicit-grant",
            "user:u can low with context.n=-4999999999 => default-deny",
            "user:u can high with context.n=5000000001 => explicit-grant",
            "user:u can high with context.n=705032705 => default-deny",
            "user:u can high with context.n=-5000000001 => default-deny",
            "user:u can then with context.t=1969-07-19 => explicit-grant",
            "user:u can then with context.t=1969-07-20 => default-deny",
        ],
    );
}
