"""Stripe's Python library against the simulator: check.py URL."""

import json
import sys
import threading
import traceback
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import stripe

URL = sys.argv[1]
client = stripe.StripeClient("sk_test_1", base_addresses={"api": URL}, max_network_retries=0)
patient = stripe.StripeClient("sk_test_1", base_addresses={"api": URL}, max_network_retries=2)
v1 = client.v1


def control(method, path, body=None):
    """A switch of the simulator."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/_control/{path}", data=data, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def card(payment_method, **more):
    """An intent that is confirmed at once."""
    return {
        "amount": 2000,
        "currency": "eur",
        "payment_method": payment_method,
        "payment_method_types": ["card"],
        "confirm": True,
        **more,
    }


def fails(kind, call, **expected):
    """The error that a call raises."""
    try:
        call()
    except kind as error:
        for name, value in expected.items():
            assert getattr(error, name) == value, (name, getattr(error, name), value)
        return error
    raise AssertionError(f"no {kind.__name__}")


def intents():
    made = v1.payment_intents.create({"amount": 1500, "currency": "eur", "metadata": {"cart": "c2", "x": "ä & ="}})
    assert made.status == "requires_payment_method" and made.metadata["x"] == "ä & ="
    paid = v1.payment_intents.confirm(
        made.id,
        {
            "payment_method": "pm_card_visa",
            "return_url": "https://shop.test/back",
            "expand": ["latest_charge.balance_transaction"],
        },
    )
    assert paid.status == "succeeded"
    transaction = paid.latest_charge.balance_transaction
    assert transaction.net == 1500 - transaction.fee
    assert v1.balance_transactions.retrieve(transaction.id).source == paid.latest_charge.id
    fails(
        stripe.InvalidRequestError,
        lambda: v1.payment_intents.confirm(made.id, {"return_url": "https://shop.test/back"}),
        code="payment_intent_unexpected_state",
    )


def three_d_secure():
    waits = v1.payment_intents.create(card("pm_card_threeDSecureRequired", return_url="https://shop.test/back"))
    assert waits.next_action.type == "redirect_to_url"
    control("POST", f"challenge/{waits.id}/complete")
    assert v1.payment_intents.retrieve(waits.id).status == "succeeded"
    absent = fails(
        stripe.CardError,
        lambda: v1.payment_intents.create(card("pm_card_authenticationRequired", off_session=True)),
        code="authentication_required",
    )
    assert absent.error.payment_intent.status == "requires_payment_method"


def capture_and_refunds():
    held = v1.payment_intents.create(card("pm_card_visa", capture_method="manual"))
    taken = v1.payment_intents.capture(held.id, {"amount_to_capture": 700})
    assert (taken.status, taken.amount_received) == ("succeeded", 700)
    refund = v1.refunds.create({"payment_intent": held.id, "amount": 200, "metadata": {"line": "1"}})
    assert (refund.status, refund.metadata["line"]) == ("succeeded", "1")
    fails(stripe.InvalidRequestError, lambda: v1.refunds.create({"payment_intent": held.id, "amount": 501}))
    # The released rest is listed too; it moved no money.
    listed = v1.refunds.list({"payment_intent": held.id}).data
    assert [(each.amount, each.balance_transaction is None) for each in listed] == [(200, False), (1300, True)]
    slow = v1.payment_intents.create(card("pm_card_pendingRefund"))
    pending = v1.refunds.create({"payment_intent": slow.id})
    assert pending.status == "pending"
    control("POST", "settle")
    assert v1.refunds.retrieve(pending.id).status == "succeeded"


def saved_cards():
    customer = v1.customers.create({"email": "bob@shop.test"})
    setup = v1.setup_intents.create({"customer": customer.id, "payment_method_types": ["card"]})
    assert setup.status == "requires_payment_method"
    data = {"type": "card", "card": {"token": "tok_mastercard"}, "billing_details": {"name": "Bob"}}
    setup = v1.setup_intents.confirm(setup.id, {"payment_method_data": data})
    assert setup.status == "succeeded"
    method = v1.payment_methods.retrieve(setup.payment_method)
    assert (method.card.brand, method.billing_details.name, method.customer) == ("mastercard", "Bob", customer.id)
    paid = v1.payment_intents.create(card(method.id, customer=customer.id))
    assert paid.status == "succeeded"
    fails(stripe.InvalidRequestError, lambda: v1.payment_intents.create(card(method.id)))
    number = {"type": "card", "card": {"number": "4000000000000341", "exp_month": 12, "exp_year": 2034, "cvc": "123"}}
    other = v1.payment_methods.create(number)
    v1.payment_methods.attach(other.id, {"customer": customer.id})
    fails(stripe.CardError, lambda: v1.payment_intents.create(card(other.id, customer=customer.id)))
    assert len(v1.customers.payment_methods.list(customer.id).data) == 2


def lists():
    made = [v1.customers.create({"email": "list@shop.test"}).id for _ in range(15)]
    seen = [each.id for each in v1.customers.list({"email": "list@shop.test", "limit": 4}).auto_paging_iter()]
    assert seen == made[::-1]
    found = v1.payment_intents.search({"query": "metadata['cart']:'c2'"})
    assert [each.amount for each in found.auto_paging_iter()] == [1500]


def errors():
    declined = fails(
        stripe.CardError,
        lambda: v1.payment_intents.create(card("pm_card_visa_chargeDeclinedInsufficientFunds")),
        code="card_declined",
        http_status=402,
    )
    assert declined.error.decline_code == "insufficient_funds"
    fails(stripe.InvalidRequestError, lambda: v1.customers.retrieve("cus_none"), code="resource_missing")
    wrong = stripe.StripeClient("wrong", base_addresses={"api": URL}, max_network_retries=0)
    fails(stripe.AuthenticationError, wrong.v1.customers.list)
    control("POST", "faults", {"action": {"status": 429}})
    fails(stripe.RateLimitError, v1.customers.list)
    control("POST", "faults", {"action": {"status": 500}})
    fails(stripe.APIError, v1.customers.list)
    control("POST", "faults", {"action": "drop"})
    fails(stripe.APIConnectionError, v1.customers.list)


def idempotency():
    key = {"idempotency_key": "python-1"}
    first = v1.payment_intents.create(card("pm_card_visa"), key)
    second = v1.payment_intents.create(card("pm_card_visa"), key)
    assert first.id == second.id and second.last_response.headers["idempotent-replayed"] == "true"
    fails(stripe.IdempotencyError, lambda: v1.payment_intents.create(card("pm_card_visa", amount=2100), key))
    fails(stripe.IdempotencyError, lambda: v1.refunds.create({"payment_intent": first.id}, key))


def retries():
    before = len(control("GET", "books")["payments"])
    control("POST", "faults", {"on": "POST /v1/payment_intents", "action": {"status": 500}, "when": "after"})
    assert patient.v1.payment_intents.create(card("pm_card_visa")).status == "succeeded"
    books = control("GET", "books")
    assert (len(books["payments"]) - before, books["double_charges"]) == (1, 0)


def webhooks():
    heard = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.append((body, self.headers["stripe-signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = "whsec_python"
    url = f"http://127.0.0.1:{server.server_port}/hook"
    control("POST", "endpoints", {"url": url, "secret": secret})
    paid = v1.payment_intents.create(card("pm_card_visa"))
    assert control("POST", "flush")["quiet"]
    server.shutdown()
    events = [client.construct_event(body, signature, secret) for body, signature in heard]
    succeeded = next(event for event in events if event.type == "payment_intent.succeeded")
    assert succeeded.data.object.id == paid.id
    body, signature = heard[0]
    forged = body.replace(b"2000", b"2")
    fails(stripe.SignatureVerificationError, lambda: stripe.Webhook.construct_event(forged, signature, secret))


for check in (
    intents,
    three_d_secure,
    capture_and_refunds,
    saved_cards,
    lists,
    errors,
    idempotency,
    retries,
    webhooks,
):
    try:
        check()
        print(f"ok    python: {check.__name__.replace('_', ' ')}")
    except Exception:
        print(f"FAIL  python: {check.__name__}\n{traceback.format_exc()}")
print("end")
