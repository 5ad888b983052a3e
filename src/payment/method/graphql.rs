//! Kept means of payment in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::PaymentMethodId;

use crate::customer::signed_in;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::id::{Gid, global_id};
use crate::payment::method::change::{MethodError, make_default, remove_method};
use crate::payment::method::query::PaymentMethod;
use crate::payment::method::setup::{SetupError, begin_setup, complete_setup};

/// A means of payment that a customer keeps with a gateway. Merx never has the number of a card.
pub struct PaymentMethodObject(pub PaymentMethod);

/// A means of payment that a customer keeps with a gateway. Merx never has the number of a card.
#[Object(name = "PaymentMethod", cache_control(no_cache, private))]
impl PaymentMethodObject {
    /// Global id: send it to `paymentStart`.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Who keeps it.
    async fn gateway(&self) -> &str {
        &self.0.gateway
    }

    /// `card`, `sepa_debit`, ...
    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.0.details.kind
    }

    /// Brand of a card: `visa`, ...
    async fn brand(&self) -> Option<&str> {
        self.0.details.brand.as_deref()
    }

    /// The last four digits.
    async fn last4(&self) -> Option<&str> {
        self.0.details.last4.as_deref()
    }

    /// Month in which a card expires, 1 to 12.
    async fn exp_month(&self) -> Option<i32> {
        self.0.details.exp_month
    }

    /// Year in which a card expires.
    async fn exp_year(&self) -> Option<i32> {
        self.0.details.exp_year
    }

    /// Whether it is the one to offer first.
    async fn is_default(&self) -> bool {
        self.0.is_default
    }

    /// When it was kept.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// What the storefront needs to have the shopper enter a means of payment.
#[derive(SimpleObject)]
#[graphql(cache_control(no_cache, private))]
pub struct PaymentMethodSetup {
    /// Send it to `paymentMethodSetupComplete`.
    setup_id: String,
    /// Secret for the gateway's script in the browser.
    client_secret: Option<String>,
    /// Key for the gateway's script in the browser.
    publishable_key: Option<String>,
}

/// A means of payment to keep.
#[derive(InputObject)]
pub struct PaymentMethodSetupInput {
    /// Name of the gateway, for example `stripe`.
    gateway: String,
}

/// A means of payment that the shopper has entered.
#[derive(InputObject)]
pub struct PaymentMethodSetupCompleteInput {
    /// Name of the gateway.
    gateway: String,
    /// What `paymentMethodSetup` answered.
    setup_id: String,
}

/// A means of payment to forget.
#[derive(InputObject)]
pub struct PaymentMethodDeleteInput {
    /// One that the customer keeps.
    id: Gid<PaymentMethodId>,
}

/// A means of payment to offer first.
#[derive(InputObject)]
pub struct PaymentMethodMakeDefaultInput {
    /// One that the customer keeps.
    id: Gid<PaymentMethodId>,
}

