//! Shopify's order CSV: rows become orders. Pure: no file, no database.

use chrono::{DateTime, NaiveDateTime, Utc};
use entity::customer::customer::Address;
use entity::order::orders::{FulfillmentState, OrderStatus, PaymentState};

use super::order_amounts::{Amounts, Line, Mismatch, add_up};
use super::order_columns::{AddressColumns, Columns};
use super::report::RowError;
use super::source::Row;
use crate::channel::Channel;
use crate::order::{HistoricLine, HistoricOrder};
use crate::platform::money::{Currency, Money};
use crate::platform::text::{normalise_email, sha256_hex};

/// Reads the rows of one order. The first row has what concerns the order, each row has a line.
///
/// # Errors
/// All that is wrong with the rows; amounts that do not add up among them.
pub fn order(columns: &Columns, channel: &Channel, rows: &[Row]) -> Result<HistoricOrder, Vec<RowError>> {
    let Some(first) = rows.first() else {
        return Err(Vec::new());
    };
    let mut reading = Reading {
        columns,
        number: columns.number(first).to_owned(),
        currency: channel.currency,
        errors: Vec::new(),
    };
    let order = reading.order(channel, first, rows);
    if reading.errors.is_empty()
        && let Some(order) = order
    {
        Ok(order)
    } else {
        Err(reading.errors)
    }
}

struct Reading<'a> {
    columns: &'a Columns,
    number: String,
    currency: Currency,
    errors: Vec<RowError>,
}

