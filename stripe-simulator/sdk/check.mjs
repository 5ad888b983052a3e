// Stripe's Node library against the simulator: check.mjs URL.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import Stripe from "stripe";

const url = new URL(process.argv[2]);
const options = { host: url.hostname, port: url.port, protocol: "http", telemetry: false };
const stripe = new Stripe("sk_test_1", { ...options, maxNetworkRetries: 0 });
const patient = new Stripe("sk_test_1", { ...options, maxNetworkRetries: 2 });

const check = async (name, body) => {
  try {
    await body();
    console.log(`ok    node: ${name}`);
  } catch (error) {
    console.log(`FAIL  node: ${name}\n      ${(error.stack ?? String(error)).replaceAll("\n", "\n      ")}`);
  }
};

/** A switch of the simulator. */
const control = async (method, path, body) => {
  const response = await fetch(new URL(`/_control/${path}`, url), { method, body: body && JSON.stringify(body) });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
};

const card = (payment_method, more = {}) => ({
  amount: 2000,
  currency: "eur",
  payment_method,
  payment_method_types: ["card"],
  confirm: true,
  ...more,
});

await check("an intent is made, changed and confirmed", async () => {
  const made = await stripe.paymentIntents.create({
    amount: 1500,
    currency: "EUR",
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    metadata: { cart: "c1", "odd key": "ä & =" },
  });
  assert.match(made.id, /^pi_/);
  assert.equal(made.status, "requires_payment_method");
  assert.equal(made.metadata["odd key"], "ä & =");
  const changed = await stripe.paymentIntents.update(made.id, { amount: 1600, metadata: { cart: "", order: "7" } });
  assert.equal(changed.amount, 1600);
  assert.deepEqual({ ...changed.metadata }, { "odd key": "ä & =", order: "7" });
  const paid = await stripe.paymentIntents.confirm(made.id, {
    payment_method: "pm_card_visa",
    expand: ["latest_charge.balance_transaction", "payment_method"],
  });
  assert.equal(paid.status, "succeeded");
  assert.equal(paid.payment_method.card.last4, "4242");
  assert.equal(paid.latest_charge.payment_method_details.card.brand, "visa");
  assert.equal(paid.latest_charge.balance_transaction.net, 1600 - paid.latest_charge.balance_transaction.fee);
  assert.equal((await stripe.charges.retrieve(paid.latest_charge.id)).payment_intent, made.id);
});

await check("3-D Secure is passed and failed", async () => {
  const more = { return_url: "https://shop.test/back?x=1" };
  const waits = await stripe.paymentIntents.create(card("pm_card_threeDSecure2Required", more));
  assert.equal(waits.status, "requires_action");
  assert.equal(waits.next_action.type, "redirect_to_url");
  const page = waits.next_action.redirect_to_url.url;
  assert.match(await (await fetch(page)).text(), /3D Secure/);
  const back = await fetch(`${page}/complete`, { method: "POST", redirect: "manual" });
  assert.equal(back.status, 303);
  const location = new URL(back.headers.get("location"));
  assert.equal(location.searchParams.get("payment_intent"), waits.id);
  assert.equal(location.searchParams.get("payment_intent_client_secret"), waits.client_secret);
  assert.equal(location.searchParams.get("redirect_status"), "succeeded");
  assert.equal((await stripe.paymentIntents.retrieve(waits.id)).status, "succeeded");
  const other = await stripe.paymentIntents.create(card("pm_card_authenticationRequired", more));
  await control("POST", `challenge/${other.id}/fail`);
  const failed = await stripe.paymentIntents.retrieve(other.id);
  assert.equal(failed.status, "requires_payment_method");
  assert.equal(failed.last_payment_error.code, "payment_intent_authentication_failure");
});

await check("a publishable key and the client secret confirm an intent", async () => {
  const made = await stripe.paymentIntents.create({ amount: 900, currency: "eur", payment_method_types: ["card"] });
  const browser = new Stripe("pk_test_1", { ...options, maxNetworkRetries: 0 });
  await assert.rejects(browser.paymentIntents.retrieve(made.id), Stripe.errors.StripeAuthenticationError);
  const paid = await browser.paymentIntents.confirm(made.id, {
    client_secret: made.client_secret,
    payment_method: "pm_card_visa",
  });
  assert.equal(paid.status, "succeeded");
});

