//! The models and the composition by themselves.

use std::collections::{HashMap, HashSet};

use entity::{CategoryId, ProductId};
use merx::recommendation::drift::{Drift, Reason as Why};
use merx::recommendation::model::{Neighbour, pack, unpack};
use merx::recommendation::rule::Effect;
use merx::recommendation::{Candidate, Limits, Reason, Shown, Strategy, compose};
use recommender::eval::ndcg_at_10;
use recommender::history::{Basket, DAY, History, decay};
use recommender::pairs::pairs;
use recommender::trending::{Purchase, trending};
use recommender::{Sessions, ease};
use uuid::Uuid;

fn history(baskets: &[(Option<u32>, i64, &[u32])], items: usize) -> History {
    let basket = |(customer, day, items): &(Option<u32>, i64, &[u32])| Basket {
        customer: *customer,
        at: day * DAY,
        items: items.to_vec(),
    };
    History {
        baskets: baskets.iter().map(basket).collect(),
        items,
        customers: 10,
    }
}

/// The inverse of a matrix by Gauss and Jordan, in double precision.
fn inverse(mut a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = a.len();
    let mut b: Vec<Vec<f64>> = (0..n)
        .map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect())
        .collect();
    for i in 0..n {
        let pivot = a[i][i];
        for j in 0..n {
            a[i][j] /= pivot;
            b[i][j] /= pivot;
        }
        for k in (0..n).filter(|k| *k != i) {
            let factor = a[k][i];
            for j in 0..n {
                a[k][j] -= factor * a[i][j];
                b[k][j] -= factor * b[i][j];
            }
        }
    }
    b
}

#[test]
fn ease_is_the_closed_form() {
    let history = history(
        &[
            (Some(0), 1, &[0, 1, 2]),
            (Some(1), 1, &[0, 1]),
            (Some(2), 1, &[1, 2, 3]),
            (Some(2), 2, &[3]),
            (Some(3), 1, &[0, 3]),
        ],
        4,
    );
    let lambda = 0.5;
    let mut gram = vec![vec![0.0; 4]; 4];
    for row in [[1, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 0, 1]] {
        for i in 0..4 {
            for j in 0..4 {
                gram[i][j] += f64::from(row[i] * row[j]);
            }
        }
    }
    for (i, row) in gram.iter_mut().enumerate() {
        row[i] += lambda;
    }
    let p = inverse(gram);
    let model = ease(&history.customers(), lambda as f32, 10).expect("a model");
    for i in 0..4u32 {
        assert_eq!(model.of(i).len(), 3);
        for (j, weight) in model.of(i) {
            let expected = -p[i as usize][*j as usize] / p[*j as usize][*j as usize];
            assert!(
                (f64::from(*weight) - expected).abs() < 1e-5,
                "{i} {j}: {weight} {expected}"
            );
        }
    }
    assert!(ease(&history.customers(), -50.0, 10).is_err(), "not positive");
}

#[test]
fn pairs_are_counted_and_rare_chance_is_not_shown() {
    let mut baskets = vec![(None, 1, &[0u32, 1][..]); 4];
    baskets.extend(vec![(None, 1, &[0, 2][..]); 2]);
    baskets.extend(vec![(None, 1, &[3][..]); 6]);
    let orders = history(&baskets, 4).orders(DAY, f32::INFINITY);
    let found = pairs(&orders, 60, 10);
    assert_eq!(found[0].len(), 1, "two orders together are not enough");
    assert_eq!((found[0][0].item, found[0][0].together), (1, 4));
    let expected = (4.0f32 / 6.0) * (4.0f32 / 6.0 * 12.0 / 4.0).ln_1p();
    assert!((found[0][0].score - expected).abs() < 1e-6);
}

#[test]
fn gains_fall_with_the_place() {
    assert_eq!(ndcg_at_10(&[7, 8], &[7, 8]), 1.0);
    let second = 1.0 / 3f64.log2();
    assert!((ndcg_at_10(&[1, 7], &[7]) - second).abs() < 1e-12);
    assert_eq!(ndcg_at_10(&[1, 2], &[7]), 0.0);
    assert_eq!(
        ndcg_at_10(&(0..20).collect::<Vec<_>>(), &[11]),
        0.0,
        "behind the tenth nothing counts"
    );
    assert_eq!(decay(90 * DAY, 90.0), 0.5);
    assert_eq!(decay(-5, 90.0), 1.0);
}

#[test]
fn visits_speak_by_what_they_share() {
    let mut sessions = Sessions::new(100);
    for (session, items) in [(1u128, [10u128, 11, 12]), (2, [10, 11, 13]), (3, [20, 21, 22])] {
        for (at, item) in items.iter().enumerate() {
            sessions.push(session, *item, at as i64);
        }
    }
    let next = sessions.next(&[10, 11], None, 10);
    let items: Vec<u128> = next.iter().map(|next| next.item).collect();
    assert_eq!(items, [12, 13]);
    assert_eq!((next[0].visits, next[0].of), (1, 2));
    // The last look counts most.
    sessions.push(4, 11, 9);
    sessions.push(4, 30, 9);
    let next = sessions.next(&[20, 11], None, 10);
    let items: Vec<u128> = next.iter().map(|next| next.item).collect();
    assert_eq!(items, [10, 12, 13, 30, 21, 22], "{next:?}");
    assert!(next[3].score > next[4].score, "{next:?}");
    // A visit does not speak for itself, and what is forgotten says nothing.
    assert!(sessions.next(&[21], Some(3), 10).is_empty());
    sessions.forget(3);
    assert!(sessions.next(&[21], None, 10).is_empty());
    // Only so many are remembered, the latest.
    let mut few = Sessions::new(2);
    for session in 0..5u128 {
        few.push(session, 1, session as i64);
        few.push(session, 100 + session, session as i64);
    }
    assert_eq!(few.len(), 2);
    let next = few.next(&[1], None, 10);
    let items: HashSet<u128> = next.iter().map(|next| next.item).collect();
    assert_eq!(items, HashSet::from([103, 104]));
}

