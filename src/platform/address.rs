//! Where a request comes from, as far as limits care: one household or office, not one interface.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

/// The address of a client: an IPv4 address, or the /64 network of an IPv6 one, because whoever has one address of such
/// a network has all 2^64 of them. IPv4 written as IPv6 (`::ffff:192.0.2.1`) is IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The machine itself: who asks when there is no socket, as in tests that call the router.
    pub const LOCAL: Self = Self(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    /// The client behind `address`.
    pub fn new(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => Self(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into()),
            v4 => Self(v4),
        }
    }

    /// The key of the client in limits: the address, or the network with `/64`.
    pub fn key(&self) -> String {
        self.to_string()
    }
}

impl Default for ClientAddress {
    fn default() -> Self {
        Self::LOCAL
    }
}

impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        Self::new(address)
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => write!(f, "{v4}"),
            IpAddr::V6(v6) => write!(f, "{v6}/64"),
        }
    }
}

/// A network of addresses, such as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// A text that is no network.
#[derive(Debug, thiserror::Error)]
#[error("write an address or a network, such as 10.0.0.0/8 or fd00::/8")]
pub struct NetworkError;

impl Network {
    /// Whether `address` lies in it.
    pub fn holds(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let text = text.trim();
        let whole = || {
            text.parse::<IpAddr>()
                .map(|address| IpNet::from(address.to_canonical()))
        };
        text.parse::<IpNet>()
            .or_else(|_| whole())
            .map(Self)
            .map_err(|_| NetworkError)
    }
}
