//! How passwords are kept.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use entity::account::account;
use merx::account::{Password, hash_password, verify_password};
use merx::platform::error::Fault;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{PASSWORD, customer, customer_with, sign_in};
use crate::support::Shop;

async fn stored(shop: &Shop, id: Uuid) -> String {
    let row = account::Entity::find_by_id(id).one(&shop.app.db).await;
    row.expect("a read").expect("an account").password_hash.expect("a hash")
}

/// At least what OWASP asks for: argon2id, 19 MiB, two passes.
fn assert_strong(hash: &str) {
    let hash = PasswordHash::new(hash).expect("PHC form");
    assert_eq!(hash.algorithm.as_str(), "argon2id");
    assert_eq!(hash.version, Some(19));
    let params = Params::try_from(&hash).expect("parameters");
    assert!(
        params.m_cost() >= 19 * 1024 && params.t_cost() >= 2 && params.p_cost() == 1,
        "{params:?}"
    );
    assert!(hash.salt.is_some_and(|salt| salt.len() >= 16));
    assert!(hash.hash.is_some_and(|hash| hash.len() >= 32));
}

#[tokio::test]
async fn passwords_are_kept_as_argon2id_with_a_salt_each() {
    let shop = Shop::demo().await;
    let (a, b) = (
        customer(&shop, "a@example.com").await,
        customer(&shop, "b@example.com").await,
    );
    let (a, b) = (stored(&shop, a).await, stored(&shop, b).await);
    assert_strong(&a);
    assert_strong(&b);
    assert_ne!(a, b, "the same password has another salt");
    assert!(!a.contains(PASSWORD));
    // Anybody's argon2 comes to the same result.
    let parsed = PasswordHash::new(&a).expect("PHC form");
    let theirs = argon2::PasswordVerifier::verify_password(&Argon2::default(), PASSWORD.as_bytes(), &parsed);
    assert!(theirs.is_ok());
}

#[tokio::test]
async fn a_hash_with_older_parameters_is_replaced_at_sign_in() {
    let shop = Shop::demo().await;
    let weak = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(8 * 1024, 1, 1, Some(32)).expect("parameters"),
    );
    let old = weak
        .hash_password_with_salt(PASSWORD.as_bytes(), b"0123456789abcdef")
        .expect("a hash")
        .to_string();
    let id = customer_with(&shop, "a@example.com", |account| {
        account.password_hash = Some(old.clone())
    })
    .await;
    sign_in(&shop, "a@example.com").await;
    let new = stored(&shop, id).await;
    assert_ne!(new, old);
    assert_strong(&new);
    sign_in(&shop, "a@example.com").await;
    assert_eq!(stored(&shop, id).await, new, "a hash of today stays");
}

#[tokio::test]
async fn keyboards_that_write_the_same_differently_have_the_same_password() {
    let shop = Shop::demo().await;
    let composed = Password::parse("der Käse läuft fort", &[]).expect("a password");
    let hash = hash_password(&shop.app, &composed).await.expect("a hash");
    let apart = "der Ka\u{308}se la\u{308}uft fort";
    assert!(verify_password(&shop.app, Some(&hash), apart).await.expect("a check"));
    assert!(
        !verify_password(&shop.app, Some(&hash), "der Kase lauft fort")
            .await
            .expect("a check")
    );
    // However long it is, and where there is no hash, it is not the one.
    assert!(
        !verify_password(&shop.app, Some(&hash), &"x".repeat(100_000))
            .await
            .expect("a check")
    );
    assert!(!verify_password(&shop.app, None, "").await.expect("a check"));
}

/// What waits for a thread is bounded: the rest is refused at once, with a time to come back.
#[tokio::test]
async fn the_pool_takes_no_more_than_it_can_do() {
    let shop = Shop::demo().await;
    let mut waiting: Vec<_> = (0..400)
        .map(|_| Box::pin(verify_password(&shop.app, None, "whatever")))
        .collect();
    let mut cx = Context::from_waker(Waker::noop());
    let mut busy = 0;
    for one in &mut waiting {
        if let Poll::Ready(result) = one.as_mut().poll(&mut cx) {
            assert!(matches!(result, Err(Fault::Busy(_))), "{result:?}");
            busy += 1;
        }
    }
    assert!(
        (100..=144).contains(&busy),
        "{busy} of 400 are refused, 256 and those in work are not"
    );
    // Who goes away is not hashed for: the next one does not wait for hundreds of hashes.
    drop(waiting);
    let next = pin!(verify_password(&shop.app, None, "whatever"));
    let patience = Duration::from_secs(20);
    let done = tokio::time::timeout(patience, async {
        let mut next = next;
        loop {
            match next.as_mut().await {
                Err(Fault::Busy(_)) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    next.set(verify_password(&shop.app, None, "whatever"));
                }
                other => return other,
            }
        }
    });
    assert!(!done.await.expect("soon").expect("a check"));
}
