//! Ids: what they name can be told, and they sort by time.

use std::time::Duration;

use entity::{AnyId, IdError, ProductId, TypedId, VariantId};
use merx::platform::clock::Clock;
use merx::platform::id::Ids;
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::noon;

fn uuids() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

proptest! {
    #[test]
    fn an_id_survives_its_text(uuid in uuids()) {
        let id = ProductId(uuid);
        let text = id.to_string();
        prop_assert_eq!(text.parse::<ProductId>(), Ok(id));
        let any = text.parse::<AnyId>();
        prop_assert_eq!(any, Ok(AnyId { prefix: "product".to_owned(), uuid }));
    }

    #[test]
    fn texts_sort_like_the_ids(a in uuids(), b in uuids()) {
        prop_assert_eq!(ProductId(a).to_string().cmp(&ProductId(b).to_string()), a.cmp(&b));
    }

    #[test]
    fn an_id_of_another_kind_is_refused(uuid in uuids()) {
        let expected = Err(IdError::WrongPrefix { expected: "product" });
        prop_assert_eq!(VariantId(uuid).to_string().parse::<ProductId>(), expected);
    }

    #[test]
    fn any_text_is_an_id_or_refused(text in "(product_)?[0-9a-z_]{0,30}") {
        if let Ok(id) = text.parse::<ProductId>() {
            prop_assert_eq!(id.to_string(), text);
        }
    }

    #[test]
    fn ids_only_grow(seed: u64, steps in prop::collection::vec(-5_000i64..5_000, 1..60)) {
        let clock = Clock::frozen(noon());
        let ids = Ids::seeded(clock.clone(), seed);
        let mut last = ids.uuid();
        for millis in steps {
            // Forward, back, or not at all.
            clock.set(clock.now() + chrono::TimeDelta::milliseconds(millis));
            for _ in 0..3 {
                let next = ids.uuid();
                prop_assert!(next > last, "{next} after {last}");
                prop_assert_eq!(next.get_version_num(), 7);
                last = next;
            }
        }
    }
}

#[test]
fn malformed_ids_are_refused() {
    let good = ProductId(Uuid::from_u128(1)).to_string();
    assert_eq!(good, "product_00000000000000000000000001");
    let texts = [
        "product_0000000000000000000000000",
        "product_000000000000000000000000001",
        "product_0000000000000000000000000u",
        "product_0000000000000000000000000A",
        // 130 bits: more than a key holds.
        "product_80000000000000000000000000",
        "product_",
        "product_0000000000000000000000000é",
    ];
    for text in texts {
        assert_eq!(text.parse::<ProductId>(), Err(IdError::Malformed), "{text}");
    }
    for text in ["", "00000000000000000000000001", "PRODUCT_00000000000000000000000001"] {
        assert!(
            matches!(text.parse::<ProductId>(), Err(IdError::WrongPrefix { .. })),
            "{text}"
        );
    }
}

#[test]
fn a_seed_gives_the_same_ids_again() {
    let make = |seed| {
        let ids = Ids::seeded(Clock::frozen(noon()), seed);
        (ids.uuid(), ids.secret())
    };
    assert_eq!(make(7), make(7));
    assert_ne!(make(7), make(8));
}

#[test]
fn an_id_carries_its_time() {
    let clock = Clock::frozen(noon());
    let ids = Ids::seeded(clock.clone(), 1);
    let seconds = |uuid: Uuid| uuid.get_timestamp().map(|t| t.to_unix().0);
    assert_eq!(seconds(ids.uuid()), Some(1_790_000_000));
    clock.advance(Duration::from_secs(60));
    assert_eq!(seconds(ids.new_id::<ProductId>().uuid()), Some(1_790_000_060));
}

#[test]
fn secrets_are_long_and_plain() {
    let ids = Ids::seeded(Clock::frozen(noon()), 1);
    let (one, other) = (ids.secret(), ids.secret());
    assert_ne!(one, other);
    assert_eq!(one.len(), 32);
    assert!(
        one.chars().all(|c| c.is_ascii_lowercase() || ('2'..='7').contains(&c)),
        "{one}"
    );
}
