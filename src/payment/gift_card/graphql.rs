//! Gift cards in the schema.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::payment::gift_card_entry;
use entity::{CustomerId, GiftCardId};

use crate::graphql::batch::{Batch, Shared};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::{Gid, global_id};
use crate::graphql::page::{Connection, Count, Known};
use crate::graphql::scalar::{MoneyInput, MoneyObject};
use crate::payment::gift_card::query::Usable;
use crate::payment::gift_card::{
    AdjustCard, AdjustError, CardFilter, CreateCard, CreateError, DisableError, GiftCard, ListError, adjust, attempt,
    by_code, by_id, count, create, disable, entries_of, list,
};
use crate::platform::error::Fault;
use crate::platform::money::{Currency, Money};
use crate::platform::page::{Page, PageArgs};
use crate::platform::permission::Permission;

/// Money that was paid, or given, in advance.
pub struct GiftCardObject(GiftCard);

impl GiftCardObject {
    fn currency(&self) -> Result<Currency, Fault> {
        let currency = self.0.currency_code.parse();
        currency.map_err(|e| Fault::part("currency of a gift card", e))
    }

    fn money(&self, minor: i64) -> Result<MoneyObject> {
        Ok(Money::new(minor, self.currency()?).into())
    }
}

/// Money that was paid, or given, in advance. Its code is shown once, when it is made.
#[Object(name = "GiftCard", cache_control(no_cache, private))]
impl GiftCardObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// The last four characters of its code.
    async fn ending(&self) -> &str {
        &self.0.ending
    }

    /// What is left.
    async fn balance(&self) -> Result<MoneyObject> {
        self.money(self.0.balance)
    }

    /// What it was issued with.
    async fn initial_amount(&self) -> Result<MoneyObject> {
        self.money(self.0.initial_amount)
    }

    /// Global id of the customer whose it is; null when it was given to nobody.
    async fn customer_id(&self) -> Option<ID> {
        self.0.customer_id.map(global_id)
    }

    /// For staff.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Until when it can be spent; null for ever.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    /// Since when it cannot be spent, because staff said so.
    async fn disabled_at(&self) -> Option<DateTime<Utc>> {
        self.0.disabled_at
    }

    /// When it was issued.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Its history, oldest first. Together the entries are the balance.
    async fn entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<GiftCardEntryObject>> {
        let args = PageArgs::new(first, after, true)?;
        let rows = ctx.batch(EntriesOf(self.0.id)).await?.unwrap_or_default();
        let total = Known(rows.len());
        let page = Page::from_slice(&args, "gift_card.entries", rows, |row| row.id)?;
        let currency = self.currency()?;
        Ok(Connection::new(
            page,
            |entry| GiftCardEntryObject { entry, currency },
            total,
        ))
    }
}

/// The history of a gift card.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct EntriesOf(GiftCardId);

impl Loader<EntriesOf> for Batch {
    type Value = Vec<gift_card_entry::Model>;
    type Error = Shared;

    async fn load(&self, keys: &[EntriesOf]) -> Result<HashMap<EntriesOf, Vec<gift_card_entry::Model>>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = entries_of(&self.app.db, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (EntriesOf(id), rows)).collect())
    }
}

/// An entry in the history of a gift card.
pub struct GiftCardEntryObject {
    entry: gift_card_entry::Model,
    currency: Currency,
}

/// An entry in the history of a gift card.
#[Object(name = "GiftCardEntry")]
impl GiftCardEntryObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.entry.id)
    }

    /// What happened: `issued`, `spent`, `returned`, `refunded`, `adjusted`.
    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.entry.kind
    }

    /// What it added; below 0 when it took away.
    async fn amount(&self) -> MoneyObject {
        Money::new(self.entry.amount, self.currency).into()
    }

    /// Global id of the payment that it is about.
    async fn payment_id(&self) -> Option<ID> {
        self.entry.payment_id.map(global_id)
    }

    /// Why, for people.
    async fn note(&self) -> Option<&str> {
        self.entry.note.as_deref()
    }

    /// When it happened.
    async fn created_at(&self) -> DateTime<Utc> {
        self.entry.created_at
    }
}

/// What whoever knows the code of a gift card is told of it.
pub struct GiftCardBalance(GiftCardObject);

/// What whoever knows the code of a gift card is told of it.
#[Object(cache_control(no_cache, private))]
impl GiftCardBalance {
    /// The last four characters of its code.
    async fn ending(&self) -> &str {
        &self.0.0.ending
    }