await check("manual capture: a part is taken, the rest released; another is called off", async () => {
  const held = await stripe.paymentIntents.create(card("pm_card_visa", { capture_method: "manual" }));
  assert.deepEqual([held.status, held.amount_capturable], ["requires_capture", 2000]);
  const taken = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1200, expand: ["latest_charge"] });
  assert.deepEqual([taken.status, taken.amount_received, taken.amount_capturable], ["succeeded", 1200, 0]);
  assert.deepEqual([taken.latest_charge.amount_captured, taken.latest_charge.amount_refunded], [1200, 800]);
  await assert.rejects(stripe.paymentIntents.capture(held.id), { code: "payment_intent_unexpected_state" });
  const other = await stripe.paymentIntents.create(card("pm_card_visa", { capture_method: "manual" }));
  const gone = await stripe.paymentIntents.cancel(other.id, { cancellation_reason: "abandoned" });
  assert.equal(gone.status, "canceled");
});

await check("refunds: a part, the rest, too much, one that fails later", async () => {
  const paid = await stripe.paymentIntents.create(card("pm_card_mastercard"));
  const part = await stripe.refunds.create({ payment_intent: paid.id, amount: 500, reason: "requested_by_customer" });
  assert.deepEqual([part.status, part.amount, part.payment_intent], ["succeeded", 500, paid.id]);
  await assert.rejects(
    stripe.refunds.create({ payment_intent: paid.id, amount: 1501 }),
    Stripe.errors.StripeInvalidRequestError,
  );
  await stripe.refunds.create({ payment_intent: paid.id });
  await assert.rejects(stripe.refunds.create({ payment_intent: paid.id }), { code: "charge_already_refunded" });
  const charge = await stripe.charges.retrieve(paid.latest_charge, { expand: ["refunds"] });
  assert.deepEqual([charge.refunded, charge.refunds.data.length], [true, 2]);
  const other = await stripe.paymentIntents.create(card("pm_card_refundFail"));
  const refund = await stripe.refunds.create({ payment_intent: other.id });
  await control("POST", "settle");
  assert.equal((await stripe.refunds.retrieve(refund.id)).status, "failed");
});

await check("a customer keeps a card by a setup intent and pays off-session", async () => {
  const customer = await stripe.customers.create({ email: "ada@shop.test", name: "Ada", metadata: { id: "1" } });
  const setup = await stripe.setupIntents.create({
    customer: customer.id,
    payment_method: "pm_card_visa",
    payment_method_types: ["card"],
    confirm: true,
    usage: "off_session",
  });
  assert.equal(setup.status, "succeeded");
  const saved = await stripe.customers.listPaymentMethods(customer.id, { type: "card" });
  assert.deepEqual(saved.data.map((method) => method.id), [setup.payment_method]);
  const paid = await stripe.paymentIntents.create(
    card(setup.payment_method, { customer: customer.id, off_session: true }),
  );
  assert.equal(paid.status, "succeeded");
  const gone = await stripe.paymentMethods.detach(setup.payment_method);
  assert.equal(gone.customer, null);
  await stripe.customers.update(customer.id, { name: "Ada L." });
  assert.equal((await stripe.customers.retrieve(customer.id)).name, "Ada L.");
  assert.equal((await stripe.customers.del(customer.id)).deleted, true);
  assert.equal((await stripe.customers.retrieve(customer.id)).deleted, true);
});

await check("lists go page by page", async () => {
  const made = [];
  for (let index = 0; index < 25; index += 1) {
    made.push((await stripe.customers.create({ email: "many@shop.test", metadata: { index } })).id);
  }
  const seen = [];
  for await (const customer of stripe.customers.list({ email: "many@shop.test", limit: 7 })) seen.push(customer.id);
  assert.deepEqual(seen, made.toReversed());
  const page = await stripe.customers.list({ limit: 3, ending_before: made[10] });
  assert.deepEqual(page.data.map((customer) => customer.id), [made[13], made[12], made[11]]);
  const none = await stripe.paymentIntents.list({ created: { gt: Math.floor(Date.now() / 1000) + 60 } });
  assert.deepEqual([none.data.length, none.has_more], [0, false]);
  const found = await stripe.paymentIntents.search({ query: "metadata['order']:'7' AND status:'succeeded'" });
  assert.equal(found.data.length, 1);
});

