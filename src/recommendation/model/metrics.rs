//! What a version reached on the last orders of the shop, and whether another is worse. Pure.

use recommender::eval::Holdout;
use serde::{Deserialize, Serialize};

/// How much worse than the active version a new one may be: a tenth,
const MARGIN: f64 = 0.1;
/// and so many standard errors of a share of those that were asked: chance is no reason.
const ERRORS: f64 = 2.0;

/// What a version reached on the last orders, as it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metrics {
    /// Customers that were asked for what they bought next.
    pub customers: usize,
    /// ndcg@10 of what sells best.
    pub popularity_ndcg10: Option<f64>,
    /// ndcg@10 of the model of customers.
    pub personal_ndcg10: Option<f64>,
    /// Orders from which an item was left out.
    pub orders: usize,
    /// Share of them in which it was among the first 10.
    pub basket_hr10: Option<f64>,
    /// ndcg@10 of what is bought together.
    pub complementary_ndcg10: Option<f64>,
}

impl From<Holdout> for Metrics {
    fn from(holdout: Holdout) -> Self {
        Self {
            customers: holdout.customers,
            popularity_ndcg10: holdout.popular,
            personal_ndcg10: holdout.personal,
            orders: holdout.orders,
            basket_hr10: holdout.basket,
            complementary_ndcg10: holdout.together,
        }
    }
}

impl Metrics {
    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        let all = [self.personal_ndcg10, self.basket_hr10, self.complementary_ndcg10];
        all.iter().all(Option::is_none)
    }

    /// What is to be expected of the version now: no more than what was seen of it since.
    #[must_use]
    pub fn seen(mut self, hit_rate: Option<f64>) -> Self {
        self.basket_hr10 = self.basket_hr10.map(|then| hit_rate.map_or(then, |now| now.min(then)));
        self
    }

    /// In what, and how much, it is worse than `active`: by more than a tenth and two standard errors. What was not
    /// measured of both is not compared.
    pub fn worse_than(&self, active: &Self) -> Option<String> {
        let measured = [
            (
                "personal_ndcg10",
                self.personal_ndcg10,
                active.personal_ndcg10,
                self.customers,
            ),
            ("basket_hr10", self.basket_hr10, active.basket_hr10, self.orders),
            (
                "complementary_ndcg10",
                self.complementary_ndcg10,
                active.complementary_ndcg10,
                self.orders,
            ),
        ];
        measured.into_iter().find_map(|(name, new, old, asked)| {
            let (new, old) = new.zip(old)?;
            // No measure from 0 to 1 varies more than a share does.
            let error = ((old * (1.0 - old)).max(0.0) / asked.max(1) as f64).sqrt();
            let least = old * (1.0 - MARGIN) - ERRORS * error;
            (new < least).then(|| format!("{name} is {new:.4} after {old:.4}"))
        })
    }
}
