//! Who may use what: every field of the schema through the eyes of every role. What nobody classified is denied.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Response;
use merx::http::Unveiled;
use merx::platform::permission::Permission;
use serde_json::{Value, json};

use crate::schema::{list, text, types, written};
use crate::support::Shop;

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// The fields of the roots that everybody may name; what they do for whom, they decide themselves. A field that is not here
/// must be guarded: whoever adds one here says that strangers may call it.
const PUBLIC: [(&str, &[&str]); 3] = [
    (
        "Query",
        &[
            "cart",
            "categories",
            "category",
            "channel",
            "channels",
            "collection",
            "experimentAssignment",
            "giftCardBalance",
            "me",
            "mfa",
            "node",
            "nodes",
            "order",
            "product",
            "productVariant",
            "products",
            "productsCompare",
            "recommendations",
            "search",
            "searchSuggest",
            "sessions",
            "signInProviders",
            "viewer",
        ],
    ),
    (
        "Mutation",
        &[
            "cartBuyerUpdate",
            "cartCreate",
            "cartDeliverySelect",
            "cartLinesAdd",
            "cartLinesRemove",
            "cartLinesUpdate",
            "checkoutComplete",
            "customerAddressCreate",
            "customerAddressDelete",
            "customerAddressUpdate",
            "customerDataExport",
            "customerEmailChangeConfirm",
            "customerEmailChangeRequest",
            "customerEmailVerify",
            "customerErase",
            "customerRegister",
            "customerUpdate",
            "customerVerificationResend",
            "externalSignInComplete",
            "externalSignInStart",
            "mfaConfirm",
            "mfaDisable",
            "mfaRecoveryCodesRenew",
            "mfaSetup",
            "passwordChange",
            "passwordReset",
            "passwordResetRequest",
            "paymentMethodDelete",
            "paymentMethodMakeDefault",
            "paymentMethodSetup",
            "paymentMethodSetupComplete",
            "paymentStart",
            "productAnswerCreate",
            "productQuestionCreate",
            "recommendationEventTrack",
            "sessionCreate",
            "sessionRefresh",
            "sessionRevoke",
            "staffInvitationAccept",
        ],
    ),
    ("Subscription", &["serverTime"]),
];

/// A way to an object of each type that has guarded fields, `…` where its fields stand. Some roles get there without the
/// permission of the field.
async fn ways(shop: &Shop) -> BTreeMap<&'static str, String> {
    let order = shop.bought().await;
    let asked = json!({ "orderId": order["id"] });
    shop.staff().changed("refundCreate", asked, "refund { id }").await;
    let of_order = format!("order(id: {}, accessToken: {})", order["id"], order["accessToken"]);
    let variants = "{ products(first: 1) { nodes { variants { … } } } }";
    BTreeMap::from([
        ("ProductVariant", variants.to_owned()),
        ("Customer", "{ me { … } }".to_owned()),
        ("Payment", format!("{{ {of_order} {{ payments {{ … }} }} }}")),
        ("Refund", format!("{{ {of_order} {{ refunds {{ … }} }} }}")),
    ])
}

/// Somebody who asks, with what they have.
struct Role {
    name: String,
    shop: Shop,
    staff: bool,
    permissions: BTreeSet<String>,
}

async fn roles(shop: &Shop) -> Vec<Role> {
    let role = |name: &str, shop: Shop, staff, permissions: &[&str]| Role {
        name: name.to_owned(),
        shop,
        staff,
        permissions: permissions.iter().map(|name| (*name).to_owned()).collect(),
    };
    let all: Vec<&str> = Permission::ALL.iter().map(|p| p.name()).collect();
    // A key of another channel: of staff, and without any permission here.
    let nothing = shop.program(&["catalog.read"], Some("eu")).await;
    let mut roles = vec![
        role("nobody", shop.requested_as("walk"), false, &[]),
        role("a customer", shop.customer("ada@example.com").await, false, &[]),
        role("staff without permissions", nothing, true, &[]),
        role("an owner", shop.staff(), true, &all),
    ];
    for name in all {
        roles.push(role(name, shop.program(&[name], None).await, true, &[name]));
    }
    roles
}

/// A field of the schema, and who may use it: what its guard asks for.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) ty: String,
    field: String,
    description: String,
    /// The document's part that calls it, its variables with their types, and whether something is selected of it.
    pub(super) arguments: BTreeMap<String, String>,
    composite: bool,
}

impl Place {
    /// The permission that the description names; an empty one for all of staff.
    fn needs(&self) -> Option<String> {
        let told = self.description.split("Staff only").nth(1)?;
        Some(told.split('`').nth(1).unwrap_or_default().to_owned())
    }

    fn allowed(&self, role: &Role) -> bool {
        match self.needs() {
            None => true,
            Some(needed) if needed.is_empty() => role.staff,
            Some(needed) => role.permissions.contains(&needed),
        }
    }

