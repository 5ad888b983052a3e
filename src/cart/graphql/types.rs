//! Objects of carts.

use async_graphql::{Context, ID, Interface, Object, Result, SimpleObject};
use entity::customer::customer::Address;

use crate::cart::{LoadedCart, LoadedLine, Problem};
use crate::catalog::VariantObject;
use crate::channel::ChannelObject;
use crate::graphql::context::ContextExt;
use crate::graphql::id::global_id;
use crate::graphql::scalar::MoneyObject;
use crate::payment::{Payment, PaymentObject, PaymentsOfCart, worth};
use crate::platform::locale::{Message, message};
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
#[Object(name = "Cart", cache_control(no_cache, private))]
impl CartObject {
    /// Global id, for example `cart_01jd3v9k3hf2x8k3w2v5m0q7zt`.
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

    /// Payments that are not over, oldest first.
    async fn payments(&self, ctx: &Context<'_>) -> Result<Vec<PaymentObject>> {
        let rows = ctx.batch(PaymentsOfCart(self.0.row.id)).await?.unwrap_or_default();
        let currency = self.0.channel.currency;
        Ok(rows.into_iter().map(|row| PaymentObject::new(row, currency)).collect())
    }

    /// What is still to be paid: `total` less the payments that are paid or promised, of which nothing went back; never
    /// below 0.
    async fn amount_due(&self, ctx: &Context<'_>) -> Result<MoneyObject> {
        let rows = ctx.batch(PaymentsOfCart(self.0.row.id)).await?.unwrap_or_default();
        let counts = |row: &Payment| row.order_id.map_or_else(|| worth(row), |_| row.amount);
        let paid: i64 = rows.iter().map(counts).sum();
        Ok(self.money((self.0.totals.total - paid).max(0)))
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
    /// ISO 3166-1 alpha-2, for example `DE`.
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
    field(name = "message", ty = "String", desc = "What stands against it, for people."),
    field(name = "path", ty = "&Vec<String>", desc = "The place in the cart: `lines`, `0`.")
)]
pub enum CartProblem {
    /// A line is no longer on sale.
    Unavailable(UnavailableProblem),
    /// There are fewer units than the line asks for.
    InsufficientStock(InsufficientStockProblem),
}

/// A line that stands against buying its cart.
struct ProblemLine {
    message: Message,
    path: Vec<String>,
}

/// A line is no longer on sale.
pub struct UnavailableProblem(ProblemLine);

/// A line is no longer on sale.
#[Object]
impl UnavailableProblem {
    /// For people.
    async fn message(&self, ctx: &Context<'_>) -> String {
        self.0.message.render(ctx.request().locale)
    }

    /// The place in the cart.
    async fn path(&self) -> &Vec<String> {
        &self.0.path
    }
}

/// There are fewer units than the line asks for.
pub struct InsufficientStockProblem {
    line: ProblemLine,
    available: i64,
}

/// There are fewer units than the line asks for.
#[Object]
impl InsufficientStockProblem {
    /// For people.
    async fn message(&self, ctx: &Context<'_>) -> String {
        self.line.message.render(ctx.request().locale)
    }

    /// The place in the cart.
    async fn path(&self) -> &Vec<String> {
        &self.line.path
    }

    /// Units that can be had.
    async fn available_quantity(&self) -> i32 {
        i32::try_from(self.available).unwrap_or(i32::MAX)
    }
}

fn problem_of(cart: &LoadedCart, problem: Problem) -> CartProblem {
    let sku = |line: usize| cart.lines.get(line).map_or("", |l| l.variant.row.sku.as_str());
    let at = |line: usize, message| ProblemLine {
        message,
        path: vec!["lines".to_owned(), line.to_string()],
    };
    match problem {
        Problem::Unavailable { line } => {
            let message = message!("problem-unavailable", sku = sku(line));
            CartProblem::Unavailable(UnavailableProblem(at(line, message)))
        }
        Problem::Insufficient { line, available, .. } => {
            let message = message!("problem-insufficient", sku = sku(line), available = available);
            CartProblem::InsufficientStock(InsufficientStockProblem {
                line: at(line, message),
                available,
            })
        }
    }
}
