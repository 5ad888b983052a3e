//! Export and erasure in the schema.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::CustomerId;

use crate::customer::{CustomerRequestPayload, signed_in, throttled};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::Gid;
use crate::platform::locale::message;
use crate::platform::permission::Permission;
use crate::privacy::{EraseError, Export, ExportError, erase, erase_own, export, export_for_staff};

/// Which part of an export.
#[derive(InputObject, Default)]
pub struct CustomerDataExportInput {
    /// The `next` of the part before; none for the first.
    after: Option<String>,
}

/// Which part of whose export.
#[derive(InputObject)]
pub struct CustomerDataExportAsStaffInput {
    /// The customer.
    id: Gid<CustomerId>,
    /// The `next` of the part before; none for the first.
    after: Option<String>,
}

/// Consent to be forgotten.
#[derive(InputObject)]
pub struct CustomerEraseInput {
    /// The password, as proof that it is them; not needed where the account has none.
    password: Option<String>,
}

/// A customer to forget.
#[derive(InputObject)]
pub struct CustomerEraseAsStaffInput {
    /// The customer.
    id: Gid<CustomerId>,
}

/// A part of an export.
#[derive(SimpleObject, Default)]
pub struct CustomerDataExportPayload {
    /// All that is known, as JSON: in the first part the person and up to 500 orders, in the others the orders that
    /// follow. Amounts are in minor units.
    data: Option<String>,
    /// Asks for the next part as `after`; null behind the last.
    next: Option<String>,
    /// Why there is none: NOT_FOUND.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

fn export_payload(result: Result<Export, ExportError>) -> Result<CustomerDataExportPayload> {
    match result {
        Ok(export) => Ok(CustomerDataExportPayload {
            data: Some(export.json),
            next: export.next,
            ..CustomerDataExportPayload::default()
        }),
        Err(ExportError::NotFound) => Ok(CustomerDataExportPayload {
            errors: vec![UserError::not_found(message!("customer-not-found"), &["id"])],
            ..CustomerDataExportPayload::default()
        }),
        Err(ExportError::Page(error)) => Err(error.into()),
        Err(ExportError::Fault(fault)) => Err(fault.into()),
    }
}

fn erase_error(error: EraseError) -> Result<UserError> {
    let message = error.message();
    Ok(match error {
        EraseError::Password => UserError::new(ErrorCode::InvalidCredentials, message, &["password"]),
        EraseError::NotFound => UserError::not_found(message, &["id"]),
        EraseError::Throttled(why) => return Err(throttled(&why)),
        EraseError::Fault(fault) => return Err(fault.into()),
    })
}

/// What people may ask of the data about them.
#[derive(Default)]
pub struct PrivacyMutation;

#[Object]
impl PrivacyMutation {
    /// All that is known about the customer who asks, in parts.
    async fn customer_data_export(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which part.")] input: CustomerDataExportInput,
    ) -> Result<CustomerDataExportPayload> {
        let (customer, _) = signed_in(ctx)?;
        export_payload(export(ctx.app(), customer, input.after).await)
    }

    /// Forgets the customer who asks: account, addresses, sessions, and who they were in orders. It cannot be undone; a
    /// letter says that it is done.
    async fn customer_erase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Consent.")] input: CustomerEraseInput,
    ) -> Result<CustomerRequestPayload> {
        let (customer, _) = signed_in(ctx)?;
        let erased = Box::pin(erase_own(ctx.app(), customer, input.password.as_deref())).await;
        CustomerRequestPayload::of(erased, erase_error)
    }

    /// All that is known about a customer, in parts, for whoever answers their request. Staff only:
    /// `customers.erase`.
    #[graphql(guard = "Needs(Permission::CustomersErase)", visible = "visible::customers_erase")]
    async fn customer_data_export_as_staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and which part.")] input: CustomerDataExportAsStaffInput,
    ) -> Result<CustomerDataExportPayload> {
        ctx.everywhere(Permission::CustomersErase)?;
        let actor = ctx.actor();
        let exported = export_for_staff(ctx.app(), ctx.scope(), &actor, input.id.0, input.after);
        let exported = Box::pin(exported).await;
        export_payload(exported)
    }

    /// Forgets a customer, with or without an account, as `customerErase` does. Staff only: `customers.erase`.
    #[graphql(guard = "Needs(Permission::CustomersErase)", visible = "visible::customers_erase")]
    async fn customer_erase_as_staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: CustomerEraseAsStaffInput,
    ) -> Result<CustomerRequestPayload> {
        ctx.everywhere(Permission::CustomersErase)?;
        let erased = Box::pin(erase(ctx.app(), ctx.scope(), &ctx.actor(), input.id.0)).await;
        CustomerRequestPayload::of(erased, erase_error)
    }
}
