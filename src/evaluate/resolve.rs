//! Names to numbers: the first step of a question (DESIGN, section 2, step 1).
//!
//! Enters: what a request names. Leaves: a chain, values, a subject, each handed on to what asks for it, in room on the
//! stack. Nobody pays for the room of the largest question but who asks it.

use super::chain::{Chain, FEW_LINKS, Link};
use super::condition::fits;
use super::request::{Attribute, Principal, RequestError, Resource, Value};
use super::subject::{FEW_SUPPLIED, Subject};
use crate::policy::layout::{MAX_ATTRIBUTES, MAX_CHAIN, MAX_SUPPLIED, Names, Privilege};
use crate::policy::{List, Policy};
use crate::terms::AttributeRoot;

/// Values that most requests do not exceed.
const FEW_VALUES: usize = 8;

/// What stands in room that is not filled.
const NO_VALUE: (u32, Value<'static>) = (u32::MAX, Value::Bool(false));

/// The number of a privilege.
pub(super) fn privilege(policy: &Policy, name: &str) -> Result<u32, RequestError> {
    policy.find(Names::Privilege, name).ok_or_else(|| RequestError::UnknownPrivilege(name.into()))
}

/// Whether a privilege is asked on such a resource, or on none.
#[inline]
pub(super) fn check_place(policy: &Policy, privilege: u32, chain: &Chain<'_>) -> Result<(), RequestError> {
    // The empty list is number 0.
    let on = policy.record::<Privilege>(privilege).on;
    if on == 0 && !chain.has_resource() {
        Ok(())
    } else {
        check_types(policy, privilege, policy.list(on), chain)
    }
}

fn check_types(
    policy: &Policy,
    privilege: u32,
    asked_on: List<'_>,
    chain: &Chain<'_>,
) -> Result<(), RequestError> {
    let name = || policy.name(Names::Privilege, privilege).into();
    match (chain.has_resource(), asked_on.is_empty()) {
        (false, true) => Ok(()),
        (false, false) => Err(RequestError::MissingResource(name())),
        (true, true) => Err(RequestError::SuperfluousResource(name())),
        (true, false) if asked_on.iter().any(|ty| ty == chain.ty()) => Ok(()),
        (true, false) => {
            let ty = policy.name(Names::Type, chain.ty()).into();
            Err(RequestError::WrongResourceType { privilege: name(), ty })
        }
    }
}

/// As `check_place`, without the words.
pub(super) fn is_asked(policy: &Policy, privilege: u32, chain: &Chain<'_>) -> bool {
    let asked_on = policy.list(policy.record::<Privilege>(privilege).on);
    match chain.has_resource() {
        false => asked_on.is_empty(),
        true => asked_on.iter().any(|ty| ty == chain.ty()),
    }
}

/// Hands on the chain of a resource.
#[inline]
pub(super) fn with_chain<'a, T>(
    policy: &'a Policy,
    resource: Option<&Resource<'a>>,
    then: impl for<'r> FnOnce(Chain<'r>) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    let Some(resource) = resource else { return then(Chain::NONE) };
    let mut room = [Link::EMPTY; FEW_LINKS];
    match Chain::of(policy, resource, &mut room) {
        Ok(chain) => return then(chain),
        Err(RequestError::TooDeep) => {}
        Err(error) => return Err(error),
    }
    with_long_chain(policy, resource, then)
}

#[cold]
#[inline(never)]
fn with_long_chain<'a, T>(
    policy: &'a Policy,
    resource: &Resource<'a>,
    then: impl for<'r> FnOnce(Chain<'r>) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    then(Chain::of(policy, resource, &mut [Link::EMPTY; MAX_CHAIN])?)
}

/// Hands on the chain of a resource that the policy knows.
#[inline]
pub(super) fn with_node<T>(
    policy: &Policy,
    node: u32,
    then: impl for<'r> FnOnce(Chain<'r>) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    let mut room = [Link::EMPTY; FEW_LINKS];
    if let Some(chain) = Chain::of_node(policy, node, &mut room) {
        return then(chain);
    }
    with_deep_node(policy, node, then)
}

#[cold]
#[inline(never)]
fn with_deep_node<T>(
    policy: &Policy,
    node: u32,
    then: impl for<'r> FnOnce(Chain<'r>) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    let mut room = [Link::EMPTY; MAX_CHAIN];
    then(Chain::of_node(policy, node, &mut room).ok_or(RequestError::TooDeep)?)
}

