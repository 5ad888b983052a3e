//! What the models reach on the orders of a real shop, where these are: set MERX_SHARED, or have them in `../shared`.
//! `merx eval recommend` prints the whole table.

use merx::command::eval::recommend::orders;
use recommender::eval::holdout;

use crate::support::shared;

#[test]
fn the_models_reach_what_they_did_on_real_orders() {
    let Some(path) = shared("data/online-retail/orders.csv.gz") else {
        return;
    };
    let history = orders(&path).expect("read");
    assert_eq!(
        (history.baskets.len(), history.items, history.customers),
        (39_516, 4_707, 5_852)
    );
    let split = chrono::DateTime::parse_from_rfc3339("2011-09-10T00:00:00Z")
        .expect("a day")
        .timestamp();
    let found = holdout(&history, split).expect("models");
    assert_eq!((found.customers, found.orders), (2_191, 5_502), "the protocol");
    let popular = found.popular.expect("asked");
    assert!((popular - 0.0444).abs() < 0.0002, "the protocol: {popular}");
    let reached = [found.personal, found.basket, found.together].map(|value| value.expect("asked"));
    let [personal, basket, together] = reached;
    assert!(personal >= 0.094, "{personal}");
    assert!(basket >= 0.245, "{basket}");
    assert!(together >= 0.157, "{together}");
}
