//! The first administrator, and what production does not start with.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use merx::app::{App, Builder};
use merx::config::DEMO_ADMIN;
use merx::platform::db;
use merx::staff::{CreateOwner, CreateOwnerError, create_first_owner, has_owner};

use crate::support::{Shop, config};

const PASSWORD: &str = "correct horse battery";

/// Runs the binary on the database in `folder`, with nothing of the surroundings but `variables`.
fn merx(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_merx"))
        .args(arguments)
        .env_clear()
        .env("MERX_DATA_DIR", folder)
        .env("MERX_LISTEN", "127.0.0.1:0")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("an input");
    // A program that does not read it may have gone.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("the binary ends")
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .concat()
}

async fn empty(folder: &Path) -> App {
    let app = Builder::new(config(folder, None))
        .build()
        .await
        .expect("the application opens");
    db::migrate(&app.db).await.expect("the migrations run");
    app
}

fn owner(email: &str, password: &str) -> CreateOwner {
    CreateOwner {
        email: email.to_owned(),
        password: password.to_owned(),
    }
}

#[tokio::test]
async fn the_command_makes_an_administrator_and_keeps_the_password_out_of_sight() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let create = ["user", "create-admin", "--email", "me@example.com"];
    let weak = merx(folder.path(), &create, &[], "password\n");
    assert!(!weak.status.success(), "{}", said(&weak));
    let made = merx(folder.path(), &create, &[], &format!("{PASSWORD}\r\n"));
    assert!(made.status.success(), "{}", said(&made));
    assert!(!said(&made).contains(PASSWORD), "{}", said(&made));
    let twice = merx(folder.path(), &create, &[("MERX_ADMIN_PASSWORD", PASSWORD)], "");
    assert!(
        !twice.status.success() && said(&twice).contains("already"),
        "{}",
        said(&twice)
    );
    let other = ["user", "create-admin", "--email", "you@example.com"];
    let made = merx(folder.path(), &other, &[("MERX_ADMIN_PASSWORD", PASSWORD)], "");
    assert!(made.status.success(), "{}", said(&made));
    for place in [0, 4] {
        let mut arguments = other.to_vec();
        arguments.splice(place..place, ["--admin-password", PASSWORD]);
        let seen = merx(folder.path(), &arguments, &[], "");
        assert!(
            !seen.status.success() && said(&seen).contains("MERX_ADMIN_PASSWORD"),
            "{}",
            said(&seen)
        );
    }
    let app = empty(folder.path()).await;
    assert!(has_owner(&app.db).await.expect("the database answers"));
}

#[tokio::test]
async fn the_first_owner_is_made_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = empty(folder.path()).await;
    assert!(!has_owner(&app.db).await.expect("the database answers"));
    let weak = create_first_owner(&app, owner("me@example.com", "12345678")).await;
    assert!(matches!(weak, Err(CreateOwnerError::Password(_))));
    let nobody = create_first_owner(&app, owner("me", PASSWORD)).await;
    assert!(matches!(nobody, Err(CreateOwnerError::Email)));
    // Several servers start at once.
    let made =
        futures_util::future::join_all((0..3).map(|_| create_first_owner(&app, owner("me@example.com", PASSWORD))));
    let made: Vec<_> = made
        .await
        .into_iter()
        .map(|made| made.expect("no failure").is_some())
        .collect();
    assert_eq!(made.iter().filter(|made| **made).count(), 1, "{made:?}");
    assert!(has_owner(&app.db).await.expect("the database answers"));
    let late = create_first_owner(&app, owner("other@example.com", PASSWORD)).await;
    assert!(matches!(late, Ok(None)));
}

#[tokio::test]
async fn production_does_not_start_with_what_everybody_knows() {
    let shop = Shop::demo().await;
    let url = shop.app.config.database_url();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let production = |more: &[(&'static str, &'static str)]| {
        let mut variables = vec![("MERX_ENV", "production"), ("DATABASE_URL", url.as_str())];
        variables.extend(more);
        let refused = merx(folder.path(), &["serve"], &variables, "");
        assert!(!refused.status.success(), "{}", said(&refused));
        said(&refused)
    };
    let told = production(&[]);
    assert!(told.contains("administrator of the demo shop"), "{told}");
    let mail = ("MERX_ADMIN_EMAIL", "me@example.com");
    let told = production(&[mail, ("MERX_ADMIN_PASSWORD", DEMO_ADMIN.password)]);
    assert!(told.contains("MERX_ADMIN_PASSWORD"), "{told}");
    let told = production(&[mail, ("MERX_ADMIN_PASSWORD", "12345678")]);
    assert!(told.contains("MERX_ADMIN_PASSWORD"), "{told}");
    let told = production(&[mail]);
    assert!(told.contains("MERX_ADMIN_PASSWORD"), "{told}");
}