/// The chain of a resource, in room of its own.
pub(super) fn links_of<'a>(
    policy: &'a Policy,
    resource: &Resource<'a>,
) -> Result<Box<[Link<'a>]>, RequestError> {
    let mut room = [Link::EMPTY; MAX_CHAIN];
    let count = Chain::of(policy, resource, &mut room)?.links().len();
    Ok(room.get(..count).unwrap_or_default().into())
}

/// The chain of a resource that the policy knows, in room of its own.
pub(super) fn links_of_node(policy: &Policy, node: u32) -> Result<Box<[Link<'_>]>, RequestError> {
    let mut room = [Link::EMPTY; MAX_CHAIN];
    let count = Chain::of_node(policy, node, &mut room).ok_or(RequestError::TooDeep)?.links().len();
    Ok(room.get(..count).unwrap_or_default().into())
}

/// Hands on the values of a request, each with the number of its attribute.
#[inline]
pub(super) fn with_values<'a, T>(
    policy: &Policy,
    chain: &Chain<'_>,
    attributes: &[Attribute<'a>],
    then: impl FnOnce(&[(u32, Value<'a>)]) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    match attributes.len() {
        0 => then(&[]),
        count if count > MAX_ATTRIBUTES => Err(RequestError::TooManyAttributes),
        count if count <= FEW_VALUES => then(values(policy, chain, attributes, &mut [NO_VALUE; FEW_VALUES])?),
        _ => with_many_values(policy, chain, attributes, then),
    }
}

#[cold]
#[inline(never)]
fn with_many_values<'a, T>(
    policy: &Policy,
    chain: &Chain<'_>,
    attributes: &[Attribute<'a>],
    then: impl FnOnce(&[(u32, Value<'a>)]) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    then(values(policy, chain, attributes, &mut [NO_VALUE; MAX_ATTRIBUTES])?)
}

fn values<'r, 'a>(
    policy: &Policy,
    chain: &Chain<'_>,
    attributes: &[Attribute<'a>],
    room: &'r mut [(u32, Value<'a>)],
) -> Result<&'r [(u32, Value<'a>)], RequestError> {
    for (place, attribute) in room.iter_mut().zip(attributes) {
        *place = (check_attribute(policy, chain, attribute)?, attribute.value);
    }
    Ok(room.get(..attributes.len()).unwrap_or_default())
}

/// The number of an attribute of a request, if it is declared and its value fits.
pub(super) fn check_attribute(
    policy: &Policy,
    chain: &Chain<'_>,
    attribute: &Attribute<'_>,
) -> Result<u32, RequestError> {
    let (root, ty) = match attribute.root {
        AttributeRoot::Principal => ("principal", 0),
        AttributeRoot::Context => ("context", 0),
        AttributeRoot::Resource => ("resource", chain.ty().wrapping_add(1)),
    };
    let path = || format!("{root}.{}", attribute.name).into();
    if attribute.root == AttributeRoot::Resource && !chain.has_resource() {
        return Err(RequestError::AttributeWithoutResource(path()));
    }
    let name = policy.find_attribute(attribute.root, attribute.name);
    let name = name.ok_or_else(|| RequestError::UnknownAttribute(path()))?;
    let declared = policy.attribute_of(name, ty).ok_or_else(|| RequestError::UnknownAttribute(path()))?;
    if fits(policy, &attribute.value, declared.value_type) {
        Ok(name)
    } else {
        Err(RequestError::WrongAttributeType(path()))
    }
}

/// Hands on the principal of a request.
#[inline]
pub(super) fn with_subject<'a, T>(
    policy: &Policy,
    principal: &Principal<'a>,
    then: impl for<'r> FnOnce(Subject<'r>) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    match principal.groups.len() + principal.roles.len() {
        0 => then(Subject::of(policy, principal, &mut [])?),
        count if count <= FEW_SUPPLIED => then(Subject::of(policy, principal, &mut [0; FEW_SUPPLIED])?),
        _ => with_much_supplied(policy, principal, then),
    }
}

#[cold]
#[inline(never)]
fn with_much_supplied<'a, T>(
    policy: &Policy,
    principal: &Principal<'a>,
    then: impl for<'r> FnOnce(Subject<'r>) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    then(Subject::of(policy, principal, &mut [0; MAX_SUPPLIED])?)
}
