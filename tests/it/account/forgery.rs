//! ID tokens that are not what they should be.

use entity::account::account;
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::account::external::{shop_with_provider, sign_in};
use crate::account::provider::{ANN, Forged};

#[tokio::test]
async fn no_token_is_believed_that_is_not_ours_whole_and_new() {
    let (shop, provider) = shop_with_provider().await;
    let way = ("acme", "CUSTOMER");
    let accounts = async || account::Entity::find().count(&shop.app.db).await.expect("a number");
    let before = accounts().await;
    for forged in [
        Forged::Nonce,
        Forged::NoNonce,
        Forged::Issuer,
        Forged::Audience,
        Forged::SecondAudience,
        Forged::Expired,
        Forged::AlgorithmNone,
        Forged::ClientSecret,
        Forged::UnknownKey,
        Forged::Payload,
        Forged::NoToken,
    ] {
        provider.forge(forged);
        let outcome = sign_in(&shop, &provider, way, &ANN).await;
        // None but a token that is no token at all makes the provider look broken.
        assert_eq!(outcome, Err("INVALID_CREDENTIALS".to_owned()), "{forged:?}");
        assert_eq!(accounts().await, before, "{forged:?}");
    }
    provider.forge(Forged::Nothing);
    sign_in(&shop, &provider, way, &ANN).await.expect("a token");
}
