//! The merged roots.

use async_graphql::{MergedObject, MergedSubscription, Schema};

use crate::account::{AccountMutation, AccountQuery, ExternalMutation, ExternalQuery, MfaMutation, MfaQuery};
use crate::analytics::AnalyticsMutation;
use crate::audit::AuditQuery;
use crate::cart::{CartMutation, CartQuery};
use crate::catalog::{CatalogMutation, CatalogQuery, ComparisonQuery};
use crate::channel::ChannelQuery;
use crate::checkout::CheckoutMutation;
use crate::customer::{CustomerAddressMutation, CustomerMutation, CustomerQuery};
use crate::experiment::{ExperimentMutation, ExperimentQuery};
use crate::inventory::InventoryMutation;
use crate::ledger::LedgerQuery;
use crate::order::{OrderMutation, OrderQuery};
use crate::payment::gift_card::{GiftCardMutation, GiftCardQuery};
use crate::payment::inbox::{InboxMutation, InboxQuery};
use crate::payment::reconcile::ReconciliationQuery;
use crate::payment::{PaymentMethodMutation, PaymentMutation, PaymentQuery};
use crate::privacy::PrivacyMutation;
use crate::question::{QuestionMutation, QuestionQuery};
use crate::recommendation::{
    RecommendationInsightQuery, RecommendationModelMutation, RecommendationModelQuery, RecommendationQuery,
    RecommendationRuleMutation, RecommendationRuleQuery,
};
use crate::search::{InsightMutation, InsightQuery, MerchandisingMutation, MerchandisingQuery, SearchQuery};
use crate::staff::{ApiKeyMutation, RoleMutation, StaffMutation, StaffQuery};

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    ChannelQuery,
    AccountQuery,
    CatalogQuery,
    ComparisonQuery,
    CartQuery,
    CustomerQuery,
    OrderQuery,
    GiftCardQuery,
    InboxQuery,
    PaymentQuery,
    LedgerQuery,
    ReconciliationQuery,
    SearchQuery,
    MerchandisingQuery,
    InsightQuery,
    RecommendationQuery,
    RecommendationModelQuery,
    RecommendationRuleQuery,
    RecommendationInsightQuery,
    ExperimentQuery,
    QuestionQuery,
    AuditQuery,
    StaffQuery,
    MfaQuery,
    ExternalQuery,
    super::node::NodeQuery,
    super::federation::FederationQuery,
);

/// Everything that can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    CustomerMutation,
    CustomerAddressMutation,
    PrivacyMutation,
    CatalogMutation,
    CartMutation,
    InventoryMutation,
    CheckoutMutation,
    GiftCardMutation,
    InboxMutation,
    PaymentMethodMutation,
    OrderMutation,
    PaymentMutation,
    StaffMutation,
    RoleMutation,
    ApiKeyMutation,
    MfaMutation,
    ExternalMutation,
    AnalyticsMutation,
    RecommendationModelMutation,
    RecommendationRuleMutation,
    MerchandisingMutation,
    InsightMutation,
    ExperimentMutation,
    QuestionMutation,
);

/// Everything that can be listened to.
#[derive(MergedSubscription, Default)]
pub struct Subscription(super::time::TimeSubscription);

/// The schema.
pub type MerxSchema = Schema<Query, Mutation, Subscription>;
