//! Accounts and what hangs on them: sessions, tokens, second factors, addresses.

use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().up(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().down(manager).await
    }
}

fn plan() -> Plan {
    Plan::default()
        .add(
            table("account")
                // The key of the customer or member of staff that it opens.
                .col(key("id"))
                .col(text("kind"))
                .col(text("email"))
                .col(text_null("password_hash"))
                .col(time_null("email_verified_at"))
                .col(time_null("blocked_at"))
                .col(text_null("totp_secret"))
                .col(time_null("totp_confirmed_at"))
                .col(big_null("totp_last_step"))
                .col(text("locale"))
                .col(time("created_at"))
                .col(time_null("password_changed_at"))
                .check(check("ck_account_kind", "kind IN ('customer', 'staff')"))
                .to_owned(),
            [unique("account", &["kind", "email"])],
        )
        .add(
            table("session")
                .col(key("id"))
                .col(id("account_id"))
                .col(text("kind"))
                .col(text_null("user_agent"))
                .col(text_null("address"))
                .col(time_null("mfa_at"))
                .col(time("created_at"))
                .col(time("last_used_at"))
                .col(time("expires_at"))
                .col(time_null("revoked_at"))
                .col(text_null("revoked_reason"))
                .foreign_key(&mut belongs_to(("session", "account_id"), "account"))
                .to_owned(),
            [
                index("session", &["account_id", "last_used_at"]),
                index("session", &["expires_at"]),
            ],
        )
        .add(
            table("refresh_token")
                .col(text_key("hash"))
                .col(id("session_id"))
                .col(time("created_at"))
                .col(time_null("replaced_at"))
                .foreign_key(&mut belongs_to(("refresh_token", "session_id"), "session"))
                .to_owned(),
            [index("refresh_token", &["session_id"])],
        )
        .add(
            table("one_time_token")
                .col(key("id"))
                .col(id("account_id"))
                .col(text("purpose"))
                .col(text("hash"))
                .col(text_null("email"))
                .col(time("created_at"))
                .col(time("expires_at"))
                .col(time_null("used_at"))
                .foreign_key(&mut belongs_to(("one_time_token", "account_id"), "account"))
                .to_owned(),
            [
                unique("one_time_token", &["hash"]),
                index("one_time_token", &["account_id", "purpose"]),
                index("one_time_token", &["expires_at"]),
            ],
        )
        .add(
            table("recovery_code")
                .col(id("account_id"))
                .col(text("hash"))
                .col(time_null("used_at"))
                .primary_key(&mut composite_key("recovery_code", &["account_id", "hash"]))
                .foreign_key(&mut belongs_to(("recovery_code", "account_id"), "account"))
                .to_owned(),
            [],
        )
        .add(
            table("external_identity")
                .col(text("provider"))
                .col(text("subject"))
                .col(text("kind"))
                .col(id("account_id"))
                .col(text_null("email"))
                .col(time("created_at"))
                .primary_key(&mut composite_key(
                    "external_identity",
                    &["provider", "subject", "kind"],
                ))
                .foreign_key(&mut belongs_to(("external_identity", "account_id"), "account"))
                .to_owned(),
            [index("external_identity", &["account_id"])],
        )
        .add(
            table("external_sign_in")
                .col(text_key("state_hash"))
                .col(text("provider"))
                .col(text("kind"))
                .col(text("nonce"))
                .col(text("pkce_verifier"))
                .col(text("redirect_uri"))
                // Who came back, while the second factor is missing.
                .col(id_null("account_id"))
                .col(time("created_at"))
                .col(time("expires_at"))
                .foreign_key(&mut belongs_to(("external_sign_in", "account_id"), "account"))
                .to_owned(),
            [index("external_sign_in", &["expires_at"])],
        )
        .add(
            table("signing_key")
                .col(text_key("kid"))
                .col(text("private_key"))
                .col(text("public_key"))
                .col(time("created_at"))
                .col(time("signs_from"))
                .col(time("signs_until"))
                .col(time("verifies_until"))
                .to_owned(),
            [],
        )
        .add(
            table("customer_address")
                .col(key("id"))
                .col(id("customer_id"))
                .col(json("address"))
                .col(flag("is_default_shipping"))
                .col(flag("is_default_billing"))
                .col(time("created_at"))
                .col(time("updated_at"))
                .foreign_key(&mut belongs_to(("customer_address", "customer_id"), "customer"))
                .to_owned(),
            [index("customer_address", &["customer_id", "created_at"])],
        )
        .add(
            table("staff_user")
                .col(key("id"))
                .col(text("email"))
                .col(text_null("first_name"))
                .col(text_null("last_name"))
                .col(time_null("joined_at"))
                .col(time_null("deactivated_at"))
                .col(int("version"))
                .col(time("created_at"))
                .to_owned(),
            [
                unique("staff_user", &["email"]),
                index("staff_user", &["created_at", "id"]),
            ],
        )
        .add(
            table("staff_role")
                .col(key("id"))
                .col(text("name"))
                .col(text_null("description"))
                .col(json("permissions"))
                // Made by Merx itself: holds every permission, cannot be changed or deleted.
                .col(flag("is_owner"))
                .col(int("version"))
                .col(time("created_at"))
                .to_owned(),
            [unique("staff_role", &["name"])],
        )
        .add(
            table("role_assignment")
                .col(key("id"))
                .col(id("staff_user_id"))
                .col(id("role_id"))
                // Nothing: in every channel.
                .col(id_null("channel_id"))
                .col(time("created_at"))
                .foreign_key(&mut belongs_to(("role_assignment", "staff_user_id"), "staff_user"))
                .foreign_key(&mut belongs_to(("role_assignment", "role_id"), "staff_role"))
                .foreign_key(&mut belongs_to(("role_assignment", "channel_id"), "channel"))
                .to_owned(),
            [
                index("role_assignment", &["staff_user_id"]),
                index("role_assignment", &["role_id"]),
            ],
        )
        .add(
            table("api_key")
                .col(key("id"))
                .col(text("name"))
                .col(text("prefix"))
                .col(text("hash"))
                .col(json("permissions"))
                .col(id_null("channel_id"))
                .col(id_null("created_by"))
                .col(time("created_at"))
                .col(time_null("expires_at"))
                .col(time_null("last_used_at"))
                .col(time_null("revoked_at"))
                .foreign_key(&mut belongs_to(("api_key", "channel_id"), "channel"))
                .foreign_key(&mut refers_to(("api_key", "created_by"), "staff_user"))
                .to_owned(),
            [unique("api_key", &["hash"]), index("api_key", &["created_at", "id"])],
        )
}
