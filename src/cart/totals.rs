//! What a cart costs. Pure, and exact to the minor unit.

use crate::tax::{tax_on_net, tax_within_gross};

/// A line with its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// Price of one unit, minor units, at least 0.
    pub unit_price: i64,
    /// Units, at least 1.
    pub quantity: i32,
    /// Whether tax is due.
    pub taxable: bool,
}

/// What a line costs, minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineTotals {
    /// `quantity x unit_price`.
    pub total: i64,
    /// Rate of the tax, basis points.
    pub tax_rate_bp: i32,
    /// The tax: part of `total` where prices include it, on top where they do not.
    pub tax: i64,
}

/// What a cart costs, minor units. `total = subtotal - discount + shipping`, plus `tax` where prices do not include it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The lines, in order.
    pub lines: Vec<LineTotals>,
    /// Sum of the lines.
    pub subtotal: i64,
    /// Sum of the discounts.
    pub discount: i64,
    /// Price of the delivery.
    pub shipping: i64,
    /// Tax on lines and delivery.
    pub tax: i64,
    /// What is due.
    pub total: i64,
}

/// A sum that 64 bits of minor units cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the total is too large")]
pub struct TotalError;

/// Adds up a cart. The tax is computed and rounded a line, so that the lines of the bill add up to its total.
///
/// # Errors
/// When a sum does not fit.
pub fn totals(lines: &[PricedLine], shipping: i64, tax_rate_bp: i32, tax_included: bool) -> Result<Totals, TotalError> {
    let tax_of = |amount: i64| {
        if tax_included {
            tax_within_gross(amount, tax_rate_bp)
        } else {
            tax_on_net(amount, tax_rate_bp)
        }
    };
    let mut sum = Totals {
        shipping,
        tax: tax_of(shipping).ok_or(TotalError)?,
        ..Totals::default()
    };
    for line in lines {
        let total = line
            .unit_price
            .checked_mul(i64::from(line.quantity))
            .ok_or(TotalError)?;
        let (tax_rate_bp, tax) = if line.taxable {
            (tax_rate_bp, tax_of(total).ok_or(TotalError)?)
        } else {
            (0, 0)
        };
        sum.lines.push(LineTotals {
            total,
            tax_rate_bp,
            tax,
        });
        sum.subtotal = sum.subtotal.checked_add(total).ok_or(TotalError)?;
        sum.tax = sum.tax.checked_add(tax).ok_or(TotalError)?;
    }
    let on_top = if tax_included { 0 } else { sum.tax };
    sum.total = sum
        .subtotal
        .checked_add(shipping)
        .and_then(|t| t.checked_add(on_top))
        .ok_or(TotalError)?;
    Ok(sum)
}
