//! Accounts: who may come in, for how long, and who may not.

mod cookie;
mod credentials;
mod guessing;
mod hashing;
mod keys;
mod passwords;
mod refresh;
mod reset;
mod session;
mod sockets;
mod tokens;

use entity::account::account;
use entity::customer::customer;
use entity::{CustomerId, TypedId};
use merx::account::{AccountKind, Client, Password, SecondFactor, SignIn, hash_password};
use merx::platform::address::ClientAddress;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Shop;

/// A password that will do.
pub const PASSWORD: &str = "four sheep on a green roof";

/// A customer with an account whose address is proven and whose password is [`PASSWORD`].
pub async fn customer(shop: &Shop, email: &str) -> Uuid {
    customer_with(shop, email, |_| {}).await
}

/// The same, with an account that is different in something.
pub async fn customer_with(shop: &Shop, email: &str, change: impl FnOnce(&mut account::Model)) -> Uuid {
    let app = &shop.app;
    let now = app.clock.now();
    let id: CustomerId = app.ids.new_id();
    let row = customer::Model {
        id,
        email: email.to_owned(),
        first_name: None,
        last_name: None,
        created_at: now,
    };
    row.into_active_model().insert(&app.db).await.expect("a customer");
    let password = Password::parse(PASSWORD, &[]).expect("a password");
    let mut row = account::Model {
        id: id.uuid(),
        kind: AccountKind::Customer,
        email: email.to_owned(),
        password_hash: Some(hash_password(app, &password).await.expect("a hash")),
        email_verified_at: Some(now),
        blocked_at: None,
        totp_secret: None,
        totp_confirmed_at: None,
        totp_last_step: None,
        locale: "en".to_owned(),
        created_at: now,
        password_changed_at: Some(now),
    };
    change(&mut row);
    row.into_active_model().insert(&app.db).await.expect("an account");
    id.uuid()
}

/// What a customer says to come in.
pub fn credentials(email: &str, password: &str) -> SignIn {
    SignIn {
        kind: AccountKind::Customer,
        email: email.to_owned(),
        password: password.to_owned(),
        second: SecondFactor::default(),
    }
}

/// A client somewhere else for each number.
pub fn client(number: u32) -> Client {
    let address = std::net::Ipv4Addr::from_bits(0x0a00_0000 + number);
    Client::new(Some("a test"), ClientAddress::new(address.into()))
}

/// A pair of tokens.
#[derive(Clone)]
pub struct Tokens {
    /// Says who asks.
    pub access: String,
    /// Gets the next pair.
    pub refresh: String,
}

impl Tokens {
    fn of(payload: &Value) -> Self {
        assert_eq!(payload["errors"], json!([]));
        let text = |name: &str| payload[name].as_str().expect("a token").to_owned();
        Self {
            access: text("accessToken"),
            refresh: text("refreshToken"),
        }
    }
}

/// Signs in with [`PASSWORD`].
pub async fn sign_in(shop: &Shop, email: &str) -> Tokens {
    let input = json!({ "email": email, "password": PASSWORD });
    Tokens::of(&shop.change("sessionCreate", input, "accessToken refreshToken").await)
}

/// The next pair, or the code of the refusal.
pub async fn refresh(shop: &Shop, token: &str) -> Result<Tokens, String> {
    let input = json!({ "refreshToken": token });
    let payload = shop.change("sessionRefresh", input, "accessToken refreshToken").await;
    match payload["errors"][0]["code"].as_str() {
        Some(code) => {
            assert!(payload["accessToken"].is_null() && payload["refreshToken"].is_null());
            Err(code.to_owned())
        }
        None => Ok(Tokens::of(&payload)),
    }
}

/// Whether `token` is believed.
pub async fn is_believed(shop: &Shop, token: &str) -> bool {
    let answer = shop.bearing(token).send("{ sessions { id current } }", json!({})).await;
    match answer["errors"][0]["extensions"]["code"].as_str() {
        Some("UNAUTHENTICATED") => false,
        Some(other) => panic!("{other} in place of UNAUTHENTICATED: {answer}"),
        None => true,
    }
}