/// What comes next, or why nothing does.
#[derive(SimpleObject, Default)]
pub struct PaymentMethodSetupPayload {
    /// What the storefront needs; null on errors.
    setup: Option<PaymentMethodSetup>,
    /// Why nothing was begun: UNKNOWN_GATEWAY, INVALID_INPUT, LIMIT_REACHED, PAYMENT_PENDING when the gateway does not
    /// answer.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// A means of payment, or why nothing was done.
#[derive(SimpleObject, Default)]
pub struct PaymentMethodPayload {
    /// The means of payment as it is now; null on errors.
    payment_method: Option<PaymentMethodObject>,
    /// Why nothing was done: NOT_FOUND, UNKNOWN_GATEWAY, INVALID_INPUT, PAYMENT_ACTION_REQUIRED, PAYMENT_PENDING,
    /// PAYMENT_DECLINED.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// What is gone, or why nothing was done.
#[derive(SimpleObject, Default)]
pub struct PaymentMethodDeletePayload {
    /// The id of the means of payment that is gone; null on errors.
    deleted_id: Option<ID>,
    /// Why nothing was done: NOT_FOUND.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

impl PaymentMethodPayload {
    fn of<E>(result: Result<PaymentMethod, E>, show: impl FnOnce(E) -> Result<UserError>) -> Result<Self> {
        Ok(match result {
            Ok(method) => Self {
                payment_method: Some(PaymentMethodObject(method)),
                ..Self::default()
            },
            Err(error) => Self {
                errors: vec![show(error)?],
                ..Self::default()
            },
        })
    }
}

fn method_error(error: MethodError) -> Result<UserError> {
    let message = error.message();
    match error {
        MethodError::NotFound => Ok(UserError::not_found(message, &["id"])),
        MethodError::Fault(fault) => Err(fault.into()),
    }
}

fn setup_error(error: SetupError) -> Result<UserError> {
    let message = error.message();
    Ok(match error {
        SetupError::UnknownGateway => UserError::new(ErrorCode::UnknownGateway, message, &["gateway"]),
        SetupError::NotKept => UserError::invalid(message, &["gateway"]),
        SetupError::Full => UserError::new(ErrorCode::LimitReached, message, &[]),
        SetupError::NotFound => UserError::not_found(message, &["setupId"]),
        SetupError::ActionRequired => UserError::payment(ErrorCode::PaymentActionRequired, message, None),
        SetupError::Pending | SetupError::Away => UserError::payment(ErrorCode::PaymentPending, message, None),
        SetupError::Declined(reason) => UserError::payment(ErrorCode::PaymentDeclined, message, Some(reason)),
        SetupError::Fault(fault) => return Err(fault.into()),
    })
}

/// Changes of what customers keep.
#[derive(Default)]
pub struct PaymentMethodMutation;

#[Object]
impl PaymentMethodMutation {
    /// Begins to keep a means of payment for the customer who asks: the shopper enters it with the gateway's script, and
    /// `paymentMethodSetupComplete` keeps it, or the gateway's own word does.
    async fn payment_method_setup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With whom.")] input: PaymentMethodSetupInput,
    ) -> Result<PaymentMethodSetupPayload> {
        let (customer, _) = signed_in(ctx)?;
        let gateway = ctx.app().payments.get(&input.gateway);
        let publishable_key = gateway.and_then(|gateway| gateway.info().publishable_key);
        match Box::pin(begin_setup(ctx.app(), customer, &input.gateway)).await {
            Ok(setup) => Ok(PaymentMethodSetupPayload {
                setup: Some(PaymentMethodSetup {
                    setup_id: setup.reference,
                    client_secret: setup.client_secret,
                    publishable_key,
                }),
                ..PaymentMethodSetupPayload::default()
            }),
            Err(error) => Ok(PaymentMethodSetupPayload {
                errors: vec![setup_error(error)?],
                ..PaymentMethodSetupPayload::default()
            }),
        }
    }

    /// Keeps the means of payment that the shopper has entered.
    async fn payment_method_setup_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PaymentMethodSetupCompleteInput,
    ) -> Result<PaymentMethodPayload> {
        let (customer, _) = signed_in(ctx)?;
        let kept = complete_setup(ctx.app(), customer, &input.gateway, &input.setup_id);
        PaymentMethodPayload::of(Box::pin(kept).await, setup_error)
    }

    /// Offers a means of payment of the customer who asks first from now on.
    async fn payment_method_make_default(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PaymentMethodMakeDefaultInput,
    ) -> Result<PaymentMethodPayload> {
        let (customer, _) = signed_in(ctx)?;
        let method = Box::pin(make_default(ctx.app(), customer, input.id.0)).await;
        PaymentMethodPayload::of(method, method_error)
    }

    /// Forgets a means of payment of the customer who asks, here and at the gateway.
    async fn payment_method_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PaymentMethodDeleteInput,
    ) -> Result<PaymentMethodDeletePayload> {
        let (customer, _) = signed_in(ctx)?;
        match Box::pin(remove_method(ctx.app(), customer, input.id.0)).await {
            Ok(()) => Ok(PaymentMethodDeletePayload {
                deleted_id: Some(global_id(input.id.0)),
                ..PaymentMethodDeletePayload::default()
            }),
            Err(error) => Ok(PaymentMethodDeletePayload {
                errors: vec![method_error(error)?],
                ..PaymentMethodDeletePayload::default()
            }),
        }
    }
}
