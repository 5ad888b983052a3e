//! The models and the composition by themselves.

use std::collections::{HashMap, HashSet};

use entity::{CategoryId, ProductId};
use merx::recommendation::drift::{Drift, Reason as Why};
use merx::recommendation::model::{Metrics, Neighbour, pack, unpack};
use merx::recommendation::rule::Effect;
use merx::recommendation::{Candidate, Limits, Reason, Shown, Strategy, behead, compose, fills};
use proptest::prelude::*;
use recommender::content::{Features, LOOKED, content};
use recommender::eval::{asked, ndcg_at_10};
use recommender::history::{Basket, DAY, History, Row, Rows, Visited, decay};
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
    // The last look counts most: who looked at 11 last gets what came of it, not what came of 20.
    sessions.push(4, 11, 9);
    sessions.push(4, 30, 9);
    sessions.push(5, 20, 9);
    sessions.push(5, 40, 9);
    let order = |seen: &[u128]| {
        let next = sessions.next(seen, None, 10);
        let place = |item| next.iter().position(|next| next.item == item).expect("shown");
        (place(30), place(40))
    };
    let (of_11, of_20) = order(&[20, 11]);
    assert!(of_11 < of_20);
    let (of_11, of_20) = order(&[11, 20]);
    assert!(of_11 > of_20);
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
fn a_visit_has_nothing_to_do_with_what_it_is_not_remembered_for() {
    let mut sessions = Sessions::new(10);
    for item in 0..201 {
        sessions.push(1, item, 0);
    }
    assert_eq!((sessions.having(0), sessions.having(1)), (0, 1), "the last 200");
    sessions.forget(1);
    assert!((0..201).all(|item| sessions.having(item) == 0));
}

#[test]
fn a_visit_that_looks_at_everything_says_nothing() {
    let mut visited = Visited::default();
    visited.add(1, 7, 5);
    visited.add(1, 7, 3);
    visited.add(1, 8, 4);
    for item in 0..500 {
        visited.add(2, item, 1);
    }
    for item in 0..200 {
        visited.add(3, item, 1);
    }
    let rows = visited.rows();
    let sizes: Vec<usize> = rows.iter().map(|row| row.items.len()).collect();
    assert_eq!(sizes, [2, 200]);
    assert_eq!(rows[0].items, [(7, 5), (8, 4)], "the last time of each");
}

#[test]
fn what_few_have_says_most_and_the_work_is_bounded() {
    // 300 words that 400 items share are more than an item is compared by; one that 450 others have comes behind.
    let mut items: Vec<Features> = vec![Features::new(); 2_000];
    for item in &mut items[..400] {
        item.extend((0..300).map(|word| (format!("word {word}"), 1.0)));
    }
    for item in std::iter::once(0).chain(1_000..1_450) {
        items[item].push(("common".to_owned(), 1.0));
    }
    for item in [0, 1_900] {
        items[item].push(("rare".to_owned(), 1.0));
    }
    const { assert!(300 * 400 > LOOKED) };
    let found = content(&items, 2_000);
    let of = |item: u32| -> HashSet<u32> { found.of(item).iter().map(|entry| entry.0).collect() };
    assert!(of(0).contains(&1_900) && of(0).contains(&399));
    assert!(!of(0).contains(&1_000));
    assert!(of(1_000).contains(&0), "who has little else is compared by it");
}

#[test]
fn a_matrix_that_is_too_near_to_none_is_computed_more_precisely() {
    // The regularisation is lost beside the weight in 24 bits.
    let row = |items: &[u32], weight| Row {
        weight,
        items: items.iter().map(|item| (*item, 0)).collect(),
    };
    let rows = Rows::new(vec![row(&[0, 1], 1e6), row(&[2], 1.0)], 3);
    let model = ease(&rows, 1e-3, 10).expect("a model");
    let neighbour = model.of(0);
    assert_eq!((neighbour.len(), neighbour[0].0), (1, 1));
    assert!((neighbour[0].1 - 1.0).abs() < 1e-3, "{neighbour:?}");
}

