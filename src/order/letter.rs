//! The words of the confirmation. Pure.

use std::fmt::Write;

use entity::order::order_line;

use crate::order::query::Order;
use crate::platform::money::{Currency, Money};

/// Subject and body of the confirmation of an order.
pub(super) fn confirmation(order: &Order, lines: &[order_line::Model], currency: Currency) -> (String, String) {
    let money = |minor: i64| Money::new(minor, currency).formatted("en");
    let mut text = format!("Thank you. We have received your order {}.\r\n\r\n", order.number);
    for line in lines {
        let _ = write!(text, "{} x {}  {}\r\n", line.quantity, line.name, money(line.total));
    }
    let _ = write!(text, "\r\nSubtotal  {}\r\n", money(order.subtotal));
    if order.discount_total > 0 {
        let _ = write!(text, "Discount  -{}\r\n", money(order.discount_total));
    }
    let _ = write!(text, "Delivery  {}\r\n", money(order.shipping_total));
    let tax = if order.tax_included { "Tax (included)" } else { "Tax" };
    let _ = write!(
        text,
        "{tax}  {}\r\nTotal  {}\r\n",
        money(order.tax_total),
        money(order.total)
    );
    if let Some(to) = &order.shipping_address {
        let _ = write!(
            text,
            "\r\nIt goes to\r\n{} {}\r\n{}\r\n{} {}\r\n{}\r\n",
            to.first_name, to.last_name, to.line1, to.postal_code, to.city, to.country_code
        );
    }
    (format!("Your order {}", order.number), text)
}
