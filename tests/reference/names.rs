//! Step 1: what makes a question one that has no answer.

use super::place::{Thing, Tree};
use super::question::{Given, Question, root_name};
use policyc::RequestError;
use policyc::model::{Attribute, AttributeRoot, Model, Privilege, TypeId, ValueType};

/// Everything that is wrong with a question. An evaluator may report any one of them.
///
/// Wrong are: an unknown privilege or resource type, a missing or superfluous resource, one of a type on which the
/// privilege is not asked, ancestors that contradict the policy or can't lie in each other, an attribute that is not
/// declared or has a value of another type. Unknown principals, groups, roles and resource ids are fine.
///
/// Open: a word that an enum does not have is a value of another type. An attribute of a resource in a question about
/// none is an error. Values are judged even if no condition reads them.
pub fn faults(model: &Model, question: &Question) -> Vec<RequestError> {
    let mut faults = Vec::new();
    let ty = question.resource.as_ref().and_then(|(ty, _)| find_type(model, ty));
    if let Some((name, _)) = &question.resource
        && ty.is_none()
    {
        faults.push(RequestError::UnknownType(name.as_str().into()));
    }
    match find_privilege(model, &question.privilege) {
        None => faults.push(RequestError::UnknownPrivilege(question.privilege.as_str().into())),
        Some(privilege) => faults.extend(resource_fault(model, question, privilege, ty)),
    }
    faults.extend(ancestor_faults(model, question, ty));
    for (root, name, given) in &question.attributes {
        faults.extend(attribute_fault(model, question, ty, (*root, name, given)));
    }
    faults
}

fn resource_fault(
    model: &Model,
    question: &Question,
    privilege: &Privilege,
    ty: Option<TypeId>,
) -> Option<RequestError> {
    let on = &model.categories[privilege.category.index()].on;
    let name = || question.privilege.as_str().into();
    match (&question.resource, on.is_empty()) {
        (None, true) => None,
        (None, false) => Some(RequestError::MissingResource(name())),
        (Some(_), true) => Some(RequestError::SuperfluousResource(name())),
        (Some((given, _)), false) => (!on.contains(&ty?))
            .then(|| RequestError::WrongResourceType { privilege: name(), ty: given.as_str().into() }),
    }
}

/// An ancestor of an unknown type is also one that can't be.
fn ancestor_faults(model: &Model, question: &Question, ty: Option<TypeId>) -> Vec<RequestError> {
    let Some((name, id)) = &question.resource else { return Vec::new() };
    let unknown = question.ancestors.iter().filter(|(ancestor, _)| find_type(model, ancestor).is_none());
    let mut faults: Vec<RequestError> =
        unknown.map(|(ancestor, _)| RequestError::UnknownType(ancestor.as_str().into())).collect();
    let thing = ty.map(|ty| Thing { ty, id: id.clone() });
    let disagree = |thing: Thing| Tree::of(model, &thing, &supplied(model, question)).is_none();
    if !faults.is_empty() || thing.is_some_and(disagree) {
        faults.push(RequestError::WrongAncestors(format!("{name}:{id}").into()));
    }
    faults
}

fn attribute_fault(
    model: &Model,
    question: &Question,
    ty: Option<TypeId>,
    (root, name, given): (AttributeRoot, &str, &Given),
) -> Option<RequestError> {
    let full = || format!("{}.{name}", root_name(root)).into();
    if root == AttributeRoot::Resource && question.resource.is_none() {
        return Some(RequestError::AttributeWithoutResource(full()));
    }
    let ty = if root == AttributeRoot::Resource { Some(ty?) } else { None };
    match find_attribute(model, root, ty, name) {
        None => Some(RequestError::UnknownAttribute(full())),
        Some(attribute) if !fits(given, &attribute.value_type) => {
            Some(RequestError::WrongAttributeType(full()))
        }
        Some(_) => None,
    }
}

/// The ancestors that come with a question without faults.
pub fn supplied(model: &Model, question: &Question) -> Vec<Thing> {
    let known = |(ty, id): &(String, String)| Some(Thing { ty: find_type(model, ty)?, id: id.clone() });
    question.ancestors.iter().filter_map(known).collect()
}

/// The type of this name.
pub fn find_type(model: &Model, name: &str) -> Option<TypeId> {
    model.types.iter().position(|ty| ty.name.value == name).map(TypeId::at)
}

fn find_privilege<'m>(model: &'m Model, name: &str) -> Option<&'m Privilege> {
    model.privileges.iter().find(|privilege| privilege.name.value == name)
}

/// The attribute of this name, for those of resources: of this type.
pub fn find_attribute<'m>(
    model: &'m Model,
    root: AttributeRoot,
    ty: Option<TypeId>,
    name: &str,
) -> Option<&'m Attribute> {
    model.attributes.iter().find(|a| a.root == root && a.ty == ty && a.name.value == name)
}

fn fits(given: &Given, wanted: &ValueType) -> bool {
    match (given, wanted) {
        (Given::Bool(_), ValueType::Bool)
        | (Given::Int(_), ValueType::Int)
        | (Given::String(_), ValueType::String)
        | (Given::Timestamp(_), ValueType::Timestamp)
        | (Given::Ip(_), ValueType::Ip)
        | (Given::Principal(..) | Given::Group(_), ValueType::Principal) => true,
        (Given::String(word), ValueType::Enum(words)) => words.iter().any(|known| known == word),
        (Given::Set(values), ValueType::Set(element)) => values.iter().all(|value| fits(value, element)),
        _ => false,
    }
}
