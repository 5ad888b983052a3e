//! What the edge lets through.

use clap::Args;

use crate::platform::address::Network;
use crate::platform::rate_limit::Bucket;

/// What the edge lets through.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Edge")]
pub struct Edge {
    /// Addresses and networks of the proxies in front of the server, separated by commas, such as `10.0.0.0/8`. Only
    /// what they say in X-Forwarded-For, Forwarded and X-Forwarded-Proto is believed. Empty: nobody is.
    #[arg(
        long = "trusted-proxies",
        alias = "merx-trusted-proxies",
        env = "MERX_TRUSTED_PROXIES",
        value_delimiter = ',',
        global = true
    )]
    pub trusted_proxies: Vec<Network>,
    /// Strict-Transport-Security, which tells browsers to come by https alone: true sends it always, false never. Not
    /// set: in production, when a trusted proxy says that the client came by https.
    #[arg(long = "hsts", alias = "merx-hsts", env = "MERX_HSTS", global = true)]
    pub hsts: Option<bool>,
    /// Connections at most.
    #[arg(
        id = "server_connections",
        long = "connections",
        alias = "merx-connections",
        env = "MERX_CONNECTIONS",
        default_value_t = 10_000,
        global = true
    )]
    pub client_connections: usize,
    /// Connections of one address at most (of one /64 network with IPv6). Trusted proxies have no such limit.
    #[arg(
        long = "connections-per-address",
        alias = "merx-connections-per-address",
        env = "MERX_CONNECTIONS_PER_ADDRESS",
        default_value_t = 1_000,
        global = true
    )]
    pub connections_per_address: usize,
    /// Requests that are worked on at the same time; more are answered 503 at once.
    #[arg(
        long = "requests-in-flight",
        alias = "merx-requests-in-flight",
        env = "MERX_REQUESTS_IN_FLIGHT",
        default_value_t = 1_000,
        global = true
    )]
    pub requests_in_flight: usize,
    /// Budget of a client address in cost points: capacity/restored per second.
    #[arg(
        long = "budget-anonymous",
        alias = "merx-budget-anonymous",
        env = "MERX_BUDGET_ANONYMOUS",
        default_value = "50000/2000",
        global = true
    )]
    pub budget_anonymous: Bucket,
    /// Budget of a staff token in cost points: capacity/restored per second.
    #[arg(
        long = "budget-staff",
        alias = "merx-budget-staff",
        env = "MERX_BUDGET_STAFF",
        default_value = "200000/10000",
        global = true
    )]
    pub budget_staff: Bucket,
    /// Seconds between the order to stop and the end of taking requests: as long as the load balancer takes to notice
    /// that `/readyz` says no. Not set: 5 in production, 0 in development.
    #[arg(
        long = "stop-delay",
        alias = "merx-stop-delay",
        env = "MERX_STOP_DELAY",
        value_parser = clap::value_parser!(u64).range(0..=20),
        global = true
    )]
    pub stop_delay: Option<u64>,
}
