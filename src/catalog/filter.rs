//! Filters of product lists.

use entity::CategoryId;
use entity::catalog::{attribute, product, product_attribute, product_listing, product_tag, variant};
use entity::inventory::stock_level;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait};

use crate::catalog::attribute::value_key;
use crate::catalog::category::CategoryTree;
use crate::channel::Channel;
use crate::platform::db::{any_of, any_text, lower_like_part};
use crate::platform::locale::{Message, message};

/// Conditions in one filter at most.
pub const CONDITIONS_MAX: usize = 50;
/// How deep AND, OR and NOT may nest.
pub const DEPTH_MAX: usize = 5;

/// A filter of products.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// In the category or below it.
    Category(CategoryId),
    /// Of the brand, exactly.
    Brand(String),
    /// With the tag, exactly.
    Tag(String),
    /// With each of the words in name or brand; case does not matter.
    Words(Vec<String>),
    /// Whether a variant can be bought now.
    Available(bool),
    /// Whose lowest price lies between, minor units, both ends included.
    Price {
        /// At least.
        gte: Option<i64>,
        /// At most.
        lte: Option<i64>,
    },
    /// With one of the values of an attribute.
    Attribute {
        /// The attribute.
        key: String,
        /// Any of these; case does not matter.
        values: Vec<String>,
    },
    /// With a number of an attribute that lies between, both ends included.
    Number {
        /// The attribute.
        key: String,
        /// At least.
        gte: Option<f64>,
        /// At most.
        lte: Option<f64>,
    },
    /// All of these.
    All(Vec<Filter>),
    /// Any of these.
    Any(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
}

/// A filter that asks too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum FilterError {
    /// Too many conditions.
    TooLarge,
    /// Too deep.
    TooDeep,
}

impl FilterError {
    /// What it says to people.
    pub fn message(self) -> Message {
        match self {
            Self::TooLarge => message!("filter-too-large", max = CONDITIONS_MAX),
            Self::TooDeep => message!("filter-too-deep", max = DEPTH_MAX),
        }
    }
}

impl Filter {
    /// Checks the size.
    ///
    /// # Errors
    /// See [`FilterError`].
    pub fn check(&self) -> Result<(), FilterError> {
        let mut size = 0;
        self.measure(0, &mut size)
    }

    fn measure(&self, depth: usize, size: &mut usize) -> Result<(), FilterError> {
        *size += 1;
        if depth > DEPTH_MAX {
            return Err(FilterError::TooDeep);
        }
        if *size > CONDITIONS_MAX {
            return Err(FilterError::TooLarge);
        }
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().try_for_each(|f| f.measure(depth + 1, size)),
            Self::Not(filter) => filter.measure(depth + 1, size),
            Self::Attribute { values, .. } if values.len() > CONDITIONS_MAX => Err(FilterError::TooLarge),
            _ => Ok(()),
        }
    }

    /// The filter as a condition on `product` joined with its `product_listing`.
    pub(super) fn condition(&self, db: &impl ConnectionTrait, channel: &Channel, tree: &CategoryTree) -> Condition {
        match self {
            Self::Category(id) => Condition::all()
                .add(product::Column::CategoryId.is_not_null())
                .add(any_of(db, product::Column::CategoryId, &tree.subtree(*id))),
            // Not null, said aloud: NOT of a comparison with nothing would be neither true nor false.
            Self::Brand(brand) => Condition::all()
                .add(product::Column::Brand.is_not_null())
                .add(product::Column::Brand.eq(brand.as_str())),
            Self::Tag(tag) => Condition::all().add(exists(
                product_tag::Entity,
                of_product(product_tag::Column::ProductId).and(product_tag::Column::Tag.eq(tag.as_str())),
            )),
            Self::Words(words) => words.iter().fold(Condition::all(), |all, word| {
                let named = Condition::any().add(lower_like_part(product::Column::Name, word)).add(
                    Condition::all()
                        .add(product::Column::Brand.is_not_null())
                        .add(lower_like_part(product::Column::Brand, word)),
                );
                all.add(named)
            }),
            Self::Available(available) => {
                let found = is_available(channel);
                Condition::all().add(if *available { found } else { found.not() })
            }
            Self::Price { gte, lte } => Condition::all()
                .add(product_listing::Column::MinPrice.is_not_null())
                .add_option(gte.map(|min| product_listing::Column::MinPrice.gte(min)))
                .add_option(lte.map(|max| product_listing::Column::MinPrice.lte(max))),
            Self::Attribute { key, values } => {
                let keys: Vec<String> = values.iter().map(|v| value_key(v)).collect();
                let valued = any_text(db, product_attribute::Column::ValueKey, &keys);
                Condition::all().add(exists(product_attribute::Entity, of_attribute(key).and(valued)))
            }
            Self::Number { key, gte, lte } => {
                let number = product_attribute::Column::Number;
                let mut within = of_attribute(key).and(number.is_not_null());
                if let Some(least) = gte {
                    within = within.and(number.gte(*least));
                }
                if let Some(most) = lte {
                    within = within.and(number.lte(*most));
                }
                Condition::all().add(exists(product_attribute::Entity, within))
            }
            Self::All(filters) => filters
                .iter()
                .fold(Condition::all(), |all, f| all.add(f.condition(db, channel, tree))),
            // An empty OR filters nothing out, as in every API that has one.
            Self::Any(filters) if filters.is_empty() => Condition::all(),
            Self::Any(filters) => filters
                .iter()
                .fold(Condition::any(), |any, f| any.add(f.condition(db, channel, tree))),
            Self::Not(filter) => Condition::all().add(filter.condition(db, channel, tree).not()),
        }
    }
}

