//! Slots: the values of a record, one for each argument and specification of the template.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, LitStr, Path};

use crate::statement::Argument;
use crate::template::{self, Count, Hole, Piece, Position};

/// A template whose arguments are sorted into slots.
pub(crate) struct Slots {
    /// The arguments' expressions, each once: those written, then those captured by name.
    pub(crate) arguments: Vec<TokenStream>,
    slots: Vec<Slot>,
    /// The template, its holes numbered by slot: what readers without the formatting function apply.
    pub(crate) template: String,
    /// Slots that the template takes without a number so far.
    unnumbered: usize,
    /// The template, its holes numbered by `printed`.
    numbered: String,
    /// What the formatting function passes to the template.
    printed: Vec<Printed>,
    /// The template as steps, as long as no hole has a specification.
    steps: Option<Vec<Step>>,
}

/// One value of the record.
#[derive(PartialEq, Eq)]
struct Slot {
    argument: usize,
    /// How it is rendered if its type has no typed encoding; widths are numbered from 1.
    specification: String,
    /// Arguments that give its width and precision.
    counts: Vec<usize>,
    /// Pointers have no typed encoding.
    always_rendered: bool,
}

/// An argument of the formatting function's template.
enum Printed {
    Slot(usize),
    /// The slot's value as a width or precision.
    Count(usize),
}

/// A step of a formatting function for a template without specifications.
enum Step {
    Text(String),
    Slot(usize),
}

impl Slots {
    /// `None` if template and arguments do not fit together.
    pub(crate) fn new(text: &LitStr, written: &[Argument]) -> Option<Self> {
        let mut arguments = Arguments::new(text.span(), written);
        let mut slots = Self {
            arguments: Vec::new(),
            slots: Vec::new(),
            template: String::new(),
            unnumbered: 0,
            numbered: String::new(),
            printed: Vec::new(),
            steps: Some(Vec::new()),
        };
        for piece in template::parse(&text.value())? {
            match piece {
                Piece::Text(text) => {
                    let escaped = text.replace('{', "{{").replace('}', "}}");
                    slots.numbered.push_str(&escaped);
                    slots.template.push_str(&escaped);
                    slots.steps.iter_mut().for_each(|steps| steps.push(Step::Text(text.clone())));
                }
                Piece::Hole(hole) => slots.add(&hole, &mut arguments)?,
            }
        }
        slots.arguments = arguments.expressions;
        let is_used = |index| {
            let uses = |slot: &Slot| slot.argument == index || slot.counts.contains(&index);
            slots.slots.iter().any(uses)
        };
        (0..slots.arguments.len()).all(is_used).then_some(slots)
    }

