//! The category tree: small, asked for by every request, so it is held in memory.

use std::collections::HashMap;
use std::sync::Arc;

use entity::CategoryId;
use entity::catalog::category;
use sea_orm::{EntityTrait, QueryOrder};

use crate::platform::cache::Cache;
use crate::platform::db::Db;
use crate::platform::error::Result;

/// A category.
pub type Category = category::Model;

/// The tree at one moment.
#[derive(Debug, Default)]
pub struct CategoryTree {
    by_id: HashMap<CategoryId, Arc<Category>>,
    by_slug: HashMap<String, CategoryId>,
    /// Children in order, under their parent; the roots under none.
    children: HashMap<Option<CategoryId>, Vec<Arc<Category>>>,
}

impl CategoryTree {
    /// The tree of `rows`, which come in the order of siblings.
    pub fn new(rows: Vec<Category>) -> Self {
        let mut tree = Self::default();
        for row in rows {
            let row = Arc::new(row);
            tree.by_slug.insert(row.slug.clone(), row.id);
            tree.children.entry(row.parent_id).or_default().push(Arc::clone(&row));
            tree.by_id.insert(row.id, row);
        }
        tree
    }

    /// The category `id`.
    pub fn get(&self, id: CategoryId) -> Option<&Arc<Category>> {
        self.by_id.get(&id)
    }

    /// The category named `slug`.
    pub fn by_slug(&self, slug: &str) -> Option<&Arc<Category>> {
        self.by_slug.get(slug).and_then(|id| self.get(*id))
    }

    /// The categories right below `id`; the roots for none.
    pub fn children(&self, id: Option<CategoryId>) -> &[Arc<Category>] {
        self.children.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The way from the root to `id`, `id` included.
    pub fn path(&self, id: CategoryId) -> Vec<Arc<Category>> {
        let mut path = Vec::new();
        let mut next = Some(id);
        while let Some(category) = next.and_then(|id| self.get(id)) {
            // A loop cannot come from our writes; reading must end even if one came from elsewhere.
            if path.len() > self.by_id.len() {
                break;
            }
            path.push(Arc::clone(category));
            next = category.parent_id;
        }
        path.reverse();
        path
    }

    /// `id` and everything below it.
    pub fn subtree(&self, id: CategoryId) -> Vec<CategoryId> {
        let mut ids = vec![id];
        let mut at = 0;
        while let Some(id) = ids.get(at).copied() {
            ids.extend(
                self.children(Some(id))
                    .iter()
                    .map(|c| c.id)
                    .filter(|c| !ids.contains(c))
                    .collect::<Vec<_>>(),
            );
            at += 1;
        }
        ids
    }

    /// All categories, parents before children, siblings in order.
    pub fn in_order(&self) -> Vec<Arc<Category>> {
        let mut all = Vec::with_capacity(self.by_id.len());
        let mut stack: Vec<_> = self.children(None).iter().rev().cloned().collect();
        while let Some(category) = stack.pop() {
            stack.extend(self.children(Some(category.id)).iter().rev().cloned());
            all.push(category);
        }
        all
    }
}

/// The cached tree.
#[derive(Clone)]
pub struct Categories(Cache<(), CategoryTree>);

impl Default for Categories {
    fn default() -> Self {
        Self(Cache::new(1))
    }
}

impl Categories {
    /// The tree as it is, or as it was a few seconds ago in another process.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn tree(&self, db: &Db) -> Result<Arc<CategoryTree>> {
        let load = async {
            let rows = category::Entity::find()
                .order_by_asc(category::Column::Position)
                .order_by_asc(category::Column::Name)
                .order_by_asc(category::Column::Id)
                .all(db)
                .await?;
            Ok(CategoryTree::new(rows))
        };
        self.0.get((), load).await
    }

    /// Forgets the tree, after a change of it.
    pub fn clear(&self) {
        self.0.clear();
    }
}
