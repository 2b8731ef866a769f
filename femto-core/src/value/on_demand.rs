//! Floating-point numbers, which take a dozen kilobytes of flash to print. Where memory is short, that is
//! linked only with a statement or a decoder that makes such a value: the *caller* points to it, the *drain*
//! follows the pointer.

use core::fmt;

use super::Value;
use crate::reference::OnDemand;

impl Value<'_> {
    #[inline(always)]
    pub(crate) fn of_f32(number: f32) -> Self {
        PRINT.demand(&PRINTED);
        Self::F32(number)
    }

    #[inline(always)]
    pub(crate) fn of_f64(number: f64) -> Self {
        PRINT.demand(&PRINTED);
        Self::F64(number)
    }
}

/// A value that is a floating-point number, to be printed.
pub(crate) struct Float<'v, 'a>(pub(crate) &'v Value<'a>);

impl fmt::Display for Float<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (PRINT.get().display)(self, f)
    }
}

impl fmt::Debug for Float<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (PRINT.get().debug)(self, f)
    }
}

struct Print {
    display: PrintFn,
    debug: PrintFn,
}

type PrintFn = fn(&Float<'_, '_>, &mut fmt::Formatter<'_>) -> fmt::Result;

macro_rules! print {
    ($($trait:ident $print:ident)*) => {$(
        fn $print(float: &Float<'_, '_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match float.0 {
                Value::F32(number) => fmt::$trait::fmt(number, f),
                Value::F64(number) => fmt::$trait::fmt(number, f),
                _ => Ok(()),
            }
        }
    )*};
}

print!(Display display Debug debug);

/// Does not happen: nobody else makes such values.
fn nothing(_: &Float<'_, '_>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
    Ok(())
}

static PRINTED: Print = Print { display, debug };
static PRINT: OnDemand<Print> =
    OnDemand::new(&Print { display: nothing, debug: nothing }, &PRINTED);
