//! `merx schema`: what is checked in and compared.

use std::io::Write;
use std::process::ExitCode;

use crate::platform::error::Result;

/// Prints the schema, or `.env.example`.
pub(super) fn schema(dotenv: bool) -> Result<ExitCode> {
    let text = if dotenv {
        crate::config::env_example()
    } else {
        crate::http::sdl()
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
