//! Sign-in at a provider: who comes in, who does not, and what it takes.

use std::time::{Duration, Instant};

use entity::account::{account, external_identity, external_sign_in};
use merx::account::mfa::TotpSecret;
use merx::account::sweep;
use merx::platform::clock::Clock;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::account::provider::{ANN, CLIENT, Holder, Mood, Provider, SECRET};
use crate::account::{PASSWORD, customer, owner, signed_in, stored};
use crate::support::{Shop, noon};

/// Where the provider sends browsers.
const BACK: &str = "https://shop.example/back";

/// A shop with two names for the same provider: `acme` for everybody, `vouch` for staff, whose word on second factors
/// counts.
pub async fn shop_with_provider() -> (Shop, Provider) {
    let clock = Clock::frozen(noon());
    let provider = Provider::start(clock.clone()).await;
    (shop_at(&provider, clock).await, provider)
}

async fn shop_at(provider: &Provider, clock: Clock) -> Shop {
    let one = |name: &str, kinds: &[&str], trust: bool| {
        json!({ "name": name, "label": "The provider", "issuer": provider.issuer(), "clientId": CLIENT,
            "clientSecret": SECRET, "kinds": kinds, "redirectUris": [BACK], "trustMfa": trust })
    };
    let file = json!([
        one("acme", &["customer", "staff"], false),
        one("vouch", &["staff"], true)
    ]);
    Shop::clocked(clock, |config| {
        let path = config.server.data_dir.join("providers.json");
        std::fs::write(&path, file.to_string()).expect("a file");
        config.accounts.oidc_providers = Some(path);
    })
    .await
}

/// Begins a sign-in: `(authorizationUrl, ticket)`.
pub async fn begin(shop: &Shop, provider: &str, kind: &str) -> (String, String) {
    let input = json!({ "provider": provider, "kind": kind, "redirectUri": BACK });
    let begun = shop
        .changed("externalSignInStart", input, "authorizationUrl ticket")
        .await;
    let text = |name: &str| begun[name].as_str().expect("a text").to_owned();
    let (url, ticket) = (text("authorizationUrl"), text("ticket"));
    assert!(!url.contains(&ticket), "the ticket stays in the browser");
    (url, ticket)
}

/// What whoever comes back gets: an access token, or the code of the error.
pub async fn complete(shop: &Shop, input: Value) -> Result<String, String> {
    let document = "mutation($input: ExternalSignInCompleteInput!) { externalSignInComplete(input: $input) {
        accessToken refreshToken errors { code message path } } }";
    let answer = shop.send(document, json!({ "input": input })).await;
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return Err(code.to_owned());
    }
    let payload = &answer["data"]["externalSignInComplete"];
    match payload["accessToken"].as_str() {
        Some(token) => Ok(token.to_owned()),
        None => Err(payload["errors"][0]["code"].as_str().expect("a code").to_owned()),
    }
}

/// Goes there and comes back as `holder`.
pub async fn sign_in(
    shop: &Shop,
    provider: &Provider,
    (name, kind): (&str, &str),
    holder: &Holder,
) -> Result<String, String> {
    let (url, ticket) = begin(shop, name, kind).await;
    let (state, code) = provider.authorize(&url, holder);
    complete(shop, json!({ "state": state, "code": code, "ticket": ticket })).await
}

async fn accounts(shop: &Shop) -> u64 {
    account::Entity::find().count(&shop.app.db).await.expect("a number")
}

async fn status(shop: &Shop) -> Value {
    shop.data("{ mfa { enabled } }", json!({})).await["mfa"].take()
}

#[tokio::test]
async fn a_customer_who_was_never_here_gets_an_account_and_finds_it_again() {
    let (shop, provider) = shop_with_provider().await;
    let listed = shop.data("{ signInProviders { name label kinds } }", json!({})).await;
    assert_eq!(
        listed["signInProviders"][0],
        json!({ "name": "acme", "label": "The provider", "kinds": ["CUSTOMER", "STAFF"] })
    );
    let before = accounts(&shop).await;
    let token = sign_in(&shop, &provider, ("acme", "CUSTOMER"), &ANN)
        .await
        .expect("a token");
    let me = shop
        .bearing(&token)
        .data("{ me { id email firstName lastName } }", json!({}))
        .await["me"]
        .take();
    assert_eq!(me["email"], "ann@shop.example");
    assert_eq!((&me["firstName"], &me["lastName"]), (&json!("Ann"), &json!("Archer")));
    assert_eq!(accounts(&shop).await, before + 1);
    // The provider's name for the person counts from now on, whatever becomes of the address.
    let moved = Holder {
        email: "ann@elsewhere.example",
        verified: false,
        ..ANN
    };
    let token = sign_in(&shop, &provider, ("acme", "CUSTOMER"), &moved)
        .await
        .expect("a token");
    let again = shop.bearing(&token).data("{ me { id email } }", json!({})).await["me"].take();
    assert_eq!((&again["id"], &again["email"]), (&me["id"], &me["email"]));
    assert_eq!(accounts(&shop).await, before + 1);
    // Nothing waits, and no code is kept.
    let waiting = external_sign_in::Entity::find()
        .count(&shop.app.db)
        .await
        .expect("a number");
    assert_eq!(waiting, 0);
}

