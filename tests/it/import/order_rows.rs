//! Rows of the order CSV as orders.

use std::sync::Arc;

use entity::order::orders::{FulfillmentState, OrderStatus, PaymentState};
use entity::{ChannelId, TypedId};
use merx::channel::Channel;
use merx::command::import::RowError;
use merx::command::import::order_columns::Columns;
use merx::command::import::order_rows::order;
use merx::command::import::source::Row;
use merx::order::HistoricOrder;
use proptest::prelude::*;

fn channel() -> Arc<Channel> {
    Arc::new(Channel {
        id: ChannelId::from_uuid(uuid::Uuid::from_u128(7)),
        slug: "us".to_owned(),
        name: "US".to_owned(),
        currency: "USD".parse().expect("a currency"),
        tax_included: false,
        default_country: "US".to_owned(),
        countries: vec!["US".to_owned()],
        is_default: true,
        locations: Vec::new(),
    })
}

fn read(text: &str) -> Result<HistoricOrder, Vec<RowError>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let (columns, _) = Columns::of(reader.headers().expect("a header")).expect("the columns");
    let rows: Vec<Row> = reader
        .records()
        .map(|fields| {
            let fields = fields.expect("a row");
            let line = fields.position().expect("a position").line();
            Row { line, fields }
        })
        .collect();
    order(&columns, &channel(), &rows)
}

const HEAD: &str = "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,Shipping Name,Shipping Address1,Shipping City,Shipping Zip,Shipping Country,Cancelled at,Refunded Amount\n";

fn text(first: &str, rest: &[&str]) -> String {
    let rest: String = rest.iter().map(|row| format!("{row}\n")).collect();
    format!("{HEAD}{first}\n{rest}")
}

#[test]
fn an_order_keeps_dates_names_and_amounts() {
    let order = read(&text(
        "#1001,Ann@X.test,paid,2020-05-01 10:00:00 +0200,fulfilled,EUR,27.00,4.00,5.89,36.89,3.00,Post,2020-05-01 09:59:00 +0200,2,Mug,10.00,MUG,,Ann Lee Doe,Lane 1,Riga,'1010,lv,,",
        &["#1001,,,,,,,,,,,,,1,Bowl,10.00,,,,,,,,,"],
    ))
    .expect("a good order");
    assert_eq!(order.number, "#1001");
    assert_eq!(order.email.as_deref(), Some("ann@x.test"));
    assert_eq!(order.placed_at.to_rfc3339(), "2020-05-01T07:59:00+00:00");
    assert_eq!(
        order.events.iter().map(|e| e.0).collect::<Vec<_>>(),
        ["PLACED", "PAYMENT_CAPTURED"]
    );
    let states = (order.status, order.payment_status, order.fulfillment_status);
    assert_eq!(
        states,
        (OrderStatus::Completed, PaymentState::Paid, FulfillmentState::Fulfilled)
    );
    let amounts = [
        order.subtotal,
        order.discount_total,
        order.shipping_total,
        order.tax_total,
        order.total,
        order.paid_total,
    ];
    assert_eq!(amounts, [3000, 300, 400, 589, 3689, 3689]);
    assert!(!order.tax_included, "27.00 + 4.00 + 5.89 = 36.89");
    assert_eq!(order.currency.code(), "EUR", "history keeps its currency");
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|l| (l.quantity, l.unit_price, l.discount_total, l.total))
        .collect();
    assert_eq!(lines, [(2, 1000, 200, 1800), (1, 1000, 100, 900)]);
    let address = order.shipping_address.expect("an address");
    assert_eq!(
        (address.first_name.as_str(), address.last_name.as_str()),
        ("Ann Lee", "Doe")
    );
    assert_eq!(
        (address.postal_code.as_str(), address.country_code.as_str()),
        ("1010", "LV")
    );
}

#[test]
fn tax_is_included_when_the_total_says_so() {
    let row = |total: &str| {
        text(
            &format!("#1,,paid,,,USD,20.00,0.00,3.00,{total},,,2020-05-01 09:59:00 +0200,2,Mug,10.00,,,,,,,,,"),
            &[],
        )
    };
    assert!(read(&row("20.00")).expect("included").tax_included);
    assert!(!read(&row("23.00")).expect("on top").tax_included);
    let errors = read(&row("21.00")).expect_err("neither");
    let error = &errors[0];
    assert_eq!((error.line, error.column, error.value.as_str()), (2, "Total", "21.00"));
    assert!(
        error.reason.contains("20.00") && error.reason.contains("3.00"),
        "{}",
        error.reason
    );
}

