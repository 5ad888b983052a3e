//! Codes that change with the time: RFC 6238 as every authenticator app speaks it.

use totp_rs::{Builder, Secret, Totp, TotpError};

use crate::platform::clock::Clock;
use crate::platform::error::{Fault, Result};
use crate::platform::id::Ids;

/// How long a code is shown.
pub const STEP_SECONDS: u64 = 30;
/// Digits of a code.
pub const DIGITS: u8 = 6;
/// Steps that a clock may be wrong by.
const DRIFT: u16 = 1;
/// Bytes of a secret: what the RFC recommends for SHA-1.
const SECRET: usize = 20;

/// The secret that an account shares with an authenticator app.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Secret);

impl TotpSecret {
    /// A new one.
    pub(super) fn random(ids: &Ids) -> Self {
        Self(Secret::from(ids.bytes::<SECRET>()))
    }

    /// The secret of these letters.
    ///
    /// # Errors
    /// When they are no base32.
    pub fn from_base32(text: &str) -> Result<Self> {
        let secret = Secret::try_from_base32(text).map_err(|e| Fault::part("a second factor", e))?;
        Ok(Self(secret))
    }

    /// The secret in letters, for who cannot scan.
    pub fn to_base32(&self) -> String {
        self.0.to_base32()
    }

    /// What the app scans: `otpauth://totp/…`.
    ///
    /// # Errors
    /// When the names cannot be written so.
    pub(super) fn uri(&self, issuer: &str, account: &str) -> Result<String> {
        // A colon ends the name of the issuer.
        let plain = |text: &str| text.replace(':', " ");
        let totp = self
            .builder()
            .with_issuer(Some(plain(issuer)))
            .with_account_name(plain(account));
        totp.build().and_then(|totp| totp.to_url()).map_err(fault)
    }

    /// The step whose code is `code`, now or one step off.
    ///
    /// # Errors
    /// When the secret is too short to be one.
    pub fn step_of(&self, code: &str, clock: &Clock) -> Result<Option<i64>> {
        let now = u64::try_from(clock.now().timestamp()).unwrap_or_default();
        let step = self.totp()?.check(code, now);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    /// The code of a moment, in seconds since 1970.
    ///
    /// # Errors
    /// When the secret is too short to be one.
    pub fn code_at(&self, seconds: u64) -> Result<String> {
        Ok(self.totp()?.generate(seconds).to_string())
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_digits(DIGITS)
            .with_skew(DRIFT)
            .with_step_duration(STEP_SECONDS)
            .with_secret(self.0.clone())
    }

    fn totp(&self) -> Result<Totp> {
        self.builder().build().map_err(fault)
    }
}

fn fault(error: TotpError) -> Fault {
    Fault::part("a second factor", error)
}
