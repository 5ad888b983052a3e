//! `merx healthcheck`: is the server of this configuration ready? For containers that have no curl.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;

use super::probe::{self, Target};
use crate::config::Config;

/// Asks `/readyz`; the exit code is the answer.
pub(super) async fn healthcheck(config: &Config) -> ExitCode {
    let mut address = config.server.listen;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let answer = match Target::parse(&format!("http://{address}"), &[("http", 80)]) {
        Ok(target) => probe::http(&target, "/readyz").await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(Some(200)) => ExitCode::SUCCESS,
        Ok(status) => {
            tracing::error!(%address, status, "not ready");
            ExitCode::FAILURE
        }
        Err(error) => {
            tracing::error!(%address, %error, "not there");
            ExitCode::FAILURE
        }
    }
}
