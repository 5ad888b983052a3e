//! What members of staff and API keys may do.

use std::fmt;
use std::str::FromStr;

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)*) => {
        /// One thing that may be allowed, named `<domain>.<action>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Permission {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Permission {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name: `<domain>.<action>`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// What it allows, in a sentence.
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim_ascii_start(),)*
                }
            }
        }
    };
}

permissions! {
    /// See products that are not published, and who changed what.
    CatalogRead = "catalog.read";
    /// Create and change products: their names, texts and variants count in every channel, so this takes the permission for
    /// every channel.
    CatalogWrite = "catalog.write";
    /// See stock levels and locations.
    InventoryRead = "inventory.read";
    /// Change stock levels: with the permission for one channel, at the locations that it sells from.
    InventoryWrite = "inventory.write";
    /// See all orders.
    OrdersRead = "orders.read";
    /// See gift cards, their balances and histories; takes the permission for every channel.
    GiftCardsRead = "giftcards.read";
    /// Issue, adjust and disable gift cards; takes the permission for every channel.
    GiftCardsWrite = "giftcards.write";
    /// See what payment gateways told, and where their books differ from ours; takes the permission for every channel.
    PaymentsReconcile = "payments.reconcile";
    /// Capture and void authorised payments.
    PaymentsCapture = "payments.capture";
    /// Give money back to buyers.
    PaymentsRefund = "payments.refund";
    /// Read the books; takes the permission for every channel.
    LedgerRead = "ledger.read";
    /// See customers, their addresses and what they bought.
    CustomersRead = "customers.read";
    /// Change and block customers; takes the permission for every channel.
    CustomersWrite = "customers.write";
    /// Export and erase the data of customers; takes the permission for every channel.
    CustomersErase = "customers.erase";
    /// See staff, roles and API keys.
    StaffRead = "staff.read";
    /// Invite staff, change roles, block and reset accounts of staff.
    StaffWrite = "staff.write";
    /// Make and revoke API keys.
    ApiKeysWrite = "api_keys.write";
    /// See what came of recommendations; their models, how well these fit, and the rules of staff take the permission for
    /// every channel.
    RecommendationRead = "recommendation.read";
    /// Make rules of recommendations, train models and go back to older ones; takes the permission for every channel.
    RecommendationWrite = "recommendation.write";
    /// See merchandising rules, synonyms and stop words, and what was searched for.
    SearchRead = "search.read";
    /// Change merchandising rules, synonyms and stop words; those of all channels take the permission for every channel.
    SearchWrite = "search.write";
    /// Read the audit log.
    AuditRead = "audit.read";
    /// See experiments and their results, and look at their arms; takes the permission for every channel.
    ExperimentRead = "experiment.read";
    /// Write, start and stop experiments; takes the permission for every channel.
    ExperimentWrite = "experiment.write";
    /// See questions and answers about products that wait, or were refused.
    QuestionRead = "question.read";
    /// Publish and refuse questions and answers about products, and answer in the name of the shop.
    QuestionWrite = "question.write";
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no permission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no permission is named \"{0}\"")]
pub struct UnknownPermission(String);

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        let found = Self::ALL.iter().copied().find(|permission| permission.name() == text);
        found.ok_or_else(|| UnknownPermission(text.to_owned()))
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u64);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);
    /// Every one there is.
    pub const ALL: Self = Self((1 << Permission::ALL.len()) - 1);

    /// Whether `permission` is in it.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// Whether all of `other` are in it.
    pub fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is in it and not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What is in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Its members, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |permission| self.has(*permission))
    }

    /// Their names, as they are stored.
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Permission::name).collect()
    }

    /// The permissions of these names. Names that no longer mean anything are passed over: a permission that is gone
    /// allows nothing.
    pub fn of_names(names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        names
            .into_iter()
            .filter_map(|name| name.as_ref().parse().ok())
            .collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(
            permissions
                .into_iter()
                .fold(0, |set, permission| set | 1 << permission as u8),
        )
    }
}
