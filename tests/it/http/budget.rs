//! Budgets: who asks for much waits, and nobody else does.

use std::time::Duration;

use entity::TypedId;
use merx::http::budget::{Payer, charge};
use merx::platform::address::ClientAddress;
use merx::platform::rate_limit::Bucket;
use merx::platform::viewer::Who;
use uuid::Uuid;

use crate::support::Shop;

fn address(text: &str) -> ClientAddress {
    ClientAddress::new(text.parse().expect("an address"))
}

async fn shop() -> Shop {
    // So slow that nothing comes back during the test.
    Shop::configured(|config| {
        config.edge.budget_anonymous = "100/0.001".parse().expect("a bucket");
        config.edge.budget_staff = "1000/0.001".parse().expect("a bucket");
    })
    .await
}

#[tokio::test]
async fn each_caller_has_a_budget_of_its_own() {
    let shop = shop().await;
    let app = &shop.app;
    let one = Payer::anonymous(app, address("203.0.113.1"));
    assert_eq!(charge(app, &one, 70).await.expect("enough").available, 30);
    let refused = charge(app, &one, 31).await.expect_err("too much");
    assert_eq!(refused.available, 30);
    assert_eq!(
        refused.bucket,
        Bucket {
            capacity: 100,
            restored_per_second: 0.001
        }
    );
    assert!(refused.retry_after > Duration::from_secs(900) && refused.retry_after <= Duration::from_secs(1000));
    assert_eq!(
        charge(app, &one, 30)
            .await
            .expect("what was refused took nothing")
            .available,
        0
    );
    let other = Payer::anonymous(app, address("203.0.113.2"));
    assert_eq!(charge(app, &other, 1).await.expect("another bucket").available, 99);

    // A household of IPv6 is one caller.
    let (a, b) = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2");
    charge(app, &Payer::anonymous(app, address(a)), 100)
        .await
        .expect("enough");
    assert!(charge(app, &Payer::anonymous(app, address(b)), 1).await.is_err());

    // Who has signed in pays from a bucket of the own, from wherever they come.
    let program = |number: u128| Who::ApiKey(TypedId::from_uuid(Uuid::from_u128(number)));
    let staff = Payer::staff(app, program(1));
    assert_eq!(charge(app, &staff, 100).await.expect("enough").available, 900);
    assert_ne!(staff, Payer::staff(app, program(2)));
    let customer = |number: u128| Payer::customer(app, TypedId::from_uuid(Uuid::from_u128(number)));
    assert_eq!(charge(app, &customer(1), 100).await.expect("enough").available, 0);
    assert!(charge(app, &customer(1), 1).await.is_err());
    assert_eq!(
        charge(app, &customer(2), 1).await.expect("another bucket").available,
        99
    );
}

#[tokio::test]
async fn a_shopper_never_sees_the_limit() {
    let shop = Shop::demo().await;
    let payer = Payer::anonymous(&shop.app, address("203.0.113.1"));
    // A page of the storefront, thirty times in a row.
    for _ in 0..30 {
        charge(&shop.app, &payer, 500).await.expect("a shopper is served");
    }
}

#[test]
fn a_bucket_is_written_as_capacity_and_what_comes_back() {
    for (text, capacity, restored_per_second) in [("20000/1000", 20_000, 1_000.0), (" 5 / 0.1 ", 5, 0.1)] {
        let bucket: Bucket = text.parse().expect("a bucket");
        assert_eq!(
            bucket,
            Bucket {
                capacity,
                restored_per_second
            }
        );
        assert_eq!(bucket.to_string().parse::<Bucket>().expect("again"), bucket);
    }
    for bad in [
        "",
        "1",
        "/",
        "0/1",
        "1/0",
        "-1/1",
        "1/-1",
        "1/nan",
        "1/inf",
        "x/1",
        "1/1/1",
        "99999999999/1",
    ] {
        assert!(bad.parse::<Bucket>().is_err(), "{bad:?}");
    }
}
