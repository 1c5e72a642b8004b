//! Every construct of the language and the tree it makes.

use super::{SAMPLE, clean, compact, parsed, under};
use crate::ast::{ItemKind, RuleKind};

/// The compact form of the only statement of a text.
#[track_caller]
fn check(text: &str, expected: &str) {
    let file = clean(text);
    assert_eq!(file.items.len(), 1, "{text}");
    assert_eq!(compact(&file.items[0].kind), expected, "{text}");
}

#[test]
fn the_sample_of_the_reference() {
    let file = clean(SAMPLE);
    assert_eq!(file.items.len(), 20);
    // Line ends carry no meaning, whichever they are.
    let kinds = |text: &str| clean(text).items.iter().map(|item| compact(&item.kind)).collect::<Vec<_>>();
    let crlf = SAMPLE.replace('\n', "\r\n");
    assert_eq!(kinds(SAMPLE), kinds(&crlf));
    let comments_out: Vec<&str> = SAMPLE.lines().map(|line| line.split('#').next().unwrap()).collect();
    assert_eq!(kinds(SAMPLE), kinds(&comments_out.join(" ")));
}

#[test]
fn behaviour_of_the_policy() {
    check("policy p", "Policy(PolicyDecl { name: 'p' })");
    check(
        "policy p { default grant to authenticated when unlisted; resolve nearest }",
        "Policy(PolicyDecl { name: 'p', default: Some(Grant { to: Authenticated, when_unlisted: true }), resolve: Some(Nearest) })",
    );
    check(
        "policy p { resolve grant-overrides default deny }",
        "Policy(PolicyDecl { name: 'p', default: Some(Deny), resolve: Some(GrantOverrides) })",
    );
}

#[test]
fn resources_and_attributes() {
    check("resource flow", "Resource(ResourceDecl { name: 'flow' })");
    check(
        "resource flow in folder, app by path { attribute logic-app: bool default grant resolve most-specific }",
        "Resource(ResourceDecl { name: 'flow', parents: ['folder', 'app'], by_path: Some(@), attributes: [AttributeDecl { name: 'logic-app', ty: Bool }], default: Some(Grant { to: Anyone, when_unlisted: false }), resolve: Some(MostSpecific) })",
    );
    check(
        r#"principal { dept: string, level: int role: "A" | "B" }"#,
        "PrincipalAttributes([AttributeDecl { name: 'dept', ty: String }, AttributeDecl { name: 'level', ty: Int }, AttributeDecl { name: 'role', ty: Enum(['A', 'B']) }])",
    );
    check(
        "context { ips: [ip] at: timestamp owner: principal }",
        "ContextAttributes([AttributeDecl { name: 'ips', ty: Set(Ip) }, AttributeDecl { name: 'at', ty: Timestamp }, AttributeDecl { name: 'owner', ty: Principal }])",
    );
}

#[test]
fn indentation_carries_no_meaning() {
    let entry = "grant a to user:u on x:y\n";
    for before in [entry, "role r { grant a }\n", "category c on x { a }\n", ""] {
        let file = clean(&format!("{before}on x:y {{\ngrant a to user:u\nassign r to user:u\n}}"));
        assert_eq!(file.items.len(), 1 + usize::from(!before.is_empty()), "{before}");
    }
}

#[test]
fn a_type_and_who_asks_may_begin_a_line() {
    assert_eq!(clean("role r {\ngrant a when\nprincipal == user:u }").items.len(), 1);
    check(
        "principal { owner:\nprincipal, n: ; principal }",
        "PrincipalAttributes([AttributeDecl { name: 'owner', ty: Principal }, AttributeDecl { name: 'n', ty: Principal }])",
    );
}

#[test]
fn categories_and_privileges() {
    check("category c {}", "Category(CategoryDecl { name: 'c' })");
    check(
        r#"category c on a, b "T" requires x { p "Title" includes q, r requires s  privilege "a b" t }"#,
        "Category(CategoryDecl { name: 'c', on: ['a', 'b'], title: Some('T'), requires: Some(Privilege('x')), privileges: [PrivilegeDecl { name: 'p', title: Some('Title'), includes: ['q', 'r'], requires: Some(Privilege('s')) }, PrivilegeDecl { name: 'a b' }, PrivilegeDecl { name: 't' }] })",
    );
    check(
        r#"privilege p in c "T" includes q requires r"#,
        "Privilege(PrivilegeLine { category: 'c', privilege: PrivilegeDecl { name: 'p', title: Some('T'), includes: ['q'], requires: Some(Privilege('r')) } })",
    );
}

