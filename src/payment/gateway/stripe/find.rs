//! The intent of a payment, with all that hangs on it.

use chrono::{DateTime, TimeDelta, Utc};
use entity::PaymentId;
use miniserde::json::Value;

use super::amount::to_stripe;
use super::form::Form;
use super::methods::plain;
use super::part::Part;
use super::start::{id_of, is_intent, start_key};
use super::wire::CallError;
use super::{StripeGateway, known, made_at, snapshot};
use crate::payment::gateway::{Handle, PaymentsPage, Snapshot};
use crate::platform::error::{Fault, Result};

/// What comes whole with an intent.
pub(super) const EXPANDED: [&str; 2] = ["latest_charge.balance_transaction", "latest_charge.refunds"];
/// Payments on a page: what Stripe gives at most.
const PAGE: u32 = 100;
/// Pages that are looked through for one payment: more than Stripe takes requests in that time.
const PAGES: usize = 1_000;
/// How far from when its id was made a payment is nearly always opened.
const NEAR: TimeDelta = TimeDelta::minutes(1);
/// How long before its id was made a payment may seem to have been opened: clocks differ.
const BEFORE: TimeDelta = TimeDelta::minutes(5);
/// And how long after.
const AFTER: TimeDelta = TimeDelta::minutes(15);
/// How long a request may be at work there; more than Stripe's own libraries wait for an answer.
const AT_WORK: TimeDelta = TimeDelta::minutes(10);
/// The mark of intents that keep a key from being used.
const MARK: &str = "merx_never_started";

impl StripeGateway {
    /// The intent of `payment`. None when there is none, and none will come.
    pub(super) async fn find(&self, payment: &Handle) -> Result<Option<Value>> {
        match payment.reference.as_deref() {
            Some(reference) if is_intent(reference) => self.intent(reference).await,
            Some(_) => Ok(None),
            None => self.find_lost(payment).await,
        }
    }

    /// The intent with that id.
    pub(super) async fn intent(&self, reference: &str) -> Result<Option<Value>> {
        let path = format!("/payment_intents/{}", plain(reference)?);
        known(self.get(&path, Form::default().expand(EXPANDED)).await)
    }

    /// What became of a start whose answer never came. It may still be on its way, so that not finding it proves
    /// nothing: its key is used up first, by an intent that nobody can pay and that is cancelled at once. Where that works
    /// the start was never carried out, and never will be: Stripe refuses another request with the same key. Where it
    /// does not the start got there, and its intent, if it made one, is in the list once it is carried out: that is
    /// consistent at once, as Stripe's search is not. After the life of a key no start is on its way.
    async fn find_lost(&self, lost: &Handle) -> Result<Option<Value>> {
        let payment = lost.payment;
        if self.remembers(payment) && self.uses_up_key(lost).await? {
            return Ok(None);
        }
        match self.find_listed(payment).await? {
            None if self.age(payment) < AT_WORK => {
                Err(Fault::part("stripe", "a start got there and may still be at work"))
            }
            found => Ok(found),
        }
    }

    /// The intent of a payment that was opened just now. Where it is not there yet it may be any moment.
    pub(super) async fn find_young(&self, payment: PaymentId) -> Result<Value> {
        let found = self.find_listed(payment).await?;
        found.ok_or_else(|| Fault::part("stripe", "a start may be on its way"))
    }

    async fn find_listed(&self, payment: PaymentId) -> Result<Option<Value>> {
        match self.find_between(payment, NEAR, NEAR).await? {
            None => self.find_between(payment, BEFORE, AFTER).await,
            found => Ok(found),
        }
    }

    async fn find_between(&self, payment: PaymentId, before: TimeDelta, after: TimeDelta) -> Result<Option<Value>> {
        let opened = made_at(payment);
        let window = || {
            Form::default()
                .set("created[gte]", (opened - before).timestamp())
                .set("created[lte]", (opened + after).timestamp())
        };
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let list = self.list(window(), after.as_deref()).await?;
            let list = Part::from(&list);
            let items = list.items("data");
            if let Some(found) = items
                .iter()
                .find(|intent| snapshot::payment_of(**intent) == Some(payment))
            {
                return self.intent(found.needed_text("id")?).await;
            }
            after = items.last().and_then(|last| last.text("id")).map(str::to_owned);
            if !list.flag("has_more") || after.is_none() {
                return Ok(None);
            }
        }
        Err(Fault::part("stripe", "too many payments to find one among them"))
    }

    /// Uses the key of a start up. False when the start had it first.
    async fn uses_up_key(&self, lost: &Handle) -> Result<bool> {
        let payment = lost.payment;
        // What Stripe does not take at all was never asked of it.
        let Some(amount) = to_stripe(lost.amount) else {
            return Ok(true);
        };
        let form = Form::default()
            .set("amount", amount)
            .set("currency", lost.amount.currency.code().to_ascii_lowercase())
            .set("automatic_payment_methods[enabled]", true)
            .set(format!("metadata[{MARK}]"), payment);
        match self.post("/payment_intents", &start_key(payment), form).await {
            Ok(intent) => {
                let path = format!("/payment_intents/{}/cancel", id_of(&intent)?);
                self.post(&path, &format!("merx-never-{payment}"), Form::default())
                    .await?;
                Ok(true)
            }
            Err(CallError::Refused(refusal)) if refusal.is_other_use_of_key() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn list(&self, form: Form, after: Option<&str>) -> Result<Value> {
        let form = form.set("limit", PAGE).maybe("starting_after", after);
        Ok(self.get("/payment_intents", form).await?)
    }

    /// A page of all payments since then.
    pub(super) async fn page(&self, since: DateTime<Utc>, after: Option<&str>) -> Result<PaymentsPage> {
        let form = Form::default()
            .set("created[gte]", since.timestamp())
            .expand(EXPANDED.map(|name| format!("data.{name}")));
        let list = self.list(form, after).await?;
        let list = Part::from(&list);
        let items = list.items("data");
        let mut page = PaymentsPage::default();
        for intent in &items {
            if intent.at("metadata").text(MARK).is_none() {
                page.payments.push(self.snapshot(*intent).await?);
            }
        }
        if list.flag("has_more") {
            page.next = items.last().and_then(|last| last.text("id")).map(str::to_owned);
        }
        Ok(page)
    }

    /// What an intent says; what does not come with it is asked for.
    pub(super) async fn snapshot(&self, intent: Part<'_>) -> Result<Snapshot> {
        let charge = intent.at("latest_charge");
        let reference = intent.needed_text("id")?;
        let more_refunds = if charge.at("refunds").flag("has_more") {
            Some(self.refunds_of(reference).await?)
        } else {
            None
        };
        let refunds = match &more_refunds {
            Some(list) => Part::from(list).items("data"),
            None => charge.items("refunds"),
        };
        let disputes = if charge.flag("disputed") {
            let form = Form::default().set("payment_intent", reference).set("limit", PAGE);
            Some(self.get("/disputes", form).await?)
        } else {
            None
        };
        let disputes = disputes
            .as_ref()
            .map_or_else(Vec::new, |list| Part::from(list).items("data"));
        snapshot::payment(intent, &refunds, &disputes)
    }

    /// The refunds of an intent.
    pub(super) async fn refunds_of(&self, reference: &str) -> Result<Value> {
        let form = Form::default().set("payment_intent", reference).set("limit", PAGE);
        Ok(self.get("/refunds", form).await?)
    }
}
