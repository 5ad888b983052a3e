//! What the program needs of its own machine and configuration.

use std::io::ErrorKind;
use std::path::Path;

use super::Check;
use crate::config::Config;

/// Data folder, search index, settings that do not fit together, payment.
pub(super) fn checks(config: &Config) -> Vec<Check> {
    vec![
        data_dir(&config.server.data_dir),
        search_index(&config.server.data_dir),
        settings(config),
        payment(config),
    ]
}

fn data_dir(folder: &Path) -> Check {
    let name = "data folder";
    let shown = folder.display();
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let tried = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&probe, b"ok"));
    // When even that fails, the line about writing has said why.
    let _ = std::fs::remove_file(&probe);
    match tried {
        Ok(()) => Check::ok(name, format!("{shown} can be written")),
        Err(error) => Check::fail(
            name,
            format!("{shown} cannot be written: {error}"),
            "give the user that runs merx the right to write there, or set MERX_DATA_DIR to another folder",
        ),
    }
}

fn search_index(data_dir: &Path) -> Check {
    let name = "search index";
    let folder = data_dir.join("search");
    let shown = folder.display();
    match std::fs::read_dir(&folder).map(Iterator::count) {
        Ok(1..) => Check::ok(name, format!("{shown} is there")),
        Ok(0) => Check::warn(
            name,
            format!("{shown} is empty"),
            "merx serve fills it from the database",
        ),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Check::warn(
            name,
            format!("{shown} is not there yet"),
            "merx serve makes it from the database",
        ),
        Err(error) => Check::fail(
            name,
            format!("{shown} cannot be read: {error}"),
            "remove what is there; merx serve makes the index anew from the database",
        ),
    }
}

fn settings(config: &Config) -> Check {
    let name = "settings";
    match config.check() {
        Ok(()) => Check::ok(name, "they fit together"),
        Err(error) => Check::fail(
            name,
            error.to_string(),
            "change the variable that it names; MERX_ADMIN_PASSWORD goes with MERX_ADMIN_EMAIL",
        ),
    }
}

fn payment(config: &Config) -> Check {
    let name = "payment";
    match (config.is_production(), config.test_gateway()) {
        (true, true) => Check::warn(
            name,
            "the test gateway is offered in production: orders are paid with no money",
            "set MERX_TEST_GATEWAY=false before real customers come",
        ),
        (true, false) => Check::warn(
            name,
            "no gateway: nobody can pay",
            "this version has only the test gateway; set MERX_TEST_GATEWAY=true to try the shop out",
        ),
        (false, true) => Check::ok(name, "the test gateway, which takes no money"),
        (false, false) => Check::warn(name, "no gateway: nobody can pay", "remove MERX_TEST_GATEWAY=false"),
    }
}
