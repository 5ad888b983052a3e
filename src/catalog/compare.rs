//! Products side by side.

use std::collections::{BTreeMap, HashMap};

use entity::ProductId;

use crate::catalog::query::ShownAttribute;

/// Products in a comparison at most.
pub const COMPARED_MAX: usize = 10;

/// An attribute with its values in each product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedAttribute {
    /// Name in filters.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// The values, a list for each product, in their order; empty where a product has none.
    pub values: Vec<Vec<String>>,
    /// Whether the products differ in it.
    pub differs: bool,
}

/// The attributes that one of `products` has, by name.
pub fn compare(products: &[ProductId], attributes: &HashMap<ProductId, Vec<ShownAttribute>>) -> Vec<ComparedAttribute> {
    let mut rows: BTreeMap<(&str, &str), Vec<Vec<String>>> = BTreeMap::new();
    for (place, product) in products.iter().enumerate() {
        for attribute in attributes.get(product).into_iter().flatten() {
            let row = rows.entry((attribute.name.as_str(), attribute.key.as_str()));
            let values = row.or_insert_with(|| vec![Vec::new(); products.len()]);
            if let Some(values) = values.get_mut(place) {
                values.push(attribute.value.clone());
            }
        }
    }
    let row = |((name, key), values): ((&str, &str), Vec<Vec<String>>)| ComparedAttribute {
        key: key.to_owned(),
        name: name.to_owned(),
        differs: values.windows(2).any(|pair| pair[0] != pair[1]),
        values,
    };
    rows.into_iter().map(row).collect()
}