#[test]
fn roles() {
    check("role r", "Role(RoleDecl { name: 'r' })");
    check(
        "role r inherits a, b requires c {}",
        "Role(RoleDecl { name: 'r', inherits: ['a', 'b'], requires: ['c'] })",
    );
    check(
        r#"role r { grant a, access-*, category:c, category:"x y", "*", * except d-*, e on f:x when context.y }"#,
        "Role(RoleDecl { name: 'r', rules: [Entry(EntryDecl { effect: Grant, privileges: PrivilegeSet { items: [Name('a'), Wildcard('access-*'), Category('c'), Category('x y'), Name('*'), Wildcard('*')], except: [Wildcard('d-*'), Name('e')] }, on: Some(Resource { resource: ResourceRef { ty: 'f', id: 'x' } }), when: Some(Attribute(AttributeRef { root: Context, name: 'y' })) })] })",
    );
    check(
        "role r { on f:x only { deny a bypass b } grant c }",
        "Role(RoleDecl { name: 'r', rules: [On(OnBlock { scope: Resource { resource: ResourceRef { ty: 'f', id: 'x' }, only: Some(@) }, rules: [Entry(EntryDecl { effect: Deny, privileges: PrivilegeSet { items: [Name('a')] } }), Entry(EntryDecl { effect: Bypass, privileges: PrivilegeSet { items: [Name('b')] } })] }), Entry(EntryDecl { effect: Grant, privileges: PrivilegeSet { items: [Name('c')] } })] })",
    );
}

