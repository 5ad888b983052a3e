//! `merx schema`: what is checked in and compared.

use std::io::Write;
use std::process::ExitCode;

use crate::platform::error::Result;

/// Prints the schema, the schema as a subgraph, or `.env.example`.
pub(super) fn schema(federation: bool, dotenv: bool) -> Result<ExitCode> {
    let text = if dotenv {
        crate::config::env_example()
    } else if federation {
        crate::http::subgraph_sdl()
    } else {
        crate::http::sdl()
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
