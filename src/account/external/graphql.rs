//! Sign-in at a provider, in the schema.