fn of_product(column: impl ColumnTrait) -> SimpleExpr {
    Expr::col(column.as_column_ref()).equals(product::Column::Id.as_column_ref())
}

/// A value of the attribute `key` on the product.
fn of_attribute(key: &str) -> SimpleExpr {
    let definition = Query::select()
        .column(attribute::Column::Id)
        .from(attribute::Entity)
        .and_where(attribute::Column::Key.eq(key))
        .to_owned();
    of_product(product_attribute::Column::ProductId).and(product_attribute::Column::AttributeId.in_subquery(definition))
}

fn exists(table: impl sea_orm::sea_query::IntoTableRef, rule: SimpleExpr) -> SimpleExpr {
    Expr::exists(
        Query::select()
            .expr(Expr::val(1))
            .from(table)
            .and_where(rule)
            .to_owned(),
    )
}

/// Whether a variant of `product` can be bought in `channel` now.
pub(crate) fn is_available(channel: &Channel) -> SimpleExpr {
    Expr::exists(available_variant(channel))
}

/// A variant of the product that has a price in the channel and stock in its locations, or needs none.
fn available_variant(channel: &Channel) -> SelectStatement {
    use entity::catalog::variant_price;
    let stock = Query::select()
        .expr(Expr::val(1))
        .from(stock_level::Entity)
        .and_where(
            Expr::col(stock_level::Column::VariantId.as_column_ref()).equals(variant::Column::Id.as_column_ref()),
        )
        .and_where(stock_level::Column::LocationId.is_in(channel.locations.iter().copied()))
        .and_where(Expr::cust(
            "\"stock_level\".\"on_hand\" > \"stock_level\".\"reserved\" + \"stock_level\".\"allocated\"",
        ))
        .to_owned();
    Query::select()
        .expr(Expr::val(1))
        .from(variant::Entity)
        .inner_join(
            variant_price::Entity,
            Expr::col(variant_price::Column::VariantId.as_column_ref())
                .equals(variant::Column::Id.as_column_ref())
                .and(variant_price::Column::ChannelId.eq(channel.id)),
        )
        .and_where(of_product(variant::Column::ProductId))
        .cond_where(
            Condition::any()
                .add(variant::Column::TrackInventory.eq(false))
                .add(Expr::exists(stock)),
        )
        .to_owned()
}
