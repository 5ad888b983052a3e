//! Typed ids: a UUIDv7 that knows which table it belongs to.
//!
//! The text form follows [TypeID](https://github.com/jetify-com/typeid): a prefix, an underscore and the 128 bits in
//! Crockford base32 (26 characters), for example `product_01jd3v9k3hf2x8k3w2v5m0q7zt`. It sorts like the UUID, survives
//! a double click and tells a reader (and a type check) what it names.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LEN: usize = 26;

/// Why a text is no id of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// The text has the prefix of another kind of id, or none.
    WrongPrefix {
        /// The prefix that was expected.
        expected: &'static str,
    },
    /// The part behind the prefix is not 26 characters of base32 that fit 128 bits.
    Malformed,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongPrefix { expected } => write!(f, "expected an id that starts with \"{expected}_\""),
            Self::Malformed => f.write_str("malformed id"),
        }
    }
}

impl std::error::Error for IdError {}

/// What all typed ids share.
pub trait TypedId: Copy + Sized {
    /// The prefix of the text form, for example `product`.
    const PREFIX: &'static str;
    /// The bare key.
    fn uuid(self) -> Uuid;
    /// Names `uuid` a key of this kind.
    fn from_uuid(uuid: Uuid) -> Self;
}

/// Writes the 26 base32 characters of `uuid`.
/// Used for the bare key, without a prefix.
pub fn write_bits(uuid: Uuid, out: &mut impl fmt::Write) -> fmt::Result {
    let bits = uuid.as_u128();
    for i in 0..TEXT_LEN {
        let shift = 5 * (TEXT_LEN - 1 - i);
        let digit = ((bits >> shift) & 31) as usize;
        out.write_char(ALPHABET[digit] as char)?;
    }
    Ok(())
}

/// Reads the 26 base32 characters of a [`Uuid`].
pub fn decode(text: &str) -> Result<Uuid, IdError> {
    let bytes = text.as_bytes();
    // 26 characters hold 130 bits: the first may only use three of its five.
    if bytes.len() != TEXT_LEN || bytes[0] > b'7' {
        return Err(IdError::Malformed);
    }
    let mut bits: u128 = 0;
    for byte in bytes {
        let digit = ALPHABET.iter().position(|a| a == byte).ok_or(IdError::Malformed)?;
        bits = (bits << 5) | digit as u128;
    }
    Ok(Uuid::from_u128(bits))
}

/// Writes the text form of `id`.
pub fn write_text<I: TypedId>(id: I, out: &mut impl fmt::Write) -> fmt::Result {
    out.write_str(I::PREFIX)?;
    out.write_char('_')?;
    write_bits(id.uuid(), out)
}

/// Reads the text form of an id of kind `I`.
pub fn parse_text<I: TypedId>(text: &str) -> Result<I, IdError> {
    match text.rsplit_once('_') {
        Some((prefix, rest)) if prefix == I::PREFIX => decode(rest).map(I::from_uuid),
        _ => Err(IdError::WrongPrefix { expected: I::PREFIX }),
    }
}

impl FromStr for AnyId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (prefix, rest) = text.rsplit_once('_').ok_or(IdError::Malformed)?;
        Ok(Self {
            prefix: prefix.to_owned(),
            uuid: decode(rest)?,
        })
    }
}

/// An id whose kind is only known at run time, for `node(id:)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyId {
    /// The prefix as given.
    pub prefix: String,
    /// The bare key.
    pub uuid: Uuid,
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, sea_orm::DeriveValueType)]
        pub struct $name(pub Uuid);

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;
            fn uuid(self) -> Uuid { self.0 }
            fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
        }

        // Asked for by every primary key; ids here are made before the insert, never by the database.
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write_text(*self, f) }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> { parse_text(text) }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                parse_text(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

typed_ids! {
    /// A sales channel.
    ChannelId = "channel";
    /// A place that holds stock.
    LocationId = "location";
    /// A tax rate of a country.
    TaxRateId = "taxrate";
    /// A way of delivery that a channel offers.
    DeliveryMethodId = "delivery";
    /// A node of the category tree.
    CategoryId = "category";
    /// A hand-made set of products.
    CollectionId = "collection";
    /// A product.
    ProductId = "product";
    /// An option of a product, such as colour.
    ProductOptionId = "option";
    /// A variant: what is bought.
    VariantId = "variant";
    /// The definition of a typed attribute.
    AttributeId = "attribute";
    /// A picture of a product.
    MediaId = "media";
    /// An entry of the stock movement ledger.
    StockMovementId = "movement";
    /// A timed claim on stock.
    ReservationId = "reservation";
    /// A customer.
    CustomerId = "customer";
    /// A cart.
    CartId = "cart";
    /// A line of a cart.
    CartLineId = "cartline";
    /// An order.
    OrderId = "order";
    /// A line of an order.
    OrderLineId = "orderline";
    /// An entry in the history of an order.
    OrderEventId = "orderevent";
    /// A payment.
    PaymentId = "payment";
    /// An entry in the history of a payment.
    PaymentEventId = "paymentevent";
    /// A capture of authorised money.
    CaptureId = "capture";
    /// Money given back.
    RefundId = "refund";
    /// A payment that the shopper's bank disputes.
    DisputeId = "dispute";
    /// What a gateway told us.
    GatewayEventId = "gatewayevent";
    /// A means of payment that a customer keeps.
    PaymentMethodId = "paymentmethod";
    /// A gift card.
    GiftCardId = "giftcard";
    /// An entry in the history of a gift card.
    GiftCardEntryId = "giftcardentry";
    /// A line of the ledger.
    LedgerEntryId = "ledgerentry";
    /// A look at the books.
    LedgerCheckId = "ledgercheck";
    /// A comparison of our books with those of a gateway.
    ReconciliationId = "reconciliation";
    /// Something that such a comparison found.
    DifferenceId = "difference";
    /// A stored address of a customer.
    AddressId = "address";
    /// A sign-in that goes on.
    SessionId = "session";
    /// A member of staff.
    StaffUserId = "staff";
    /// A role: a named set of permissions.
    RoleId = "role";
    /// That a member of staff has a role.
    RoleAssignmentId = "roleassignment";
    /// A key for programs.
    ApiKeyId = "apikey";
    /// An entry of the audit log.
    AuditEntryId = "audit";
    /// A secret that was sent by mail and works once.
    OneTimeTokenId = "onetime";
    /// A version of what is recommended.
    RecommendationModelId = "recommendationmodel";
    /// What staff wants recommended, or not.
    RecommendationRuleId = "recommendationrule";
    /// A search that was made.
    SearchId = "search";
    /// What staff wants to stand where in the answers to some searches.
    MerchandisingRuleId = "searchrule";
    /// Words that mean the same.
    SynonymId = "synonym";
    /// A word that tells nothing in a search.
    StopWordId = "stopword";
    /// A visit to the shop: the keyed hash of a name that a client chose.
    VisitId = "visit";
    /// Something that a visitor did.
    InteractionId = "interaction";
    /// An experiment.
    ExperimentId = "experiment";
    /// A question about a product.
    QuestionId = "question";
    /// An answer to such a question.
    AnswerId = "answer";
}
