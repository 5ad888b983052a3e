//! The test cards of Stripe's documentation (docs.stripe.com/testing).
//!
//! A card is named as its `pm_card_…` without that prefix; `tok_…` and the card number find the same row.
//! `visa_chargeDeclined` and `chargeDeclined` are one.

/// When a card asks for 3-D Secure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Never.
    No,
    /// At every payment.
    Always,
    /// At every payment, unless a SetupIntent or an earlier payment set it up for off-session use.
    UnlessSetUp,
    /// On-session only: it counts as set up already.
    OnSession,
}

/// Why a bank says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decline {
    /// The error's code.
    pub code: &'static str,
    /// The bank's reason.
    pub decline_code: &'static str,
    /// What the shopper may read.
    pub message: &'static str,
    /// Whether Stripe's own rules blocked it and not the bank.
    pub blocked: bool,
}

/// What happens after a payment went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    Nothing,
    /// The shopper disputes it, for a reason.
    Dispute(&'static str),
    /// The shopper's bank asks about it.
    Inquiry,
    /// A refund succeeds at first and fails later.
    RefundFails,
    /// A refund is pending at first and succeeds later.
    RefundPends,
}

/// A card.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// Name without `pm_card_`.
    pub name: &'static str,
    /// Its number; the last four digits are shown.
    pub number: &'static str,
    /// Brand as the API writes it.
    pub brand: &'static str,
    /// Credit, debit or prepaid.
    pub funding: &'static str,
    /// Where it was issued.
    pub country: &'static str,
    /// Whether it asks for 3-D Secure.
    pub authentication: Authentication,
    /// Whether a charge is refused.
    pub decline: Option<Decline>,
    /// Whether it can be attached to a customer although charges are refused.
    pub attaches: bool,
    /// What follows a charge.
    pub after: After,
}

static VISA_CARD: Card = VISA;

const VISA: Card = Card {
    name: "visa",
    number: "4242424242424242",
    brand: "visa",
    funding: "credit",
    country: "US",
    authentication: Authentication::No,
    decline: None,
    attaches: true,
    after: After::Nothing,
};

const fn brand(name: &'static str, number: &'static str, brand: &'static str, funding: &'static str) -> Card {
    Card {
        name,
        number,
        brand,
        funding,
        ..VISA
    }
}

const fn country(name: &'static str, number: &'static str, country: &'static str) -> Card {
    Card {
        name,
        number,
        country,
        ..VISA
    }
}

const fn declined(name: &'static str, number: &'static str, decline: Decline) -> Card {
    Card {
        name,
        number,
        decline: Some(decline),
        attaches: false,
        ..VISA
    }
}

const fn secured(name: &'static str, number: &'static str, authentication: Authentication) -> Card {
    Card {
        name,
        number,
        authentication,
        ..VISA
    }
}

const fn later(name: &'static str, number: &'static str, after: After) -> Card {
    Card {
        name,
        number,
        after,
        ..VISA
    }
}

const fn refusal(code: &'static str, decline_code: &'static str, message: &'static str) -> Decline {
    Decline {
        code,
        decline_code,
        message,
        blocked: false,
    }
}

const GENERIC: Decline = refusal("card_declined", "generic_decline", "Your card was declined.");
const FUNDS: Decline = refusal(
    "card_declined",
    "insufficient_funds",
    "Your card has insufficient funds.",
);
const LOST: Decline = refusal("card_declined", "lost_card", "Your card was declined.");
const STOLEN: Decline = refusal("card_declined", "stolen_card", "Your card was declined.");
const EXPIRED: Decline = refusal("expired_card", "expired_card", "Your card has expired.");
const CVC: Decline = refusal(
    "incorrect_cvc",
    "incorrect_cvc",
    "Your card's security code is incorrect.",
);
const PROCESSING: Decline = refusal(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
);
const NUMBER: Decline = refusal("incorrect_number", "incorrect_number", "Your card number is incorrect.");
const VELOCITY: Decline = refusal(
    "card_declined",
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
);
const FRAUD: Decline = Decline {
    blocked: true,
    ..refusal("card_declined", "fraudulent", "Your card was declined.")
};

