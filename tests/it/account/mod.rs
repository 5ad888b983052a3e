//! What a person signs in with: the second factor, and providers of OpenID Connect.

mod external;
mod forgery;
mod mfa;
mod mfa_of_staff;
mod provider;
mod totp;

use entity::account::account::{self, AccountKind};
use entity::customer::customer;
use entity::{CustomerId, TypedId};
use merx::account::{Password, hash_password};
use merx::staff::{CreateOwner, create_owner};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Shop;

/// The password of everybody here.
const PASSWORD: &str = "correct horse battery";

/// Somebody with an account.
struct Person {
    id: Uuid,
    kind: &'static str,
    email: String,
}

/// A customer with an account, whose address is proven or not.
async fn customer(shop: &Shop, email: &str, verified: bool) -> Person {
    let app = &shop.app;
    let password = Password::parse(PASSWORD, &[]).expect("a good password");
    let hash = hash_password(app, &password).await.expect("a hash");
    let id: CustomerId = app.ids.new_id();
    let now = app.clock.now();
    let row = customer::ActiveModel {
        id: Set(id),
        email: Set(email.to_owned()),
        first_name: Set(None),
        last_name: Set(None),
        created_at: Set(now),
    };
    row.insert(&app.db).await.expect("a customer");
    let row = account::Model {
        id: id.uuid(),
        kind: AccountKind::Customer,
        email: email.to_owned(),
        password_hash: Some(hash),
        email_verified_at: verified.then_some(now),
        blocked_at: None,
        totp_secret: None,
        totp_confirmed_at: None,
        totp_last_step: None,
        locale: "en".to_owned(),
        created_at: now,
        password_changed_at: Some(now),
    };
    row.into_active_model().insert(&app.db).await.expect("an account");
    Person {
        id: id.uuid(),
        kind: "CUSTOMER",
        email: email.to_owned(),
    }
}

/// A member of staff who may do everything.
async fn owner(shop: &Shop, email: &str) -> Person {
    let command = CreateOwner {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let made = create_owner(&shop.app, command).await.expect("an owner");
    Person {
        id: made.id.uuid(),
        kind: "STAFF",
        email: email.to_owned(),
    }
}

/// The account as it stands in the database.
async fn stored(shop: &Shop, id: Uuid) -> account::Model {
    let row = account::Entity::find_by_id(id).one(&shop.app.db).await.expect("a row");
    row.expect("the account")
}

const SIGN_IN: &str = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) {
  accessToken errors { code path } } }";

/// What `person` gets who tells `password` and `code`.
async fn sign_in_with(shop: &Shop, person: &Person, password: &str, code: Option<&str>) -> Value {
    let input = json!({ "email": person.email, "password": password, "kind": person.kind, "totp": code });
    shop.send(SIGN_IN, json!({ "input": input })).await
}

/// The code of the error when `person` signs in with `code`; nothing when it works.
async fn refusal(shop: &Shop, person: &Person, code: Option<&str>) -> Option<String> {
    let answer = sign_in_with(shop, person, PASSWORD, code).await;
    let top = &answer["errors"][0]["extensions"]["code"];
    let error = &answer["data"]["sessionCreate"]["errors"][0]["code"];
    top.as_str().or(error.as_str()).map(str::to_owned)
}

/// The shop as `person` sees it who signs in with `code`.
async fn signed_in(shop: &Shop, person: &Person, code: Option<&str>) -> Shop {
    let answer = sign_in_with(shop, person, PASSWORD, code).await;
    let token = answer["data"]["sessionCreate"]["accessToken"].as_str();
    shop.bearing(token.unwrap_or_else(|| panic!("not signed in: {answer:#}")))
}
