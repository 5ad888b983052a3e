//! Payloads of changes of one thing: the thing as it is now, errors, warnings.

/// Makes payloads: a name, the field of what was changed with its type, and the codes of the errors. Each is made from what was
/// changed, or from the error.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $type:ty } = $codes:literal;)*) => {$(
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$field_doc])*
            $field: Option<$type>,
            #[doc = concat!("Why nothing was changed: ", $codes, ".")]
            errors: Vec<$crate::graphql::error::UserError>,
            /// What was done differently from what was asked.
            warnings: Vec<$crate::graphql::error::Warning>,
        }

        impl From<std::result::Result<$type, $crate::graphql::error::UserError>> for $name {
            fn from(result: std::result::Result<$type, $crate::graphql::error::UserError>) -> Self {
                let (done, errors) = match result {
                    Ok(done) => (Some(done), Vec::new()),
                    Err(error) => (None, vec![error]),
                };
                Self { $field: done, errors, warnings: Vec::new() }
            }
        }
    )*};
}

pub(crate) use payloads;
