//! Mutations that are sent twice and happen once: the `Idempotency-Key` header, and `@idempotent(key:)` on a field.

use async_graphql::extensions::{ExtensionContext, NextResolve, ResolveInfo};
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::{ServerResult, Value, Variables};

use crate::app::App;
use crate::channel::Scope;
use crate::graphql::context::RequestInfo;
use crate::graphql::error::ApiError;
use crate::platform::error::Fault;
use crate::platform::idempotency::{Effect, Key, Turn};
use crate::platform::locale::message;
use crate::platform::viewer::Viewer;

/// Mutations that go on where they were interrupted when they are sent again. All others commit once.
const RESUMABLE: [&str; 2] = ["checkoutComplete", "paymentStart"];
/// Mutations that move money or stock: a key is required where the configuration says so.
const KEYED: [&str; 6] = [
    "checkoutComplete",
    "giftCardAdjust",
    "giftCardCreate",
    "paymentCapture",
    "refundCreate",
    "stockAdjust",
];
/// Mutations whose answer is not all in its JSON: they come with cookies, and their tokens are good once.
const NEVER: [&str; 5] = [
    "externalSignInComplete",
    "externalSignInStart",
    "sessionCreate",
    "sessionRefresh",
    "sessionRevoke",
];
/// Lengths of a key in bytes. Whoever has not signed in shares its keys with everybody else, so that short ones collide.
const KEY_LENGTH: std::ops::RangeInclusive<usize> = 8..=255;

/// What a request says about being sent again. Goes with it as data.
#[derive(Clone, Debug)]
pub struct Once {
    /// The key of the header.
    header: Option<String>,
    /// Whose keys these are.
    who: String,
    /// The document, the operation, the variables, the channel and the cart: what an equal request has in common with this one.
    asked: String,
    variables: Variables,
}

impl Once {
    /// For a request in `scope`.
    pub fn new(
        request: &RequestInfo,
        scope: &Scope,
        document: &str,
        operation: Option<&str>,
        variables: &Variables,
    ) -> Self {
        let who = match scope.viewer {
            Viewer::Anonymous => "anonymous".to_owned(),
            Viewer::Customer { id, .. } => id.to_string(),
            Viewer::Staff(staff) => staff.who.to_string(),
            Viewer::System => "system".to_owned(),
        };
        let values = serde_json::to_string(variables).unwrap_or_default();
        Self {
            header: request.idempotency_key.clone(),
            who,
            asked: [
                document,
                operation.unwrap_or_default(),
                &values,
                &scope.channel.slug,
                request.cart_token.as_deref().unwrap_or_default(),
            ]
            .join("\0"),
            variables: variables.clone(),
        }
    }

    /// The key of `field`: its own, else that of the request.
    fn key_of(&self, field: &Field) -> Result<Option<String>, ApiError> {
        let directive = field.directives.iter().find(|d| d.node.name.node == "idempotent");
        let own = directive.and_then(|directive| directive.node.get_argument("key"));
        let key = match own {
            None => self.header.clone(),
            Some(value) => {
                let known = |name: async_graphql::Name| self.variables.get(&name).cloned().ok_or(());
                match value.node.clone().into_const_with(known) {
                    Ok(Value::String(key)) => Some(key),
                    _ => Some(String::new()),
                }
            }
        };
        let plain = |key: &str| KEY_LENGTH.contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        match key {
            Some(key) if !plain(&key) => Err(ApiError::bad_input(message!(
                "idempotency-key-malformed",
                min = *KEY_LENGTH.start(),
                max = *KEY_LENGTH.end()
            ))),
            key => Ok(key),
        }
    }
}

pub use directive::idempotent;