#[test]
fn discounts_of_lines_count_once() {
    let row = |subtotal: &str, discount: &str| {
        let first = format!(
            "#1,,paid,,,USD,{subtotal},0,0,{subtotal},{discount},,2020-05-01 09:59:00 +0200,2,Mug,10.00,,1.00,,,,,,,"
        );
        read(&text(&first, &[]))
    };
    assert_eq!(row("19.00", "").expect("of the line").discount_total, 100);
    assert_eq!(row("19.00", "1.00").expect("named twice").discount_total, 100);
    assert_eq!(row("17.00", "2.00").expect("on top").discount_total, 300);
    let error = row("18.50", "").expect_err("does not add up").remove(0);
    assert_eq!((error.column, error.value.as_str()), ("Subtotal", "18.50"));
    assert!(error.reason.contains("20.00"), "{}", error.reason);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let good = "#1,,paid,,,USD,10.00,0,0,10.00,,,2020-05-01 09:59:00 +0200,1,Mug,10.00,,,,,,,,,";
    assert!(read(&text(good, &[])).is_ok());
    let cases = [
        (0, "", "Name"),
        (1, "nobody", "Email"),
        (2, "bartered", "Financial Status"),
        (3, "yesterday", "Paid at"),
        (4, "lost", "Fulfillment Status"),
        (5, "dollars", "Currency"),
        (7, "-1.00", "Shipping"),
        (12, "", "Created at"),
        (13, "0", "Lineitem quantity"),
        (15, "ten", "Lineitem price"),
        (22, "Latvia", "Shipping Country"),
    ];
    for (field, value, column) in cases {
        let mut fields: Vec<&str> = good.split(',').collect();
        fields[field] = value;
        let errors = read(&text(&fields.join(","), &[])).expect_err(column);
        assert_eq!(
            (errors[0].line, errors[0].column, errors[0].value.as_str()),
            (2, column, value)
        );
    }
}

#[test]
fn statuses_say_what_was_paid_and_where_the_order_stands() {
    let read = |payment: &str, fulfilled: &str, cancelled: &str, refunded: &str| {
        let row = format!(
            "#1,,{payment},,{fulfilled},USD,10.00,0,0,10.00,,,2020-05-01 09:59:00 +0200,1,Mug,10.00,,,,,,,,{cancelled},{refunded}"
        );
        let order = read(&text(&row, &[])).expect("a good order");
        (order.status, order.payment_status, order.paid_total)
    };
    use OrderStatus::*;
    assert_eq!(read("paid", "fulfilled", "", ""), (Completed, PaymentState::Paid, 1000));
    assert_eq!(read("paid", "", "", ""), (Open, PaymentState::Paid, 1000));
    assert_eq!(
        read("partially_refunded", "fulfilled", "", "4.00"),
        (Completed, PaymentState::PartiallyRefunded, 600)
    );
    assert_eq!(
        read("voided", "", "2020-05-02 09:59:00 +0200", ""),
        (Cancelled, PaymentState::Pending, 0)
    );
}

proptest! {
    #[test]
    fn lines_make_the_total_to_the_last_unit(
        lines in proptest::collection::vec((1i64..500, 0i64..100_000), 1..8),
        (discount, shipping, taxes) in (0i64..50_000, 0i64..5_000, 0i64..50_000),
    ) {
        let gross: i64 = lines.iter().map(|(quantity, price)| quantity * price).sum();
        let discount = Ord::min(discount, gross);
        let show = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
        let subtotal = gross - discount;
        let rows: Vec<String> = lines.iter().enumerate().map(|(i, (quantity, price))| {
            let own = if i == 0 {
                format!("{},{},{},{},{},,2020-05-01T00:00:00Z", show(subtotal), show(shipping), show(taxes), show(subtotal + shipping + taxes), show(discount))
            } else {
                ",,,,,,".to_owned()
            };
            format!("#1,,,,,,{own},{quantity},Thing,{},,,,,,,,,", show(*price))
        }).collect();
        let rest: Vec<&str> = rows[1..].iter().map(String::as_str).collect();
        let order = read(&text(&rows[0], &rest)).map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
        let tax = if order.tax_included { 0 } else { order.tax_total };
        prop_assert_eq!(order.total, order.subtotal - order.discount_total + order.shipping_total + tax);
        prop_assert_eq!(order.lines.iter().map(|l| l.total).sum::<i64>(), subtotal);
        for line in &order.lines {
            prop_assert!(line.discount_total >= 0 && line.tax_total >= 0 && line.total >= 0);
            prop_assert_eq!(line.total, i64::from(line.quantity) * line.unit_price - line.discount_total);
        }
    }
}
