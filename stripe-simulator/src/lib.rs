//! An HTTP server that behaves as Stripe's documentation says, for tests.
//!
//! It is not a mock: it keeps an account with its own books, takes the requests that Stripe's own libraries send, and
//! answers in Stripe's shapes and statuses (`sdk/` drives it with them). What Stripe documents and a shop depends on is
//! here: payment intents with automatic and manual capture, 3-D Secure, partial capture, refunds, customers, saved
//! payment methods, setup intents, disputes, balance transactions with fees, events, signed webhooks with retries,
//! idempotency keys, test cards. Other resources are not.
//!
//! ```ignore
//! let stripe = Simulator::start(Options::default()).await?;      // port 0 of 127.0.0.1; stops when dropped
//! client.base_url(stripe.url());                                // any key `sk_test_…` is taken
//! stripe.webhooks_to("http://127.0.0.1:8000/webhooks/stripe", "whsec_test");
//!
//! // What goes wrong. The important ones happen AFTER the effect.
//! stripe.fault(Fault::status(500).on("POST /v1/payment_intents").times(2));        // nothing happened
//! stripe.fault(Fault::status(500).after().on("POST /v1/payment_intents/*/capture")); // it happened; the key has the truth
//! stripe.fault(Fault::status(500).kept());              // it happened; the key answers 500 for a day, as documented
//! stripe.fault(Fault::drop_connection().after());       // it happened; nobody answers
//! stripe.fault(Fault { delay_ms: 5_000, ..Fault::drop_connection() }.after().always());
//! stripe.heal();
//!
//! // Webhooks: held, doubled, shuffled, lost; or not sent at all and carried by the test itself.
//! stripe.delivery(Delivery { mode: Mode::Hold, copies: 2, shuffle: Some(7), ..Delivery::default() });
//! stripe.release();
//! stripe.flush(Duration::from_secs(5)).await;            // true when nothing is on its way any more
//! let (body, signature) = stripe.signed("evt_…", "whsec_test")?;
//!
//! // What a shopper, a bank or a colleague at the dashboard does.
//! stripe.challenge("pi_…", true)?;                       // 3-D Secure; GET next_action.redirect_to_url.url is its page
//! stripe.settle()?;                                      // pending refunds succeed, those of pm_card_refundFail fail
//! stripe.dispute("ch_…", "fraudulent")?;
//! stripe.decide("du_…", true)?;
//! stripe.request("POST", "refunds", "payment_intent=pi_…&amount=100")?;
//! stripe.drift(Drift { fields: true, enums: true, ..Drift::default() });
//! stripe.set_time(Some(1_700_000_000));                  // for a shop whose clock is frozen; signatures carry it
//!
//! // What the gateway knows.
//! stripe.books().double_charges();                       // 0
//! stripe.books().double_payments("cart");                // live payments beyond the first with the same metadata[cart]
//! stripe.books().kept_by("cart");                        // captured less refunded
//! stripe.requests(); stripe.attempts(); stripe.objects("payment_intent"); stripe.object("pi_…");
//! ```
//!
//! The same over HTTP, for other processes (JSON bodies; the field names are those of the structs):
//! `POST|DELETE /_control/faults`, `PUT /_control/delivery`, `POST /_control/release`, `POST /_control/flush`,
//! `POST /_control/resend/{event}`, `PUT /_control/drift`, `PUT /_control/time {"now"}`,
//! `POST /_control/endpoints {"url","secret"}`, `POST /_control/challenge/{intent}/complete|fail`,
//! `POST /_control/settle`, `POST /_control/disputes {"charge","reason"}`, `POST /_control/disputes/{id}/won|lost`,
//! `POST /_control/events {"type","object"}`, `GET /_control/books?group=cart`, `GET /_control/requests`,
//! `GET /_control/attempts`, `GET /_control/state`.
//!
//! Details that surprise, each as at Stripe: an intent without `payment_method_types` takes the dashboard's methods, so
//! that confirming it needs `return_url` or `automatic_payment_methods[allow_redirects]=never`; a declined confirmation
//! is a 402 and the intent is in `error.payment_intent`; a payment method without a customer works once; a partial
//! capture shows the released rest in `charge.amount_refunded`, with a refund that has no balance transaction; unknown
//! parameters are refused.

#![recursion_limit = "256"]

mod api;
mod books;
mod card;
mod chaos;
mod clock;
mod control;
mod error;
mod fields;
mod form;
mod idempotency;
mod list;
mod params;
mod random;
mod server;
mod shared;
mod show;
mod simulator;
mod webhook;
mod world;

pub use books::{Books, Payment, Sums};
pub use card::{After, Authentication, Card, Decline};
pub use chaos::{Action, Drift, Fault, When};
pub use error::{Outcome, StripeError};
pub use fields::{Fields, Object};
pub use random::Random;
pub use shared::Seen;
pub use simulator::{Options, Simulator};
pub use webhook::{Attempt, Delivery, Mode, signature};
pub use world::API_VERSION;
