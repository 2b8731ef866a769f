//! The syntax of a statement: that of the `log` crate.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitStr, Path, Token, bracketed};

/// `logger: L, target: T, LEVEL, key = value, ...; "template", arguments...`
pub(crate) struct Statement {
    /// The crate that the expansion refers to.
    pub(crate) krate: Path,
    pub(crate) logger: Option<Expr>,
    pub(crate) target: Option<Expr>,
    pub(crate) level: TokenStream,
    /// Whether the level is the macro's own, known at compile time.
    pub(crate) level_is_fixed: bool,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) template: Template,
}

/// A key-value of the statement.
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) value: Expr,
    pub(crate) capture: Capture,
}

/// How a key's value is taken.
pub(crate) enum Capture {
    /// Typed if its type can be, else by `Display`.
    Value,
    Debug,
    Display,
}

pub(crate) enum Template {
    Literal {
        text: LitStr,
        arguments: Vec<Argument>,
    },
    /// Not a literal: for `format_args!` as it is.
    Other(TokenStream),
}

/// An argument of the template, with its name if it has one.
pub(crate) struct Argument {
    pub(crate) name: Option<Ident>,
    pub(crate) value: Expr,
}

impl Parse for Statement {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let krate = input.call(Path::parse_mod_style)?;
        let level;
        bracketed!(level in input);
        let level: TokenStream = level.parse()?;
        let level_is_fixed = !level.is_empty();
        let logger = option(input, "logger")?;
        let target = option(input, "target")?;
        let level = if level_is_fixed {
            level
        } else {
            let level: Expr = input.parse()?;
            input.parse::<Token![,]>()?;
            level.into_token_stream()
        };
        let mut pairs = Vec::new();
        if has_semicolon(input) {
            pairs = parse_pairs(input)?;
            input.parse::<Token![;]>()?;
        }
        let template = input.parse()?;
        Ok(Self { krate, logger, target, level, level_is_fixed, pairs, template })
    }
}

impl Parse for Template {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Err(input.error("a message is missing: expected a format string"));
        }
        let ahead = input.fork();
        let literal =
            ahead.parse::<LitStr>().is_ok() && (ahead.is_empty() || ahead.peek(Token![,]));
        if !literal {
            let ahead = input.fork();
            // No macro that makes a literal.
            if ahead.parse::<Path>().is_ok() && !ahead.peek(Token![!]) {
                return Err(input.error(
                    "the message is a string literal; before it, `logger: NET,` names a logger, and \
                     `key = value;` is a key-value",
                ));
            }
            return Ok(Self::Other(input.parse()?));
        }
        let text = input.parse()?;
        let mut arguments = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let named =
                input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]);
            let name = if named {
                let name = input.call(Ident::parse_any)?;
                input.parse::<Token![=]>()?;
                Some(name)
            } else {
                None
            };
            arguments.push(Argument { name, value: input.parse()? });
        }
        Ok(Self::Literal { text, arguments })
    }
}

/// `name: expression,`
fn option(input: ParseStream<'_>, name: &str) -> syn::Result<Option<Expr>> {
    let ahead = input.fork();
    let found = ahead.parse::<Ident>().is_ok_and(|ident| ident == name)
        && ahead.peek(Token![:])
        && !ahead.peek(Token![::]);
    if !found {
        return Ok(None);
    }
    input.parse::<Ident>()?;
    input.parse::<Token![:]>()?;
    let value = input.parse()?;
    input.parse::<Token![,]>()?;
    Ok(Some(value))
}

/// Whether key-values come first: a semicolon outside all brackets tells.
fn has_semicolon(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while !ahead.is_empty() {
        if ahead.peek(Token![;]) {
            return true;
        }
        if ahead.parse::<proc_macro2::TokenTree>().is_err() {
            return false;
        }
    }
    false
}

/// Pairs and commas between, up to a semicolon or the end: `key = value`, `key:? = value`,
/// `"key":% = value`, `variable`, `variable:?`; and as in `tracing`, `key = ?value`, `%variable`.
pub(crate) fn parse_pairs(input: ParseStream<'_>) -> syn::Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    while !input.is_empty() && !input.peek(Token![;]) {
        pairs.push(input.parse()?);
        if input.parse::<Option<Token![,]>>()?.is_none() {
            break;
        }
    }
    Ok(pairs)
}

impl Parse for Pair {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut capture = parse_sigil(input)?;
        let variable = input.fork().call(Ident::parse_any).ok();
        let key = match &variable {
            Some(_) => input.call(Ident::parse_any)?.unraw().to_string(),
            None => input.parse::<LitStr>()?.value(),
        };
        if capture.is_none() && input.parse::<Option<Token![:]>>()?.is_some() {
            capture = Some(parse_capture(input)?);
        }
        let has_value = input.parse::<Option<Token![=]>>()?.is_some();
        let value = match variable {
            _ if has_value => {
                if capture.is_none() {
                    capture = parse_sigil(input)?;
                }
                input.parse()?
            }
            Some(variable) => syn::parse_quote!(#variable),
            None => return Err(input.error("a value is missing: expected `=`")),
        };
        Ok(Self { key, value, capture: capture.unwrap_or(Capture::Value) })
    }
}

/// `?` or `%`, if there is one.
fn parse_sigil(input: ParseStream<'_>) -> syn::Result<Option<Capture>> {
    if input.parse::<Option<Token![?]>>()?.is_some() {
        return Ok(Some(Capture::Debug));
    }
    Ok(input.parse::<Option<Token![%]>>()?.map(|_| Capture::Display))
}

fn parse_capture(input: ParseStream<'_>) -> syn::Result<Capture> {
    if let Some(capture) = parse_sigil(input)? {
        return Ok(capture);
    }
    let name: Ident = input.parse()?;
    match name.to_string().as_str() {
        "debug" => Ok(Capture::Debug),
        "display" | "err" => Ok(Capture::Display),
        _ => Err(syn::Error::new(
            name.span(),
            "no such capture: allowed are `?`, `debug`, `%`, `display`, `err`",
        )),
    }
}
