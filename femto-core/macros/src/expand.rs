//! From a statement to code: a call site, and typed values in the order of its slots.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Expr, Ident, Lit, LitStr, Path};

use crate::slots::Slots;
use crate::statement::{Argument, Capture, Pair, Statement, Template};

/// The most values that a frame carries one by one (`frame::MAX_VALUES`).
const MAX_VALUES: usize = 16;

pub(crate) fn expand(statement: &Statement) -> TokenStream {
    let Statement { krate, logger, target, level, level_is_fixed, pairs, template } = statement;
    let Message { template, arguments, values, format, make } =
        Message::new(template, pairs.len(), krate);

    if values.len() + pairs.len() > MAX_VALUES {
        let message = format!("a statement takes {} key-values at most", MAX_VALUES - 1);
        return syn::Error::new_spanned(&pairs[MAX_VALUES - 1].value, message).into_compile_error();
    }

    // Loggers are named with dots: `a::b` is `a.b`.
    let literal_target = match target {
        Some(Expr::Lit(literal)) => match &literal.lit {
            Lit::Str(text) => Some(LitStr::new(&text.value().replace("::", "."), text.span())),
            _ => None,
        },
        _ => None,
    };
    let site_target = match &literal_target {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    };
    let logger = match (logger, target, &literal_target) {
        (Some(_), Some(target), None) => {
            let message = "together with `logger:`, the target must be a string literal";
            return syn::Error::new_spanned(target, message).into_compile_error();
        }
        (Some(logger), ..) => quote!(let __logger = &(#logger);),
        (None, Some(target), None) => {
            quote!(let __logger = &#krate::__private::TargetLogger::new(&#target);)
        }
        (None, _, Some(name)) => quote! {
            static __NAMED: #krate::__private::NamedLogger =
                #krate::__private::NamedLogger::new(#name);
            let __logger = &__NAMED.find(#name);
        },
        (None, None, None) => quote! {
            static __DEFAULT: #krate::__private::DefaultLogger =
                #krate::__private::DefaultLogger::new(::core::module_path!());
            let __logger = &__DEFAULT;
        },
    };
    let (level_let, level, site_level) = match level_is_fixed {
        true => (quote!(const __LEVEL: #krate::Level = #level;), quote!(__LEVEL), quote!(__LEVEL)),
        false => (
            quote!(let __level: #krate::Level = #level;),
            quote!(__level),
            quote!(#krate::Level::NOTSET),
        ),
    };
    let keys = pairs.iter().map(|pair| &pair.key);
    let names = |prefix, count| (0..count).map(move |index| format_ident!("{prefix}{index}"));
    let argument_names = names("__a", arguments.len());
    let pair_names: Vec<Ident> = names("__k", pairs.len()).collect();
    let pair_expressions = pairs.iter().map(|pair| &pair.value);
    let pair_values =
        pairs.iter().zip(&pair_names).map(|(pair, name)| pair_value(pair, name, krate));

    quote! {{
        #level_let
        if #level.is_compiled_in() {
            #logger
            if __logger.enabled(#level) {
                #[allow(unused_imports)]
                use #krate::__private::{Typed as _, Untyped as _};
                static __SITE: #krate::CallSite = #krate::CallSite::#make(
                    &#krate::SiteFacts {
                        level: #site_level,
                        target: #site_target,
                        module_path: ::core::module_path!(),
                        file: ::core::file!(),
                        keys: &[#(#keys),*],
                    },
                    ::core::line!(),
                    #template,
                    #format,
                );
                match (#(&(#arguments),)* #(&(#pair_expressions),)*) {
                    (#(#argument_names,)* #(#pair_names,)*) => {
                        __logger.log(#level, &__SITE, &[#(#values,)* #(#pair_values,)*]);
                    }
                }
            }
        }
    }}
}

/// What becomes of the template and its arguments.
struct Message {
    /// The template as a literal.
    template: TokenStream,
    /// The expressions to evaluate, each once; `__a0`, `__a1`, ... refer to them.
    arguments: Vec<TokenStream>,
    /// The values of the slots.
    values: Vec<TokenStream>,
    /// The formatting function.
    format: TokenStream,
    /// How a call site is made: one without specifications can do without the function.
    make: Ident,
}

impl Message {
    fn new(template: &Template, pairs: usize, krate: &Path) -> Self {
        let (text, arguments) = match template {
            Template::Other(tokens) => return Self::rendered(tokens, krate),
            Template::Literal { text, arguments } => (text, arguments),
        };
        match Slots::new(text, arguments).filter(|slots| slots.len() + pairs <= MAX_VALUES) {
            Some(slots) => Self {
                values: slots.values(text.span(), krate),
                format: slots.format(),
                make: format_ident!("{}", if slots.is_plain() { "plain" } else { "new" }),
                template: LitStr::new(&slots.template, text.span()).to_token_stream(),
                arguments: slots.arguments,
            },
            None => {
                let arguments = arguments.iter().map(argument_tokens);
                Self::rendered(&quote!(#text #(, #arguments)*), krate)
            }
        }
    }

    /// The whole message rendered on the spot. Where template and arguments do not fit together,
    /// it is rustc that says so, in `format_args!`.
    fn rendered(tokens: &TokenStream, krate: &Path) -> Self {
        Self {
            template: LitStr::new("{}", Span::call_site()).to_token_stream(),
            arguments: Vec::new(),
            values: vec![quote!(#krate::Value::Arguments(&::core::format_args!(#tokens)))],
            format: quote!(|__values, __f| match __values {
                [__value, ..] => __value.write_to(__f),
                _ => ::core::result::Result::Ok(()),
            }),
            make: format_ident!("plain"),
        }
    }
}

fn argument_tokens(Argument { name, value }: &Argument) -> TokenStream {
    match name {
        Some(name) => quote!(#name = #value),
        None => value.to_token_stream(),
    }
}

pub(crate) fn pair_value(pair: &Pair, name: &Ident, krate: &Path) -> TokenStream {
    match pair.capture {
        Capture::Value => {
            let argument = quote!((&#krate::__private::Arg(#name)));
            quote!(#argument.value(&::core::format_args!("{}", #argument.shown())))
        }
        Capture::Debug => quote!(#krate::Value::Arguments(&::core::format_args!("{:?}", #name))),
        Capture::Display => quote!(#krate::Value::Arguments(&::core::format_args!("{}", #name))),
    }
}