    /// Its selection, with `selected` of it where it has fields.
    fn call(&self) -> String {
        let arguments: Vec<String> = self.arguments.keys().map(|name| format!("{name}: ${name}")).collect();
        let arguments = if arguments.is_empty() {
            String::new()
        } else {
            format!("({})", arguments.join(", "))
        };
        let selected = if self.composite { " { __typename }" } else { "" };
        format!("{}{arguments}{selected}", self.field)
    }

    /// The variables of a document with it.
    fn declared(&self) -> String {
        let declared: Vec<String> = self
            .arguments
            .iter()
            .map(|(name, ty)| format!("${name}: {ty}"))
            .collect();
        if declared.is_empty() {
            String::new()
        } else {
            format!("({})", declared.join(", "))
        }
    }
}

/// All fields of all types that `shop` sees, with the arguments that they must have.
pub(super) async fn places(shop: &Shop) -> Vec<Place> {
    let all = types(shop).await;
    let kind = |ty: &Value| {
        let name = written(ty).replace(['[', ']', '!'], "");
        all.get(&name).map(|ty| text(&ty["kind"])).unwrap_or_default()
    };
    let mut places = Vec::new();
    for (name, ty) in &all {
        if ty["kind"] != "OBJECT" {
            continue;
        }
        for field in list(&ty["fields"]) {
            let needed = list(&field["args"])
                .iter()
                .map(|arg| (text(&arg["name"]), written(&arg["type"])));
            places.push(Place {
                ty: name.clone(),
                field: text(&field["name"]),
                description: text(&field["description"]),
                arguments: needed.filter(|(_, ty)| ty.ends_with('!')).collect(),
                composite: ["OBJECT", "INTERFACE", "UNION"].contains(&kind(&field["type"]).as_str()),
            });
        }
    }
    places
}

#[tokio::test]
async fn every_field_of_a_root_is_public_on_purpose_or_guarded() {
    let shop = Shop::demo().await;
    let mut public: BTreeMap<&str, BTreeSet<String>> = ROOTS.iter().map(|root| (*root, BTreeSet::new())).collect();
    for place in places(&shop.staff()).await {
        if let Some(fields) = public.get_mut(place.ty.as_str())
            && place.needs().is_none()
        {
            fields.insert(place.field);
        }
    }
    for (root, fields) in PUBLIC {
        let listed: BTreeSet<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        let found = &public[root];
        let surplus: Vec<_> = found.difference(&listed).collect();
        assert!(
            surplus.is_empty(),
            "{root}: neither guarded nor public on purpose: {surplus:?}"
        );
        let gone: Vec<_> = listed.difference(found).collect();
        assert!(gone.is_empty(), "{root}: listed as public, and not there: {gone:?}");
    }
}

#[tokio::test]
async fn each_role_sees_what_it_may_and_nothing_else() {
    let shop = Shop::demo().await;
    let owner = places(&shop.staff()).await;
    let roles = roles(&shop).await;
    let guarded: Vec<&Place> = owner.iter().filter(|place| place.needs().is_some()).collect();
    assert!(guarded.len() >= 25, "{} guarded fields", guarded.len());
    for role in &roles {
        let seen = types(&role.shop).await;
        for place in &owner {
            let field = seen.get(&place.ty).map(|ty| list(&ty["fields"]));
            let shown = field.is_some_and(|fields| fields.iter().any(|f| f["name"] == place.field.as_str()));
            if place.needs().is_some() {
                assert_eq!(
                    shown,
                    place.allowed(role),
                    "{}: {}.{}",
                    role.name,
                    place.ty,
                    place.field
                );
            } else if let Some(fields) = field {
                assert!(
                    shown || fields.is_empty(),
                    "{}: {}.{}",
                    role.name,
                    place.ty,
                    place.field
                );
            }
        }
        // What is hidden is unknown to documents too.
        for place in &guarded {
            let unknown = format!("Unknown field \"{}\" on type \"{}\".", place.field, place.ty);
            // The operation that runs asks for nothing; all are validated.
            let document = if ROOTS.contains(&place.ty.as_str()) {
                let kind = place.ty.to_lowercase();
                format!(
                    "query A {{ __typename }} {kind} B{} {{ {} }}",
                    place.declared(),
                    place.call()
                )
            } else {
                let of = format!("fragment F on {} {{ {} }}", place.ty, place.call());
                format!(
                    "query A {{ __typename }} query B{} {{ node(id: \"x\") {{ ...F }} }} {of}",
                    place.declared()
                )
            };
            let answer = role.shop.send_named(&document, "A").await;
            let said: Vec<String> = list(&answer["errors"]).iter().map(|e| text(&e["message"])).collect();
            let told = said
                .iter()
                .any(|message| message.starts_with(unknown.trim_end_matches('.')));
            assert_eq!(told, !place.allowed(role), "{}: {document}\n{said:?}", role.name);
        }
    }
}

/// The answer of a schema that hides nothing: code of the first error, and whether anything was refused by a guard.
pub(super) struct Unhidden {
    unveiled: Unveiled,
    ways: BTreeMap<&'static str, String>,
    pub(super) inputs: BTreeMap<String, Value>,
}