await check("errors have the library's classes", async () => {
  const declined = await stripe.paymentIntents.create(card("pm_card_visa_chargeDeclined")).catch((error) => error);
  assert.ok(declined instanceof Stripe.errors.StripeCardError);
  assert.deepEqual(
    [declined.statusCode, declined.code, declined.decline_code, declined.payment_intent.status],
    [402, "card_declined", "generic_decline", "requires_payment_method"],
  );
  await assert.rejects(stripe.paymentIntents.retrieve("pi_none"), (error) => {
    assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
    return error.statusCode === 404 && error.code === "resource_missing";
  });
  await assert.rejects(stripe.paymentIntents.create({ amount: 1000, currency: "eur", nonsense: 1 }), {
    code: "parameter_unknown",
  });
  await assert.rejects(stripe.paymentIntents.create({ amount: 3, currency: "eur" }), { code: "amount_too_small" });
  const wrong = new Stripe("wrong", { ...options, maxNetworkRetries: 0 });
  await assert.rejects(wrong.customers.list(), Stripe.errors.StripeAuthenticationError);
  await control("POST", "faults", { action: { status: 429 } });
  await assert.rejects(stripe.customers.list(), Stripe.errors.StripeRateLimitError);
  await control("POST", "faults", { action: { status: 500 } });
  await assert.rejects(stripe.customers.list(), Stripe.errors.StripeAPIError);
  // The library asks once more when a connection closes, whatever it was told of retries.
  await control("POST", "faults", { action: "drop", times: 2 });
  await assert.rejects(stripe.customers.list(), Stripe.errors.StripeConnectionError);
});

await check("a key replays the first answer and refuses another request", async () => {
  const idempotencyKey = "node-1";
  const first = await stripe.paymentIntents.create(card("pm_card_visa"), { idempotencyKey });
  const second = await stripe.paymentIntents.create(card("pm_card_visa"), { idempotencyKey });
  assert.equal(second.id, first.id);
  assert.equal(second.lastResponse.headers["idempotent-replayed"], "true");
  assert.equal(first.lastResponse.headers["idempotent-replayed"], undefined);
  await assert.rejects(
    stripe.paymentIntents.create(card("pm_card_visa", { amount: 2100 }), { idempotencyKey }),
    Stripe.errors.StripeIdempotencyError,
  );
});

await check("the library's own retries charge once", async () => {
  const before = (await control("GET", "books")).payments.length;
  await control("POST", "faults", { on: "POST /v1/payment_intents", action: "drop", when: "after" });
  const paid = await patient.paymentIntents.create(card("pm_card_visa"));
  assert.equal(paid.status, "succeeded");
  const books = await control("GET", "books");
  assert.deepEqual([books.payments.length - before, books.double_charges], [1, 0]);
});

await check("webhooks carry the library's signature", async () => {
  const heard = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    heard.push({ body: Buffer.concat(parts), signature: request.headers["stripe-signature"] });
    response.writeHead(heard.length === 1 ? 500 : 200).end();
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const secret = "whsec_node";
  await control("POST", "endpoints", { url: `http://127.0.0.1:${server.address().port}/hook`, secret });
  await control("PUT", "delivery", { retry_ms: 1 });
  const paid = await stripe.paymentIntents.create(card("pm_card_createDispute"));
  assert.equal((await control("POST", "flush")).quiet, true);
  server.close();
  const events = heard.map(({ body, signature }) => stripe.webhooks.constructEvent(body, signature, secret));
  const kinds = new Set(events.map((event) => event.type));
  for (const kind of ["payment_intent.succeeded", "charge.succeeded", "charge.dispute.created"]) {
    assert.ok(kinds.has(kind), kind);
  }
  const about = events.find((event) => event.type === "payment_intent.succeeded");
  assert.equal(about.data.object.id, paid.id);
  assert.equal((await stripe.events.retrieve(about.id)).type, about.type);
  assert.throws(
    () => stripe.webhooks.constructEvent(heard[0].body, heard[0].signature, "whsec_other"),
    Stripe.errors.StripeSignatureVerificationError,
  );
});

await check("a dispute is answered and won", async () => {
  const [dispute] = (await stripe.disputes.list({ limit: 1 })).data;
  assert.equal(dispute.status, "needs_response");
  const won = await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: "winning_evidence" } });
  assert.equal(won.status, "won");
  assert.equal(won.balance_transactions.length, 2);
  await assert.rejects(stripe.disputes.close(dispute.id), Stripe.errors.StripeInvalidRequestError);
});
console.log("end");