#[test]
fn a_buyer_counts_once_and_later_ones_more() {
    let purchase = |item, buyer, day: i64| Purchase {
        item,
        buyer,
        at: day * DAY,
    };
    let now = 100 * DAY;
    let found = trending(
        [
            purchase(1, 1, 99),
            purchase(1, 1, 98),
            purchase(2, 1, 99),
            purchase(2, 2, 60),
            purchase(3, 9, 30),
            purchase(4, 9, 101),
        ],
        now,
    );
    let shown: Vec<(u32, u32)> = found.iter().map(|trend| (trend.item, trend.buyers)).collect();
    assert_eq!(
        shown,
        [(2, 2), (1, 1)],
        "what is too old, or yet to come, does not count"
    );
}

#[test]
fn neighbours_are_packed_and_read() {
    let neighbours = [
        Neighbour {
            place: 7,
            together: 3,
            score: 0.5,
        },
        Neighbour {
            place: u32::MAX,
            together: 0,
            score: -1.25,
        },
    ];
    assert_eq!(unpack(&pack(&neighbours)), neighbours);
    assert_eq!(unpack(&pack(&neighbours)[..20]), neighbours[..1]);
    let broken = Neighbour {
        place: 1,
        together: 0,
        score: f32::NAN,
    };
    assert!(unpack(&pack(&[broken])).is_empty());
}

fn product(n: u128) -> ProductId {
    ProductId(Uuid::from_u128(n))
}

fn candidates(strategy: Strategy, products: &[(u128, f32)]) -> Vec<Candidate> {
    let candidate = |(n, score): &(u128, f32)| Candidate {
        product: product(*n),
        score: *score,
        strategy,
        reason: Reason::Seen,
    };
    products.iter().map(candidate).collect()
}

#[test]
fn steps_fill_what_is_left_within_the_limits() {
    let category = |n: u128| Some(CategoryId(Uuid::from_u128(n)));
    let shown: HashMap<ProductId, Shown> = (1..=9)
        .map(|n| {
            let category = category(if n < 5 { 1 } else { 2 });
            (
                product(n),
                Shown {
                    category,
                    available: n != 3,
                },
            )
        })
        .collect();
    let effect = Effect::default();
    let (above, without) = (HashMap::new(), HashSet::from([product(2)]));
    let limits = |first, most| Limits {
        shown: &shown,
        above: &above,
        without: &without,
        effect: &effect,
        most_of_a_category: most,
        first,
    };
    let steps = [
        candidates(Strategy::Personal, &[(1, 9.0), (2, 8.0), (3, 7.0), (4, 6.0), (77, 5.0)]),
        candidates(Strategy::Trending, &[(4, 2.0), (5, 1.0), (6, 0.5)]),
    ];
    let get = |first, most| {
        let picks = compose(&steps, &limits(first, most));
        let scores: Vec<f32> = picks.iter().map(|pick| pick.score).collect();
        assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
        picks.iter().map(|pick| pick.product.0.as_u128()).collect::<Vec<_>>()
    };
    // 2 is not wanted, 3 cannot be bought, 77 is not there; 4 comes once.
    assert_eq!(get(10, None), [1, 4, 5, 6]);
    assert_eq!(get(2, None), [1, 4]);
    assert_eq!(get(10, Some(1)), [1, 5, 4, 6], "each category has its turn first");
}

#[test]
fn a_new_model_is_made_for_a_reason() {
    let fits = Drift {
        version: Some(1),
        orders: 100,
        coverage: Some(0.99),
        new_products: 0.01,
        hit_rate: Some(0.2),
        expected: Some(0.25),
        age_days: Some(1.0),
    };
    assert_eq!(fits.reasons(), []);
    assert_eq!(Drift::default().reasons(), [Why::None]);
    let one = |change: fn(&mut Drift)| {
        let mut drift = fits.clone();
        change(&mut drift);
        drift.reasons()
    };
    assert_eq!(one(|d| d.coverage = Some(0.8)), [Why::Coverage]);
    assert_eq!(one(|d| d.new_products = 0.2), [Why::NewProducts]);
    assert_eq!(one(|d| d.hit_rate = Some(0.1)), [Why::HitRate]);
    assert_eq!(one(|d| d.age_days = Some(8.0)), [Why::Age]);
    let quiet = one(|d| (d.orders, d.age_days, d.coverage) = (0, Some(80.0), Some(0.1)));
    assert_eq!(quiet, [], "nothing was sold: there is nothing to learn");
}
