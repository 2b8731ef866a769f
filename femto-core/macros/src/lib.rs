//! Call: where a message enters. At compile time this crate turns a logging statement into a
//! `static` call site and an array of typed values; nothing of it runs with the program.
//!
//! Depend on `femto-core` or `femto-std`, whose macros (`info!` and its kin) are the public face.

mod context;
mod expand;
mod slots;
mod statement;
mod template;

use proc_macro::TokenStream;

/// Expands one logging statement.
///
/// The input is what `femto-core`'s and `femto-std`'s macros pass on: the path of the crate that
/// the expansion refers to, the level in brackets (empty where the statement itself gives it), and
/// the statement's tokens.
#[proc_macro]
pub fn record(input: TokenStream) -> TokenStream {
    match syn::parse::<statement::Statement>(input) {
        Ok(statement) => expand::expand(&statement).into(),
        Err(error) => error.into_compile_error().into(),
    }
}

/// Expands the key-values of a context.
///
/// The input is what `femto-std`'s `context!` passes on: the path of the crate that the expansion
/// refers to, and the key-values' tokens.
#[proc_macro]
pub fn context(input: TokenStream) -> TokenStream {
    match syn::parse::<context::Context>(input) {
        Ok(context) => context.expand().into(),
        Err(error) => error.into_compile_error().into(),
    }
}
