//! What signs in.

use crate::platform::address::ClientAddress;

/// Longest name of a client that is kept, in characters.
const USER_AGENT_MAX: usize = 200;

/// The program in which a person signs in, and where it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// What it calls itself.
    pub user_agent: Option<String>,
    /// Where it comes from.
    pub address: ClientAddress,
}

impl Client {
    /// The client at `address`, under the name it gives itself, cut to what is kept.
    pub fn new(user_agent: Option<&str>, address: ClientAddress) -> Self {
        let plain = |text: &str| -> String {
            let text = text.chars().filter(|c| !c.is_control());
            text.take(USER_AGENT_MAX).collect()
        };
        Self {
            user_agent: user_agent.map(plain).filter(|text| !text.is_empty()),
            address,
        }
    }
}
