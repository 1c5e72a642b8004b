//! Models that no front end should make: validation must not fall over them.

use crate::diagnostic::{Code, has_errors};
use crate::model::{
    AllowRange, Assignment, Category, CategoryId, Class, Effect, Entry, Exclusive, Formula, Grantee, Group,
    GroupId, Instance, InstanceId, Limit, Model, NamedPrivileges, Principal, PrincipalId, PrincipalKind,
    Privilege, PrivilegeId, ResourceType, Role, RoleId, Scope, TypeId,
};
use crate::source::{Span, Spanned};
use smol_str::SmolStr;

const AT: Span = Span { source: crate::source::SourceId(0), start: 0, end: 0 };

fn name(text: &str) -> Spanned<SmolStr> {
    Spanned::new(text.into(), AT)
}

/// Every kind of reference, each to `far`, which is out of range or not.
fn model(far: u32) -> Model {
    let everyone = vec![
        Grantee::Principal(PrincipalId(far)),
        Grantee::Group(GroupId(far)),
        Grantee::Role(RoleId(far)),
        Grantee::Role(RoleId(0)),
        Grantee::Class(Class::Anyone),
    ];
    let formula = Formula::And(vec![
        Formula::Any(vec![PrivilegeId(far)]),
        Formula::All(vec![PrivilegeId(far)]),
        Formula::Privilege(PrivilegeId(far)),
    ]);
    let entry = |effect, scope| Entry {
        effect,
        privileges: vec![PrivilegeId(0), PrivilegeId(far)],
        to: everyone.clone().into(),
        scope,
        when: None,
        in_role: Some(RoleId(far)),
        span: AT,
        named: vec![NamedPrivileges {
            span: AT,
            broad: false,
            everything: false,
            privileges: vec![PrivilegeId(far)].into(),
        }],
    };
    let assignment = |role, scope| Assignment {
        role: RoleId(role),
        to: everyone.clone().into(),
        scope,
        from: None,
        until: None,
        when: None,
        span: AT,
    };
    let resource = Scope::Resource { instance: InstanceId(far), only: false };
    let grantless = |requires| Privilege {
        name: name("p"),
        title: None,
        doc: None,
        category: CategoryId(far),
        requires,
        requires_at: None,
        includes: vec![(PrivilegeId(far), AT)],
    };
    Model {
        types: vec![ResourceType {
            name: name("t"),
            doc: None,
            parents: vec![(TypeId(far), AT)],
            by_path: false,
            default: None,
            resolve: None,
        }],
        categories: vec![Category {
            name: name("c"),
            title: None,
            doc: None,
            on: vec![TypeId(far)],
            requires: Some(formula.clone()),
            requires_at: None,
        }],
        privileges: vec![grantless(Some(formula))],
        roles: vec![Role {
            name: name("r"),
            span: AT,
            doc: None,
            inherits: vec![(RoleId(far), AT)],
            requires: vec![(RoleId(far), AT)],
        }],
        groups: vec![Group { name: name("g"), doc: None, groups: vec![(GroupId(far), AT)], disabled: false }],
        principals: vec![Principal {
            kind: PrincipalKind::User,
            name: name("u"),
            doc: None,
            groups: vec![(GroupId(far), AT)],
            attributes: Vec::new(),
        }],
        instances: vec![Instance {
            ty: TypeId(far),
            id: "i".into(),
            span: AT,
            declared: true,
            parents: vec![InstanceId(far)],
            attributes: Vec::new(),
            doc: None,
        }],
        entries: vec![
            entry(Effect::Grant, resource),
            entry(Effect::Deny, resource),
            entry(Effect::Bypass, Scope::Type(TypeId(far))),
        ],
        assignments: vec![assignment(0, resource), assignment(far, Scope::Type(TypeId(far)))],
        exclusives: vec![Exclusive { roles: vec![(RoleId(0), AT), (RoleId(far), AT)], span: AT }],
        limits: vec![Limit { count: 0, role: RoleId(far), span: AT }],
        allows: vec![AllowRange {
            codes: vec![(Code::UnmetRequirement, AT)],
            why: "none".into(),
            span: AT,
            covers: AT,
        }],
        ..Model::default()
    }
}

#[test]
fn an_empty_model_has_no_faults() {
    let mut diagnostics = Vec::new();
    super::validate(&Model::default(), &mut diagnostics);
    super::allow::apply(&Model::default(), &mut diagnostics);
    assert_eq!(diagnostics, []);
}

#[test]
fn references_to_nothing_are_survived() {
    for far in [1, 7, u32::MAX - 1, u32::MAX] {
        let mut diagnostics = Vec::new();
        super::validate(&model(far), &mut diagnostics);
        super::allow::apply(&model(far), &mut diagnostics);
    }
}

#[test]
fn references_to_itself_are_cycles() {
    let mut diagnostics = Vec::new();
    super::validate(&model(0), &mut diagnostics);
    assert!(has_errors(&diagnostics));
    let codes =
        [Code::RoleCycle, Code::GroupCycle, Code::RequirementCycle, Code::IncludeCycle, Code::InstanceCycle];
    for code in codes {
        assert!(diagnostics.iter().any(|finding| finding.code == code), "{code}");
    }
}
