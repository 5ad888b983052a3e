//! `merx user`, and the accounts that a server starts with.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use console::Term;

use crate::account::{self, AccountKind, Password};
use crate::app::App;
use crate::config::{Config, DEMO_ADMIN};
use crate::platform::error::{Fault, Result};
use crate::staff::{CreateOwner, CreateOwnerError, create_first_owner, create_owner, has_owner};

/// What can be done with accounts of staff.
#[derive(Debug, clap::Subcommand)]
pub(super) enum What {
    /// Makes an account of somebody who may do everything. The password comes from MERX_ADMIN_PASSWORD, else from the
    /// terminal, else from the first line of standard input.
    CreateAdmin {
        /// The address to sign in with.
        #[arg(long)]
        email: String,
    },
}

/// `merx user …`.
pub(super) async fn user(config: Config, what: What) -> Result<ExitCode> {
    let What::CreateAdmin { email } = what;
    let app = super::open(config).await?;
    let password = match &app.config.accounts.admin_password {
        Some(password) => password.clone(),
        None => tokio::task::spawn_blocking(ask)
            .await
            .map_err(|e| Fault::part("the terminal", e))??,
    };
    match create_owner(&app, CreateOwner { email, password }).await {
        Ok(made) => {
            announce(&made.email);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(told(error)),
    }
}

fn told(error: CreateOwnerError) -> Fault {
    match error {
        CreateOwnerError::Fault(fault) => fault,
        error => Fault::part("administrator", error),
    }
}

/// A password from a person, who types it twice and unseen, or from a program.
fn ask() -> Result<String> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let term = Term::stderr();
    let prompt = |text: &str| {
        term.write_str(text)?;
        term.read_secure_line()
    };
    let password = prompt("Password: ")?;
    if prompt("Once more: ")? == password {
        Ok(password)
    } else {
        Err(Fault::part("administrator", "the two passwords differ"))
    }
}

#[expect(clippy::print_stdout, reason = "the answer of the command to the person who gave it")]
fn announce(email: &str) {
    println!("{email} may sign in as an owner of the shop.");
}

/// Makes the administrator of the configuration when the shop has no owner, and refuses what only a demo may have.
///
/// # Errors
/// The demo's password, or a weak one, in production.
pub(super) async fn first_admin(app: &App) -> Result<()> {
    if let Some(admin) = app.config.accounts.admin() {
        // Also when it is not needed any more: it stays in the surroundings of the server.
        let weak = Password::parse(admin.password, &[admin.email]).err();
        if let Some(weak) = weak.filter(|_| app.config.is_production()) {
            return Err(Fault::part("MERX_ADMIN_PASSWORD", weak));
        }
        let command = CreateOwner {
            email: admin.email.to_owned(),
            password: admin.password.to_owned(),
        };
        if let Some(made) = create_first_owner(app, command).await.map_err(told)? {
            tracing::info!(id = %made.id, "the first administrator was made");
        }
    }
    if !app.config.is_production() {
        return Ok(());
    }
    if has_demo_admin(app).await? {
        return Err(Fault::part(
            "configuration",
            "the administrator of the demo shop still has the password of the demo: production does not start with it",
        ));
    }
    if !has_owner(&app.db).await? {
        tracing::warn!("nobody can manage the shop: run `merx user create-admin --email …`");
    }
    Ok(())
}

/// Whether the administrator of the demo shop can sign in with the password that everybody knows.
pub(super) async fn has_demo_admin(app: &App) -> Result<bool> {
    let found = account::account_by_email(&app.db, AccountKind::Staff, DEMO_ADMIN.email).await?;
    match found.filter(|account| account.blocked_at.is_none()) {
        Some(account) => account::verify_password(app, account.password_hash.as_deref(), DEMO_ADMIN.password).await,
        None => Ok(false),
    }
}
