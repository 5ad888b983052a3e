//! Documents of our own that ask for as much as those of the contract, for a clone that stands alone.

use crate::support::{CART, Documents, ORDER};

/// By the names that the contract gives them.
pub fn documents() -> Documents {
    let cart = |name: &str| {
        let field = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
        format!(
            "mutation {name}($input: {name}Input!) {{ {field}(input: $input) {{
               errors {{ code message path __typename }} cart {{ ...CartParts }} }} }}\n"
        )
    };
    let carts = [
        "CartCreate",
        "CartLinesAdd",
        "CartLinesUpdate",
        "CartLinesRemove",
        "CartBuyerUpdate",
        "CartDeliverySelect",
    ];
    let carts: String = carts.into_iter().map(cart).collect();
    Documents::read(&format!(
        "{CATALOGUE}\n{carts}\n{PURCHASE}\n{STAFF}\n{PEOPLE}\n{CART}\n{ORDER}\n"
    ))
}

const CATALOGUE: &str = "
fragment Tile on Product {
  name id brand slug
  media(first: 1) { alt url }
  priceRange { max { currencyCode amount } min { currencyCode amount } }
  availableForSale
  variants(first: 2) { sku id quantityAvailable compareAtPrice { currencyCode amount } price { currencyCode amount } }
}
query ChannelInfo {
  channel { name slug id taxIncluded countries currencyCode paymentGateways { name id publishableKey } }
}
query Listing($where: ProductWhere, $sort: ProductSort, $after: String, $first: Int! = 24) {
  products(where: $where, sort: $sort, after: $after, first: $first) {
    pageInfo { endCursor hasNextPage }
    nodes { ...Tile }
  }
}
query CategoryTree {
  categories(first: 50) { nodes { slug name id children { slug name id } path { name slug } } }
}
query CategoryPage($slug: String!) {
  category(by: { slug: $slug }) { name id description products(first: 24) { totalCount nodes { ...Tile } } }
}
query Detail($slug: String!) {
  product(by: { slug: $slug }) {
    tags description
    ...Tile
    options { values name }
    attributes { values key name }
    gallery: media(first: 10) { height width url alt }
    category { name slug id path { name slug } }
    collections(first: 5) { nodes { name slug } }
    recommendations(first: 8, intent: RELATED) { edges { node { ...Tile } reason score trackingToken } }
    allVariants: variants(first: 100) {
      name sku id barcode quantityAvailable availableForSale selectedOptions { value name }
      compareAtPrice { currencyCode amount } price { currencyCode amount }
    }
  }
}
query Search($query: String!, $filters: [SearchFilterInput!], $after: String, $first: Int! = 24) {
  search(query: $query, filters: $filters, after: $after, first: $first) {
    totalCount searchId correctedQuery degraded
    priceRange { max { currencyCode amount } min { currencyCode amount } }
    facets { type key label values { input selected count label value } }
    pageInfo { endCursor hasNextPage }
    nodes { ...Tile }
  }
}
query Suggest($query: String!) {
  searchSuggest(limit: 8, query: $query) { queries brands categories { name slug } products { name slug id } }
}
query NodeById($id: ID!) { node(id: $id) { id __typename ... on Product { slug } } }
query Recommend($intent: RecommendationIntent!, $context: RecommendationContext!) {
  recommendations(intent: $intent, context: $context, first: 12) {
    edges { node { ...Tile } trackingToken experiment { variant id } strategy reason score }
  }
}";

const PURCHASE: &str = "
query Cart($token: String!) { cart(token: $token) { ...CartParts } }
mutation PaymentStart($input: PaymentStartInput!) {
  paymentStart(input: $input) {
    errors { code message path __typename }
    payment { gateway amount { currencyCode amount } status id nextAction { url clientSecret type } }
  }
}
mutation CheckoutComplete($input: CheckoutCompleteInput!) {
  checkoutComplete(input: $input) {
    errors { code message path __typename ... on InsufficientStockError { availableQuantity } }
    order { ...OrderParts }
  }
}
query Order($accessToken: String, $id: ID!) { order(accessToken: $accessToken, id: $id) { ...OrderParts } }";

const STAFF: &str = "
mutation ProductCreate($input: ProductCreateInput!) {
  productCreate(input: $input) {
    errors { code message path __typename }
    product { name slug id variants(first: 10) { sku id } }
  }
}
mutation ProductUpdate($input: ProductUpdateInput!) {
  productUpdate(input: $input) { errors { code message path __typename } product { name version id } }
}
mutation StockAdjust($input: StockAdjustInput!) {
  stockAdjust(input: $input) {
    errors { code message path __typename }
    variant { id quantityAvailable stock { available reserved onHand location { name id } } }
  }
}
mutation RefundCreate($input: RefundCreateInput!) {
  refundCreate(input: $input) {
    errors { code message path __typename }
    order { outstanding { amount } paymentStatus id } refund { status amount { currencyCode amount } id }
  }
}";

const PEOPLE: &str = "
mutation CustomerRegister($input: CustomerRegisterInput!) {
  customerRegister(input: $input) { errors { code message path __typename } customer { email id } }
}
mutation SessionCreate($input: SessionCreateInput!) {
  sessionCreate(input: $input) {
    viewer { __typename ... on StaffUser { permissions email id } ... on Customer { email id } }
    expiresAt refreshToken accessToken errors { code message path }
  }
}
mutation SessionRefresh($input: SessionRefreshInput!) {
  sessionRefresh(input: $input) { expiresAt refreshToken accessToken errors { code message path } }
}
mutation SessionRevoke($input: SessionRevokeInput!) {
  sessionRevoke(input: $input) { errors { code message path } revoked }
}
query Me {
  me {
    lastName firstName email id
    sessions { current lastUsedAt createdAt id }
    addresses { city countryCode id }
    orders(first: 10) { nodes { status number id total { currencyCode amount } } }
  }
}
query Customers($where: CustomerWhere) {
  customers(where: $where, first: 25) { totalCount nodes { totalSpent { currencyCode amount } ordersCount email id } }
}
mutation StaffInvite($input: StaffInviteInput!) {
  staffInvite(input: $input) { errors { code message path } staffUser { email id roles { permissions name id } } }
}";
