//! Types, attributes and privileges > a schema of Cedar.

use super::condition::quoted_name;
use super::names::Uid;
use super::text::string;
use super::{Export, TIME};
use crate::model::{Attribute, AttributeRoot, CategoryId, TypeId, ValueType};
use smol_str::SmolStr;
use std::fmt::Write;

/// What stands in every schema.
const HEAD: &str = "\
// Who asks. Groups and roles that come with a request are parents of the principal.
";

impl Export<'_> {
    /// Writes the schema.
    pub(super) fn schema(&self) -> String {
        let mut text = format!("{}{HEAD}", self.title());
        self.principals(&mut text);
        self.resources(&mut text);
        self.categories(&mut text);
        self.privileges(&mut text);
        text
    }

    fn declared(&self, root: AttributeRoot, ty: Option<TypeId>) -> Vec<&Attribute> {
        self.model.attributes.iter().filter(|own| own.root == root && own.ty == ty).collect()
    }

    /// Who asks, and what comes with a request.
    fn principals(&self, text: &mut String) {
        let attributes = record(&self.declared(AttributeRoot::Principal, None), None);
        let _ = writeln!(text, "entity User, Service, Anonymous in [Group, Role]{attributes};");
        text.push_str("entity Group in [Group, Role];\nentity Role in [Role];\n\n");
        let mut types = self.model.attributes.iter().map(|own| &own.value_type);
        let is_set = |ty: &ValueType| matches!(ty, ValueType::Set(inner) if **inner == ValueType::Principal);
        if types.clone().any(|ty| *ty == ValueType::Principal) {
            text.push_str("type PrincipalValue = { user?: User, service?: Service, group?: Group };\n");
        }
        if types.any(is_set) {
            text.push_str(
                "type PrincipalValues = { users: Set<User>, services: Set<Service>, groups: Set<Group> };\n",
            );
        }
        let of_context = self.declared(AttributeRoot::Context, None);
        // Where the policy has an attribute of that name, no bound is written.
        let time = (!of_context.iter().any(|own| own.name.value == TIME)).then_some(TIME);
        let _ = writeln!(text, "type RequestContext ={};", record(&of_context, time));
    }

    fn resources(&self, text: &mut String) {
        text.push_str(
            "\n// What is asked about; `Application` where a privilege is asked without a resource.\n",
        );
        text.push_str("entity Application;\n");
        for (at, ty) in self.model.types.iter().enumerate() {
            let own = TypeId::at(at);
            doc(text, ty.doc.as_ref());
            let _ = write!(text, "entity {}", self.type_name(own));
            let parents: Vec<String> =
                ty.parents.iter().map(|&(parent, _)| self.type_name(parent).to_string()).collect();
            if !parents.is_empty() {
                let _ = write!(text, " in [{}]", parents.join(", "));
            }
            let _ = writeln!(text, "{};", record(&self.declared(AttributeRoot::Resource, Some(own)), None));
        }
    }

    fn categories(&self, text: &mut String) {
        text.push_str("\n// Categories.\n");
        for (at, category) in self.model.categories.iter().enumerate() {
            if let Some(name) = self.category_action(CategoryId::at(at)) {
                doc(text, category.title.as_ref().or(category.doc.as_ref()));
                let _ = writeln!(text, "action {};", string(&name));
            }
        }
    }

    fn privileges(&self, text: &mut String) {
        text.push_str("\n// Privileges.\n");
        for privilege in &self.model.privileges {
            doc(text, privilege.title.as_ref().or(privilege.doc.as_ref()));
            let _ = write!(text, "action {}", string(&privilege.name.value));
            if let Some(category) = self.category_action(privilege.category) {
                let _ = write!(text, " in [{}]", string(&category));
            }
            let category = self.model.categories.get(privilege.category.index());
            let types: Vec<String> = category
                .into_iter()
                .flat_map(|category| &category.on)
                .map(|&ty| self.type_name(ty).to_string())
                .collect();
            let on = if types.is_empty() { "Application".to_owned() } else { types.join(", ") };
            let _ = writeln!(
                text,
                " appliesTo {{ principal: [User, Service, Anonymous], resource: [{on}], context: RequestContext }};"
            );
        }
    }

    /// Which policy this is of.
    pub(super) fn title(&self) -> String {
        let name =
            self.model.name.as_ref().map(|name| format!(" {}", string(&name.value))).unwrap_or_default();
        format!("// The policy{name}, as `policyc convert --to cedar` writes it.\n\n")
    }

    /// The name of the group of actions that a category is; `None` where a privilege has that name.
    pub(super) fn category_action(&self, id: CategoryId) -> Option<SmolStr> {
        let category = self.model.categories.get(id.index())?;
        let name = SmolStr::from(format!("category:{}", category.name.value));
        let taken = self.model.privileges.binary_search_by(|known| known.name.value.cmp(&name)).is_ok();
        (!taken).then_some(name)
    }
}

fn doc(text: &mut String, doc: Option<&SmolStr>) {
    if let Some(doc) = doc {
        let _ = writeln!(text, "@doc({})", string(doc));
    }
}

/// A record of attributes, none of which has to be there; nothing where there are none.
fn record(attributes: &[&Attribute], time: Option<&str>) -> String {
    let mut text = String::new();
    for attribute in attributes {
        let _ = write!(text, "    ");
        if let Some(doc) = &attribute.doc {
            let _ = write!(text, "@doc({}) ", string(doc));
        }
        let _ =
            writeln!(text, "{}?: {},", quoted_name(&attribute.name.value), type_text(&attribute.value_type));
    }
    if let Some(time) = time {
        let _ = writeln!(text, "    @doc(\"When it is asked.\") {time}?: datetime,");
    }
    if text.is_empty() { text } else { format!(" {{\n{text}}}") }
}

fn type_text(ty: &ValueType) -> String {
    match ty {
        ValueType::Bool => "Bool".to_owned(),
        ValueType::Int => "Long".to_owned(),
        ValueType::String | ValueType::Enum(_) => "String".to_owned(),
        ValueType::Timestamp => "datetime".to_owned(),
        ValueType::Ip => "ipaddr".to_owned(),
        ValueType::Principal => "PrincipalValue".to_owned(),
        ValueType::Set(inner) if **inner == ValueType::Principal => "PrincipalValues".to_owned(),
        ValueType::Set(inner) => format!("Set<{}>", type_text(inner)),
    }
}

/// The entity that stands for no resource.
pub(super) fn application(name: Option<&SmolStr>) -> Uid {
    Uid::new("Application", &name.cloned().unwrap_or_else(|| "policy".into()))
}
