//! What a viewer may not see does not exist for it: a hidden field is refused in the same words as an unknown one.
//!
//! `visible = …` hides a field from introspection only; a document that names it would still run into the guard, whose
//! answer tells that the field is there. So the names that an audience does not see are marked before validation, which
//! then does not know them, and the mark is taken out of its messages. The guards stay: they are the second lock.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextPrepareRequest, NextValidation,
};
use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Request, ServerError, ServerResult, ValidationResult, Value, Variables};
use moka::sync::Cache;
use serde::Deserialize;

use crate::channel::Scope;
use crate::platform::viewer::Audience;

/// Asks introspection for what an [`Outline`] is made of.
pub const OUTLINE: &str = "{ __schema { types { name
    fields(includeDeprecated: true) { name args { name } type { name ofType { name ofType { name ofType { name } } } } }
    inputFields { name } enumValues(includeDeprecated: true) { name } } } }";

/// Stands behind a name that the audience does not see. The edge lets no document in that holds it.
const MARK: char = '\0';

/// The schema as an audience sees it.
#[derive(Debug, Default)]
pub struct Outline {
    /// The type of each field of each type, without list and null.
    types: HashMap<String, HashMap<String, String>>,
    /// All names that the audience sees: types, fields, arguments, values.
    names: HashSet<String>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "__schema")]
    schema: Types,
}

#[derive(Deserialize)]
struct Types {
    types: Vec<Type>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    name: String,
    fields: Option<Vec<Field>>,
    input_fields: Option<Vec<Named>>,
    enum_values: Option<Vec<Named>>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    args: Vec<Named>,
    #[serde(rename = "type")]
    ty: TypeRef,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypeRef {
    name: Option<String>,
    of_type: Option<Box<TypeRef>>,
}

impl TypeRef {
    fn innermost(self) -> String {
        match self.of_type {
            Some(inner) => inner.innermost(),
            None => self.name.unwrap_or_default(),
        }
    }
}

impl Outline {
    /// Reads the answer to [`OUTLINE`]; nothing when it is none.
    pub fn read(answer: Value) -> Option<Self> {
        let answer: Answer = async_graphql::from_value(answer).ok()?;
        let mut outline = Self::default();
        for ty in answer.schema.types {
            let mut fields = HashMap::new();
            for field in ty.fields.unwrap_or_default() {
                outline.names.insert(field.name.clone());
                outline.names.extend(field.args.into_iter().map(|arg| arg.name));
                fields.insert(field.name, field.ty.innermost());
            }
            let values = ty.input_fields.into_iter().chain(ty.enum_values).flatten();
            outline.names.extend(values.map(|value| value.name));
            outline.names.insert(ty.name.clone());
            outline.types.insert(ty.name, fields);
        }
        Some(outline)
    }

    /// Whether the audience sees the type.
    pub fn has_type(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// Whether the audience sees the field.
    pub fn has_field(&self, ty: &str, field: &str) -> bool {
        self.types.get(ty).is_some_and(|fields| fields.contains_key(field))
    }

    /// The types that the audience sees.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        let names = self.types.keys().map(String::as_str);
        names.filter(|name| !name.starts_with("__"))
    }

    /// The fields of a type that the audience sees.
    pub fn field_names(&self, ty: &str) -> impl Iterator<Item = &str> {
        self.types.get(ty).into_iter().flatten().map(|(name, _)| name.as_str())
    }

    fn known(&self, ty: &str) -> Option<&str> {
        self.types.get_key_value(ty).map(|(name, _)| name.as_str())
    }
}

/// What the server is set to show of itself.
#[derive(Clone, Copy, Debug)]
pub struct Openness {
    /// Whether everybody may ask for the schema; else only staff.
    pub introspection: bool,
    /// Whether the schema answers a federation gateway.
    pub federation: bool,
}

/// What one audience may name.
#[derive(Debug)]
struct View {
    outline: Arc<Outline>,
    /// What there is to be seen.
    whole: Arc<Outline>,
    /// Fields of the query root that introspection does not list.
    meta: Vec<&'static str>,
}

impl View {
    fn new(outline: Arc<Outline>, whole: Arc<Outline>, introspection: bool, federation: bool) -> Self {
        let mut meta = Vec::new();
        if introspection {
            meta.extend(["__schema", "__type"]);
        }
        if federation {
            meta.push("_entities");
        }
        if federation && introspection {
            meta.push("_service");
        }
        Self { outline, whole, meta }
    }

    /// Marks what is there and the audience does not see. What is nowhere is left to validation, as it stands: the mark
    /// would spoil its suggestions.
    fn conceal(&self, document: &mut ExecutableDocument) {
        match &mut document.operations {
            DocumentOperations::Single(operation) => self.conceal_operation(&mut operation.node),
            DocumentOperations::Multiple(operations) => {
                for operation in operations.values_mut() {
                    self.conceal_operation(&mut operation.node);
                }
            }
        }
        for fragment in document.fragments.values_mut() {
            let ty = self.conceal_type(&mut fragment.node.type_condition.node.on.node);
            self.conceal_fields(&mut fragment.node.selection_set.node, ty);
        }
    }

