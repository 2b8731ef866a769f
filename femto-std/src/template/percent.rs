//! Percent templates: Python's `msg % args`, without Python.
//!
//! Parsed and checked on the *caller* (once per template, and once per call), applied on the
//! *collector* to the arguments of the frame; the result is the message that formatters print.

use core::fmt::Write;

use femto_core::Value;

use super::message::{Arguments, PercentMessage};
use super::parse::Parser;
use super::spec::{PrintError, Spec};
use super::{Conversion, TemplateError};

/// A parsed template such as `"%s took %.3f s"`.
///
/// Results are CPython's, byte for byte. What would raise there is an error here, so that the
/// caller can let Python do it and raise.
///
/// # Examples
/// ```
/// use femto_core::Value;
/// use femto_std::template::PercentTemplate;
///
/// let template = PercentTemplate::parse("%s took %.3f s (%#x)")?;
/// let values = [Value::Str("scan"), Value::F64(0.25), Value::I64(255)];
/// template.check(&values)?;
/// let mut line = String::new();
/// template.apply(&values, &mut line)?;
/// assert_eq!(line, "scan took 0.250 s (0xff)");
/// # Ok::<(), femto_std::template::TemplateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PercentTemplate {
    /// All literal text, in order, with `%%` replaced.
    literals: Box<str>,
    keys: Box<str>,
    pieces: Box<[Piece]>,
    is_keyed: bool,
    takes_anything: bool,
}

/// A conversion and the ends, in `literals` and `keys`, of the texts that belong to it.
#[derive(Clone, Copy, Debug)]
struct Piece {
    literal_end: u32,
    key_end: u32,
    spec: Spec,
}

impl PercentTemplate {
    /// Parses a template.
    ///
    /// # Errors
    /// [`TemplateError::Parse`] for what Python refuses, and for what is left to Python: a width
    /// or precision taken from the arguments (`%*d`) or above 512, keyed and positional
    /// conversions in one template, flags or keys on `%%`, and templates of 4 GiB.
    pub fn parse(template: &str) -> Result<Self, TemplateError> {
        u32::try_from(template.len()).map_err(|_| TemplateError::Parse { at: 0 })?;
        let mut parser = Parser { text: template, at: 0 };
        let (mut literals, mut keys) = (String::with_capacity(template.len()), String::new());
        let mut pieces = Vec::new();
        let mut is_keyed = false;
        while let Some(length) = template[parser.at..].find('%') {
            let start = parser.at + length;
            literals.push_str(&template[parser.at..start]);
            parser.at = start + 1;
            if parser.eat(b'%') {
                literals.push('%');
                continue;
            }
            let (key, spec) = parser.conversion().ok_or(TemplateError::Parse { at: start })?;
            if !pieces.is_empty() && is_keyed != key.is_some() {
                return Err(TemplateError::Parse { at: start });
            }
            is_keyed = key.is_some();
            keys.push_str(key.unwrap_or(""));
            pieces.push(Piece {
                literal_end: literals.len() as u32,
                key_end: keys.len() as u32,
                spec,
            });
        }
        literals.push_str(&template[parser.at..]);
        Ok(Self {
            literals: literals.into(),
            keys: keys.into(),
            is_keyed,
            takes_anything: pieces.iter().all(|piece| piece.spec.conversion.takes_anything()),
            pieces: pieces.into(),
        })
    }

