//! What an event of Stripe is about.

use miniserde::json;

use super::part::Part;
use super::snapshot::payment_of;
use crate::payment::gateway::{EventSubject, InboundEvent, NotBelieved};

/// Reads an event. What it is about is told by the shape of its object and not by its name: Stripe has some hundred
/// names, and adds more.
pub(super) fn read(body: &[u8]) -> Result<InboundEvent, NotBelieved> {
    let text = std::str::from_utf8(body).map_err(|_| NotBelieved::Malformed)?;
    let value: json::Value = json::from_str(text).map_err(|_| NotBelieved::Malformed)?;
    let event = Part::from(&value);
    let id = event.text("id").ok_or(NotBelieved::Malformed)?;
    let kind = event.text("type").ok_or(NotBelieved::Malformed)?;
    Ok(InboundEvent {
        id: id.to_owned(),
        kind: kind.to_owned(),
        subject: subject(event.at("data").at("object")),
    })
}

fn subject(object: Part<'_>) -> EventSubject {
    match (object.text("object"), object.text("id")) {
        (Some("payment_intent"), Some(id)) => payment(object, id),
        (Some("setup_intent"), Some(id)) => EventSubject::Setup {
            reference: id.to_owned(),
        },
        // Charges, refunds and disputes name their intent.
        _ => match object.id("payment_intent") {
            Some(id) => payment(object, id),
            None => EventSubject::Other,
        },
    }
}

fn payment(object: Part<'_>, reference: &str) -> EventSubject {
    EventSubject::Payment {
        payment: payment_of(object),
        reference: reference.to_owned(),
    }
}
