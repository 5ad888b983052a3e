//! What is asked about products, and what is answered.

pub mod product_answer;
pub mod product_question;