    fn conceal_operation(&self, operation: &mut OperationDefinition) {
        for variable in &mut operation.variable_definitions {
            let mut base = &mut variable.node.var_type.node.base;
            loop {
                match base {
                    BaseType::Named(name) => {
                        self.conceal_type(name);
                        break;
                    }
                    BaseType::List(inner) => base = &mut inner.base,
                }
            }
        }
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        self.conceal_fields(&mut operation.selection_set.node, self.outline.known(root));
    }

    /// The type, when the audience sees it.
    fn conceal_type(&self, name: &mut Name) -> Option<&str> {
        let known = self.outline.known(name);
        if known.is_none() && self.whole.has_type(name) {
            mark(name);
        }
        known
    }

    fn conceal_fields(&self, set: &mut SelectionSet, ty: Option<&str>) {
        for item in &mut set.items {
            match &mut item.node {
                Selection::Field(field) => {
                    let field = &mut field.node;
                    let name = field.name.node.as_str();
                    let inner = ty.and_then(|ty| self.outline.types.get(ty)?.get(name));
                    if ty.is_some_and(|ty| inner.is_none() && self.hides(ty, name)) {
                        mark(&mut field.name.node);
                    }
                    let inner = inner.and_then(|inner| self.outline.known(inner));
                    self.conceal_fields(&mut field.selection_set.node, inner);
                }
                Selection::InlineFragment(fragment) => {
                    let ty = match &mut fragment.node.type_condition {
                        Some(condition) => self.conceal_type(&mut condition.node.on.node),
                        None => ty,
                    };
                    self.conceal_fields(&mut fragment.node.selection_set.node, ty);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// Whether a field that the audience's outline does not have is there all the same.
    fn hides(&self, ty: &str, field: &str) -> bool {
        let meta = ty == "Query" && field.starts_with('_') && field != "__typename";
        self.whole.has_field(ty, field) || (meta && !self.meta.contains(&field))
    }

    /// Takes the marks out of a message, and what the audience does not see out of its suggestions.
    fn reword(&self, error: &mut ServerError) {
        if error.message.contains(MARK) {
            error.message.retain(|c| c != MARK);
        }
        let Some((said, suggested)) = error.message.split_once(" Did you mean ") else {
            return;
        };
        let names = suggested.trim_end_matches('?').split(", ");
        let shown = |name: &&str| self.outline.names.contains(name.trim_matches('"'));
        let names: Vec<&str> = names.filter(shown).collect();
        error.message = if names.is_empty() {
            said.to_owned()
        } else {
            format!("{said} Did you mean {}?", names.join(", "))
        };
    }
}

fn mark(name: &mut Name) {
    *name = Name::new(format!("{name}{MARK}"));
}

/// Audiences that are remembered: one a set of permissions that somebody has.
const AUDIENCES_MAX: u64 = 256;

/// Keeps from each audience what it may not see. An extension of the schema, so that every transport passes it.
#[derive(Clone)]
pub struct Visibility(Arc<Views>);

struct Views {
    outline_of: fn(Audience) -> Arc<Outline>,
    open: Openness,
    views: Cache<Audience, Arc<View>>,
}

impl Views {
    fn of(&self, audience: Audience) -> Arc<View> {
        self.views.get_with(audience, || {
            Arc::new(View::new(
                (self.outline_of)(audience),
                (self.outline_of)(Audience::ALL),
                audience.staff || self.open.introspection,
                self.open.federation,
            ))
        })
    }
}

impl Visibility {
    /// The visibility of a schema of which `outline_of` says what each audience sees.
    pub fn new(outline_of: fn(Audience) -> Arc<Outline>, open: Openness) -> Self {
        Self(Arc::new(Views {
            outline_of,
            open,
            views: Cache::new(AUDIENCES_MAX),
        }))
    }
}

impl ExtensionFactory for Visibility {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Watch {
            views: Arc::clone(&self.0),
            view: OnceLock::new(),
        })
    }
}

/// The visibility of one request.
struct Watch {
    views: Arc<Views>,
    /// Known once the request is prepared: before that, extensions do not see its data.
    view: OnceLock<Arc<View>>,
}

impl Watch {
    fn view(&self) -> &View {
        self.view.get_or_init(|| self.views.of(Audience::PUBLIC))
    }
}

#[async_trait::async_trait]
impl Extension for Watch {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let scope = request.data.get(&TypeId::of::<Scope>());
        if let Some(scope) = scope.and_then(|scope| scope.downcast_ref::<Scope>()) {
            let _ = self.view.set(self.views.of(scope.viewer.audience()));
        }
        next.run(ctx, request).await
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let mut document = next.run(ctx, query, variables).await?;
        self.view().conceal(&mut document);
        Ok(document)
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let mut result = next.run(ctx).await;
        if let Err(errors) = &mut result {
            errors.iter_mut().for_each(|error| self.view().reword(error));
        }
        result
    }
}