const INPUTS: &str = "{ __schema { types { kind name isOneOf enumValues { name }
    inputFields { name defaultValue type { ...Ref } } } } }
    fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

impl Unhidden {
    pub(super) async fn of(shop: &Shop) -> Self {
        let data = shop.staff().data(INPUTS, json!({})).await;
        let types = list(&data["__schema"]["types"]).iter();
        Self {
            unveiled: Unveiled::new(shop.app.clone()),
            ways: ways(shop).await,
            inputs: types.map(|ty| (text(&ty["name"]), ty.clone())).collect(),
        }
    }

    /// A value of a type, with nothing in it that may be left out. Ids begin with `prefix`.
    fn value(&self, ty: &str, prefix: &str) -> Value {
        let ty = ty.trim_end_matches('!');
        if ty.starts_with('[') {
            return json!([]);
        }
        let definition = &self.inputs[ty];
        match (text(&definition["kind"]).as_str(), ty) {
            ("ENUM", _) => definition["enumValues"][0]["name"].clone(),
            ("INPUT_OBJECT", _) => {
                let fields = list(&definition["inputFields"]).iter();
                if definition["isOneOf"] == true {
                    let value = |f: &Value| (text(&f["name"]), self.value(&written(&f["type"]), prefix));
                    return fields.take(1).map(value).collect();
                }
                let needed = fields.filter(|f| written(&f["type"]).ends_with('!') && f["defaultValue"].is_null());
                needed
                    .map(|f| (text(&f["name"]), self.value(&written(&f["type"]), prefix)))
                    .collect()
            }
            (_, "ID") => json!(format!("{prefix}_01jd3v9k3hf2x8k3w2v5m0q7zt")),
            (_, "Int" | "Float") => json!(1),
            (_, "Boolean") => json!(false),
            _ => json!("x"),
        }
    }

    /// The codes of the errors when `role` calls `place`.
    async fn codes(&self, role: &Role, place: &Place) -> (BTreeSet<String>, Value) {
        let document = if ROOTS.contains(&place.ty.as_str()) {
            format!("{}{} {{ {} }}", place.ty.to_lowercase(), place.declared(), place.call())
        } else {
            let way = self.ways.get(place.ty.as_str());
            let way = way.unwrap_or_else(|| panic!("{} has guarded fields and no way to it", place.ty));
            format!("query{} {}", place.declared(), way.replace('…', &place.call()))
        };
        let mut prefix = "product".to_owned();
        loop {
            let variables: Value = place
                .arguments
                .iter()
                .map(|(name, ty)| (name.clone(), self.value(ty, &prefix)))
                .collect::<serde_json::Map<_, _>>()
                .into();
            let ran = self.unveiled.execute(role.shop.headers(), &document, variables).await;
            let response: Response = ran.expect("the viewer is found").expect("somebody");
            let answer = serde_json::to_value(response).expect("JSON");
            let errors = list(&answer["errors"]);
            // An id of another kind is refused before the guard: it says which kind it wants.
            let wanted = errors.iter().find_map(|error| {
                let message = text(&error["message"]);
                let behind = message.split("starts with \"").nth(1)?;
                behind.split_once("_\"").map(|(prefix, _)| prefix.to_owned())
            });
            if let Some(wanted) = wanted.filter(|wanted| *wanted != prefix) {
                prefix = wanted;
                continue;
            }
            let codes = errors.iter().map(|error| text(&error["extensions"]["code"])).collect();
            return (codes, answer);
        }
    }
}

#[tokio::test]
async fn guards_refuse_by_themselves() {
    let shop = Shop::demo().await;
    let unhidden = Unhidden::of(&shop).await;
    let roles = roles(&shop).await;
    let owner = places(&shop.staff()).await;
    for place in owner.iter().filter(|place| place.needs().is_some()) {
        assert_ne!(
            place.ty, "Subscription",
            "{}: guarded events need a test of their own",
            place.field
        );
        let mut refused = 0;
        for role in &roles {
            let (codes, answer) = unhidden.codes(role, place).await;
            let name = format!("{}: {}.{}: {answer}", role.name, place.ty, place.field);
            let by_guard = codes.contains("FORBIDDEN") || codes.contains("UNAUTHENTICATED");
            if place.allowed(role) {
                assert!(!by_guard, "{name}");
                continue;
            }
            if ROOTS.contains(&place.ty.as_str()) {
                let expected = if role.staff { "FORBIDDEN" } else { "UNAUTHENTICATED" };
                assert_eq!(codes, BTreeSet::from([expected.to_owned()]), "{name}");
            } else if !by_guard {
                // Nothing was there to be asked.
                assert!(answer["data"]["me"].is_null() && place.ty == "Customer", "{name}");
            }
            refused += usize::from(by_guard);
        }
        assert!(refused > 0, "{}.{} refuses nobody", place.ty, place.field);
    }
}
