//! Guessing is slow, and nobody is locked out by others.

use merx::account::{AccountKind, Attempt, GuessError, attempt, attempt_from, sign_in as open};
use merx::http::Patience;
use serde_json::{Value, json};

use super::{PASSWORD, client, credentials, customer, sign_in};
use crate::http::Server;
use crate::support::{Shop, noon};

/// How many attempts with `tried` are let through, of `all`.
async fn let_through(shop: &Shop, tried: Attempt, email: &str, all: u32, from: impl Fn(u32) -> u32) -> u32 {
    let mut through = 0;
    for number in 0..all {
        let client = client(from(number));
        match attempt(&shop.app, tried, (AccountKind::Customer, email), &client.address).await {
            Ok(()) => through += 1,
            Err(GuessError::Throttled(throttled)) => assert!(throttled.retry_after_seconds() >= 1),
            Err(GuessError::Fault(fault)) => panic!("{fault}"),
        }
    }
    through
}

/// The clock stands: nothing comes back meanwhile.
#[tokio::test]
async fn a_thousand_attempts_are_a_handful() {
    let shop = Shop::frozen(noon()).await;
    assert_eq!(
        let_through(&shop, Attempt::SignIn, "a@example.com", 1000, |_| 1).await,
        10,
        "one at one"
    );
    assert_eq!(
        let_through(&shop, Attempt::SignIn, "b@example.com", 1000, |n| 10 + n).await,
        100,
        "many at one"
    );
    let mut through = 0;
    for number in 0..1000 {
        let email = format!("{number}@example.com");
        through += let_through(&shop, Attempt::SignIn, &email, 1, |_| 9_000).await;
    }
    assert_eq!(through, 100, "one at many");
    // A mailbox is not filled either.
    assert_eq!(
        let_through(&shop, Attempt::Letter, "a@example.com", 100, |n| 20 + n).await,
        5
    );
    // Neighbours are not punished, and time heals.
    assert_eq!(let_through(&shop, Attempt::SignIn, "c@example.com", 1, |_| 2).await, 1);
    shop.app.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(let_through(&shop, Attempt::SignIn, "a@example.com", 10, |_| 1).await, 1);
    let mut secrets = 0;
    for _ in 0..100 {
        secrets += u32::from(
            attempt_from(&shop.app, Attempt::Secret, &client(3).address)
                .await
                .is_ok(),
        );
    }
    assert_eq!(secrets, 20);
}

/// Each alias is an attempt, and what is too much does not run.
#[tokio::test]
async fn aliases_and_requests_count_alike() {
    let shop = Shop::frozen(noon()).await;
    customer(&shop, "a@example.com").await;
    let field = |number: usize, password: &str| {
        format!(
            "a{number}: sessionCreate(input: {{ email: \"a@example.com\", password: \"{password}\" }}) {{ errors {{ code }} }}"
        )
    };
    let (mut checked, mut refused) = (0, 0);
    for round in 0..200 {
        // Five mutations are as many as a document may have.
        let fields: Vec<_> = (0..5).map(|n| field(n, &format!("guess {round} {n}"))).collect();
        let answer = shop
            .send(&format!("mutation {{ {} }}", fields.join(" ")), json!({}))
            .await;
        match answer["errors"].as_array() {
            None => checked += answer["data"].as_object().expect("fields").len(),
            Some(errors) => {
                refused += 1;
                assert_eq!(errors[0]["extensions"]["code"], "RATE_LIMITED", "{answer}");
                assert!(
                    errors[0]["extensions"]["retryAfter"]
                        .as_u64()
                        .is_some_and(|s| (1..=60).contains(&s)),
                    "{answer}"
                );
            }
        }
    }
    assert_eq!(
        (checked, refused),
        (10, 198),
        "1,000 aliased sign-ins are 1,000 attempts"
    );
    // The right password does not help whoever has used the attempts up.
    let answer = shop
        .send(&format!("mutation {{ {} }}", field(0, PASSWORD)), json!({}))
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    let too_many: Vec<_> = (0..1000).map(|n| field(n, "x")).collect();
    let answer = shop
        .send(&format!("mutation {{ {} }}", too_many.join(" ")), json!({}))
        .await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "COST_LIMIT",
        "a thousand at once run not at all"
    );
}

/// Strangers can empty the bucket of the whole account, and only that: where somebody signed in before, they still can.
#[tokio::test]
async fn an_attack_does_not_lock_the_owner_out() {
    let shop = Shop::frozen(noon()).await;
    customer(&shop, "a@example.com").await;
    let home = client(1);
    open(&shop.app, &home, credentials("a@example.com", PASSWORD))
        .await
        .expect("the owner comes in");
    let_through(&shop, Attempt::SignIn, "a@example.com", 300, |n| 100 + n).await;
    let elsewhere = open(&shop.app, &client(5000), credentials("a@example.com", PASSWORD)).await;
    assert!(
        matches!(elsewhere, Err(merx::account::SignInError::Throttled(_))),
        "a new place waits"
    );
    open(&shop.app, &home, credentials("a@example.com", PASSWORD))
        .await
        .expect("home does not");
    // From there too, ten attempts are all.
    let mut right = 0;
    for _ in 0..20 {
        let attempt = open(&shop.app, &home, credentials("a@example.com", "another password")).await;
        right += u32::from(matches!(attempt, Err(merx::account::SignInError::Credentials)));
    }
    assert_eq!(right, 8);
}

#[tokio::test]
async fn an_open_screen_does_not_give_the_password_away() {
    let shop = Shop::frozen(noon()).await;
    customer(&shop, "a@example.com").await;
    let signed = shop.bearing(&sign_in(&shop, "a@example.com").await.access);
    let guess = async |current: &str| -> Value {
        let document =
            "mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { ok errors { code path } } }";
        let input = json!({ "currentPassword": current, "newPassword": "twelve geese in a blue barn" });
        signed.send(document, json!({ "input": input })).await
    };
    for _ in 0..5 {
        let error = guess("wrong").await["data"]["passwordChange"]["errors"][0].take();
        assert_eq!(
            error,
            json!({ "code": "INVALID_CREDENTIALS", "path": ["currentPassword"] })
        );
    }
    assert_eq!(guess(PASSWORD).await["errors"][0]["extensions"]["code"], "RATE_LIMITED");
}

/// Where a request had nothing else to say, HTTP says it too: proxies and clients know 429.
#[tokio::test]
async fn too_many_attempts_are_429_with_a_time_to_come_back() {
    let shop = Shop::frozen(noon()).await;
    let server = Server::of(shop, Patience::default()).await;
    let document =
        "mutation { sessionCreate(input: { email: \"a@example.com\", password: \"x\" }) { errors { code } } }";
    let mut statuses = Vec::new();
    for _ in 0..11 {
        let request = server
            .client
            .post(server.url("/graphql"))
            .json(&json!({ "query": document }));
        let response = request.send().await.expect("an answer");
        statuses.push((
            response.status().as_u16(),
            response.headers().get("retry-after").cloned(),
        ));
    }
    let last = statuses.pop().expect("eleven");
    assert!(
        statuses.iter().all(|(status, after)| *status == 200 && after.is_none()),
        "{statuses:?}"
    );
    assert_eq!(last.0, 429);
    assert_eq!(last.1.expect("Retry-After"), "60");
}