    /// Whether no hole has a specification.
    pub(crate) fn is_plain(&self) -> bool {
        self.steps.is_some()
    }

    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The values: `__a0`, `__a1`, ... captured, or rendered where their types ask for it.
    pub(crate) fn values(&self, span: Span, krate: &Path) -> Vec<TokenStream> {
        let name = |index: &usize| format_ident!("__a{index}");
        let value = |slot: &Slot| {
            let specification = LitStr::new(&format!("{{0{}}}", slot.specification), span);
            let argument = name(&slot.argument);
            let counts = slot.counts.iter().map(name);
            let counts = quote!(#(, #krate::Value::count(*#counts))*);
            if slot.always_rendered {
                // Not the address of the reference to it.
                let rendered = quote!(&::core::format_args!(#specification, *#argument #counts));
                return quote!(#krate::Value::Arguments(#rendered));
            }
            let rendered = quote!(&::core::format_args!(#specification, #argument #counts));
            quote!((&#krate::__private::Arg(#argument)).value(#rendered))
        };
        self.slots.iter().map(value).collect()
    }

    /// The function that applies the template to the values.
    pub(crate) fn format(&self) -> TokenStream {
        let names: Vec<Ident> =
            (0..self.slots.len()).map(|index| format_ident!("__v{index}")).collect();
        if let Some(steps) = &self.steps {
            // Values write themselves: that spares the machinery of `format_args!`.
            let steps = steps.iter().map(|step| match step {
                Step::Text(text) => quote!(__f.write_str(#text)?;),
                Step::Slot(slot) => {
                    let name = &names[*slot];
                    quote!(#name.write_to(__f)?;)
                }
            });
            return quote!(|__values, __f| {
                if let [#(#names,)* ..] = __values {
                    #(#steps)*
                }
                ::core::result::Result::Ok(())
            });
        }
        let numbered = LitStr::new(&self.numbered, Span::call_site());
        let printed = self.printed.iter().map(|printed| match printed {
            Printed::Slot(slot) => names[*slot].to_token_stream(),
            Printed::Count(slot) => {
                let name = &names[*slot];
                quote!(#name.as_usize())
            }
        });
        quote!(|__values, __f| match __values {
            [#(#names,)* ..] => __f.write_fmt(::core::format_args!(#numbered, #(#printed),*)),
            _ => ::core::result::Result::Err(::core::fmt::Error),
        })
    }

    fn add(&mut self, hole: &Hole, arguments: &mut Arguments) -> Option<()> {
        let argument = arguments.find(&hole.argument)?;
        let mut counts = Vec::new();
        for count in [&hole.width, &hole.precision] {
            if let Count::Argument(position) = count {
                counts.push(arguments.find(position)?);
            }
        }
        let always_rendered = hole.kind == "p";
        let specification = hole.specification(1..);
        let specification_is_plain = specification.is_empty();
        let slot =
            self.slot(Slot { argument, specification, counts: counts.clone(), always_rendered });
        let is_plain = specification_is_plain || always_rendered;
        self.steps = self.steps.take().filter(|_| is_plain);
        self.steps.iter_mut().for_each(|steps| steps.push(Step::Slot(slot)));
        let number = self.printed.len();
        self.printed.push(Printed::Slot(slot));
        if always_rendered {
            self.numbered.push_str(&format!("{{{number}}}"));
            self.add_to_template(slot, "");
            return Some(());
        }
        let mut count_slots = Vec::new();
        for argument in counts {
            let (specification, counts) = (String::new(), Vec::new());
            let slot = self.slot(Slot { argument, specification, counts, always_rendered });
            self.printed.push(Printed::Count(slot));
            count_slots.push(slot);
        }
        self.numbered.push_str(&format!("{{{number}{}}}", hole.specification(number + 1..)));
        self.add_to_template(slot, &hole.specification(count_slots));
        Some(())
    }

    fn add_to_template(&mut self, slot: usize, specification: &str) {
        let number = if slot == self.unnumbered {
            self.unnumbered += 1;
            String::new()
        } else {
            slot.to_string()
        };
        self.template.push_str(&format!("{{{number}{specification}}}"));
    }

    /// The slot's number; slots alike are one.
    fn slot(&mut self, slot: Slot) -> usize {
        self.slots.iter().position(|known| *known == slot).unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        })
    }
}

/// The arguments known so far.
struct Arguments {
    names: Vec<Option<String>>,
    expressions: Vec<TokenStream>,
    written: usize,
    span: Span,
}

impl Arguments {
    fn new(span: Span, written: &[Argument]) -> Self {
        let name =
            |argument: &Argument| argument.name.as_ref().map(|name| name.unraw().to_string());
        Self {
            names: written.iter().map(name).collect(),
            expressions: written.iter().map(|argument| argument.value.to_token_stream()).collect(),
            written: written.len(),
            span,
        }
    }

    /// The argument's index; a name that was not written is captured from the scope.
    fn find(&mut self, position: &Position) -> Option<usize> {
        let name = match position {
            Position::Index(index) => return (*index < self.written).then_some(*index),
            Position::Name(name) => name,
        };
        let known = self.names.iter().position(|known| known.as_ref() == Some(name));
        known.or_else(|| {
            let ident = match name.as_str() {
                "self" => Ident::new(name, self.span),
                "Self" | "super" | "crate" => return None,
                // A keyword means the raw identifier, as in `format_args!`.
                _ if syn::parse_str::<Ident>(name).is_err() => Ident::new_raw(name, self.span),
                _ => Ident::new(name, self.span),
            };
            self.names.push(Some(name.clone()));
            self.expressions.push(ident.into_token_stream());
            Some(self.expressions.len() - 1)
        })
    }
}

impl Hole {
    /// `:...`; widths and precisions that arguments give take positions from `positions`.
    fn specification(&self, positions: impl IntoIterator<Item = usize>) -> String {
        let mut positions = positions.into_iter();
        let mut specification = self.flags.clone();
        for (count, before) in [(&self.width, ""), (&self.precision, ".")] {
            match count {
                Count::None => {}
                Count::Number(number) => specification.push_str(&format!("{before}{number}")),
                Count::Argument(_) => {
                    let position = positions.next().unwrap_or_default();
                    specification.push_str(&format!("{before}{position}$"));
                }
            }
        }
        specification.push_str(&self.kind);
        if specification.is_empty() { specification } else { format!(":{specification}") }
    }
}
