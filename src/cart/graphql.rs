//! Carts in the schema.

use async_graphql::{Context, ID, InputObject, Interface, Object, Result, SimpleObject};
use entity::customer::customer::Address;
use entity::{CartLineId, DeliveryMethodId, VariantId};

use crate::cart::{
    CartError, LineChange, LoadedCart, LoadedLine, NewLine, Problem, UpdateBuyer, add_lines, create_cart,
    load_by_token, remove_lines, select_delivery, update_buyer, update_lines,
};
use crate::catalog::VariantObject;
use crate::channel::ChannelObject;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning, WarningCode};
use crate::graphql::id::{Gid, global_id};
use crate::graphql::scalar::MoneyObject;
use crate::platform::money::{Currency, Money};
use crate::shipping::DeliveryOption;

/// What somebody is about to buy, at today's prices.
pub struct CartObject(pub LoadedCart);

impl CartObject {
    fn money(&self, minor: i64) -> MoneyObject {
        self.0.channel.money(minor).into()
    }
}

/// What somebody is about to buy, at today's prices.
#[Object(name = "Cart")]
impl CartObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.row.id)
    }

    /// The secret that owns the cart: send it as `cartToken` or `X-Cart-Token`.
    async fn token(&self) -> &str {
        &self.0.token
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        self.0.row.version
    }

    /// Whether it has become an order.
    async fn completed(&self) -> bool {
        self.0.row.status == entity::cart::cart::CartStatus::Completed
    }

    /// Its channel.
    async fn channel(&self) -> ChannelObject {
        ChannelObject(self.0.channel.clone())
    }

    /// Units in all lines.
    async fn quantity(&self) -> i32 {
        i32::try_from(self.0.quantity()).unwrap_or(i32::MAX)
    }

    /// Lines, oldest first.
    async fn lines(&self) -> Vec<CartLineObject> {
        let lines = self.0.lines.iter().zip(&self.0.totals.lines);
        lines
            .map(|(line, totals)| CartLineObject {
                line: line.clone(),
                total: totals.total,
            })
            .collect()
    }

    /// Sum of the lines before discounts.
    async fn subtotal(&self) -> MoneyObject {
        self.money(self.0.totals.subtotal)
    }

    /// Sum of the discounts.
    async fn discount_total(&self) -> MoneyObject {
        self.money(self.0.totals.discount)
    }

    /// Price of the chosen delivery; 0 until one is chosen.
    async fn shipping_total(&self) -> MoneyObject {
        self.money(self.0.totals.shipping)
    }

    /// Tax: part of the prices where the channel includes it, on top where it does not.
    async fn tax_total(&self) -> MoneyObject {
        self.money(self.0.totals.tax)
    }

    /// What is due: `subtotal - discountTotal + shippingTotal`, plus `taxTotal` where prices do not include it.
    async fn total(&self) -> MoneyObject {
        self.money(self.0.totals.total)
    }

    /// Promotion codes that were entered.
    async fn promotion_codes(&self) -> Vec<CartPromotionCode> {
        Vec::new()
    }

    /// Where the confirmation goes.
    async fn email(&self) -> Option<&str> {
        self.0.row.email.as_deref()
    }

    /// Where the goods go.
    async fn shipping_address(&self) -> Option<AddressObject> {
        self.0.row.shipping_address.clone().map(Into::into)
    }

    /// Who pays, when different.
    async fn billing_address(&self) -> Option<AddressObject> {
        self.0.row.billing_address.clone().map(Into::into)
    }

    /// Ways of delivery that it can take.
    async fn delivery_options(&self) -> Vec<DeliveryOptionObject> {
        let currency = self.0.channel.currency;
        self.0
            .delivery_options
            .iter()
            .cloned()
            .map(|option| DeliveryOptionObject { option, currency })
            .collect()
    }

    /// The chosen one, if it can still be taken.
    async fn selected_delivery(&self) -> Option<DeliveryOptionObject> {
        let currency = self.0.channel.currency;
        self.0
            .delivery
            .clone()
            .map(|option| DeliveryOptionObject { option, currency })
    }

    /// What stands against buying it as it is.
    async fn problems(&self) -> Vec<CartProblem> {
        self.0
            .problems()
            .into_iter()
            .map(|problem| problem_of(&self.0, problem))
            .collect()
    }
}