const CARDS: &[Card] = &[
    VISA,
    brand("visa_debit", "4000056655665556", "visa", "debit"),
    brand("mastercard", "5555555555554444", "mastercard", "credit"),
    brand("mastercard_debit", "5200828282828210", "mastercard", "debit"),
    brand("mastercard_prepaid", "5105105105105100", "mastercard", "prepaid"),
    brand("amex", "378282246310005", "amex", "credit"),
    brand("discover", "6011111111111117", "discover", "credit"),
    brand("diners", "3056930009020004", "diners", "credit"),
    brand("jcb", "3566002020360505", "jcb", "credit"),
    brand("unionpay", "6200000000000005", "unionpay", "credit"),
    country("us", "4242424242424242", "US"),
    country("de", "4000002760000016", "DE"),
    country("fr", "4000002500000003", "FR"),
    country("gb", "4000008260000000", "GB"),
    country("at", "4000000400000008", "AT"),
    country("ch", "4000007560000009", "CH"),
    later("bypassPending", "4000000000000077", After::Nothing),
    declined("chargeDeclined", "4000000000000002", GENERIC),
    declined("chargeDeclinedInsufficientFunds", "4000000000009995", FUNDS),
    declined("chargeDeclinedLostCard", "4000000000009987", LOST),
    declined("chargeDeclinedStolenCard", "4000000000009979", STOLEN),
    declined("chargeDeclinedExpiredCard", "4000000000000069", EXPIRED),
    declined("chargeDeclinedIncorrectCvc", "4000000000000127", CVC),
    declined("chargeDeclinedProcessingError", "4000000000000119", PROCESSING),
    declined("chargeDeclinedVelocityLimitExceeded", "4000000000006975", VELOCITY),
    declined("incorrectNumber", "4242424242424241", NUMBER),
    declined("chargeDeclinedFraudulent", "4100000000000019", FRAUD),
    declined("radarBlock", "4100000000000019", FRAUD),
    Card {
        attaches: true,
        ..declined("chargeCustomerFail", "4000000000000341", GENERIC)
    },
    secured(
        "authenticationRequiredOnSetup",
        "4000002500003155",
        Authentication::UnlessSetUp,
    ),
    secured("authenticationRequired", "4000002760003184", Authentication::Always),
    secured(
        "authenticationRequiredSetupForOffSession",
        "4000003800000446",
        Authentication::OnSession,
    ),
    secured("threeDSecure2Required", "4000000000003220", Authentication::Always),
    secured("threeDSecureRequired", "4000000000003063", Authentication::Always),
    secured("threeDSecureOptional", "4000000000003055", Authentication::No),
    Card {
        decline: Some(FUNDS),
        ..secured(
            "authenticationRequiredChargeDeclinedInsufficientFunds",
            "4000008260003178",
            Authentication::Always,
        )
    },
    Card {
        decline: Some(GENERIC),
        ..secured(
            "threeDSecureRequiredChargeDeclined",
            "4000008400001629",
            Authentication::Always,
        )
    },
    later("createDispute", "4000000000000259", After::Dispute("fraudulent")),
    later(
        "createDisputeProductNotReceived",
        "4000000000002685",
        After::Dispute("product_not_received"),
    ),
    later("createDisputeInquiry", "4000000000001976", After::Inquiry),
    later("pendingRefund", "4000000000007726", After::RefundPends),
    later("refundFail", "4000000000005126", After::RefundFails),
];

impl Card {
    /// The card that `pm_card_…`, `tok_…` or a number names.
    pub fn find(text: &str) -> Option<&'static Card> {
        let name = text
            .strip_prefix("pm_card_")
            .or_else(|| text.strip_prefix("tok_"))
            .unwrap_or(text);
        let short = name.strip_prefix("visa_").unwrap_or(name);
        CARDS
            .iter()
            .find(|card| card.name == name || card.name == short || card.number == text)
    }

    /// The plain card that always pays.
    pub fn visa() -> &'static Card {
        &VISA_CARD
    }

    /// The last four digits.
    pub fn last4(&self) -> &'static str {
        self.number
            .get(self.number.len().saturating_sub(4)..)
            .unwrap_or(self.number)
    }
}
