//! Filters are bounded before they become SQL.

use merx::catalog::{Filter, FilterError};
use proptest::prelude::*;

fn nested(depth: usize) -> Filter {
    (0..depth).fold(Filter::Available(true), |inner, _| Filter::Not(Box::new(inner)))
}

#[test]
fn depth_is_limited() {
    assert_eq!(nested(5).check(), Ok(()));
    assert_eq!(nested(6).check(), Err(FilterError::TooDeep));
}

#[test]
fn size_is_limited() {
    // The list counts too.
    assert_eq!(Filter::Any(vec![Filter::Available(true); 49]).check(), Ok(()));
    assert_eq!(
        Filter::Any(vec![Filter::Available(true); 50]).check(),
        Err(FilterError::TooLarge)
    );
    let values = |n| Filter::Attribute {
        key: "colour".to_owned(),
        values: vec!["red".to_owned(); n],
    };
    assert_eq!(values(50).check(), Ok(()));
    assert_eq!(values(51).check(), Err(FilterError::TooLarge));
}

fn filters() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Filter::Available),
        "[a-z]{1,8}".prop_map(Filter::Tag),
        (any::<Option<i64>>(), any::<Option<i64>>()).prop_map(|(gte, lte)| Filter::Price { gte, lte }),
    ];
    leaf.prop_recursive(8, 80, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Filter::All),
            prop::collection::vec(inner.clone(), 0..6).prop_map(Filter::Any),
            inner.prop_map(|f| Filter::Not(Box::new(f))),
        ]
    })
}

/// Levels and nodes of a filter, counted apart from the rule.
fn measure(filter: &Filter) -> (usize, usize) {
    let below = |filters: &[Filter]| {
        let measures = filters.iter().map(measure);
        measures.fold((0, 1), |(depth, size), (d, s)| (Ord::max(depth, d + 1), size + s))
    };
    match filter {
        Filter::All(filters) | Filter::Any(filters) => below(filters),
        Filter::Not(inner) => below(std::slice::from_ref(inner)),
        _ => (0, 1),
    }
}

proptest! {
    #[test]
    fn what_passes_is_small(filter in filters()) {
        let (depth, size) = measure(&filter);
        prop_assert_eq!(filter.check().is_ok(), depth <= 5 && size <= 50);
    }
}
