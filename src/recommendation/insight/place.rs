//! Where a recommendation stood, and what for: as one word in tokens and counts, such as `product.related`.

use crate::recommendation::slot::Intent;
use crate::recommendation::surface::{Context, Slot};

/// Where a list stands: by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Spot {
    /// Beside a product.
    Product,
    /// In a cart.
    Cart,
    /// For the customer who asks.
    Customer,
    /// For a visit.
    Session,
}

impl Spot {
    const ALL: [Self; 4] = [Self::Product, Self::Cart, Self::Customer, Self::Session];

    fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Cart => "cart",
            Self::Customer => "customer",
            Self::Session => "session",
        }
    }
}

/// Where a list stands, and what it is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Where.
    pub spot: Spot,
    /// What for.
    pub intent: Intent,
}

impl Place {
    /// That of a list.
    pub fn of(slot: &Slot) -> Self {
        Self {
            spot: match slot.context {
                Context::Product(_) => Spot::Product,
                Context::Cart(_) => Spot::Cart,
                Context::Customer => Spot::Customer,
                Context::Session(_) => Spot::Session,
            },
            intent: slot.intent,
        }
    }

    /// As a word.
    pub fn name(self) -> String {
        format!("{}.{}", self.spot.name(), self.intent.name())
    }

    /// What a word says. None for those of before places were told.
    pub fn of_name(name: &str) -> Option<Self> {
        let (spot, intent) = name.split_once('.')?;
        Some(Self {
            spot: Spot::ALL.into_iter().find(|known| known.name() == spot)?,
            intent: Intent::of_name(intent)?,
        })
    }
}
