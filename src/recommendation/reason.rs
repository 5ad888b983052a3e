//! Why something is recommended, in words with numbers.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ProductId;
use recommender::trending::DAYS;

use crate::platform::locale::{Message, message};

/// What found a recommendation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// The model of customers, from what this one bought.
    Personal,
    /// Visits like this one.
    Session,
    /// The model of orders, from what is in the cart.
    Basket,
    /// Counted orders with both.
    Together,
    /// Much alike, by what is written and what the same visits looked at.
    Similar,
    /// It is in the same category.
    SameCategory,
    /// It is of the same brand.
    SameBrand,
    /// Many bought it lately.
    Trending,
    /// It sells best in the channel.
    BestSelling,
    /// The shopper looked at it, or bought it.
    Recent,
    /// Staff wants it there.
    Pinned,
}

impl Strategy {
    /// Those that an experiment may put first.
    const TRIED: [Self; 7] = [
        Self::Personal,
        Self::Session,
        Self::Basket,
        Self::Together,
        Self::Similar,
        Self::Trending,
        Self::Recent,
    ];

    /// The strategy of this name, of those that an experiment may put first.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::TRIED.into_iter().find(|strategy| strategy.name() == name)
    }

    /// The name that clients see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Session => "session",
            Self::Basket => "basket",
            Self::Together => "bought_together",
            Self::Similar => "similar",
            Self::SameCategory => "same_category",
            Self::SameBrand => "same_brand",
            Self::Trending => "trending",
            Self::BestSelling => "best_selling",
            Self::Recent => "recent",
            Self::Pinned => "pinned",
        }
    }
}

/// Why a product is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// So many of the orders with the other product held it.
    Together {
        /// The other product.
        with: ProductId,
        /// Orders with both.
        count: u32,
        /// Orders with the other one.
        of: u32,
    },
    /// What the shopper bought says so, this product so much of it.
    Bought {
        /// The product that says most.
        because: ProductId,
        /// Its part, in percent.
        share: u8,
    },
    /// What is in the cart says so, this product so much of it.
    Cart {
        /// The product that says most.
        because: ProductId,
        /// Its part, in percent.
        share: u8,
    },
    /// It is often in orders with the other product, which says so much of it.
    Goes {
        /// The product that says most.
        with: ProductId,
        /// Its part, in percent.
        share: u8,
    },
    /// So many of the visits most like this one went on to it.
    Visits {
        /// Visits that went on to it.
        count: u32,
        /// Visits that were asked.
        of: u32,
    },
    /// It is like the other product, so much.
    Similar {
        /// The other product.
        to: ProductId,
        /// How much, in percent.
        percent: u8,
    },
    /// So many visits looked at both.
    Viewed {
        /// The other product.
        with: ProductId,
        /// Visits that looked at both.
        count: u32,
    },
    /// Of the category, with so many sold.
    Category(i64),
    /// Of the brand, with so many sold.
    Brand(i64),
    /// So many people bought it lately, until this day if that is not today.
    Trending(u32, Option<DateTime<Utc>>),
    /// So many were sold.
    Sold(i64),
    /// The shopper looked at it in this visit, or lately.
    Seen,
    /// The shopper bought it so many days ago.
    BoughtAgo(i64),
    /// Staff chose it.
    Chosen,
}

impl Reason {
    /// The product that it names.
    pub fn names(self) -> Option<ProductId> {
        match self {
            Self::Together { with: product, .. }
            | Self::Bought { because: product, .. }
            | Self::Cart { because: product, .. }
            | Self::Goes { with: product, .. }
            | Self::Similar { to: product, .. }
            | Self::Viewed { with: product, .. } => Some(product),
            _ => None,
        }
    }

    /// What it says to people. A product whose name is not in `names` is one that the viewer does not see.
    pub fn message(self, names: &HashMap<ProductId, String>) -> Message {
        let name = self.names().and_then(|product| names.get(&product)).cloned();
        match (self, name) {
            (Self::Together { count, of, .. }, _) => {
                message!("recommended-together", count = i64::from(count), of = i64::from(of))
            }
            (Self::Bought { share, .. }, Some(name)) => {
                message!("recommended-bought", name = name, percent = i64::from(share))
            }
            (Self::Bought { .. }, None) => message!("recommended-history"),
            (Self::Cart { share, .. }, Some(name)) => {
                message!("recommended-cart", name = name, percent = i64::from(share))
            }
            (Self::Cart { .. }, None) => message!("recommended-basket"),
            (Self::Goes { share, .. }, Some(name)) => {
                message!("recommended-goes", name = name, percent = i64::from(share))
            }
            (Self::Goes { .. }, None) => message!("recommended-order"),
            (Self::Visits { count, of }, _) => {
                message!("recommended-visits", count = i64::from(count), of = i64::from(of))
            }
            (Self::Similar { percent, .. }, Some(name)) => {
                message!("recommended-similar", name = name, percent = i64::from(percent))
            }
            (Self::Similar { percent, .. }, None) => message!("recommended-alike", percent = i64::from(percent)),
            (Self::Viewed { count, .. }, _) => message!("recommended-viewed", count = i64::from(count)),
            (Self::Category(sold), _) => message!("recommended-category", sold = sold),
            (Self::Brand(sold), _) => message!("recommended-brand", sold = sold),
            (Self::Trending(buyers, None), _) => {
                message!("recommended-trending", buyers = i64::from(buyers), days = DAYS)
            }
            (Self::Trending(buyers, Some(until)), _) => {
                let day = until.format("%Y-%m-%d").to_string();
                message!(
                    "recommended-trended",
                    buyers = i64::from(buyers),
                    days = DAYS,
                    day = day
                )
            }
            (Self::Sold(sold), _) => message!("recommended-sold", sold = sold),
            (Self::Seen, _) => message!("recommended-seen"),
            (Self::BoughtAgo(days), _) => message!("recommended-again", days = days),
            (Self::Chosen, _) => message!("recommended-chosen"),
        }
    }
}
