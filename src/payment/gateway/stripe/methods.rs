//! Customers, and the means of payment that they keep.

use sha2::{Digest, Sha256};

use super::form::Form;
use super::part::Part;
use super::start::{KINDS, id_of};
use super::wire::CallError;
use super::{StripeGateway, decline, known, snapshot};
use crate::payment::gateway::{CustomerRequest, GatewayState, KeptMethod, Setup, UNKNOWN_CUSTOMER};
use crate::platform::error::{Fault, Result};

/// What comes whole with a SetupIntent.
const EXPANDED: [&str; 1] = ["payment_method"];
/// Means of payment of a customer: what Stripe gives at most, and more than anybody keeps.
const METHODS: u32 = 100;

impl StripeGateway {
    pub(super) async fn make_customer(&self, request: &CustomerRequest) -> Result<String> {
        let email = request.email.as_deref();
        // Another address is another request, which Stripe refuses under the same key.
        let print = Sha256::digest(email.unwrap_or_default());
        let print: String = print.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let form = Form::default()
            .maybe("email", email)
            .set("metadata[merx_customer]", request.customer);
        let gone = request.instead_of.as_deref().unwrap_or_default();
        let key = format!("merx-customer-{}-{print}{gone}", request.customer);
        id_of(&self.post("/customers", &key, form).await?)
    }

    pub(super) async fn make_setup(&self, customer: &str, key: &str) -> Result<Setup> {
        let form = Form::default()
            .set("customer", customer)
            .set("usage", "on_session")
            .set(KINDS, "card")
            .expand(EXPANDED);
        let intent = match self.post("/setup_intents", &format!("merx-setup-{key}"), form).await {
            Err(CallError::Refused(refusal)) if decline::reason(refusal.error()) == UNKNOWN_CUSTOMER => {
                return Ok(Setup {
                    reference: format!("refused_{key}"),
                    customer: None,
                    client_secret: None,
                    state: GatewayState::Failed(UNKNOWN_CUSTOMER.to_owned()),
                    method: None,
                });
            }
            answer => answer?,
        };
        snapshot::setup(Part::from(&intent))
    }

    pub(super) async fn setup(&self, reference: &str) -> Result<Option<Setup>> {
        // A client says which: what is no id is nobody's.
        let Ok(reference) = plain(reference) else {
            return Ok(None);
        };
        let path = format!("/setup_intents/{reference}");
        let intent = known(self.get(&path, Form::default().expand(EXPANDED)).await)?;
        intent.map(|intent| snapshot::setup(Part::from(&intent))).transpose()
    }

    pub(super) async fn methods_of(&self, customer: &str) -> Result<Vec<KeptMethod>> {
        let path = format!("/customers/{}/payment_methods", plain(customer)?);
        let list = self.get(&path, Form::default().set("limit", METHODS)).await?;
        let methods = Part::from(&list).items("data");
        Ok(methods.into_iter().filter_map(snapshot::kept_method).collect())
    }

    /// One that is gone, or belongs to nobody any more, is forgotten already.
    pub(super) async fn detach(&self, reference: &str) -> Result<()> {
        let path = format!("/payment_methods/{}/detach", plain(reference)?);
        let key = format!("merx-forget-{reference}");
        match self.post(&path, &key, Form::default()).await {
            Ok(_) => Ok(()),
            Err(CallError::Refused(refusal)) if refusal.is_final() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl StripeGateway {
    /// With all that they keep. One who is gone is forgotten already.
    pub(super) async fn remove_customer(&self, reference: &str) -> Result<()> {
        let path = format!("/customers/{}", plain(reference)?);
        known(self.delete(&path).await).map(|_| ())
    }
}

/// Stripe's ids are letters, digits and underscores: nothing else gets into a path.
pub(super) fn plain(reference: &str) -> Result<&str> {
    let id = !reference.is_empty() && reference.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    id.then_some(reference)
        .ok_or(Fault::Invariant("a reference that is none of Stripe's"))
}
