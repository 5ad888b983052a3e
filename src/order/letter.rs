//! What the confirmation of an order says. Pure.

use entity::order::order_line;

use crate::mail::Letter;
use crate::mail::letter::{Ordered, OrderedLine};
use crate::order::query::Order;
use crate::platform::locale::Locale;
use crate::platform::money::{Currency, Money};

/// The confirmation of an order.
pub(super) fn confirmation(order: &Order, lines: &[order_line::Model], currency: Currency, locale: Locale) -> Letter {
    let money = |minor: i64| Money::new(minor, currency).formatted(locale.tag());
    let line = |line: &order_line::Model| OrderedLine {
        quantity: line.quantity,
        name: line.name.clone(),
        total: money(line.total),
    };
    Letter::OrderConfirmation(Box::new(Ordered {
        number: order.number.clone(),
        lines: lines.iter().map(line).collect(),
        subtotal: money(order.subtotal),
        discount: (order.discount_total > 0).then(|| money(order.discount_total)),
        delivery: money(order.shipping_total),
        tax_included: order.tax_included,
        tax: money(order.tax_total),
        total: money(order.total),
        address: order.shipping_address.as_ref().map(|to| {
            vec![
                format!("{} {}", to.first_name, to.last_name),
                to.line1.clone(),
                format!("{} {}", to.postal_code, to.city),
                to.country_code.clone(),
            ]
        }),
    }))
}
