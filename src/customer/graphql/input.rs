//! What clients send about customers.

use async_graphql::{InputObject, MaybeUndefined};
use entity::{AddressId, CustomerId};

use crate::cart::AddressInput;
use crate::graphql::id::Gid;

/// Somebody who wants an account.
#[derive(InputObject)]
pub struct CustomerRegisterInput {
    /// E-mail address; a letter goes there, to be confirmed.
    pub(super) email: String,
    /// Password: 8 to 128 characters, none of those that are tried first.
    pub(super) password: String,
    /// Given name.
    pub(super) first_name: Option<String>,
    /// Family name.
    pub(super) last_name: Option<String>,
}

/// What stands in a letter.
#[derive(InputObject)]
pub struct CustomerEmailVerifyInput {
    /// The code of the letter, which is also behind `#token=` in its link.
    pub(super) token: String,
}

/// Where another letter shall go.
#[derive(InputObject)]
pub struct CustomerVerificationResendInput {
    /// E-mail address of the account.
    pub(super) email: String,
}

/// What shall change. What is not given stays; null clears it.
#[derive(InputObject)]
pub struct CustomerUpdateInput {
    /// Given name.
    pub(super) first_name: MaybeUndefined<String>,
    /// Family name.
    pub(super) last_name: MaybeUndefined<String>,
}

/// Another address for the account.
#[derive(InputObject)]
pub struct CustomerEmailChangeRequestInput {
    /// The address that it shall be; a letter goes there, to be confirmed.
    pub(super) new_email: String,
    /// The password, as proof that it is them; not needed where the account has none.
    pub(super) password: Option<String>,
}

/// What stands in the letter to the new address.
#[derive(InputObject)]
pub struct CustomerEmailChangeConfirmInput {
    /// The code of the letter, which is also behind `#token=` in its link.
    pub(super) token: String,
}

/// An address to keep.
#[derive(InputObject)]
pub struct CustomerAddressCreateInput {
    /// The address.
    pub(super) address: AddressInput,
    /// Propose it for delivery, in place of the one that was.
    #[graphql(default)]
    pub(super) default_shipping: bool,
    /// Propose it for the bill, in place of the one that was.
    #[graphql(default)]
    pub(super) default_billing: bool,
}

/// What shall change of an address. What is not given stays.
#[derive(InputObject)]
pub struct CustomerAddressUpdateInput {
    /// The address, one of the customer's own.
    pub(super) id: Gid<AddressId>,
    /// What it shall be, in full.
    pub(super) address: Option<AddressInput>,
    /// Whether it is proposed for delivery.
    pub(super) default_shipping: Option<bool>,
    /// Whether it is proposed for the bill.
    pub(super) default_billing: Option<bool>,
}

/// An address to forget.
#[derive(InputObject)]
pub struct CustomerAddressDeleteInput {
    /// The address, one of the customer's own.
    pub(super) id: Gid<AddressId>,
}

/// A customer to keep out.
#[derive(InputObject)]
pub struct CustomerBlockInput {
    /// The customer.
    pub(super) id: Gid<CustomerId>,
}

/// A customer to let in again.
#[derive(InputObject)]
pub struct CustomerUnblockInput {
    /// The customer.
    pub(super) id: Gid<CustomerId>,
}
