//! Reads of tax rates.

use std::collections::HashMap;

use entity::channel::tax_rate;
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::platform::cache::Cache;
use crate::platform::error::Result;

/// All tax rates, cached.
#[derive(Clone)]
pub struct TaxRates(Cache<(), HashMap<String, i32>>);

impl Default for TaxRates {
    fn default() -> Self {
        Self(Cache::new(1))
    }
}

impl TaxRates {
    /// The rate of a country in basis points; 0 where none is set. May be asked within a
    /// transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rate(&self, db: &impl ConnectionTrait, country: &str) -> Result<i32> {
        let load = async {
            let rows = tax_rate::Entity::find().all(db).await?;
            Ok(rows.into_iter().map(|row| (row.country_code, row.rate_bp)).collect())
        };
        Ok(self.0.get_alone((), load).await?.get(country).copied().unwrap_or(0))
    }

    /// Forgets the rates, after a change of them.
    pub fn clear(&self) {
        self.0.clear();
    }
}
