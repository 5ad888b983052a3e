//! Changes of carts.

use async_graphql::{Context, Object, Result};

use crate::cart::graphql::input::{
    CartBuyerUpdateInput, CartCreateInput, CartDeliverySelectInput, CartLineUpdateInput, CartLinesAddInput,
    CartLinesRemoveInput, CartLinesUpdateInput, new_lines, remarks,
};
use crate::cart::graphql::payload::{CartPayload, payload};
use crate::cart::{
    LineChange, NewLine, UpdateBuyer, add_lines, create_cart, remove_lines, select_delivery, update_buyer, update_lines,
};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, Warning, WarningCode};
use crate::platform::locale::message;

/// Changes of carts.
#[derive(Default)]
pub struct CartMutation;

#[Object]
impl CartMutation {
    /// Makes a cart. Keep its token: whoever has it owns the cart.
    async fn cart_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to start with.")] input: CartCreateInput,
    ) -> Result<CartPayload> {
        let app = ctx.app();
        let channel = match &input.channel {
            None => Some(ctx.scope().channel.clone()),
            Some(slug) => app.channels.by_slug(&app.db, slug).await?,
        };
        let Some(channel) = channel else {
            let errors = vec![UserError::not_found(message!("channel-not-found"), &["channel"])];
            return Ok(CartPayload {
                cart: None,
                errors,
                warnings: Vec::new(),
            });
        };
        let lines = new_lines(input.lines.unwrap_or_default());
        let warnings = merge_warnings(&lines);
        let customer = ctx.scope().viewer.customer();
        payload(
            Box::pin(create_cart(app, &channel, customer, input.email, lines)).await,
            warnings,
        )
    }

    /// Adds lines; a line equal to one that is there adds to its units.
    async fn cart_lines_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lines.")] input: CartLinesAddInput,
    ) -> Result<CartPayload> {
        let token = ctx.cart_token(input.cart_token)?;
        let lines = new_lines(input.lines);
        let warnings = merge_warnings(&lines);
        payload(Box::pin(add_lines(ctx.app(), &token, lines)).await, warnings)
    }

    /// Sets quantity and remarks of lines.
    async fn cart_lines_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lines.")] input: CartLinesUpdateInput,
    ) -> Result<CartPayload> {
        let token = ctx.cart_token(input.cart_token)?;
        let change = |line: CartLineUpdateInput| LineChange {
            id: line.id.0,
            quantity: line.quantity,
            attributes: line.attributes.map(remarks),
        };
        let changes = input.lines.into_iter().map(change).collect();
        payload(Box::pin(update_lines(ctx.app(), &token, changes)).await, Vec::new())
    }

    /// Takes lines out.
    async fn cart_lines_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lines.")] input: CartLinesRemoveInput,
    ) -> Result<CartPayload> {
        let token = ctx.cart_token(input.cart_token)?;
        let ids = input.line_ids.into_iter().map(|id| id.0).collect();
        payload(Box::pin(remove_lines(ctx.app(), &token, ids)).await, Vec::new())
    }

    /// Sets e-mail and addresses.
    async fn cart_buyer_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who buys, and where it goes.")] input: CartBuyerUpdateInput,
    ) -> Result<CartPayload> {
        let token = ctx.cart_token(input.cart_token)?;
        let buyer = UpdateBuyer {
            email: input.email,
            shipping_address: input.shipping_address.map(Into::into),
            billing_address: input.billing_address.map(Into::into),
        };
        payload(Box::pin(update_buyer(ctx.app(), &token, buyer)).await, Vec::new())
    }

    /// Chooses a way of delivery.
    async fn cart_delivery_select(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The choice.")] input: CartDeliverySelectInput,
    ) -> Result<CartPayload> {
        let token = ctx.cart_token(input.cart_token)?;
        payload(
            Box::pin(select_delivery(ctx.app(), &token, input.delivery_option_id.0)).await,
            Vec::new(),
        )
    }
}

/// A call that names a line twice gets one line.
fn merge_warnings(lines: &[NewLine]) -> Vec<Warning> {
    let twice = lines.iter().enumerate().any(|(i, line)| {
        lines[..i]
            .iter()
            .any(|other| other.variant == line.variant && other.attributes == line.attributes)
    });
    let warning = || Warning::new(WarningCode::LinesMerged, message!("lines-merged"));
    twice.then(warning).into_iter().collect()
}
