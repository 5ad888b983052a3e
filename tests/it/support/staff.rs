//! Members of staff and their programs.

use entity::TypedId;
use entity::staff::api_key;
use entity::staff::staff_role::PermissionNames;
use merx::app::App;
use merx::platform::permission::Permission;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Shop;

/// The API key of test shops, which allows everything.
pub const OWNER_KEY: &str = "merx_sk_ownerkeyofthetestsabcdefghijklmn";

/// Puts [`OWNER_KEY`] into a shop.
pub async fn make_owner_key(app: &App) {
    let hash: String = Sha256::digest(OWNER_KEY).iter().map(|b| format!("{b:02x}")).collect();
    let names = Permission::ALL.iter().map(|p| p.name().to_owned());
    let row = api_key::Model {
        id: TypedId::from_uuid(app.ids.uuid()),
        name: "Tests".to_owned(),
        prefix: OWNER_KEY[..14].to_owned(),
        hash,
        permissions: PermissionNames(names.collect()),
        channel_id: None,
        created_by: None,
        created_at: app.clock.now(),
        expires_at: None,
        // Far ahead: no test waits for a note of its use.
        last_used_at: chrono::DateTime::from_timestamp(4_000_000_000, 0),
        revoked_at: None,
    };
    row.into_active_model().insert(&app.db).await.expect("a key");
}

impl Shop {
    /// The same shop, seen by whoever has `token`.
    pub fn bearing(&self, token: &str) -> Self {
        self.seen_with("authorization", &format!("Bearer {token}"))
    }

    /// The id of the channel `slug`.
    pub async fn channel_id(&self, slug: &str) -> String {
        let document = "query($slug: String) { channel(slug: $slug) { id } }";
        let data = self.data(document, json!({ "slug": slug })).await;
        data["channel"]["id"].as_str().expect("a channel").to_owned()
    }

    /// Runs a mutation `name(input: Type!)` of which `shown` is selected beside the errors, and gives its payload.
    pub async fn change(&self, name: &str, input: Value, shown: &str) -> Value {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let document = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ {shown}
               errors {{ __typename code message path ... on StaleVersionError {{ currentVersion }} }} }} }}"
        );
        self.data(&document, json!({ "input": input })).await[name].take()
    }

    /// The same, where it must succeed.
    pub async fn changed(&self, name: &str, input: Value, shown: &str) -> Value {
        let payload = self.change(name, input, shown).await;
        assert_eq!(payload["errors"], json!([]), "{name}");
        payload
    }

    /// The same, where it must be refused: gives code and path of the first error.
    pub async fn change_refused(&self, name: &str, input: Value) -> (String, Value) {
        let payload = self.change(name, input, "").await;
        let error = &payload["errors"][0];
        let code = error["code"]
            .as_str()
            .unwrap_or_else(|| panic!("{name} was done: {payload}"));
        (code.to_owned(), error["path"].clone())
    }

    /// The key itself and its id, for a program that may do just this, in one channel or in every one.
    pub async fn api_key(&self, permissions: &[&str], channel: Option<&str>) -> (String, String) {
        let permissions: Vec<String> = permissions
            .iter()
            .map(|name| name.replace('.', "_").to_uppercase())
            .collect();
        let channel = match channel {
            Some(slug) => Some(self.channel_id(slug).await),
            None => None,
        };
        let input = json!({ "name": "A program", "permissions": permissions, "channelId": channel });
        let made = self
            .staff()
            .changed("apiKeyCreate", input, "secret apiKey { id }")
            .await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        (text(&made["secret"]), text(&made["apiKey"]["id"]))
    }

    /// The same shop, seen by a program that may do just this.
    pub async fn program(&self, permissions: &[&str], channel: Option<&str>) -> Self {
        self.bearing(&self.api_key(permissions, channel).await.0)
    }

    /// The same shop, seen by the member of staff who signs in so.
    pub async fn signed_in(&self, email: &str, password: &str) -> Self {
        let input = json!({ "email": email, "password": password, "kind": "STAFF" });
        let session = self.changed("sessionCreate", input, "accessToken").await;
        self.bearing(session["accessToken"].as_str().expect("a token"))
    }

    /// What was written to people so far, oldest first.
    pub fn letters(&self) -> Vec<String> {
        let folder = self.folder().join("mail");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("a mail folder")
            .map(|entry| entry.expect("a letter").path())
            .filter(|path| path.extension().is_some_and(|e| e == "eml"))
            .collect();
        files.sort_by_key(|path| path.metadata().and_then(|m| m.modified()).ok());
        files
            .iter()
            .map(|path| std::fs::read_to_string(path).expect("a letter"))
            .collect()
    }
}
