//! The key-values of a context: those of a statement, without the statement.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Path;
use syn::parse::{Parse, ParseStream};

use crate::expand::pair_value;
use crate::statement::{Pair, parse_pairs};

/// `key = value, ...`
pub(crate) struct Context {
    krate: Path,
    pairs: Vec<Pair>,
}

impl Parse for Context {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let krate = input.call(Path::parse_mod_style)?;
        let pairs = parse_pairs(input)?;
        if !input.is_empty() {
            return Err(input.error("expected `key = value` and commas between"));
        }
        Ok(Self { krate, pairs })
    }
}

impl Context {
    pub(crate) fn expand(&self) -> TokenStream {
        let Self { krate, pairs } = self;
        let keys = pairs.iter().map(|pair| &pair.key);
        let expressions = pairs.iter().map(|pair| &pair.value);
        let names: Vec<_> = (0..pairs.len()).map(|index| format_ident!("__k{index}")).collect();
        let values = pairs.iter().zip(&names).map(|(pair, name)| pair_value(pair, name, krate));
        quote! {{
            #[allow(unused_imports)]
            use #krate::__private::{Typed as _, Untyped as _};
            match (#(&(#expressions),)*) {
                (#(#names,)*) => #krate::__private::add_to_context(&[#((#keys, #values)),*]),
            }
        }}
    }
}