#[test]
fn principals_and_instances() {
    check("group g", "Group(GroupDecl { name: 'g' })");
    check(
        "group g in a, b disabled",
        "Group(GroupDecl { name: 'g', groups: ['a', 'b'], disabled: Some(@) })",
    );
    check(
        "user u in g { level: 3 }",
        "Principal(PrincipalDecl { kind: User, name: 'u', groups: ['g'], attributes: [('level', Bare('3'))] })",
    );
    check(r#"service "a b""#, "Principal(PrincipalDecl { kind: Service, name: 'a b' })");
    check(
        r#"flow:a/b in folder:"x y" { l: true, m: [1, "x", user:u] n: -2 }"#,
        "Instance(InstanceDecl { resource: ResourceRef { ty: 'flow', id: 'a/b' }, parent: Some(ResourceRef { ty: 'folder', id: 'x y' }), attributes: [('l', Bool(true)), ('m', List([Bare('1'), String('x'), Principal(User('u'))])), ('n', Bare('-2'))] })",
    );
    check(r#""type x":y"#, "Instance(InstanceDecl { resource: ResourceRef { ty: 'type x', id: 'y' } })");
}

#[test]
fn rules() {
    check(
        "assign r to user:u, service:s, group:g, role:q, anyone on t:x only from 2026-01-01 until 2027-01-01T00:00:00Z when principal.a",
        "Rule(Assign(AssignDecl { role: 'r', to: [User('u'), Service('s'), Group('g'), Role('q'), Class(Anyone)], on: Some(Resource { resource: ResourceRef { ty: 't', id: 'x' }, only: Some(@) }), from: Some('2026-01-01'), until: Some('2027-01-01T00:00:00Z'), when: Some(Attribute(AttributeRef { root: Principal, name: 'a' })) }))",
    );
    check(
        "assign r to anonymous on t:*",
        "Rule(Assign(AssignDecl { role: 'r', to: [Class(Anonymous)], on: Some(Type { ty: 't' }) }))",
    );
    check(
        r#"grant a to authenticated on t:x when principal.a == "x""#,
        "Rule(Entry(EntryDecl { effect: Grant, privileges: PrivilegeSet { items: [Name('a')] }, to: [Class(Authenticated)], on: Some(Resource { resource: ResourceRef { ty: 't', id: 'x' } }), when: Some(Compare { left: Attribute(AttributeRef { root: Principal, name: 'a' }), op: Equal, right: Literal(String('x')) }) }))",
    );
    check(
        "on t:x { assign r to user:u deny a to group:g }",
        "Rule(On(OnBlock { scope: Resource { resource: ResourceRef { ty: 't', id: 'x' } }, rules: [Assign(AssignDecl { role: 'r', to: [User('u')] }), Entry(EntryDecl { effect: Deny, privileges: PrivilegeSet { items: [Name('a')] }, to: [Group('g')] })] }))",
    );
}

#[test]
fn constraints_and_invariants() {
    check("exclusive a, b,", "Exclusive(['a', 'b'])");
    check("limit 2 for role:r", "Limit(LimitDecl { count: 2, role: 'r' })");
    check(
        "never anyone can a except b on t:x",
        "Invariant(Never(InvariantClaim { who: [Class(Anyone)], privileges: PrivilegeSet { items: [Name('a')], except: [Name('b')] }, on: Some(Resource { resource: ResourceRef { ty: 't', id: 'x' } }) }))",
    );
    check(
        "always user:u, role:r can a",
        "Invariant(Always(InvariantClaim { who: [User('u'), Role('r')], privileges: PrivilegeSet { items: [Name('a')] } }))",
    );
    check(
        "only role:r can a on t:*",
        "Invariant(Only(InvariantClaim { who: [Role('r')], privileges: PrivilegeSet { items: [Name('a')] }, on: Some(Type { ty: 't' }) }))",
    );
    check("never together a, b", "Invariant(NeverTogether(PrivilegeSet { items: [Name('a'), Name('b')] }))");
}

#[test]
fn tests_and_matrices() {
    check(
        r#"test "t" { as user:u, role:r with context.mfa = true, resource.x = 2 at 2027-01-01 can a on t:x in u:y in v:z because bypass cannot b }"#,
        "Test(TestDecl { name: 't', steps: [As([User('u'), Role('r')]), With([(AttributeRef { root: Context, name: 'mfa' }, Bool(true)), (AttributeRef { root: Resource, name: 'x' }, Bare('2'))]), At('2027-01-01'), Check(Check { expect: true, privileges: PrivilegeSet { items: [Name('a')] }, on: Some(ResourceRef { ty: 't', id: 'x' }), ancestors: [ResourceRef { ty: 'u', id: 'y' }, ResourceRef { ty: 'v', id: 'z' }], because: Some('bypass') }), Check(Check { expect: false, privileges: PrivilegeSet { items: [Name('b')] } })] })",
    );
    check(
        r#"matrix "m" on t:x { with context.a = 1 roles r, s, p-* + - category:c - + }"#,
        "Matrix(MatrixDecl { name: 'm', on: Some(ResourceRef { ty: 't', id: 'x' }), with: [(AttributeRef { root: Context, name: 'a' }, Bare('1'))], roles: ['r', 's'], rows: [MatrixRow { privilege: Wildcard('p-*'), marks: [true, false] }, MatrixRow { privilege: Category('c'), marks: [false, true] }] })",
    );
}

#[test]
fn formulas() {
    check(
        "privilege p in c requires a and b or not (c and any d)",
        "Privilege(PrivilegeLine { category: 'c', privilege: PrivilegeDecl { name: 'p', requires: Some(Or([And([Privilege('a'), Privilege('b')]), Not(And([Privilege('c'), Any(PrivilegeSet { items: [Category('d')] })]))])) } })",
    );
    check(
        r#"privilege p in c requires any (a, b except c) and all category:x and any "q r" and all x-*"#,
        "Privilege(PrivilegeLine { category: 'c', privilege: PrivilegeDecl { name: 'p', requires: Some(And([Any(PrivilegeSet { items: [Name('a'), Name('b')], except: [Name('c')] }), All(PrivilegeSet { items: [Category('x')] }), Any(PrivilegeSet { items: [Category('q r')] }), All(PrivilegeSet { items: [Wildcard('x-*')] })])) } })",
    );
    check(
        r#"privilege p in c requires has resource.x and resource.y != 3 and "resource.z" and resource.a.b"#,
        "Privilege(PrivilegeLine { category: 'c', privilege: PrivilegeDecl { name: 'p', requires: Some(And([Has(AttributeRef { root: Resource, name: 'x' }), Compare { left: Attribute(AttributeRef { root: Resource, name: 'y' }), op: NotEqual, right: Literal(Bare('3')) }, Privilege('resource.z'), Privilege('resource.a.b')])) } })",
    );
    check(
        "privilege p in c requires principal in resource.v and resource.w contains principal and 1 < resource.n",
        "Privilege(PrivilegeLine { category: 'c', privilege: PrivilegeDecl { name: 'p', requires: Some(And([Compare { left: Principal(@), op: In, right: Attribute(AttributeRef { root: Resource, name: 'v' }) }, Compare { left: Attribute(AttributeRef { root: Resource, name: 'w' }), op: Contains, right: Principal(@) }, Compare { left: Literal(Bare('1')), op: Less, right: Attribute(AttributeRef { root: Resource, name: 'n' }) }])) } })",
    );
}

#[test]
fn dates_may_be_quoted() {
    let rule = "Rule(Assign(AssignDecl { role: 'r', to: [User('u')], from: Some('2026-01-01T00:00:00Z'), until: Some('2027-01-01') }))";
    check("assign r to user:u until 2027-01-01 from \"2026-01-01T00:00:00Z\"", rule);
}

#[test]
fn empty_files() {
    for text in ["", " \n", "# only a comment", "#\n### a banner ###\n;;\n"] {
        assert!(clean(text).items.is_empty(), "{text}");
    }
}

#[test]
fn documentation_and_allow() {
    let text = "## One\r\n##two \n##\n### a banner\n@allow(P0307, role-cycle) \"because\"\nrole r {\n ## inner\n grant a\n}";
    let file = clean(text);
    let meta = &file.items[0].meta;
    assert_eq!(meta.doc().unwrap().value, "One\ntwo\n", "blanks at the end are nothing");
    let allow = &meta.allows()[0];
    let codes: Vec<&str> = allow.codes.iter().map(|code| code.text.as_str()).collect();
    assert_eq!((codes, allow.why.value.as_str()), (vec!["P0307", "role-cycle"], "because"));
    assert_eq!(under(text, allow.span), "@allow(P0307, role-cycle) \"because\"");
    assert!(under(text, file.items[0].span).starts_with("role r {"));
    let ItemKind::Role(role) = &file.items[0].kind else { panic!("not a role") };
    assert_eq!(role.rules[0].meta.doc().unwrap().value, "inner");
}

#[test]
fn only_is_a_scope_or_a_statement() {
    let file =
        clean("grant a to user:u on t:x only only user:u, group:g can b grant c to user:u on t:y only");
    assert_eq!(file.items.len(), 3);
    assert!(matches!(file.items[1].kind, ItemKind::Invariant(_)));
    let file = clean("grant a to user:u on t:x only role r");
    assert_eq!(file.items.len(), 2);
}

#[test]
fn a_block_is_no_clause() {
    let file = clean(
        "grant a to user:u on t:x on t:y { deny b to user:u } never user:u can c on t:z { deny d to user:u }",
    );
    assert_eq!(file.items.len(), 4);
    let blocks = file.items.iter().filter(|item| match &item.kind {
        ItemKind::Rule(rule) => matches!(rule.kind, RuleKind::On(_)),
        _ => false,
    });
    assert_eq!(blocks.count(), 2);
}

#[test]
fn words_that_only_begin_like_keywords() {
    check(
        "role only-us inherits in-house requires to.do",
        "Role(RoleDecl { name: 'only-us', inherits: ['in-house'], requires: ['to.do'] })",
    );
    check("exclusive grants, user:x, not-", "Exclusive(['grants', 'user:x', 'not-'])");
    check(r#"exclusive "in", "true""#, "Exclusive(['in', 'true'])");
}

#[test]
fn escapes() {
    check(r#"role "a\"b\\c\n\t\u{e9}\u{1F600}""#, "Role(RoleDecl { name: 'a\\'b\\\\c\\n\\té\u{1F600}' })");
    for (text, wrong) in [
        (r#"role "a\qb""#, r"\q"),
        (r#"role "\u{d800}""#, r"\u{d800}"),
        (r#"role "\u{1234567}""#, r"\u"),
        (r#"role "\u41""#, r"\u"),
        (r#"role "\ü""#, r"\ü"),
    ] {
        let (file, diagnostics) = parsed(text);
        assert_eq!(file.items.len(), 1, "{text}");
        assert_eq!(diagnostics.len(), 1, "{text}");
        assert_eq!(diagnostics[0].code.number(), "P0004", "{text}");
        assert_eq!(under(text, diagnostics[0].primary.span), wrong, "{text}");
    }
}
