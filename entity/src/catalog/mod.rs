//! What is sold.

pub mod attribute;
pub mod category;
pub mod collection;
pub mod collection_product;
pub mod media;
pub mod product;
pub mod product_attribute;
pub mod product_listing;
pub mod product_option;
pub mod product_tag;
pub mod variant;
pub mod variant_price;