impl Reading<'_> {
    fn error(&mut self, row: &Row, column: &'static str, value: &str, reason: impl Into<String>) {
        self.errors.push(RowError {
            line: row.line,
            handle: self.number.clone(),
            column,
            value: value.to_owned(),
            reason: reason.into(),
        });
    }

    fn order(&mut self, channel: &Channel, first: &Row, rows: &[Row]) -> Option<HistoricOrder> {
        let columns = self.columns;
        if self.number.is_empty() {
            self.error(first, "Name", "", "is empty");
        }
        for row in rows.iter().filter(|row| row.has_nul()) {
            self.error(row, "", "", "the row holds the character U+0000");
        }
        let currency = first.get(columns.currency);
        if !currency.is_empty() {
            match currency.parse() {
                Ok(parsed) => self.currency = parsed,
                Err(_) => self.error(
                    first,
                    "Currency",
                    currency,
                    "is no currency code of three capital letters",
                ),
            }
        }
        let lines: Vec<Line> = rows.iter().filter_map(|row| self.line(row)).collect();
        if lines.is_empty() && self.errors.is_empty() {
            self.error(first, "Lineitem quantity", "", "the order has no line");
        }
        let amounts = self.amounts(first);
        let placed_at = self.time(first, "Created at", columns.created_at);
        if placed_at.is_none() && first.get(columns.created_at).is_empty() {
            self.error(first, "Created at", "", "is empty");
        }
        let email = self.email(first);
        let shipping_address = self.address(first, &columns.shipping_address);
        let billing_address = self.address(first, &columns.billing_address);
        let cancelled_at = self.time(first, "Cancelled at", columns.cancelled_at);
        let (payment_status, fulfillment_status) = (self.payment_status(first), self.fulfillment_status(first));
        let paid_at = self.time(first, "Paid at", columns.paid_at);
        let fulfilled_at = self.time(first, "Fulfilled at", columns.fulfilled_at);
        if !self.errors.is_empty() {
            return None;
        }
        let placed_at = placed_at?;
        let sums = match add_up(self.currency, channel.tax_included, lines, &amounts) {
            Ok(sums) => sums,
            Err(Mismatch { column, value, reason }) => {
                self.error(first, column, &value, reason);
                return None;
            }
        };
        let times = [
            (Some(placed_at), "PLACED", "Placed in another shop"),
            (paid_at, "PAYMENT_CAPTURED", "Paid in another shop"),
            (fulfilled_at, "FULFILLED", "Sent by another shop"),
            (cancelled_at, "CANCELLED", "Cancelled in another shop"),
        ];
        let events = times.into_iter().filter_map(|(at, kind, text)| Some((kind, text, at?)));
        let mut order = HistoricOrder {
            line: first.line,
            number: self.number.clone(),
            channel_id: channel.id,
            email,
            status: status(cancelled_at.is_some(), payment_status, fulfillment_status),
            payment_status,
            fulfillment_status,
            currency: self.currency,
            tax_included: sums.tax_included,
            subtotal: sums.subtotal,
            discount_total: sums.discount_total,
            shipping_total: amounts.shipping,
            tax_total: amounts.taxes,
            total: amounts.total,
            paid_total: amounts.paid(payment_status),
            billing_address: billing_address.filter(|b| Some(b) != shipping_address.as_ref()),
            shipping_address,
            delivery_name: Some(first.get(columns.shipping_method).to_owned()).filter(|name| !name.is_empty()),
            placed_at,
            events: events.collect(),
            lines: sums.lines,
            content_hash: String::new(),
        };
        order.content_hash = content_hash(&order);
        Some(order)
    }

    /// The line of a row; none when the row has none.
    fn line(&mut self, row: &Row) -> Option<Line> {
        let columns = self.columns;
        let (quantity, price) = (row.get(columns.line_quantity), row.get(columns.line_price));
        let name = row.get(columns.line_name);
        if quantity.is_empty() && price.is_empty() && name.is_empty() {
            return None;
        }
        let units = match quantity.parse::<i32>() {
            Ok(units) if units > 0 => units,
            _ => {
                self.error(row, "Lineitem quantity", quantity, "is no whole number of at least 1");
                return None;
            }
        };
        let unit_price = self.amount(row, "Lineitem price", columns.line_price, None)?;
        let discount_total = self.amount(row, "Lineitem discount", columns.line_discount, Some(0))?;
        let Some(gross) = unit_price.checked_mul(i64::from(units)) else {
            self.error(row, "Lineitem price", price, "quantity times price is too large");
            return None;
        };
        if discount_total > gross {
            let value = row.get(columns.line_discount);
            self.error(row, "Lineitem discount", value, "is more than quantity times price");
            return None;
        }
        Some(Line {
            line: HistoricLine {
                sku: row.get(columns.line_sku).to_owned(),
                name: name.to_owned(),
                quantity: units,
                unit_price,
                discount_total,
                tax_total: 0,
                total: gross,
            },
            taxable: !row.get(columns.line_taxable).eq_ignore_ascii_case("false"),
        })
    }

    fn amounts(&mut self, first: &Row) -> Amounts {
        let columns = self.columns;
        // An amount that is wrong is an error by now, and the order is refused: 0 is never used.
        let mut amount = |name, column, empty| self.amount(first, name, column, empty).unwrap_or_default();
        Amounts {
            subtotal: amount("Subtotal", columns.subtotal, None),
            shipping: amount("Shipping", columns.shipping, Some(0)),
            taxes: amount("Taxes", columns.taxes, Some(0)),
            total: amount("Total", columns.total, None),
            discount: amount("Discount Amount", columns.discount, Some(0)),
            refunded: amount("Refunded Amount", columns.refunded, Some(0)),
            outstanding: if first.get(columns.outstanding).is_empty() {
                None
            } else {
                Some(amount("Outstanding Balance", columns.outstanding, None))
            },
        }
    }

    /// An amount of at least 0; `empty` when there is none.
    fn amount(&mut self, row: &Row, name: &'static str, column: Option<usize>, empty: Option<i64>) -> Option<i64> {
        let value = row.get(column);
        if value.is_empty() && empty.is_some() {
            return empty;
        }
        match Money::parse(value, self.currency) {
            Ok(money) if money.minor >= 0 => return Some(money.minor),
            Ok(_) => self.error(row, name, value, "is negative"),
            Err(error) => {
                let reason = format!("is no amount of {}: {error}", self.currency);
                self.error(row, name, value, reason);
            }
        }
        None
    }

    fn time(&mut self, row: &Row, name: &'static str, column: Option<usize>) -> Option<DateTime<Utc>> {
        let value = row.get(column);
        if value.is_empty() {
            return None;
        }
        let time = parse_time(value);
        if time.is_none() {
            self.error(row, name, value, "is no date like 2024-05-31 14:00:00 +0200");
        }
        time
    }

    fn email(&mut self, row: &Row) -> Option<String> {
        let value = row.get(self.columns.email);
        if value.is_empty() {
            return None;
        }
        let email = normalise_email(value);
        if email.is_none() {
            self.error(row, "Email", value, "is no e-mail address");
        }
        email
    }

    fn payment_status(&mut self, row: &Row) -> PaymentState {
        let value = row.get(self.columns.financial_status);
        match value.to_ascii_lowercase().as_str() {
            "" | "pending" | "voided" | "expired" | "unpaid" => PaymentState::Pending,
            "authorized" => PaymentState::Authorized,
            "partially_paid" => PaymentState::PartiallyPaid,
            "paid" => PaymentState::Paid,
            "partially_refunded" => PaymentState::PartiallyRefunded,
            "refunded" => PaymentState::Refunded,
            _ => {
                self.error(row, "Financial Status", value, "is no status that is known");
                PaymentState::Pending
            }
        }
    }

    fn fulfillment_status(&mut self, row: &Row) -> FulfillmentState {
        let value = row.get(self.columns.fulfillment_status);
        match value.to_ascii_lowercase().as_str() {
            "" | "unfulfilled" | "pending" | "restocked" => FulfillmentState::Unfulfilled,
            "partial" | "partially_fulfilled" => FulfillmentState::PartiallyFulfilled,
            "fulfilled" => FulfillmentState::Fulfilled,
            _ => {
                self.error(row, "Fulfillment Status", value, "is no status that is known");
                FulfillmentState::Unfulfilled
            }
        }
    }

    /// An address, as far as it is given.
    fn address(&mut self, row: &Row, columns: &AddressColumns) -> Option<Address> {
        let country = row.get(columns.country);
        let text = |column| row.get(column).to_owned();
        let opt = |column| Some(text(column)).filter(|text| !text.is_empty());
        let line1 = opt(columns.line1).unwrap_or_else(|| text(columns.street));
        let (first_name, last_name) = match row.get(columns.name).rsplit_once(' ') {
            Some((first, last)) => (first.trim().to_owned(), last.to_owned()),
            None => (String::new(), text(columns.name)),
        };
        if country.is_empty() && line1.is_empty() && last_name.is_empty() && row.get(columns.city).is_empty() {
            return None;
        }
        let country_code = country.to_ascii_uppercase();
        let is_code = country_code.len() == 2 && country_code.bytes().all(|b| b.is_ascii_uppercase());
        if !country.is_empty() && !is_code {
            self.error(row, columns.country_name, country, "is no country code of two letters");
        }
        Some(Address {
            first_name,
            last_name,
            company: opt(columns.company),
            line1,
            line2: opt(columns.line2),
            city: text(columns.city),
            region: opt(columns.province),
            postal_code: row.get(columns.zip).trim_start_matches('\'').to_owned(),
            country_code,
            phone: opt(columns.phone).map(|phone| phone.trim_start_matches('\'').to_owned()),
        })
    }
}

