//! How the amounts of an order make its total. Pure.

use entity::order::orders::PaymentState;

use crate::order::HistoricLine;
use crate::platform::money::{Currency, Money, prorate};

/// A line as its row says, before the discount of the order.
pub(super) struct Line {
    /// The line; `total` is quantity times price.
    pub(super) line: HistoricLine,
    /// Whether tax is due.
    pub(super) taxable: bool,
}

/// What does not add up.
pub(super) struct Mismatch {
    /// The column whose amount is another.
    pub(super) column: &'static str,
    /// The amount.
    pub(super) value: String,
    /// What it should be made of.
    pub(super) reason: String,
}

/// Finds how the amounts make the subtotal and the total: nothing is rounded or guessed away. `tax_included` answers
/// where there is no tax to tell by.
pub(super) fn add_up(
    currency: Currency,
    tax_included: bool,
    lines: Vec<Line>,
    amounts: &Amounts,
) -> Result<Sums, Mismatch> {
    let show = |minor| Money::new(minor, currency).decimal();
    let gross = lines.iter().try_fold(0i64, |sum, l| sum.checked_add(l.line.total));
    let own = lines
        .iter()
        .try_fold(0i64, |sum, l| sum.checked_add(l.line.discount_total));
    let (Some(gross), Some(own)) = (gross, own) else {
        return Err(Mismatch {
            column: "Subtotal",
            value: show(amounts.subtotal),
            reason: "the lines make too much".to_owned(),
        });
    };
    // The discount of the order comes on top of those of the lines, holds them already, or concerns the delivery.
    let candidates = [own.checked_add(amounts.discount), Some(amounts.discount), Some(own)];
    let fits = |total: &i64| *total >= own && *total <= gross && gross - total == amounts.subtotal;
    let Some(discount_total) = candidates.into_iter().flatten().find(fits) else {
        let reason = format!(
            "does not add up: the lines make {}, less {} discount on lines and {} on the order",
            show(gross),
            show(own),
            show(amounts.discount)
        );
        return Err(Mismatch {
            column: "Subtotal",
            value: show(amounts.subtotal),
            reason,
        });
    };
    let net = amounts.subtotal.checked_add(amounts.shipping);
    let with_tax = net.and_then(|net| net.checked_add(amounts.taxes));
    let tax_included = match (net == Some(amounts.total), with_tax == Some(amounts.total)) {
        // Without tax both are true.
        (true, true) => tax_included,
        (true, false) => true,
        (false, true) => false,
        (false, false) => {
            let reason = format!(
                "does not add up: {} subtotal, {} shipping, {} taxes (included or not)",
                show(amounts.subtotal),
                show(amounts.shipping),
                show(amounts.taxes)
            );
            return Err(Mismatch {
                column: "Total",
                value: show(amounts.total),
                reason,
            });
        }
    };
    Ok(Sums {
        tax_included,
        subtotal: gross,
        discount_total,
        lines: spread(lines, discount_total - own, amounts),
    })
}

/// What the first row says.
pub(super) struct Amounts {
    pub(super) subtotal: i64,
    pub(super) shipping: i64,
    pub(super) taxes: i64,
    pub(super) total: i64,
    pub(super) discount: i64,
    pub(super) refunded: i64,
    pub(super) outstanding: Option<i64>,
}

impl Amounts {
    /// What has been paid and not gone back.
    pub(super) fn paid(&self, status: PaymentState) -> i64 {
        let paid = match status {
            PaymentState::Pending | PaymentState::Authorized | PaymentState::Refunded => 0,
            PaymentState::PartiallyPaid => self.outstanding.map_or(0, |open| self.total - open),
            PaymentState::Paid => self.total,
            PaymentState::PartiallyRefunded => self.total - self.refunded,
        };
        Ord::max(paid, 0)
    }
}

/// How the amounts add up.
pub(super) struct Sums {
    pub(super) tax_included: bool,
    pub(super) subtotal: i64,
    pub(super) discount_total: i64,
    pub(super) lines: Vec<HistoricLine>,
}

/// Spreads the discount of the order over the lines, by what they cost, and the taxes over taxable lines and delivery.
fn spread(lines: Vec<Line>, discount: i64, amounts: &Amounts) -> Vec<HistoricLine> {
    let net: Vec<i64> = lines.iter().map(|l| l.line.total - l.line.discount_total).collect();
    let discounts = prorate(discount, &net);
    let mut weights: Vec<i64> = lines
        .iter()
        .zip(net.iter().zip(&discounts))
        .map(|(line, (net, discount))| if line.taxable { net - discount } else { 0 })
        .collect();
    weights.push(amounts.shipping);
    let taxes = prorate(amounts.taxes, &weights);
    lines
        .into_iter()
        .zip(discounts.into_iter().zip(taxes))
        .map(|(Line { mut line, .. }, (discount, tax))| {
            line.discount_total += discount;
            line.total -= line.discount_total;
            line.tax_total = tax;
            line
        })
        .collect()
}
