//! The active model in memory: nothing of it is read while somebody waits.

use std::collections::{BTreeMap, HashMap};

use entity::recommendation::recommendation_neighbours::NeighbourKind;
use entity::recommendation::{recommendation_item, recommendation_neighbours};
use entity::{ProductId, RecommendationModelId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::platform::db::Db;
use crate::platform::error::Result;
use crate::recommendation::model::packed::{Neighbour, unpack};
use crate::recommendation::model::query::RecommendationModel;

/// Rows that are read at once.
const PAGE: u64 = 2_000;

/// What a model knows.
#[derive(Debug)]
pub struct Knowledge {
    /// The model.
    pub id: RecommendationModelId,
    /// Its version.
    pub version: i32,
    products: Vec<ProductId>,
    orders: Vec<u32>,
    places: HashMap<ProductId, u32>,
    neighbours: HashMap<NeighbourKind, Vec<Vec<Neighbour>>>,
}

/// What speaks for a product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// The product.
    pub product: ProductId,
    /// How much.
    pub score: f32,
    /// The product that says most of it.
    pub because: ProductId,
    /// Its share of the score, from 0 to 1.
    pub share: f32,
    /// How often the two are together; 0 where nobody counted.
    pub together: u32,
}

impl Knowledge {
    /// Its products.
    pub fn products(&self) -> &[ProductId] {
        &self.products
    }

    /// Whether it knows `product`.
    pub fn knows(&self, product: ProductId) -> bool {
        self.places.contains_key(&product)
    }

    /// Orders that held `product`.
    pub fn orders(&self, product: ProductId) -> u32 {
        let place = self.places.get(&product);
        place
            .and_then(|place| self.orders.get(*place as usize))
            .copied()
            .unwrap_or_default()
    }

    /// The number of products.
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// The neighbours of each product, with how often the two are together, and the score.
    pub fn neighbours(&self, kind: NeighbourKind) -> BTreeMap<ProductId, Vec<(ProductId, u32, f32)>> {
        let rows = self.neighbours.get(&kind).into_iter().flatten();
        let rows = self.products.iter().zip(rows).filter(|(_, row)| !row.is_empty());
        let row = |(product, row): (&ProductId, &Vec<Neighbour>)| {
            let named = row.iter().filter_map(|neighbour| {
                let other = self.products.get(neighbour.place as usize)?;
                Some((*other, neighbour.together, neighbour.score))
            });
            (*product, named.collect())
        };
        rows.map(row).collect()
    }

    /// What the products of `known`, each with a weight, say together: the best `most`, without those.
    pub fn say(&self, kind: NeighbourKind, known: &[(ProductId, f32)], most: usize) -> Vec<Said> {
        let Some(rows) = self.neighbours.get(&kind) else {
            return Vec::new();
        };
        // What all say of a place, and who says most.
        let mut sums: HashMap<u32, (f32, Neighbour, f32, u32)> = HashMap::new();
        for (product, weight) in known {
            let Some(from) = self.places.get(product) else { continue };
            for neighbour in rows.get(*from as usize).into_iter().flatten() {
                let says = weight * neighbour.score;
                let sum = sums
                    .entry(neighbour.place)
                    .or_insert((0.0, *neighbour, f32::MIN, *from));
                sum.0 += says;
                if says > sum.2 {
                    (sum.1, sum.2, sum.3) = (*neighbour, says, *from);
                }
            }
        }
        for (product, _) in known {
            if let Some(place) = self.places.get(product) {
                sums.remove(place);
            }
        }
        let mut said: Vec<(u32, (f32, Neighbour, f32, u32))> = sums.into_iter().filter(|(_, s)| s.0 > 0.0).collect();
        said.sort_unstable_by(|a, b| b.1.0.total_cmp(&a.1.0).then(a.0.cmp(&b.0)));
        said.truncate(most);
        let said = said.into_iter().filter_map(|(place, (score, neighbour, most, from))| {
            Some(Said {
                product: *self.products.get(place as usize)?,
                score,
                because: *self.products.get(from as usize)?,
                share: (most / score).clamp(0.0, 1.0),
                together: neighbour.together,
            })
        });
        said.collect()
    }
}

/// What `model` knows.
///
/// # Errors
/// Those of the database.
pub async fn load(db: &Db, model: &RecommendationModel) -> Result<Knowledge> {
    let items = recommendation_item::Entity::find()
        .filter(recommendation_item::Column::ModelId.eq(model.id))
        .order_by_asc(recommendation_item::Column::Place)
        .all(db)
        .await?;
    let products: Vec<ProductId> = items.iter().map(|item| item.product_id).collect();
    let mut neighbours: HashMap<NeighbourKind, Vec<Vec<Neighbour>>> = HashMap::new();
    for kind in <NeighbourKind as sea_orm::Iterable>::iter() {
        let mut rows = vec![Vec::new(); products.len()];
        let mut after = -1;
        loop {
            use recommendation_neighbours::Column;
            let page = recommendation_neighbours::Entity::find()
                .filter(Column::ModelId.eq(model.id))
                .filter(Column::Kind.eq(kind))
                .filter(Column::Place.gt(after))
                .order_by_asc(Column::Place)
                .limit(PAGE)
                .all(db)
                .await?;
            for row in &page {
                after = row.place;
                if let Some(to) = usize::try_from(row.place).ok().and_then(|place| rows.get_mut(place)) {
                    *to = unpack(&row.packed);
                }
            }
            if (page.len() as u64) < PAGE {
                break;
            }
        }
        neighbours.insert(kind, rows);
    }
    let places = products
        .iter()
        .enumerate()
        .map(|(place, product)| (*product, place as u32));
    Ok(Knowledge {
        id: model.id,
        version: model.version,
        places: places.collect(),
        orders: items
            .iter()
            .map(|item| u32::try_from(item.orders).unwrap_or_default())
            .collect(),
        products,
        neighbours,
    })
}