fn status(cancelled: bool, payment: PaymentState, fulfillment: FulfillmentState) -> OrderStatus {
    let settled = matches!(
        payment,
        PaymentState::Paid | PaymentState::PartiallyRefunded | PaymentState::Refunded
    );
    if cancelled {
        OrderStatus::Cancelled
    } else if settled && (fulfillment == FulfillmentState::Fulfilled || payment == PaymentState::Refunded) {
        OrderStatus::Completed
    } else {
        OrderStatus::Open
    }
}

/// `2009-12-01 07:45:00 +0000`, RFC 3339, or a time without a zone, which is UTC.
fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z")
        .or_else(|_| DateTime::parse_from_rfc3339(text))
        .map(|time| time.with_timezone(&Utc))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").map(|time| time.and_utc()))
        .ok()
}

/// Hash of all that an import writes of an order.
fn content_hash(order: &HistoricOrder) -> String {
    let mut text = super::canonical::Canonical::default();
    // Raised whenever the same rows would be written otherwise.
    text.put("1")
        .put(&order.number)
        .put(order.channel_id)
        .opt(order.email.as_deref());
    text.put(format_args!(
        "{:?} {:?} {:?}",
        order.status, order.payment_status, order.fulfillment_status
    ));
    text.put(order.currency).put(order.tax_included);
    let amounts = [
        order.subtotal,
        order.discount_total,
        order.shipping_total,
        order.tax_total,
        order.total,
        order.paid_total,
    ];
    amounts.iter().for_each(|amount| {
        text.put(amount);
    });
    for address in [&order.shipping_address, &order.billing_address] {
        let Some(a) = address else {
            text.put("-");
            continue;
        };
        text.put(&a.first_name)
            .put(&a.last_name)
            .opt(a.company.as_deref())
            .put(&a.line1)
            .opt(a.line2.as_deref());
        text.put(&a.city)
            .opt(a.region.as_deref())
            .put(&a.postal_code)
            .put(&a.country_code)
            .opt(a.phone.as_deref());
    }
    text.opt(order.delivery_name.as_deref())
        .put(order.placed_at.timestamp());
    text.put(order.events.len());
    for (kind, _, at) in &order.events {
        text.put(kind).put(at.timestamp());
    }
    for line in &order.lines {
        text.put(&line.sku)
            .put(&line.name)
            .put(line.quantity)
            .put(line.unit_price);
        text.put(line.discount_total).put(line.tax_total);
    }
    sha256_hex(text.0)
}
