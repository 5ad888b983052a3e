//! Money: integer minor units of a currency. No float comes near it.

use std::fmt;
use std::str::FromStr;

use crate::platform::locale::{Message, message};

/// An ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// A text is no currency code: three capital letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct CurrencyError;

impl CurrencyError {
    /// What it says to people.
    pub fn message(self) -> Message {
        message!("currency-malformed")
    }
}

impl Currency {
    /// The code, for example `EUR`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits behind the decimal point: 0, 2 or 3. Source: ISO 4217, list one.
    pub fn exponent(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
            | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// The sign people write, or the code where there is none.
    pub fn symbol(&self) -> &str {
        match &self.0 {
            b"USD" => "$",
            b"EUR" => "€",
            b"GBP" => "£",
            b"JPY" => "¥",
            _ => self.code(),
        }
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| CurrencyError)?;
        code.iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(code))
            .ok_or(CurrencyError)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units, for example cents.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum AmountError {
    /// It is not digits with at most one point.
    Malformed,
    /// It has more digits behind the point than the currency.
    TooPrecise,
    /// It does not fit 64 bits of minor units.
    TooLarge,
}

impl AmountError {
    /// What it says to people.
    pub fn message(self) -> Message {
        match self {
            Self::Malformed => message!("amount-malformed"),
            Self::TooPrecise => message!("amount-too-precise"),
            Self::TooLarge => message!("amount-too-large"),
        }
    }
}

impl Money {
    /// `minor` units of `currency`.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads `12.5` as 1250 cents. A sign is allowed; a comma, an exponent or a thousands separator is not.
    ///
    /// # Errors
    /// See [`AmountError`]; zeros beyond the decimals of the currency are let through.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let numeric = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !numeric(whole) || !numeric(fraction) || digits.ends_with('.') {
            return Err(AmountError::Malformed);
        }
        let exponent = currency.exponent() as usize;
        let (kept, beyond) = fraction.split_at(fraction.len().min(exponent));
        if beyond.bytes().any(|b| b != b'0') {
            return Err(AmountError::TooPrecise);
        }
        let mut minor: i64 = 0;
        for byte in whole
            .bytes()
            .chain(kept.bytes())
            .chain(std::iter::repeat_n(b'0', exponent - kept.len()))
        {
            minor = minor
                .checked_mul(10)
                .and_then(|m| m.checked_add(i64::from(byte - b'0')))
                .ok_or(AmountError::TooLarge)?;
        }
        Ok(Self {
            minor: if negative { -minor } else { minor },
            currency,
        })
    }

    /// The amount as a decimal with all digits of the currency, for example `12.50`.
    pub fn decimal(self) -> String {
        let exponent = self.currency.exponent() as usize;
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!("{:0width$}", self.minor.unsigned_abs(), width = exponent + 1);
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        if exponent == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction}")
        }
    }

    /// The amount as people of a language write it: `$1,234.50`, or `1.234,50 €` for German.
    pub fn formatted(self, locale: &str) -> String {
        let comma = ["de", "es", "it", "nl", "pt", "da", "pl", "fr", "sv"]
            .iter()
            .any(|l| locale.starts_with(l));
        let (group, point) = if comma { ('.', ',') } else { (',', '.') };
        let decimal = self.decimal();
        let (sign, decimal) = decimal.strip_prefix('-').map_or(("", decimal.as_str()), |d| ("-", d));
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
        let mut text = String::new();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                text.push(group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(point);
            text.push_str(fraction);
        }
        let symbol = self.currency.symbol();
        match (comma, symbol.chars().all(|c| c.is_ascii_uppercase())) {
            (true, _) => format!("{sign}{text} {symbol}"),
            (false, true) => format!("{sign}{symbol} {text}"),
            (false, false) => format!("{sign}{symbol}{text}"),
        }
    }
}

/// Splits `total` in proportion to `weights` so that the parts sum to `total` exactly: largest remainder, earlier part
/// first on a tie. All weights 0 give the whole to the first part. Weights are at least 0.
pub fn prorate(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    if sum <= 0 {
        let mut parts = vec![0; weights.len()];
        if let Some(first) = parts.first_mut() {
            *first = total;
        }
        return parts;
    }
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (i, weight) in weights.iter().enumerate() {
        let product = i128::from(total) * i128::from(*weight);
        // Fits: |part| <= |total|.
        parts.push(product.div_euclid(sum) as i64);
        remainders.push((product.rem_euclid(sum), i));
    }
    let missing = i128::from(total) - parts.iter().map(|p| i128::from(*p)).sum::<i128>();
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, i) in remainders.into_iter().take(missing as usize) {
        parts[i] += 1;
    }
    parts
}

/// `amount x numerator / denominator`, rounded half away from zero. `denominator` is above 0.
/// None when the result does not fit.
pub fn mul_div_round(amount: i64, numerator: i64, denominator: i64) -> Option<i64> {
    let product = i128::from(amount) * i128::from(numerator);
    let denominator = i128::from(denominator);
    let half = if product < 0 {
        -(denominator / 2)
    } else {
        denominator / 2
    };
    i64::try_from((product + half) / denominator).ok()
}
