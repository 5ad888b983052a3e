//! Books that were broken on purpose are found.

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{Bought, Till, assert_balanced};
use crate::support::Shop;

const CHECK: &str = "{ ledgerCheck { violations { rule subject expected { minorUnits } found { minorUnits } } } }";

async fn broken_by(shop: &Shop, sql: &str) -> Vec<(String, String)> {
    shop.app.db.execute_unprepared(sql).await.expect("it was broken");
    let found = merx::ledger::violations(&shop.app.db)
        .await
        .expect("a look at the books");
    found
        .into_iter()
        .map(|violation| (violation.rule, violation.subject))
        .collect()
}

fn rules(found: &[(String, String)]) -> Vec<&str> {
    found.iter().map(|(rule, _)| rule.as_str()).collect()
}

#[tokio::test]
async fn an_entry_without_its_other_side() {
    let shop = Shop::demo().await;
    let bought = Bought::with(&shop, "tok_success", 1).await;
    assert_balanced(&shop).await;
    let half = "INSERT INTO ledger_entry (id, reference, kind, account, debit, credit, currency_code, created_at)
        SELECT p.id, 'half', 'half', 'receivable', 5, 0, 'USD', p.created_at FROM payment p";
    let found = broken_by(&shop, half).await;
    assert_eq!(rules(&found), ["posting_balances", "currency_balances"]);
    assert_eq!(found[0].1, "half");
    let kept = merx::ledger::check(&shop.app).await.expect("a look at the books");
    assert_eq!(kept.violations.0.len(), 2);
    let told = shop.staff().data(CHECK, json!({})).await;
    assert_eq!(told["ledgerCheck"]["violations"][0]["rule"], "posting_balances");
    assert_eq!(told["ledgerCheck"]["violations"][0]["expected"]["minorUnits"], 5);
    assert_eq!(bought.order["paymentStatus"], "PAID");
}

#[tokio::test]
async fn figures_that_somebody_changed() {
    let shop = Shop::demo().await;
    let bought = Bought::with(&shop, "tok_success", 1).await;
    let order = bought.id().as_str().expect("an id").to_owned();
    let placed = "cart_id IS NOT NULL AND currency_code = 'USD' AND paid_total > 0";
    let found = broken_by(
        &shop,
        &format!("UPDATE orders SET paid_total = paid_total - 1 WHERE {placed}"),
    )
    .await;
    assert_eq!(rules(&found), ["order_books", "order_paid"]);
    assert!(found.iter().all(|(_, subject)| *subject == order));
    let found = broken_by(
        &shop,
        &format!("UPDATE orders SET paid_total = paid_total + 1 WHERE {placed}"),
    )
    .await;
    assert!(found.is_empty(), "{found:?}");
    let found = broken_by(&shop, "UPDATE payment SET refunded_amount = 1").await;
    assert_eq!(rules(&found), ["order_refunded", "payment_books", "payment_refunds"]);
    let found = broken_by(&shop, "UPDATE payment SET refunded_amount = 0, disputed_amount = 3").await;
    assert_eq!(found, [("payment_disputes".to_owned(), bought.payment.to_string())]);
}

#[tokio::test]
async fn the_books_cannot_be_changed_or_deleted() {
    let shop = Shop::demo().await;
    Bought::with(&shop, "tok_success", 1).await;
    for sql in [
        "UPDATE ledger_entry SET debit = debit + 1",
        "DELETE FROM ledger_entry",
        "DELETE FROM payment_event",
    ] {
        assert!(shop.app.db.execute_unprepared(sql).await.is_err(), "{sql}");
    }
    assert_balanced(&shop).await;
}

#[tokio::test]
async fn a_look_holds_for_hours() {
    let shop = Shop::frozen(crate::support::noon()).await;
    assert!(shop.staff().data(CHECK, json!({})).await["ledgerCheck"].is_null());
    let looks = async || {
        merx::ledger::check_when_due(&shop.app)
            .await
            .expect("a look at the books");
        let last = merx::ledger::last_check(&shop.app.db).await.expect("read");
        last.expect("a look").id
    };
    let first = looks().await;
    assert_eq!(looks().await, first);
    shop.app.clock.advance(std::time::Duration::from_secs(6 * 3600));
    assert_ne!(looks().await, first);
    assert_eq!(
        shop.staff().data(CHECK, json!({})).await["ledgerCheck"]["violations"],
        json!([])
    );
}

#[tokio::test]
async fn staff_reads_the_books() {
    let shop = Shop::demo().await;
    let bought = Bought::with(&shop, "tok_success", 1).await;
    let document = "query($where: LedgerWhere, $after: String) {
        ledgerEntries(where: $where, first: 2, after: $after) { totalCount nodes { kind account reference orderId
            debit { minorUnits } credit { minorUnits } } pageInfo { hasNextPage endCursor } }
        ledgerBalances(where: $where) { account balance { minorUnits currencyCode } } }";
    let of_order = json!({ "orderId": bought.id() });
    let mut seen = Vec::new();
    let mut after = serde_json::Value::Null;
    loop {
        let variables = json!({ "where": of_order, "after": after });
        let page = shop.staff().data(document, variables).await["ledgerEntries"].take();
        seen.extend(page["nodes"].as_array().expect("nodes").clone());
        assert_eq!(
            page["pageInfo"]["hasNextPage"],
            page["totalCount"].as_i64() > Some(seen.len() as i64)
        );
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let sum = |side: &str| {
        seen.iter()
            .map(|entry| entry[side]["minorUnits"].as_i64().expect("units"))
            .sum::<i64>()
    };
    assert_eq!(sum("debit"), sum("credit"));
    assert!(
        seen.iter().any(|entry| entry["kind"] == "captured"),
        "the payment came before the order"
    );
    let captured = json!({ "where": { "orderId": bought.id(), "account": "CASH_IN_TRANSIT" } });
    let balances = shop.staff().data(document, captured).await["ledgerBalances"].take();
    let expected =
        json!([{ "account": "CASH_IN_TRANSIT", "balance": { "minorUnits": bought.total, "currencyCode": "USD" } }]);
    assert_eq!(balances, expected);
    let elsewhere = shop.program(&["ledger.read"], Some("us")).await;
    let (code, _) = elsewhere.refused("{ ledgerBalances { account } }", json!({})).await;
    assert_eq!(code, "FORBIDDEN");
}

/// What stands in the books under the name of a posting is that posting, or nothing is written at all.
#[tokio::test]
async fn another_posting_of_the_same_name_is_no_repetition() {
    let till = Till::new().await;
    let bought = Bought::with(&till.shop, "tok_success", 1).await;
    let entry = |id: &str, account: &str, debit: i32, credit: i32| {
        format!(
            "INSERT INTO ledger_entry (id, reference, kind, account, debit, credit, currency_code, payment_id, created_at)
             SELECT p.{id}, 'fee:{}:59', 'fee', '{account}', {debit}, {credit}, 'USD', p.id, p.created_at FROM payment p",
            bought.payment
        )
    };
    for sql in [entry("id", "fees", 60, 0), entry("cart_id", "cash_in_transit", 0, 60)] {
        till.shop.app.db.execute_unprepared(&sql).await.expect("written");
    }
    till.gateway.charge_fee(bought.payment, 59).await.expect("charged");
    let told = merx::payment::refresh(&till.shop.app, bought.payment).await;
    assert!(told.is_err());
    assert_eq!(
        bought.now(&till.shop).await["payments"][0]["feeAmount"]["minorUnits"],
        0
    );
}
