//! What a cart must have before it can be paid or become an order. Pure.

use crate::cart::{LoadedCart, LoadedLine, Problem};
use crate::inventory::Claim;
use crate::platform::locale::{Message, message};

/// What a cart lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum Missing {
    /// It is empty.
    Lines,
    /// Nobody to confirm to.
    Email,
    /// Nowhere to go.
    ShippingAddress,
    /// No way to get there.
    Delivery,
}

impl Missing {
    /// What it says to people.
    pub fn message(self) -> Message {
        match self {
            Self::Lines => message!("cart-empty"),
            Self::Email => message!("cart-without-email"),
            Self::ShippingAddress => message!("cart-without-address"),
            Self::Delivery => message!("cart-without-delivery"),
        }
    }

    /// The field of the cart, by its name in the API.
    pub fn field(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Email => "email",
            Self::ShippingAddress => "shippingAddress",
            Self::Delivery => "selectedDelivery",
        }
    }
}

/// Why a cart cannot be bought as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum NotReady {
    /// The cart lacks something.
    #[error(transparent)]
    Incomplete(#[from] Missing),
    /// A line is no longer on sale.
    Unavailable {
        /// The line, from 0.
        line: usize,
    },
}

impl NotReady {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Incomplete(missing) => missing.message(),
            Self::Unavailable { .. } => message!("line-not-for-sale"),
        }
    }
}

/// What a cart must have before it can be paid or become an order.
pub(super) fn check(cart: &LoadedCart) -> Result<(), NotReady> {
    if cart.lines.is_empty() {
        return Err(Missing::Lines.into());
    }
    if cart.row.email.is_none() {
        return Err(Missing::Email.into());
    }
    if cart.requires_shipping() {
        if cart.row.shipping_address.is_none() {
            return Err(Missing::ShippingAddress.into());
        }
        if cart.delivery.is_none() {
            return Err(Missing::Delivery.into());
        }
    }
    for problem in cart.problems() {
        // Stock is decided by the claim, which counts what this cart has reserved already.
        if let Problem::Unavailable { line } = problem {
            return Err(NotReady::Unavailable { line });
        }
    }
    Ok(())
}

/// The claim of a line on stock; none when its stock is not tracked.
pub(super) fn claim_of(line: &LoadedLine) -> Option<Claim> {
    let claim = || Claim {
        variant: line.row.variant_id,
        quantity: i64::from(line.row.quantity),
    };
    line.variant.row.track_inventory.then(claim)
}