    /// What is left.
    async fn balance(&self) -> Result<MoneyObject> {
        self.0.money(self.0.0.balance)
    }

    /// Until when it can be spent; null for ever.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.0.expires_at
    }
}

/// A gift card to issue.
#[derive(InputObject)]
pub struct GiftCardCreateInput {
    /// What is on it.
    amount: MoneyInput,
    /// Whose it is.
    customer_id: Option<Gid<CustomerId>>,
    /// Until when it can be spent.
    expires_at: Option<DateTime<Utc>>,
    /// For staff.
    note: Option<String>,
}

/// A correction of the balance of a gift card.
#[derive(InputObject)]
pub struct GiftCardAdjustInput {
    /// The card.
    id: Gid<GiftCardId>,
    /// What is added; below 0 takes away. Not 0.
    delta: MoneyInput,
    /// Why, for the history.
    reason: String,
}

/// A gift card to disable.
#[derive(InputObject)]
pub struct GiftCardDisableInput {
    /// The card.
    id: Gid<GiftCardId>,
}

/// Answer of `giftCardCreate`.
#[derive(SimpleObject)]
pub struct GiftCardCreatePayload {
    /// The new card; null on errors.
    gift_card: Option<GiftCardObject>,
    /// Its code. It is shown here and never again.
    code: Option<String>,
    /// Why none was made: INVALID_INPUT, NOT_FOUND.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Answer of changes of gift cards.
#[derive(SimpleObject)]
pub struct GiftCardPayload {
    /// The card as it is now; null on errors.
    gift_card: Option<GiftCardObject>,
    /// Why nothing was changed: INVALID_INPUT, NOT_FOUND, GIFT_CARD_INVALID.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

impl GiftCardPayload {
    fn of(result: Result<GiftCard, UserError>) -> Result<Self> {
        let (card, errors) = match result {
            Ok(card) => (Some(GiftCardObject(card)), Vec::new()),
            Err(error) => (None, vec![error]),
        };
        Ok(Self {
            gift_card: card,
            errors,
            warnings: Vec::new(),
        })
    }
}

/// A filter of gift cards. All that is given must hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct GiftCardWhere {
    /// The last four characters of the code.
    ending: Option<String>,
    /// Of this customer.
    customer_id: Option<Gid<CustomerId>>,
}

struct Cards(CardFilter);

#[async_trait::async_trait]
impl Count for Cards {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count(&ctx.app().db, &self.0).await?)
    }
}

/// Queries of gift cards.
#[derive(Default)]
pub struct GiftCardQuery;

#[Object]
impl GiftCardQuery {
    /// What is left on the gift card of a code; null when no card that can be spent has it. Codes that are offered are
    /// counted, right or wrong: RATE_LIMITED when there are too many.
    #[graphql(cache_control(no_cache, private))]
    async fn gift_card_balance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As it stands on the card; case, spaces and hyphens do not matter.")] code: String,
    ) -> Result<Option<GiftCardBalance>> {
        let (app, client) = (ctx.app(), &ctx.request().client);
        if let Err(throttled) = attempt(app, ctx.scope().viewer, &client.address).await {
            return Err(ApiError::RateLimited(throttled.retry_after_seconds()).into());
        }
        let card = by_code(&app.db, &code).await?;
        let card = card.filter(|card| card.is_usable(app.clock.now()));
        Ok(card.map(GiftCardObject).map(GiftCardBalance))
    }

    /// A gift card. Staff only: `giftcards.read`.
    #[graphql(
        guard = "Needs(Permission::GiftCardsRead)",
        visible = "visible::gift_cards_read",
        cache_control(no_cache, private)
    )]
    async fn gift_card(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Gid<GiftCardId>,
    ) -> Result<Option<GiftCardObject>> {
        ctx.everywhere(Permission::GiftCardsRead)?;
        let card = by_id(&ctx.app().db, id.0).await?;
        Ok(card.map(GiftCardObject))
    }

    /// Gift cards, newest first. Staff only: `giftcards.read`.
    #[graphql(
        guard = "Needs(Permission::GiftCardsRead)",
        visible = "visible::gift_cards_read",
        cache_control(no_cache, private)
    )]
    async fn gift_cards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.", name = "where")] filter: Option<GiftCardWhere>,
        #[graphql(desc = "Cards a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<GiftCardObject>> {
        ctx.everywhere(Permission::GiftCardsRead)?;
        let args = PageArgs::new(first, after, true)?;
        let filter = filter.unwrap_or_default();
        let filter = CardFilter {
            ending: filter.ending,
            customer: filter.customer_id.map(|id| id.0),
        };
        let page = match list(&ctx.app().db, &filter, &args).await {
            Ok(page) => page,
            Err(ListError::Page(error)) => return Err(error.into()),
            Err(ListError::Fault(fault)) => return Err(fault.into()),
        };
        Ok(Connection::new(page, GiftCardObject, Cards(filter)))
    }
}

