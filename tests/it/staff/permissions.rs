//! Sets of permissions.

use merx::platform::permission::{Permission, Permissions};
use proptest::prelude::*;

fn sets() -> impl Strategy<Value = Permissions> {
    proptest::sample::subsequence(Permission::ALL.to_vec(), 0..=Permission::ALL.len())
        .prop_map(|some| some.into_iter().collect())
}

#[test]
fn names_lead_back_and_describe_themselves() {
    for permission in Permission::ALL {
        assert_eq!(permission.name().parse::<Permission>().ok(), Some(*permission));
        assert!(permission.description().ends_with('.'), "{permission}");
        assert!(!permission.description().starts_with(' '), "{permission}");
    }
    assert!("catalog.burn".parse::<Permission>().is_err());
}

proptest! {
    #[test]
    fn sets_behave_as_sets(a in sets(), b in sets()) {
        prop_assert_eq!(Permissions::of_names(a.names()), a);
        prop_assert!(a.or(b).covers(a) && a.covers(a.and(b)));
        prop_assert_eq!(a.without(b).and(b), Permissions::NONE);
        prop_assert_eq!(a.without(b).or(a.and(b)), a);
        prop_assert_eq!(a.covers(b), b.without(a) == Permissions::NONE);
        prop_assert!(Permissions::ALL.covers(a));
    }
}

#[test]
fn a_name_that_means_nothing_allows_nothing() {
    assert_eq!(Permissions::of_names(["catalog.burn"]), Permissions::NONE);
}
