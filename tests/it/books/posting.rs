//! Postings balance, or are not written.

use entity::{OrderId, TypedId};
use merx::ledger::{LedgerAccount, OrderAmounts, Posting, order_placed};
use merx::platform::money::{Currency, Money};
use proptest::prelude::*;

fn euro() -> Currency {
    "EUR".parse().expect("a currency")
}

fn sums(posting: &Posting) -> (i128, i128) {
    let entries = posting.entries().expect("it balances");
    let debits = entries.iter().map(|(_, debit, _)| i128::from(*debit)).sum();
    (debits, entries.iter().map(|(_, _, credit)| i128::from(*credit)).sum())
}

proptest! {
    /// Whatever an order consists of: its sale balances, and no line of it is below zero or says nothing.
    #[test]
    fn a_sale_balances(
        subtotal in 0i64..1_000_000_000,
        discount in 0i64..1_000_000,
        shipping in 0i64..100_000,
        tax in 0i64..1_000_000,
        tax_included: bool,
    ) {
        let discount = discount.min(subtotal);
        let total = subtotal - discount + shipping + if tax_included { 0 } else { tax };
        let order = OrderId::from_uuid(uuid::Uuid::nil());
        let total = Money::new(total, euro());
        let posting = order_placed(&OrderAmounts { order, total, subtotal, discount, shipping, tax, tax_included });
        let (debits, credits) = sums(&posting);
        prop_assert_eq!(debits, credits);
        for (account, debit, credit) in posting.entries().expect("entries") {
            prop_assert!((debit > 0) != (credit > 0), "{account:?}: {debit} and {credit}");
            prop_assert!(debit >= 0 && credit >= 0);
        }
    }

    /// What does not balance says by how much.
    #[test]
    fn what_does_not_balance_is_refused(debit in -1_000_000i64..1_000_000, credit in -1_000_000i64..1_000_000) {
        let posting = Posting::new("test".to_owned(), "test", euro())
            .debit(LedgerAccount::Receivable, debit)
            .credit(LedgerAccount::Revenue, credit);
        match posting.entries() {
            Ok(_) => prop_assert_eq!(debit, credit),
            Err(error) => prop_assert_eq!(error.over, i128::from(debit) - i128::from(credit)),
        }
    }
}

#[test]
fn an_account_stands_once_and_extremes_fit() {
    let posting = Posting::new("test".to_owned(), "test", euro())
        .debit(LedgerAccount::Receivable, i64::MAX)
        .debit(LedgerAccount::Receivable, -5)
        .credit(LedgerAccount::Revenue, i64::MAX - 5)
        .debit(LedgerAccount::Fees, 7)
        .credit(LedgerAccount::Fees, 7);
    let expected = [
        (LedgerAccount::Receivable, i64::MAX - 5, 0),
        (LedgerAccount::Revenue, 0, i64::MAX - 5),
    ];
    assert_eq!(posting.entries().expect("it balances"), expected);
    let too_large = Posting::new("test".to_owned(), "test", euro())
        .debit(LedgerAccount::Receivable, i64::MAX)
        .debit(LedgerAccount::Receivable, 1)
        .credit(LedgerAccount::Revenue, i64::MAX)
        .credit(LedgerAccount::Revenue, 1);
    assert!(too_large.entries().is_err());
}