/// A variant in a cart.
pub struct CartLineObject {
    line: LoadedLine,
    total: i64,
}

impl CartLineObject {
    fn money(&self, minor: i64) -> MoneyObject {
        Money::new(minor, self.line.variant.currency).into()
    }
}

/// A variant in a cart.
#[Object(name = "CartLine")]
impl CartLineObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.line.row.id)
    }

    /// Units.
    async fn quantity(&self) -> i32 {
        self.line.row.quantity
    }

    /// Remarks of the shopper.
    async fn attributes(&self) -> Vec<LineAttributeObject> {
        let attributes = self.line.row.attributes.0.iter();
        attributes
            .map(|a| LineAttributeObject {
                key: a.key.clone(),
                value: a.value.clone(),
            })
            .collect()
    }

    /// What is bought.
    async fn variant(&self) -> VariantObject {
        VariantObject(self.line.variant.clone(), self.line.product.clone())
    }

    /// Price of one unit today; 0 when it can no longer be bought.
    async fn unit_price(&self) -> MoneyObject {
        self.money(self.line.unit_price)
    }

    /// Units times price, less discounts.
    async fn total(&self) -> MoneyObject {
        self.money(self.total)
    }

    /// Discounts on the line.
    async fn discount_allocations(&self) -> Vec<DiscountAllocation> {
        Vec::new()
    }
}

/// A remark of the shopper on a line.
#[derive(SimpleObject)]
#[graphql(name = "LineAttribute")]
pub struct LineAttributeObject {
    /// Name.
    pub key: String,
    /// Text.
    pub value: String,
}

/// A part of a discount that falls on a line.
#[derive(SimpleObject)]
pub struct DiscountAllocation {
    /// How much.
    amount: MoneyObject,
    /// The code that gave it, if one did.
    code: Option<String>,
    /// Name for people.
    title: String,
}

/// A promotion code that was entered.
#[derive(SimpleObject)]
pub struct CartPromotionCode {
    /// As entered.
    code: String,
    /// Whether it gives something now.
    applicable: bool,
    /// Why it does not.
    reason: Option<String>,
}

/// A way of delivery with its price.
pub struct DeliveryOptionObject {
    option: DeliveryOption,
    currency: Currency,
}

/// A way of delivery with its price.
#[Object(name = "DeliveryOption")]
impl DeliveryOptionObject {
    /// Name to send to `cartDeliverySelect`.
    async fn id(&self) -> ID {
        global_id(self.option.id)
    }

    /// Name for people.
    async fn name(&self) -> &str {
        &self.option.name
    }

    /// Price for this cart.
    async fn price(&self) -> MoneyObject {
        Money::new(self.option.price, self.currency).into()
    }

    /// Days on the way.
    async fn estimated_days(&self) -> DayRange {
        DayRange {
            min: self.option.days.0,
            max: self.option.days.1,
        }
    }
}

/// A range of days.
#[derive(SimpleObject)]
pub struct DayRange {
    /// Fewest.
    min: i32,
    /// Most.
    max: i32,
}

/// A postal address.
#[derive(SimpleObject)]
#[graphql(name = "Address")]
pub struct AddressObject {
    /// Given name.
    first_name: String,
    /// Family name.
    last_name: String,
    /// Company.
    company: Option<String>,
    /// Street and number.
    line1: String,
    /// Rest of the street line.
    line2: Option<String>,
    /// City.
    city: String,
    /// State or province.
    region: Option<String>,
    /// Postal code.
    postal_code: String,
    /// ISO 3166-1 alpha-2.
    country_code: String,
    /// Telephone number.
    phone: Option<String>,
}

impl From<Address> for AddressObject {
    fn from(a: Address) -> Self {
        Self {
            first_name: a.first_name,
            last_name: a.last_name,
            company: a.company,
            line1: a.line1,
            line2: a.line2,
            city: a.city,
            region: a.region,
            postal_code: a.postal_code,
            country_code: a.country_code,
            phone: a.phone,
        }
    }
}

