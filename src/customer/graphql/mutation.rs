//! Changes of customers.

use async_graphql::{Context, MaybeUndefined, Object, Result};

use crate::customer::graphql::address::CustomerAddressObject;
use crate::customer::graphql::input::{
    CustomerAddressCreateInput, CustomerAddressDeleteInput, CustomerAddressUpdateInput, CustomerBlockInput,
    CustomerEmailChangeConfirmInput, CustomerEmailChangeRequestInput, CustomerEmailVerifyInput, CustomerRegisterInput,
    CustomerUnblockInput, CustomerUpdateInput, CustomerVerificationResendInput,
};
use crate::customer::graphql::payload::{
    CustomerAddressDeletePayload, CustomerAddressPayload, CustomerPayload, CustomerRequestPayload, block_error,
    book_error, change_email_error, name_error, register_error, verify_error,
};
use crate::customer::graphql::signed_in;
use crate::customer::{
    ChangeEmail, NewAddress, Register, UpdateAddress, UpdateCustomer, add_address, block, change_email, confirm_email,
    register_customer, remove_address, resend_verification, unblock, update_address, update_customer, verify_email,
};
use crate::graphql::context::ContextExt;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::global_id;
use crate::platform::permission::Permission;

/// Changes of customers.
#[derive(Default)]
pub struct CustomerMutation;

#[Object]
impl CustomerMutation {
    /// Makes an account and sends a letter to confirm the address. An address that has an account gets the same answer,
    /// with an id that means nothing, and another letter. Too many attempts get RATE_LIMITED.
    async fn customer_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: CustomerRegisterInput,
    ) -> Result<CustomerPayload> {
        let command = Register {
            email: input.email,
            password: input.password,
            first_name: input.first_name,
            last_name: input.last_name,
            locale: ctx.request().locale,
        };
        let registered = Box::pin(register_customer(ctx.app(), &ctx.request().client, command)).await;
        CustomerPayload::of(registered, register_error)
    }

    /// Confirms the address of an account with what the letter said. Orders that were placed with the address show in the
    /// account from now on.
    async fn customer_email_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the letter said.")] input: CustomerEmailVerifyInput,
    ) -> Result<CustomerRequestPayload> {
        let verified = Box::pin(verify_email(ctx.app(), &ctx.request().client, &input.token)).await;
        CustomerRequestPayload::of(verified, verify_error)
    }

    /// Sends another letter to confirm an address, if it has an account that waits for that. The answer does not tell
    /// whether it has.
    async fn customer_verification_resend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to.")] input: CustomerVerificationResendInput,
    ) -> Result<CustomerRequestPayload> {
        let sent = Box::pin(resend_verification(ctx.app(), &ctx.request().client, &input.email)).await;
        CustomerRequestPayload::of(sent, verify_error)
    }

    /// Changes the profile of the customer who asks.
    async fn customer_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What shall change.")] input: CustomerUpdateInput,
    ) -> Result<CustomerPayload> {
        let (customer, _) = signed_in(ctx)?;
        let wanted = |field: MaybeUndefined<String>| match field {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(text) => Some(Some(text)),
        };
        let update = UpdateCustomer {
            first_name: wanted(input.first_name),
            last_name: wanted(input.last_name),
        };
        CustomerPayload::of(Box::pin(update_customer(ctx.app(), customer, update)).await, name_error)
    }

    /// Asks for another address for the account of the customer who asks: a letter to confirm it goes to the new one, a
    /// notice to the old one. An address that has an account already gets the same answer.
    async fn customer_email_change_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address and the password.")] input: CustomerEmailChangeRequestInput,
    ) -> Result<CustomerRequestPayload> {
        let (customer, _) = signed_in(ctx)?;
        let command = ChangeEmail {
            customer,
            email: input.new_email,
            password: input.password,
        };
        let asked = Box::pin(change_email(ctx.app(), &ctx.request().client, command)).await;
        CustomerRequestPayload::of(asked, change_email_error)
    }

    /// Confirms a new address with what the letter said. It counts from now on, and all other sessions end.
    async fn customer_email_change_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the letter said.")] input: CustomerEmailChangeConfirmInput,
    ) -> Result<CustomerRequestPayload> {
        let keep = ctx.scope().viewer.session();
        let confirmed = Box::pin(confirm_email(ctx.app(), &ctx.request().client, &input.token, keep)).await;
        CustomerRequestPayload::of(confirmed, change_email_error)
    }

    /// Keeps a customer from signing in and shows them out everywhere. Staff only: `customers.write`.
    #[graphql(guard = "Needs(Permission::CustomersWrite)", visible = "visible::customers_write")]
    async fn customer_block(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: CustomerBlockInput,
    ) -> Result<CustomerPayload> {
        ctx.everywhere(Permission::CustomersWrite)?;
        let blocked = Box::pin(block(ctx.app(), ctx.scope(), &ctx.actor(), input.id.0)).await;
        CustomerPayload::of(blocked, block_error)
    }

    /// Lets a customer sign in again. Staff only: `customers.write`.
    #[graphql(guard = "Needs(Permission::CustomersWrite)", visible = "visible::customers_write")]
    async fn customer_unblock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: CustomerUnblockInput,
    ) -> Result<CustomerPayload> {
        ctx.everywhere(Permission::CustomersWrite)?;
        let unblocked = Box::pin(unblock(ctx.app(), ctx.scope(), &ctx.actor(), input.id.0)).await;
        CustomerPayload::of(unblocked, block_error)
    }
}

