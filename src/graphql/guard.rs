//! Who may use a field.

use async_graphql::{Context, Guard, Result};

use crate::channel::Scope;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::platform::permission::Permission;
use crate::platform::viewer::Audience;

/// Only who has a permission, in the channel of the request.
pub struct Needs(pub Permission);

impl Guard for Needs {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        let viewer = ctx.scope().viewer;
        if viewer.may(self.0) {
            Ok(())
        } else if viewer.is_staff() {
            Err(ApiError::Forbidden.into())
        } else {
            Err(ApiError::Unauthenticated.into())
        }
    }
}

/// Only members of staff and programs with an API key, whatever they may do.
pub struct StaffOnly;

impl Guard for StaffOnly {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        if ctx.scope().viewer.is_staff() {
            Ok(())
        } else {
            Err(ApiError::Unauthenticated.into())
        }
    }
}

fn audience(ctx: &Context<'_>) -> Audience {
    let viewer = || ctx.data_opt::<Scope>().map(|scope| scope.viewer.audience());
    ctx.data_opt::<Audience>().copied().or_else(viewer).unwrap_or_default()
}

/// Hides a field from those who may not use it: from their introspection, and through the
/// [visibility](super::visibility) that is read from introspection from their documents too. A field that is guarded says
/// both, `guard = "Needs(Permission::CatalogWrite)"` and `visible = "visible::catalog_write"`; a test compares them.
pub mod visible {
    use async_graphql::Context;

    use crate::platform::permission::Permission;

    /// Seen by all of staff.
    pub fn staff(ctx: &Context<'_>) -> bool {
        super::audience(ctx).staff
    }

    macro_rules! seen_with {
        ($($name:ident = $permission:ident;)*) => {$(
            #[doc = concat!("Seen with [`Permission::", stringify!($permission), "`].")]
            pub fn $name(ctx: &Context<'_>) -> bool {
                super::audience(ctx).permissions.has(Permission::$permission)
            }
        )*};
    }

    seen_with! {
        catalog_read = CatalogRead;
        catalog_write = CatalogWrite;
        inventory_read = InventoryRead;
        inventory_write = InventoryWrite;
        orders_read = OrdersRead;
        gift_cards_read = GiftCardsRead;
        gift_cards_write = GiftCardsWrite;
        payments_reconcile = PaymentsReconcile;
        payments_capture = PaymentsCapture;
        payments_refund = PaymentsRefund;
        ledger_read = LedgerRead;
        customers_read = CustomersRead;
        customers_write = CustomersWrite;
        customers_erase = CustomersErase;
        staff_read = StaffRead;
        staff_write = StaffWrite;
        api_keys_write = ApiKeysWrite;
        recommendation_read = RecommendationRead;
        recommendation_write = RecommendationWrite;
        search_read = SearchRead;
        search_write = SearchWrite;
        audit_read = AuditRead;
        experiment_read = ExperimentRead;
        experiment_write = ExperimentWrite;
        question_read = QuestionRead;
        question_write = QuestionWrite;
    }
}