#[test]
fn an_order_is_asked_for_its_last_known_item() {
    let known = |item: u32| item < 100;
    assert_eq!(asked([1, 2, 1, 3, 200], known), Some(vec![1, 2, 3]));
    assert_eq!(asked([1, 2, 200], known), None, "too few");
    assert_eq!(asked(0..60, known).map(|items| items.len()), Some(60));
    assert_eq!(asked(0..61, known), None, "too many");
}

#[test]
fn a_model_is_worse_by_more_than_a_tenth_and_chance() {
    let measured = |orders, basket_hr10| Metrics {
        orders,
        basket_hr10: Some(basket_hr10),
        ..Metrics::default()
    };
    let then = measured(5_000, 0.25);
    assert_eq!(measured(5_000, 0.22).worse_than(&then), None, "the margin");
    let worse = measured(5_000, 0.20).worse_than(&then);
    assert_eq!(worse.as_deref(), Some("basket_hr10 is 0.2000 after 0.2500"));
    assert_eq!(measured(50, 0.20).worse_than(&then), None, "chance, of so few");
    assert_eq!(Metrics::default().worse_than(&then), None, "nothing was asked");
    let people = |personal_ndcg10| Metrics {
        customers: 5_000,
        personal_ndcg10: Some(personal_ndcg10),
        ..Metrics::default()
    };
    assert!(people(0.05).worse_than(&people(0.09)).is_some());
    // The active one has been seen to guess worse than it did: that is what counts.
    assert_eq!(measured(5_000, 0.20).worse_than(&then.seen(Some(0.21))), None);
    assert!(measured(5_000, 0.20).worse_than(&then.seen(Some(0.9))).is_some());
    assert!(Metrics::default().is_empty() && !then.is_empty());
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

proptest! {
    /// What is looked up at first is enough, or known not to be.
    #[test]
    fn heads_that_fill_a_list_make_the_same_list(
        scored in prop::collection::vec(prop::collection::vec((0..60_u128, 0..9_u8), 0..40), 1..5),
        facts in prop::collection::vec((0..6_u128, any::<bool>(), any::<bool>()), 60),
        (head, first, most) in (1..60_usize, 1..12_usize, prop::option::of(1..5_usize)),
    ) {
        let mut steps: Vec<Vec<Candidate>> = Vec::new();
        for scored in scored {
            let scored: Vec<(u128, f32)> = scored.into_iter().map(|(n, score)| (n, f32::from(score))).collect();
            steps.push(candidates(Strategy::Basket, &scored));
        }
        let (mut shown, mut without) = (HashMap::new(), HashSet::new());
        for (n, (category, available, owned)) in (0..).zip(facts) {
            let category = Some(CategoryId(Uuid::from_u128(category)));
            shown.insert(product(n), Shown { category, available });
            // One in two of what can be bought is one in four of all.
            if owned && available {
                without.insert(product(n));
            }
        }
        let (effect, above) = (Effect::default(), HashMap::new());
        let limits = Limits {
            shown: &shown, above: &above, without: &without, effect: &effect, most_of_a_category: most, first,
        };
        let mut heads = steps.clone();
        match behead(&mut heads, &without, head) {
            None => prop_assert_eq!(&heads, &steps),
            Some(whole) => {
                prop_assert_eq!(&whole, &steps);
                // Nothing is known of what was cut off.
                let looked: HashSet<ProductId> = heads.iter().flatten().map(|c| c.product).collect();
                let mut seen = shown.clone();
                seen.retain(|product, _| looked.contains(product));
                let of_heads = Limits { shown: &seen, ..limits };
                if fills(&heads, &of_heads) {
                    prop_assert_eq!(compose(&heads, &of_heads), compose(&steps, &limits));
                }
            }
        }
    }
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
        held: false,
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