/// Changes of the addresses that customers keep.
#[derive(Default)]
pub struct CustomerAddressMutation;

#[Object]
impl CustomerAddressMutation {
    /// Keeps an address for the customer who asks; 50 at most.
    async fn customer_address_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: CustomerAddressCreateInput,
    ) -> Result<CustomerAddressPayload> {
        let (customer, _) = signed_in(ctx)?;
        let new = NewAddress {
            address: input.address.into(),
            default_shipping: input.default_shipping,
            default_billing: input.default_billing,
        };
        let added = Box::pin(add_address(ctx.app(), customer, new, &ctx.scope().channel.countries)).await;
        match added {
            Ok(row) => Ok(CustomerAddressPayload {
                address: Some(CustomerAddressObject(row)),
                ..CustomerAddressPayload::default()
            }),
            Err(error) => Ok(CustomerAddressPayload {
                errors: vec![book_error(error)?],
                ..CustomerAddressPayload::default()
            }),
        }
    }

    /// Changes an address of the customer who asks.
    async fn customer_address_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What shall change.")] input: CustomerAddressUpdateInput,
    ) -> Result<CustomerAddressPayload> {
        let (customer, _) = signed_in(ctx)?;
        let update = UpdateAddress {
            id: input.id.0,
            address: input.address.map(Into::into),
            default_shipping: input.default_shipping,
            default_billing: input.default_billing,
        };
        match Box::pin(update_address(
            ctx.app(),
            customer,
            update,
            &ctx.scope().channel.countries,
        ))
        .await
        {
            Ok(row) => Ok(CustomerAddressPayload {
                address: Some(CustomerAddressObject(row)),
                ..CustomerAddressPayload::default()
            }),
            Err(error) => Ok(CustomerAddressPayload {
                errors: vec![book_error(error)?],
                ..CustomerAddressPayload::default()
            }),
        }
    }

    /// Forgets an address of the customer who asks.
    async fn customer_address_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CustomerAddressDeleteInput,
    ) -> Result<CustomerAddressDeletePayload> {
        let (customer, _) = signed_in(ctx)?;
        match Box::pin(remove_address(ctx.app(), customer, input.id.0)).await {
            Ok(()) => Ok(CustomerAddressDeletePayload {
                deleted_id: Some(global_id(input.id.0)),
                ..CustomerAddressDeletePayload::default()
            }),
            Err(error) => Ok(CustomerAddressDeletePayload {
                errors: vec![book_error(error)?],
                ..CustomerAddressDeletePayload::default()
            }),
        }
    }
}