/// Changes of gift cards.
#[derive(Default)]
pub struct GiftCardMutation;

#[Object]
impl GiftCardMutation {
    /// Issues a gift card. The answer shows its code, once. Staff only: `giftcards.write`.
    #[graphql(guard = "Needs(Permission::GiftCardsWrite)", visible = "visible::gift_cards_write")]
    async fn gift_card_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The card.")] input: GiftCardCreateInput,
    ) -> Result<GiftCardCreatePayload> {
        ctx.everywhere(Permission::GiftCardsWrite)?;
        let refused = |error| {
            Ok(GiftCardCreatePayload {
                gift_card: None,
                code: None,
                errors: vec![error],
                warnings: Vec::new(),
            })
        };
        let amount = match input.amount.money() {
            Ok(amount) => amount,
            Err(message) => return refused(UserError::invalid(message, &["amount"])),
        };
        let command = CreateCard {
            amount,
            customer: input.customer_id.map(|id| id.0),
            expires_at: input.expires_at,
            note: input.note,
        };
        match Box::pin(create(ctx.app(), &ctx.actor(), command)).await {
            Ok((card, code)) => Ok(GiftCardCreatePayload {
                gift_card: Some(GiftCardObject(card)),
                code: Some(code.shown()),
                errors: Vec::new(),
                warnings: Vec::new(),
            }),
            Err(CreateError::Fault(fault)) => Err(fault.into()),
            Err(error @ CreateError::Amount) => refused(UserError::invalid(error.message(), &["amount"])),
            Err(error @ CreateError::Expired) => refused(UserError::invalid(error.message(), &["expiresAt"])),
            Err(error @ CreateError::Note) => refused(UserError::invalid(error.message(), &["note"])),
            Err(error @ CreateError::NoCustomer) => refused(UserError::not_found(error.message(), &["customerId"])),
        }
    }

    /// Adds to the balance of a gift card, or takes away. Staff only: `giftcards.write`.
    #[graphql(guard = "Needs(Permission::GiftCardsWrite)", visible = "visible::gift_cards_write")]
    async fn gift_card_adjust(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The correction.")] input: GiftCardAdjustInput,
    ) -> Result<GiftCardPayload> {
        ctx.everywhere(Permission::GiftCardsWrite)?;
        let delta = match input.delta.money() {
            Ok(delta) => delta,
            Err(message) => return GiftCardPayload::of(Err(UserError::invalid(message, &["delta"]))),
        };
        let command = AdjustCard {
            card: input.id.0,
            delta,
            reason: input.reason,
        };
        GiftCardPayload::of(match Box::pin(adjust(ctx.app(), &ctx.actor(), command)).await {
            Ok(card) => Ok(card),
            Err(AdjustError::Fault(fault)) => return Err(fault.into()),
            Err(error @ AdjustError::NotFound) => Err(UserError::not_found(error.message(), &["id"])),
            Err(error @ AdjustError::Amount) => Err(UserError::invalid(error.message(), &["delta"])),
            Err(error @ AdjustError::Reason) => Err(UserError::invalid(error.message(), &["reason"])),
            Err(error @ AdjustError::Balance(_)) => {
                Err(UserError::new(ErrorCode::GiftCardInvalid, error.message(), &["delta"]))
            }
        })
    }

    /// Disables a gift card: nobody can spend what is on it. Staff only: `giftcards.write`.
    #[graphql(guard = "Needs(Permission::GiftCardsWrite)", visible = "visible::gift_cards_write")]
    async fn gift_card_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The card.")] input: GiftCardDisableInput,
    ) -> Result<GiftCardPayload> {
        ctx.everywhere(Permission::GiftCardsWrite)?;
        GiftCardPayload::of(match Box::pin(disable(ctx.app(), &ctx.actor(), input.id.0)).await {
            Ok(card) => Ok(card),
            Err(DisableError::Fault(fault)) => return Err(fault.into()),
            Err(error @ DisableError::NotFound) => Err(UserError::not_found(error.message(), &["id"])),
        })
    }
}