#[tokio::test]
async fn an_address_counts_when_it_is_proven_on_both_sides() {
    let (shop, provider) = shop_with_provider().await;
    let unproven = Holder { verified: false, ..ANN };
    let way = ("acme", "CUSTOMER");
    assert_eq!(
        sign_in(&shop, &provider, way, &unproven).await,
        Err("EMAIL_NOT_VERIFIED".to_owned())
    );
    // Somebody made an account with the address of another, who now comes: it does not become theirs together.
    let taken = customer(&shop, "ann@shop.example", false).await;
    assert_eq!(
        sign_in(&shop, &provider, way, &ANN).await,
        Err("EMAIL_NOT_VERIFIED".to_owned())
    );
    assert_eq!(
        external_identity::Entity::find()
            .count(&shop.app.db)
            .await
            .expect("a number"),
        0
    );
    assert_eq!(stored(&shop, taken.id).await.email_verified_at, None);
    // With a proven one they are joined, and the password goes on to work.
    let known = customer(&shop, "bob@shop.example", true).await;
    let bob = Holder {
        subject: "bob-at-the-provider",
        email: "bob@shop.example",
        ..ANN
    };
    let before = accounts(&shop).await;
    sign_in(&shop, &provider, way, &bob).await.expect("a token");
    assert_eq!(accounts(&shop).await, before);
    let joined = external_identity::Entity::find()
        .one(&shop.app.db)
        .await
        .expect("a row")
        .expect("a row");
    assert_eq!((joined.account_id, joined.subject.as_str()), (known.id, bob.subject));
    signed_in(&shop, &known, None).await;
}

#[tokio::test]
async fn staff_is_invited_first_and_a_closed_account_stays_closed() {
    let (shop, provider) = shop_with_provider().await;
    let way = ("acme", "STAFF");
    let before = accounts(&shop).await;
    assert_eq!(
        sign_in(&shop, &provider, way, &ANN).await,
        Err("INVALID_CREDENTIALS".to_owned())
    );
    // Nor does an account of a customer with the same address open the door of staff.
    customer(&shop, "ann@shop.example", true).await;
    assert_eq!(
        sign_in(&shop, &provider, way, &ANN).await,
        Err("INVALID_CREDENTIALS".to_owned())
    );
    assert_eq!(accounts(&shop).await, before + 1);
    // Somebody invited joins so: the address that was invited is proven.
    let input = json!({ "email": "carol@shop.example", "roleIds": [] });
    let invited = shop.staff().changed("staffInvite", input, "staffUser { id }").await["staffUser"]["id"].take();
    let carol = Holder {
        subject: "carol",
        email: "carol@shop.example",
        ..ANN
    };
    let unproven = Holder {
        verified: false,
        ..carol.clone()
    };
    assert_eq!(
        sign_in(&shop, &provider, way, &unproven).await,
        Err("EMAIL_NOT_VERIFIED".to_owned())
    );
    let token = sign_in(&shop, &provider, way, &carol).await.expect("a token");
    let me = shop
        .bearing(&token)
        .data("{ viewer { ... on StaffUser { id } } }", json!({}))
        .await;
    assert_eq!(me["viewer"]["id"], invited);
    let person = owner(&shop, "ann@shop.example").await;
    let token = sign_in(&shop, &provider, way, &ANN).await.expect("a token");
    shop.bearing(&token)
        .data("{ auditEntries { totalCount } }", json!({}))
        .await;
    let mut row: account::ActiveModel = stored(&shop, person.id).await.into();
    row.blocked_at = sea_orm::Set(Some(shop.app.clock.now()));
    sea_orm::ActiveModelTrait::update(row, &shop.app.db)
        .await
        .expect("a change");
    assert_eq!(
        sign_in(&shop, &provider, way, &ANN).await,
        Err("INVALID_CREDENTIALS".to_owned())
    );
}

