//! What catalogue resolvers ask for one by one, read in one statement a kind.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::catalog::{collection, media, product_option};
use entity::{CollectionId, ProductId, VariantId};

use crate::catalog::offer::{self, Variant};
use crate::catalog::query::{self, Listed, ShownAttribute};
use crate::graphql::batch::{Batch, Shared};

macro_rules! keyed_by_product {
    ($($(#[$doc:meta])* $key:ident -> $value:ty = |$batch:ident, $ids:ident| $load:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key(pub ProductId);

        impl Loader<$key> for Batch {
            type Value = $value;
            type Error = Shared;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, Shared> {
                let $batch = self;
                let $ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
                let found = $load.await?;
                Ok(found.into_iter().map(|(id, value)| ($key(id), value)).collect())
            }
        }
    )*};
}

keyed_by_product! {
    /// A product, if the viewer may see it.
    ProductKey -> Listed = |b, ids| query::products_by_ids(&b.app.db, &b.scope, &ids);
    /// The variants of a product.
    VariantsOf -> Vec<Variant> = |b, ids| offer::variants_of_products(&b.app.db, &b.scope, &ids);
    /// The pictures of a product.
    MediaOf -> Vec<media::Model> = |b, ids| query::media_of_products(&b.app.db, &ids);
    /// The options of a product.
    OptionsOf -> Vec<product_option::Model> = |b, ids| query::options_of_products(&b.app.db, &ids);
    /// The attributes of a product.
    AttributesOf -> Vec<ShownAttribute> = |b, ids| query::attributes_of_products(&b.app.db, &ids);
    /// The tags of a product.
    TagsOf -> Vec<String> = |b, ids| query::tags_of_products(&b.app.db, &ids);
    /// The collections of a product.
    CollectionsOf -> Vec<collection::Model> = |b, ids| query::collections_of_products(&b.app.db, &ids);
}

/// A variant, whether or not its product is listed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VariantKey(pub VariantId);

impl Loader<VariantKey> for Batch {
    type Value = Variant;
    type Error = Shared;

    async fn load(&self, keys: &[VariantKey]) -> Result<HashMap<VariantKey, Variant>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = offer::variants_by_ids(&self.app.db, &self.scope, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, variant)| (VariantKey(id), variant))
            .collect())
    }
}

/// A collection.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CollectionKey(pub CollectionId);

impl Loader<CollectionKey> for Batch {
    type Value = collection::Model;
    type Error = Shared;

    async fn load(&self, keys: &[CollectionKey]) -> Result<HashMap<CollectionKey, collection::Model>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = query::collections_by_ids(&self.app.db, &ids).await?;
        Ok(found.into_iter().map(|(id, row)| (CollectionKey(id), row)).collect())
    }
}