mod directive {
    #![expect(
        missing_docs,
        reason = "the macro makes a type of the function, and gives it no words"
    )]

    use async_graphql::{CustomDirective, Directive};

    /// Makes the field of a mutation happen once for its key: sent again with the same key and the same arguments, it answers
    /// what it answered first, for 24 hours. The same key with anything else is refused with IDEMPOTENCY_MISMATCH. A
    /// refusal is not remembered. The header `Idempotency-Key` is a key for all fields of the request.
    #[Directive(location = "Field")]
    pub fn idempotent(
        #[graphql(desc = "Chosen by the client, such as a UUID: 8 to 255 visible ASCII characters.")] key: String,
    ) -> impl CustomDirective {
        // The boundary reads the key, because it has to know it before the field is resolved.
        let _ = key;
        Plain
    }

    struct Plain;

    impl CustomDirective for Plain {}
}

/// Resolves the field of a mutation, once for its key.
pub async fn resolve(
    ctx: &ExtensionContext<'_>,
    info: ResolveInfo<'_>,
    next: NextResolve<'_>,
) -> ServerResult<Option<Value>> {
    let pos = info.field.name.pos;
    let refused = |error: ApiError| async_graphql::Error::from(error).into_server_error(pos);
    let failed = |fault: Fault| async_graphql::Error::from(fault).into_server_error(pos);
    let (Some(once), Some(app)) = (ctx.data_opt::<Once>(), ctx.data_opt::<App>()) else {
        return next.run(ctx, info).await;
    };
    if NEVER.contains(&info.name) {
        return next.run(ctx, info).await;
    }
    let Some(key) = once.key_of(info.field).map_err(refused)? else {
        if KEYED.contains(&info.name) && app.config.idempotency_keys_required() {
            return Err(refused(ApiError::IdempotencyKeyRequired));
        }
        return next.run(ctx, info).await;
    };
    let place = info.alias.unwrap_or(info.name);
    let key = Key::new(&once.who, &key, place);
    let turn = app.turns.take(&key, &key.fingerprint(&once.asked)).await;
    let mut mine = match turn.map_err(failed)? {
        Turn::Mine(mine) => mine,
        Turn::Answered(answer) => return Ok(Some(Value::from_json(answer).map_err(|e| failed(e.into()))?)),
        Turn::Mismatch => return Err(refused(ApiError::IdempotencyMismatch)),
        Turn::Busy => return Err(refused(ApiError::conflict(message!("idempotency-busy")))),
        Turn::AnswerLost => return Err(refused(ApiError::conflict(message!("idempotency-answer-lost")))),
    };
    let resumable = RESUMABLE.contains(&info.name);
    let errors = errors_in(&info.field.selection_set.node);
    let (result, effect) = mine.run(resumable, Box::pin(next.run(ctx, info))).await;
    match &result {
        Ok(Some(value)) if effect == Effect::Committed && !is_refusal(value, &errors) => {
            let answer = value.clone().into_json().map_err(|e| failed(e.into()))?;
            mine.answered(&app.ids, &answer).await.map_err(failed)?;
        }
        // Something lasts, and what it answers is not known: it must not be done again.
        Ok(None) | Err(_) if effect == Effect::Committed && !resumable => {
            mine.lost().await.map_err(failed)?;
        }
        _ => mine.refused().await.map_err(failed)?,
    }
    result
}

/// The names under which a payload may answer its `errors`. What stands in a named fragment goes by its own name.
fn errors_in(selected: &SelectionSet) -> Vec<String> {
    let names = selected.items.iter().flat_map(|item| match &item.node {
        Selection::Field(field) if field.node.name.node == "errors" => vec![field.node.response_key().node.to_string()],
        Selection::Field(_) => Vec::new(),
        Selection::InlineFragment(fragment) => errors_in(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => vec!["errors".to_owned()],
    });
    names.collect()
}

/// Whether `payload` says that nothing was done: its errors, under one of `names`, have a member; or nobody asked for
/// them, and all that was asked for is null.
fn is_refusal(payload: &Value, names: &[String]) -> bool {
    let Value::Object(fields) = payload else { return false };
    let mut errors = names.iter().filter_map(|name| fields.get(name.as_str())).peekable();
    if errors.peek().is_none() {
        return fields
            .iter()
            .all(|(name, value)| *value == Value::Null || name.as_str() == "__typename");
    }
    errors.any(|errors| matches!(errors, Value::List(errors) if !errors.is_empty()))
}
