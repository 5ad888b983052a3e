//! Money, decimals and times in the schema.

use async_graphql::{Context, InputObject, InputValueError, InputValueResult, Object, Scalar, ScalarType, Value};

use crate::graphql::context::ContextExt;
use crate::platform::locale::{Message, message};
use crate::platform::money::{Currency, CurrencyError, Money};

/// A decimal number as text, for example `"12.50"`: no digit is lost on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal(pub String);

/// A decimal number as text, for example `"12.50"`. Numbers without a fraction are accepted as integers too.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            // A float has already lost digits when it arrives here, so only whole numbers are taken.
            Value::Number(number) if number.is_i64() => Ok(Self(number.to_string())),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyObject(pub Money);

impl From<Money> for MoneyObject {
    fn from(money: Money) -> Self {
        Self(money)
    }
}

/// An amount of money.
#[Object(name = "Money")]
impl MoneyObject {
    /// The amount with all decimals of the currency, for example `"12.50"`.
    async fn amount(&self) -> Decimal {
        Decimal(self.0.decimal())
    }

    /// ISO 4217, for example `EUR`.
    async fn currency_code(&self) -> String {
        self.0.currency.to_string()
    }

    /// The amount in the smallest unit, for example cents.
    async fn minor_units(&self) -> i64 {
        self.0.minor
    }

    /// The amount as people write it, for example `$12.50`.
    async fn formatted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Language, for example `de`; that of the request when not given.")] locale: Option<String>,
    ) -> String {
        self.0
            .formatted(locale.as_deref().unwrap_or(ctx.request().locale.tag()))
    }
}

/// An amount of money with and without tax: `gross = net + tax`.
#[derive(Clone, Copy, Debug)]
pub struct TaxedMoneyObject {
    /// With tax.
    pub gross: Money,
    /// The tax.
    pub tax: Money,
}

/// An amount of money with and without tax: `gross = net + tax`.
#[Object(name = "TaxedMoney")]
impl TaxedMoneyObject {
    /// With tax.
    async fn gross(&self) -> MoneyObject {
        self.gross.into()
    }

    /// Without tax.
    async fn net(&self) -> MoneyObject {
        Money::new(self.gross.minor - self.tax.minor, self.gross.currency).into()
    }

    /// The tax.
    async fn tax(&self) -> MoneyObject {
        self.tax.into()
    }
}

/// A range of prices.
#[derive(Clone, Copy, Debug)]
pub struct PriceRangeObject {
    /// The lowest.
    pub min: Money,
    /// The highest.
    pub max: Money,
}

/// A range of prices.
#[Object(name = "PriceRange")]
impl PriceRangeObject {
    /// The lowest price.
    async fn min(&self) -> MoneyObject {
        self.min.into()
    }

    /// The highest price.
    async fn max(&self) -> MoneyObject {
        self.max.into()
    }
}

/// An amount of money.
#[derive(InputObject, Clone, Debug)]
pub struct MoneyInput {
    /// The amount, for example `"12.50"`.
    pub amount: Decimal,
    /// ISO 4217, for example `EUR`.
    pub currency_code: String,
}

impl MoneyInput {
    /// The amount, when it is one.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn money(&self) -> Result<Money, Message> {
        let at = |place: &'static str, reason: Message| message!("at", place = place, reason = reason);
        let currency: Currency = self
            .currency_code
            .parse()
            .map_err(|e: CurrencyError| at("currencyCode", e.message()))?;
        Money::parse(&self.amount.0, currency).map_err(|e| at("amount", e.message()))
    }
}