/// Something that stands against buying a cart as it is.
#[derive(Interface)]
#[graphql(
    field(name = "message", ty = "&String", desc = "What stands against it, for people."),
    field(name = "path", ty = "&Vec<String>", desc = "The place in the cart: `lines`, `0`.")
)]
pub enum CartProblem {
    /// A line is no longer on sale.
    Unavailable(UnavailableProblem),
    /// There are fewer units than the line asks for.
    InsufficientStock(InsufficientStockProblem),
}

/// A line is no longer on sale.
#[derive(SimpleObject)]
pub struct UnavailableProblem {
    /// For people.
    message: String,
    /// The place in the cart.
    path: Vec<String>,
}

/// There are fewer units than the line asks for.
#[derive(SimpleObject)]
pub struct InsufficientStockProblem {
    /// For people.
    message: String,
    /// The place in the cart.
    path: Vec<String>,
    /// Units that can be had.
    available_quantity: i32,
}

fn problem_of(cart: &LoadedCart, problem: Problem) -> CartProblem {
    let path = |line: usize| vec!["lines".to_owned(), line.to_string()];
    let sku = |line: usize| {
        cart.lines
            .get(line)
            .map_or("", |l| l.variant.row.sku.as_str())
            .to_owned()
    };
    match problem {
        Problem::Unavailable { line } => CartProblem::Unavailable(UnavailableProblem {
            message: format!("{} is no longer on sale", sku(line)),
            path: path(line),
        }),
        Problem::Insufficient { line, available, .. } => CartProblem::InsufficientStock(InsufficientStockProblem {
            message: format!("only {available} of {} left", sku(line)),
            path: path(line),
            available_quantity: i32::try_from(available).unwrap_or(i32::MAX),
        }),
    }
}

/// A remark on a line.
#[derive(InputObject, Clone, Debug)]
pub struct LineAttributeInput {
    /// Name.
    key: String,
    /// Text.
    value: String,
}

/// A line to add.
#[derive(InputObject, Clone, Debug)]
pub struct CartLineInput {
    /// What to buy.
    variant_id: Gid<VariantId>,
    /// Units, 1 to 9999.
    quantity: i32,
    /// Remarks; lines with different remarks stay apart.
    attributes: Option<Vec<LineAttributeInput>>,
}

/// A cart to make.
#[derive(InputObject)]
pub struct CartCreateInput {
    /// Lines to start with.
    lines: Option<Vec<CartLineInput>>,
    /// Slug of the channel; that of the request when not given.
    channel: Option<String>,
    /// Where the confirmation goes.
    email: Option<String>,
}

/// Lines to add.
#[derive(InputObject)]
pub struct CartLinesAddInput {
    /// The cart; else X-Cart-Token.
    cart_token: Option<String>,
    /// The lines, 250 at most.
    lines: Vec<CartLineInput>,
}

/// A line to change.
#[derive(InputObject)]
pub struct CartLineUpdateInput {
    /// The line.
    id: Gid<CartLineId>,
    /// Units it shall have; 0 removes it.
    quantity: i32,
    /// Remarks it shall have; those it has when not given.
    attributes: Option<Vec<LineAttributeInput>>,
}

/// Lines to change.
#[derive(InputObject)]
pub struct CartLinesUpdateInput {
    /// The cart; else X-Cart-Token.
    cart_token: Option<String>,
    /// The lines, 250 at most.
    lines: Vec<CartLineUpdateInput>,
}

/// Lines to take out.
#[derive(InputObject)]
pub struct CartLinesRemoveInput {
    /// The cart; else X-Cart-Token.
    cart_token: Option<String>,
    /// The lines, 250 at most.
    line_ids: Vec<Gid<CartLineId>>,
}

/// A postal address.
#[derive(InputObject, Clone, Debug)]
pub struct AddressInput {
    /// Given name.
    first_name: String,
    /// Family name.
    last_name: String,
    /// Company.
    company: Option<String>,
    /// Street and number.
    line1: String,
    /// Rest of the street line.
    line2: Option<String>,
    /// City.
    city: String,
    /// State or province.
    region: Option<String>,
    /// Postal code.
    postal_code: String,
    /// ISO 3166-1 alpha-2; one that the channel sells to.
    country_code: String,
    /// Telephone number.
    phone: Option<String>,
}

