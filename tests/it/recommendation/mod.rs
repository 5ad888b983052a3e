//! Recommendations.

mod related;