#[tokio::test]
async fn what_was_begun_ends_once_in_the_browser_that_began_it() {
    let (shop, provider) = shop_with_provider().await;
    let (url, ticket) = begin(&shop, "acme", "CUSTOMER").await;
    let (state, code) = provider.authorize(&url, &ANN);
    let back = |state: &str, code: &str, ticket: &str| json!({ "state": state, "code": code, "ticket": ticket });
    let invalid = || Err("INVALID_TOKEN".to_owned());
    // Another browser, that was sent a link with the state and the code of somebody else.
    let (_, foreign) = begin(&shop, "acme", "CUSTOMER").await;
    for wrong in [
        back(&state, &code, &foreign),
        back(&state, &code, ""),
        back("unknown", &code, &ticket),
        back(&state.to_uppercase(), &code, &ticket),
        json!({ "state": state, "ticket": ticket }),
        back(&state, &"c".repeat(5000), &ticket),
    ] {
        assert_eq!(complete(&shop, wrong.clone()).await, invalid(), "{wrong}");
    }
    let twice = [(); 3].map(|()| complete(&shop, back(&state, &code, &ticket)));
    let outcomes = futures_util::future::join_all(twice).await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    assert_eq!(complete(&shop, back(&state, &code, &ticket)).await, invalid());
    // A code of one sign-in is of no use in another: PKCE.
    let (stolen_url, _) = begin(&shop, "acme", "CUSTOMER").await;
    let (_, stolen) = provider.authorize(&stolen_url, &ANN);
    let (url, ticket) = begin(&shop, "acme", "CUSTOMER").await;
    let (state, code) = provider.authorize(&url, &ANN);
    let refused = complete(&shop, back(&state, &stolen, &ticket)).await;
    assert_eq!(refused, Err("INVALID_CREDENTIALS".to_owned()));
    assert_eq!(
        complete(&shop, back(&state, &code, &ticket)).await,
        invalid(),
        "it is over"
    );
    // Nobody waits for ever.
    let (url, ticket) = begin(&shop, "acme", "CUSTOMER").await;
    let (state, code) = provider.authorize(&url, &ANN);
    shop.app.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(complete(&shop, back(&state, &code, &ticket)).await, invalid());
    sweep(&shop.app).await.expect("a round");
    assert_eq!(
        external_sign_in::Entity::find()
            .count(&shop.app.db)
            .await
            .expect("a number"),
        0
    );
}

#[tokio::test]
async fn only_what_is_set_up_is_offered() {
    let (shop, _provider) = shop_with_provider().await;
    for (input, code, path) in [
        (
            json!({ "provider": "other", "redirectUri": BACK }),
            "NOT_FOUND",
            "provider",
        ),
        (
            json!({ "provider": "vouch", "kind": "CUSTOMER", "redirectUri": BACK }),
            "NOT_FOUND",
            "provider",
        ),
        (
            json!({ "provider": "acme", "redirectUri": "https://evil.example/back" }),
            "INVALID_INPUT",
            "redirectUri",
        ),
        (
            json!({ "provider": "acme", "redirectUri": format!("{BACK}/..") }),
            "INVALID_INPUT",
            "redirectUri",
        ),
        (
            json!({ "provider": "acme", "redirectUri": format!("{BACK}?x=1") }),
            "INVALID_INPUT",
            "redirectUri",
        ),
    ] {
        let refused = shop.change_refused("externalSignInStart", input.clone()).await;
        assert_eq!(refused, (code.to_owned(), json!([path])), "{input}");
    }
}