    /// Whether the template names its arguments, `%(name)s`, and so wants a mapping.
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        self.is_keyed
    }

    /// The conversions in order, so that the caller knows how to render an object that has no
    /// typed value: with `str`, `repr` or `ascii`.
    #[must_use]
    pub fn conversions(&self) -> impl ExactSizeIterator<Item = Conversion> + '_ {
        self.pieces.iter().map(|piece| piece.spec.conversion)
    }

    /// The conversions with the keys they name; the keys are empty if the template is not keyed.
    #[must_use]
    pub fn keys(&self) -> impl ExactSizeIterator<Item = (&str, Conversion)> + '_ {
        self.parts().map(|(_, key, spec)| (key, spec.conversion))
    }

    /// Whether Python would take these arguments.
    ///
    /// Costs about a nanosecond per argument.
    ///
    /// # Errors
    /// [`TemplateError::CountArguments`] for too few or too many,
    /// [`TemplateError::ConvertArgument`] for one of the wrong type or without a result in UTF-8,
    /// [`TemplateError::FindKey`] if the template wants a mapping.
    #[inline]
    pub fn check(&self, values: &[Value<'_>]) -> Result<(), TemplateError> {
        if self.is_keyed {
            return Err(TemplateError::FindKey);
        }
        if values.len() != self.pieces.len() {
            return Err(TemplateError::CountArguments);
        }
        if self.takes_anything {
            return Ok(());
        }
        match self.pieces.iter().zip(values).position(|(piece, value)| !piece.spec.accepts(value)) {
            Some(index) => Err(TemplateError::ConvertArgument { index }),
            None => Ok(()),
        }
    }

    /// As [`check`](Self::check), for a mapping. Python allows keys that are not used.
    ///
    /// # Errors
    /// [`TemplateError::FindKey`] if a key is missing, or conversions without a key want the
    /// mapping as a whole; [`TemplateError::ConvertArgument`] as for `check`.
    pub fn check_mapping(&self, fields: &[(&str, Value<'_>)]) -> Result<(), TemplateError> {
        for (index, (_, key, spec)) in self.parts().enumerate() {
            if !spec.accepts(self.find(fields, key)?) {
                return Err(TemplateError::ConvertArgument { index });
            }
        }
        Ok(())
    }

    /// Writes `template % values`.
    ///
    /// # Errors
    /// Those of [`check`](Self::check), and [`TemplateError::Write`] from `out`. Part of the text
    /// may have been written then.
    #[inline]
    pub fn apply<W: Write + ?Sized>(
        &self,
        values: &[Value<'_>],
        out: &mut W,
    ) -> Result<(), TemplateError> {
        if self.is_keyed {
            return Err(TemplateError::FindKey);
        }
        if values.len() != self.pieces.len() {
            return Err(TemplateError::CountArguments);
        }
        let mut start = 0;
        for (index, (piece, value)) in self.pieces.iter().zip(values).enumerate() {
            let end = piece.literal_end as usize;
            out.write_str(&self.literals[start..end]).map_err(|_| TemplateError::Write)?;
            start = end;
            piece.spec.write(value, out).map_err(|error| at(index, error))?;
        }
        out.write_str(&self.literals[start..]).map_err(|_| TemplateError::Write)
    }

    /// Writes `template % fields`, where `fields` are the mapping's keys and values.
    ///
    /// # Errors
    /// Those of [`check_mapping`](Self::check_mapping), and [`TemplateError::Write`] from `out`.
    pub fn apply_mapping<W: Write + ?Sized>(
        &self,
        fields: &[(&str, Value<'_>)],
        out: &mut W,
    ) -> Result<(), TemplateError> {
        for (index, (literal, key, spec)) in self.parts().enumerate() {
            out.write_str(literal).map_err(|_| TemplateError::Write)?;
            let value = self.find(fields, key)?;
            spec.write(value, out).map_err(|error| at(index, error))?;
        }
        out.write_str(self.tail()).map_err(|_| TemplateError::Write)
    }

    /// The message, as something that can be displayed: what a record takes.
    #[must_use]
    pub fn message<'m>(&'m self, arguments: Arguments<'m>) -> PercentMessage<'m> {
        PercentMessage::new(self, arguments)
    }

    /// The literal before each conversion, its key, and the conversion.
    pub(crate) fn parts(&self) -> impl ExactSizeIterator<Item = (&str, &str, Spec)> + '_ {
        let (mut literal, mut key) = (0, 0);
        self.pieces.iter().map(move |piece| {
            let (literal_end, key_end) = (piece.literal_end as usize, piece.key_end as usize);
            let part = (&self.literals[literal..literal_end], &self.keys[key..key_end], piece.spec);
            (literal, key) = (literal_end, key_end);
            part
        })
    }

    /// The literal after the last conversion.
    pub(crate) fn tail(&self) -> &str {
        let start = self.pieces.last().map_or(0, |piece| piece.literal_end as usize);
        &self.literals[start..]
    }

    fn find<'v, 's>(
        &self,
        fields: &'v [(&str, Value<'s>)],
        key: &str,
    ) -> Result<&'v Value<'s>, TemplateError> {
        let found = fields.iter().find(|(name, _)| self.is_keyed && *name == key);
        found.map(|(_, value)| value).ok_or(TemplateError::FindKey)
    }
}

fn at(index: usize, error: PrintError) -> TemplateError {
    match error {
        PrintError::Refused => TemplateError::ConvertArgument { index },
        PrintError::Write => TemplateError::Write,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_to_python_is_an_error_that_says_where() {
        for (template, at) in [
            ("%", 0),
            ("no %", 3),
            ("%*d", 0),
            ("%.*f", 0),
            ("%5%", 0),
            ("%(a)%", 0),
            ("é %y", 3),
            ("%(a", 0),
            ("%513d", 0),
            ("%.513f", 0),
            ("%s %(a)s", 3),
            ("%(a)s %s", 6),
        ] {
            let error = PercentTemplate::parse(template).unwrap_err();
            assert_eq!(error, TemplateError::Parse { at }, "{template}");
        }
    }

    #[test]
    fn arguments_that_do_not_fit_are_told_before_anything_is_written() {
        let template = PercentTemplate::parse("%s is %d").unwrap();
        let name = Value::Str("x");
        assert_eq!(template.check(&[name]), Err(TemplateError::CountArguments));
        assert_eq!(template.check(&[name; 3]), Err(TemplateError::CountArguments));
        assert_eq!(template.check(&[name, name]), Err(TemplateError::ConvertArgument { index: 1 }));
        assert_eq!(template.check_mapping(&[("x", name)]), Err(TemplateError::FindKey));
        assert_eq!(template.check(&[name, Value::Bool(true)]), Ok(()));
    }
}