impl From<AddressInput> for Address {
    fn from(a: AddressInput) -> Self {
        Self {
            first_name: a.first_name,
            last_name: a.last_name,
            company: a.company,
            line1: a.line1,
            line2: a.line2,
            city: a.city,
            region: a.region,
            postal_code: a.postal_code,
            country_code: a.country_code,
            phone: a.phone,
        }
    }
}

/// Who buys, and where it goes. What is not given stays as it is.
#[derive(InputObject)]
pub struct CartBuyerUpdateInput {
    /// The cart; else X-Cart-Token.
    cart_token: Option<String>,
    /// Where the confirmation goes.
    email: Option<String>,
    /// Where the goods go.
    shipping_address: Option<AddressInput>,
    /// Who pays, when different.
    billing_address: Option<AddressInput>,
}

/// The chosen way of delivery.
#[derive(InputObject)]
pub struct CartDeliverySelectInput {
    /// The cart; else X-Cart-Token.
    cart_token: Option<String>,
    /// One of the `deliveryOptions` of the cart.
    delivery_option_id: Gid<DeliveryMethodId>,
}

fn remarks(attributes: Vec<LineAttributeInput>) -> Vec<(String, String)> {
    attributes.into_iter().map(|a| (a.key, a.value)).collect()
}

fn new_lines(lines: Vec<CartLineInput>) -> Vec<NewLine> {
    let new = |line: CartLineInput| NewLine {
        variant: line.variant_id.0,
        quantity: line.quantity,
        attributes: remarks(line.attributes.unwrap_or_default()),
    };
    lines.into_iter().map(new).collect()
}

/// Answer of every change of a cart.
#[derive(SimpleObject)]
pub struct CartPayload {
    /// The cart as it is now; null on errors.
    cart: Option<CartObject>,
    /// Why nothing was changed: INVALID_INPUT, NOT_FOUND, INSUFFICIENT_STOCK, CART_COMPLETED.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

fn payload(result: Result<LoadedCart, CartError>, warnings: Vec<Warning>) -> Result<CartPayload> {
    match result {
        Ok(cart) => Ok(CartPayload {
            cart: Some(CartObject(cart)),
            errors: Vec::new(),
            warnings,
        }),
        Err(CartError::Fault(fault)) => Err(fault.into()),
        Err(error) => Ok(CartPayload {
            cart: None,
            errors: vec![user_error(error)],
            warnings: Vec::new(),
        }),
    }
}

/// A cart error as clients see it.
pub(crate) fn user_error(error: CartError) -> UserError {
    let message = error.to_string();
    let at = |line: usize, field: &str| ["lines".to_owned(), line.to_string(), field.to_owned()];
    let path = |line: usize, field: &str| at(line, field).to_vec();
    let (code, path) = match error {
        CartError::Insufficient {
            line,
            variant,
            available,
        } => {
            let path = path(line, "quantity");
            return UserError::insufficient(variant, available, &path.iter().map(String::as_str).collect::<Vec<_>>());
        }
        CartError::NotFound => (ErrorCode::NotFound, vec!["cartToken".to_owned()]),
        CartError::Completed => (ErrorCode::CartCompleted, vec!["cartToken".to_owned()]),
        CartError::TooManyLines => (ErrorCode::InvalidInput, vec!["lines".to_owned()]),
        CartError::Quantity { line, .. } => (ErrorCode::InvalidInput, path(line, "quantity")),
        CartError::NoVariant { line } => (ErrorCode::NotFound, path(line, "variantId")),
        CartError::NoLine { line } => (ErrorCode::NotFound, path(line, "id")),
        CartError::Attributes { line } => (ErrorCode::InvalidInput, path(line, "attributes")),
        CartError::Email => (ErrorCode::InvalidInput, vec!["email".to_owned()]),
        CartError::Address(which, error) => (
            ErrorCode::InvalidInput,
            vec![which.to_owned(), error.field().to_owned()],
        ),
        CartError::Delivery => (ErrorCode::InvalidInput, vec!["deliveryOptionId".to_owned()]),
        // Callers show faults as what they are; see `payload`.
        CartError::Fault(_) => (ErrorCode::InvalidInput, Vec::new()),
    };
    UserError::new(code, message, &path.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Queries of carts.
#[derive(Default)]
pub struct CartQuery;

#[Object]
impl CartQuery {
    /// The cart that a token owns; null when nobody has the token.
    async fn cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token; else X-Cart-Token.")] token: Option<String>,
    ) -> Result<Option<CartObject>> {
        let token = ctx.cart_token(token)?;
        Ok(load_by_token(ctx.app(), &token).await?.map(CartObject))
    }
}

/// Changes of carts.
#[derive(Default)]
pub struct CartMutation;

#[Object]
impl CartMutation {
    /// Makes a cart. Keep its token: whoever has it owns the cart.
    async fn cart_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to start with.")] input: CartCreateInput,
    ) -> Result<CartPayload> {
        let app = ctx.app();
        let channel = match &input.channel {
            None => Some(ctx.scope().channel.clone()),
            Some(slug) => app.channels.by_slug(&app.db, slug).await?,
        };
        let Some(channel) = channel else {
            let errors = vec![UserError::not_found("no such channel", &["channel"])];
            return Ok(CartPayload {
                cart: None,
                errors,
                warnings: Vec::new(),
            });
        };
        let lines = new_lines(input.lines.unwrap_or_default());
        let warnings = merge_warnings(&lines);
        payload(create_cart(app, &channel, input.email, lines).await, warnings)
    }

    /// Adds lines; a line equal to one that is there adds to its units.
    async fn cart_lines_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lines.")] input: CartLinesAddInput,
    ) -> Result<CartPayload> {
        let token = ctx.cart_token(input.cart_token)?;
        let lines = new_lines(input.lines);
        let warnings = merge_warnings(&lines);
        payload(add_lines(ctx.app(), &token, lines).await, warnings)
    }