#[tokio::test]
async fn the_second_factor_is_asked_for_here_unless_the_provider_is_trusted_with_it() {
    let (shop, provider) = shop_with_provider().await;
    let person = owner(&shop, "ann@shop.example").await;
    let own = signed_in(&shop, &person, None).await;
    let begun = own.changed("mfaSetup", json!({ "password": PASSWORD }), "secret").await;
    let secret = TotpSecret::from_base32(begun["secret"].as_str().expect("a secret")).expect("base32");
    let shown = || {
        secret
            .code_at(u64::try_from(shop.app.clock.now().timestamp()).expect("a moment"))
            .expect("a code")
    };
    own.changed("mfaConfirm", json!({ "code": shown() }), "recoveryCodes")
        .await;
    shop.app.clock.advance(Duration::from_secs(30));

    let (url, ticket) = begin(&shop, "acme", "STAFF").await;
    let both = Holder {
        amr: &["pwd", "mfa"],
        ..ANN
    };
    let (state, code) = provider.authorize(&url, &both);
    let back = |totp: Option<&str>| json!({ "state": state, "code": code, "ticket": ticket, "totp": totp });
    assert_eq!(complete(&shop, back(None)).await, Err("MFA_REQUIRED".to_owned()));
    assert_eq!(
        complete(&shop, back(Some("000000"))).await,
        Err("MFA_INVALID".to_owned())
    );
    // The same sign-in goes on: the provider is not asked again. Its browser must be the same.
    let foreign = json!({ "state": state, "ticket": "another", "totp": shown() });
    assert_eq!(complete(&shop, foreign).await, Err("INVALID_TOKEN".to_owned()));
    let token = complete(&shop, json!({ "state": state, "ticket": ticket, "totp": shown() }))
        .await
        .expect("a token");
    assert_eq!(status(&shop.bearing(&token)).await, json!({ "enabled": true }));
    assert_eq!(
        complete(&shop, back(None)).await,
        Err("INVALID_TOKEN".to_owned()),
        "it is over"
    );
    // A provider that is trusted with it may say so.
    assert_eq!(
        sign_in(&shop, &provider, ("vouch", "STAFF"), &ANN).await,
        Err("MFA_REQUIRED".to_owned())
    );
    sign_in(&shop, &provider, ("vouch", "STAFF"), &both)
        .await
        .expect("a token");
}

#[tokio::test]
async fn a_provider_that_is_away_is_told_and_asked_again_later() {
    let (shop, provider) = shop_with_provider().await;
    let start = json!({ "provider": "acme", "redirectUri": BACK });
    let away = ("PROVIDER_AWAY".to_owned(), json!(["provider"]));
    provider.become_(Mood::Silent);
    let begun = Instant::now();
    assert_eq!(shop.change_refused("externalSignInStart", start.clone()).await, away);
    let waited = begun.elapsed();
    assert!(waited < Duration::from_secs(20), "{waited:?}");
    // Those who come right after it do not wait for it too.
    let asked = provider.discoveries();
    for _ in 0..5 {
        assert_eq!(shop.change_refused("externalSignInStart", start.clone()).await, away);
    }
    assert_eq!(provider.discoveries(), asked);
    for mood in [Mood::Broken, Mood::Elsewhere] {
        provider.become_(mood);
        shop.app.clock.advance(Duration::from_secs(11));
        let asked = provider.discoveries();
        assert_eq!(
            shop.change_refused("externalSignInStart", start.clone()).await,
            away,
            "{mood:?}"
        );
        assert_eq!(
            provider.discoveries(),
            asked + 1,
            "{mood:?}: redirects are not followed"
        );
    }
    provider.become_(Mood::Well);
    shop.app.clock.advance(Duration::from_secs(11));
    let (url, ticket) = begin(&shop, "acme", "CUSTOMER").await;
    // Away when somebody comes back.
    let (state, code) = provider.authorize(&url, &ANN);
    provider.become_(Mood::Broken);
    let back = json!({ "state": state, "code": code, "ticket": ticket });
    assert_eq!(complete(&shop, back).await, Err("PROVIDER_AWAY".to_owned()));
}

#[tokio::test]
async fn what_is_known_of_a_provider_is_kept_for_an_hour_and_new_keys_are_found() {
    let (shop, provider) = shop_with_provider().await;
    let way = ("acme", "CUSTOMER");
    for _ in 0..3 {
        sign_in(&shop, &provider, way, &ANN).await.expect("a token");
    }
    assert_eq!(provider.discoveries(), 1);
    // A new key is looked for, but not for every token that brings an unknown one.
    shop.app.clock.advance(Duration::from_secs(60));
    provider.rotate("second");
    sign_in(&shop, &provider, way, &ANN).await.expect("a token");
    assert_eq!(provider.discoveries(), 2);
    provider.rotate("third");
    assert_eq!(
        sign_in(&shop, &provider, way, &ANN).await,
        Err("INVALID_CREDENTIALS".to_owned())
    );
    assert_eq!(provider.discoveries(), 2);
    shop.app.clock.advance(Duration::from_secs(11));
    sign_in(&shop, &provider, way, &ANN).await.expect("a token");
    assert_eq!(provider.discoveries(), 3);
    // After an hour it is read again; when that does not work, what is known goes on to count.
    shop.app.clock.advance(Duration::from_secs(3601));
    let (url, ticket) = begin(&shop, "acme", "CUSTOMER").await;
    assert_eq!(provider.discoveries(), 4);
    let (state, code) = provider.authorize(&url, &ANN);
    complete(&shop, json!({ "state": state, "code": code, "ticket": ticket }))
        .await
        .expect("a token");
}
