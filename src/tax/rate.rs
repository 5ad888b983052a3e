//! Tax arithmetic in basis points.

use crate::platform::money::mul_div_round;

/// All of something in basis points.
const WHOLE: i64 = 10_000;

/// The tax that comes on top of a net amount. None when it does not fit.
pub fn tax_on_net(net: i64, rate_bp: i32) -> Option<i64> {
    mul_div_round(net, i64::from(rate_bp), WHOLE)
}

/// The tax that a gross amount contains. None when it does not fit.
pub fn tax_within_gross(gross: i64, rate_bp: i32) -> Option<i64> {
    mul_div_round(gross, i64::from(rate_bp), WHOLE + i64::from(rate_bp))
}