    /// Sets quantity and remarks of lines.
    async fn cart_lines_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lines.")] input: CartLinesUpdateInput,
    ) -> Result<CartPayload> {
        let token = ctx.cart_token(input.cart_token)?;
        let change = |line: CartLineUpdateInput| LineChange {
            id: line.id.0,
            quantity: line.quantity,
            attributes: line.attributes.map(remarks),
        };
        let changes = input.lines.into_iter().map(change).collect();
        payload(update_lines(ctx.app(), &token, changes).await, Vec::new())
    }

    /// Takes lines out.
    async fn cart_lines_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lines.")] input: CartLinesRemoveInput,
    ) -> Result<CartPayload> {
        let token = ctx.cart_token(input.cart_token)?;
        let ids = input.line_ids.into_iter().map(|id| id.0).collect();
        payload(remove_lines(ctx.app(), &token, ids).await, Vec::new())
    }

    /// Sets e-mail and addresses.
    async fn cart_buyer_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who buys, and where it goes.")] input: CartBuyerUpdateInput,
    ) -> Result<CartPayload> {
        let token = ctx.cart_token(input.cart_token)?;
        let buyer = UpdateBuyer {
            email: input.email,
            shipping_address: input.shipping_address.map(Into::into),
            billing_address: input.billing_address.map(Into::into),
        };
        payload(update_buyer(ctx.app(), &token, buyer).await, Vec::new())
    }

    /// Chooses a way of delivery.
    async fn cart_delivery_select(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The choice.")] input: CartDeliverySelectInput,
    ) -> Result<CartPayload> {
        let token = ctx.cart_token(input.cart_token)?;
        payload(
            select_delivery(ctx.app(), &token, input.delivery_option_id.0).await,
            Vec::new(),
        )
    }
}

/// A call that names a line twice gets one line.
fn merge_warnings(lines: &[NewLine]) -> Vec<Warning> {
    let twice = lines.iter().enumerate().any(|(i, line)| {
        lines[..i]
            .iter()
            .any(|other| other.variant == line.variant && other.attributes == line.attributes)
    });
    let warning = || Warning {
        code: WarningCode::LinesMerged,
        message: "equal lines of the call became one".to_owned(),
    };
    twice.then(warning).into_iter().collect()
}
