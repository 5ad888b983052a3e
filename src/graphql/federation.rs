//! The schema as a subgraph of Apollo Federation 2: `_service` tells what it is, `_entities` finds what other subgraphs
//! name by id. Both are there only with `MERX_FEDERATION=true`, and in no introspection: [visibility](super::visibility)
//! decides who may ask.
//!
//! Written out instead of derived, because the derived `_entities` fails as a whole when one entity is not there, and the
//! derived `_service` shows staff's part to everybody.

use std::sync::Arc;

use async_graphql::{Context, InputValueResult, Object, Result, Scalar, ScalarType, SimpleObject, Union, Value};
use entity::{AnyId, CartId, CategoryId, CollectionId, CustomerId, OrderId, ProductId, TypedId, VariantId};
use futures_util::future::join_all;

use crate::cart::{CartObject, LoadedCart, load_by_token};
use crate::catalog::{CategoryObject, CollectionObject, ProductObject, VariantObject};
use crate::customer::CustomerObject;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::node::{Node, node_by};
use crate::order::OrderObject;
use crate::platform::locale::{Message, message};

/// Representations in one call of `_entities` at most.
const REPRESENTATIONS_MAX: usize = 250;

/// The SDL of the subgraph, as the schema carries it.
#[derive(Clone, Debug)]
pub struct SubgraphSdl(pub Arc<str>);

/// What the gateway asks when it composes.
#[derive(SimpleObject)]
#[graphql(name = "_Service")]
pub struct Service {
    /// The subgraph in the schema definition language.
    sdl: String,
}

/// An entity as another subgraph names it: its `__typename` and its key.
pub struct Representation(Value);

/// An entity as another subgraph names it: its `__typename` and its key.
#[Scalar(name = "_Any")]
impl ScalarType for Representation {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

fn wrong(place: &'static str, reason: Message) -> ApiError {
    ApiError::bad_input(message!("at", place = place, reason = reason))
}

impl Representation {
    fn text(&self, key: &str) -> Option<&str> {
        match &self.0 {
            Value::Object(fields) => match fields.get(key) {
                Some(Value::String(text)) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    fn is_cart(&self) -> bool {
        self.text("__typename") == Some("Cart")
    }

    /// The id, when it is one of the type that the representation says it is.
    fn id(&self) -> Result<AnyId, ApiError> {
        let typename = self.text("__typename").unwrap_or_default();
        let prefix = match typename {
            "Product" => ProductId::PREFIX,
            "ProductVariant" => VariantId::PREFIX,
            "Category" => CategoryId::PREFIX,
            "Collection" => CollectionId::PREFIX,
            "Order" => OrderId::PREFIX,
            "Cart" => CartId::PREFIX,
            "Customer" => CustomerId::PREFIX,
            _ => {
                return Err(wrong(
                    "__typename",
                    message!("entity-unknown", name = typename.to_owned()),
                ));
            }
        };
        let id = self.text("id").unwrap_or_default();
        let id: AnyId = id.parse().map_err(|_| wrong("id", message!("id-malformed")))?;
        if id.prefix == prefix {
            Ok(id)
        } else {
            Err(wrong("id", message!("id-foreign", prefix = prefix)))
        }
    }
}

/// What other subgraphs may extend.
#[derive(Union)]
#[graphql(name = "_Entity")]
pub enum Entity {
    /// A product.
    Product(ProductObject),
    /// A variant.
    ProductVariant(VariantObject),
    /// A category.
    Category(CategoryObject),
    /// A collection.
    Collection(CollectionObject),
    /// An order: its customer, or staff; to others an id alone opens none.
    Order(OrderObject),
    /// A customer: themselves, or staff with `customers.read`.
    Customer(CustomerObject),
    /// A cart, for whoever sends its token too.
    Cart(CartObject),
}

impl Entity {
    /// The entity that `node` is. What the shop works with is none.
    fn of(node: Node) -> Option<Self> {
        Some(match node {
            Node::Product(product) => Self::Product(product),
            Node::ProductVariant(variant) => Self::ProductVariant(variant),
            Node::Category(category) => Self::Category(category),
            Node::Collection(collection) => Self::Collection(collection),
            Node::Order(order) => Self::Order(order),
            Node::Customer(customer) => Self::Customer(customer),
            Node::StaffUser(_) | Node::Role(_) | Node::ApiKey(_) => return None,
        })
    }
}

/// What a gateway asks.
#[derive(Default)]
pub struct FederationQuery;

#[Object]
impl FederationQuery {
    /// The subgraph.
    #[graphql(name = "_service", visible = false, cache_control(max_age = 60))]
    async fn service(&self, ctx: &Context<'_>) -> Result<Service> {
        let SubgraphSdl(sdl) = ctx.data::<SubgraphSdl>()?;
        Ok(Service { sdl: sdl.to_string() })
    }

    /// Entities by their keys, in the order of the representations; null for what does not exist for the viewer.
    #[graphql(name = "_entities", visible = false, cache_control(max_age = 60))]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Type and id of each, 250 at most.")] representations: Vec<Representation>,
    ) -> Result<Vec<Option<Result<Entity>>>> {
        if representations.len() > REPRESENTATIONS_MAX {
            return Err(wrong("representations", message!("at-most", max = REPRESENTATIONS_MAX)).into());
        }
        // The id of a cart is no secret, its token is: who has the token may name the one cart that it owns.
        let cart = match &ctx.request().cart_token {
            Some(token) if representations.iter().any(Representation::is_cart) => {
                load_by_token(ctx.app(), token).await?
            }
            _ => None,
        };
        let entities = representations.iter().map(|one| entity(ctx, one, cart.as_ref()));
        Ok(join_all(entities).await.into_iter().map(Result::transpose).collect())
    }
}

async fn entity(ctx: &Context<'_>, one: &Representation, cart: Option<&LoadedCart>) -> Result<Option<Entity>> {
    let id = one.id()?;
    if one.is_cart() {
        let named = cart.filter(|cart| cart.row.id == CartId(id.uuid));
        return Ok(named.map(|cart| Entity::Cart(CartObject(cart.clone()))));
    }
    Ok(Box::pin(node_by(ctx, id)).await?.and_then(Entity::of))
}
