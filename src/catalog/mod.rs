//! The catalogue: what is sold.
//!
//! Owns the tables `category`, `collection`, `collection_product`, `product`, `product_tag`, `product_listing`,
//! `product_option`, `variant`, `variant_price`, `attribute`, `product_attribute`, `media`.
//! Emits [`ProductsChanged`]. Invariants: a slug and a SKU exist once; a combination of option values exists once a
//! product; `product_listing` holds the lowest and highest price of the variants.

mod attribute;
mod category;
mod clear_children;
mod compare;
mod draft;
mod ensure_categories;
mod events;
mod filter;
mod graphql;
mod list;
mod offer;
mod query;
mod save;
mod save_attributes;
mod state;
mod update_product;

pub use attribute::{AttributeValue, NewAttribute};
pub use category::{Categories, Category, CategoryTree};
pub use compare::{COMPARED_MAX, ComparedAttribute, compare};
pub use draft::{Draft, DraftError, DraftMedia, DraftVariant};
pub(crate) use ensure_categories::ensure_categories;
pub use events::ProductsChanged;
pub(crate) use filter::is_available;
pub use filter::{Filter, FilterError};
pub use graphql::{
    CatalogMutation, CatalogQuery, CategoryObject, CollectionKey, CollectionObject, ComparisonQuery, ProductInput,
    ProductKey, ProductObject, SortDirection, VariantInput, VariantKey, VariantObject, draft_of, opening_stock,
    save_errors,
};
pub use list::{ListError, ProductList, ProductSort, SortField, count, list};
pub use offer::{Variant, variant_by_id, variants_by_ids, variants_with_products};
pub use query::{
    Listed, Product, ShownAttribute, attributes_of_products, collections_by_ids, products_by_ids, products_of_variants,
    tags_of_products, visible_products,
};
pub(crate) use save::{Outcome, SaveError, Saved, create, import_batch};
pub(crate) use state::{ProductState, product_state};
pub(crate) use update_product::update_product;
pub use update_product::{UpdateError, UpdateProduct, UpdateVariant};
