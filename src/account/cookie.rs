//! The cookie that keeps a refresh token where no script can read it. Pure.

use chrono::TimeDelta;

/// Its name.
const NAME: &str = "merx_refresh";
/// The only path that it is sent to, and that reads it.
pub const PATH: &str = "/graphql/session";

/// The header that puts `token` into the cookie for `lifetime`. Browsers send it to [`PATH`] alone, from pages of the same
/// site alone, and, where `secure`, over https alone.
pub fn keep(token: &str, lifetime: TimeDelta, secure: bool) -> String {
    header(token, lifetime.num_seconds(), secure)
}

/// The header that takes the cookie away.
pub fn clear(secure: bool) -> String {
    header("", 0, secure)
}

fn header(value: &str, seconds: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{NAME}={value}; Path={PATH}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

/// The token in the lines of `Cookie`. None also when there are two: one of them was put there by somebody else.
pub fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Option<String> {
    let pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == NAME).map(|(_, value)| value);
    let value = values.next().filter(|value| !value.is_empty())?;
    values.next().is_none().then(|| value.to_owned())
}
