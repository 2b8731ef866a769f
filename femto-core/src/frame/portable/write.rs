//! Writes portable frames.

use embedded_io::Write;

use super::{Arguments, Fields, Portable, Style, VERSION};
use crate::frame::tag;
use crate::{Level, Value};

impl Portable<'_, Arguments<'_>, Fields<'_>> {
    /// Writes the record. Arguments and pairs beyond 255 are left out.
    ///
    /// # Errors
    /// The writer's.
    #[inline]
    pub fn write<W: Write>(&self, to: &mut W) -> Result<(), W::Error> {
        self.write_with(to, None::<fn(&mut W) -> _>, |pairs| pairs.iter().copied())
    }
}

impl<'a, P: Copy> Portable<'_, Arguments<'_>, P> {
    /// Writes the record; `template` writes a text in place of the template, `pairs` gives the pairs.
    #[inline]
    pub(crate) fn write_with<W: Write, I: Iterator<Item = (&'a str, Value<'a>)> + Clone>(
        &self,
        to: &mut W,
        template: Option<impl FnOnce(&mut W) -> Result<(), W::Error>>,
        pairs: impl Fn(P) -> I,
    ) -> Result<(), W::Error> {
        let arguments = &self.arguments[..self.arguments.len().min(u8::MAX.into())];
        let sections = u16::from(self.mapping.is_some())
            | u16::from(self.key_values.is_some()) << 1
            | u16::from(self.location.is_some()) << 2
            | u16::from(self.function.is_some()) << 3
            | u16::from(self.level_name.is_some()) << 4
            | u16::from(self.thread.is_some()) << 5
            | u16::from(self.process.is_some()) << 6
            | u16::from(self.task.is_some()) << 7
            | u16::from(self.exception.is_some()) << 8
            | u16::from(self.stack.is_some()) << 9;
        to.write_all(&head(self.level, self.style, arguments.len() as u8, sections, self.time))?;
        write_text(self.name, to)?;
        match template {
            Some(template) => template(to)?,
            None => write_text(self.template, to)?,
        }
        for argument in arguments {
            write_value(argument, to)?;
        }
        let write_pairs = |given: Option<P>, to: &mut W| {
            let Some(pairs) = given.map(&pairs) else { return Ok(()) };
            let count = pairs.clone().count().min(u8::MAX.into());
            to.write_all(&[count as u8])?;
            pairs.take(count).try_for_each(|(key, value)| write_pair(key, &value, to))
        };
        write_pairs(self.mapping, to)?;
        write_pairs(self.key_values, to)?;
        if let Some((file, line)) = self.location {
            write_text(file, to)?;
            to.write_all(&line.to_le_bytes())?;
        }
        let write_if =
            |text: Option<&str>, to: &mut W| text.map_or(Ok(()), |text| write_text(text, to));
        write_if(self.function, to)?;
        write_if(self.level_name, to)?;
        if let Some((id, name)) = self.thread {
            to.write_all(&id.to_le_bytes())?;
            write_text(name, to)?;
        }
        if let Some((id, name)) = self.process {
            to.write_all(&id.to_le_bytes())?;
            write_text(name, to)?;
        }
        write_if(self.task, to)?;
        write_if(self.exception, to)?;
        write_if(self.stack, to)
    }
}

/// What a frame begins with.
#[inline]
pub(crate) fn head(
    level: Level,
    style: Style,
    arguments: u8,
    sections: u16,
    time: u64,
) -> [u8; 14] {
    let ([low, high], [a, b, c, d, e, f, g, h]) = (sections.to_le_bytes(), time.to_le_bytes());
    let (level, style) = (level.number(), style as u8);
    [VERSION, level, style, arguments, low, high, a, b, c, d, e, f, g, h]
}

/// Writes a key and its value, as [`Portable::write`] writes each of its pairs.
///
/// # Errors
/// The writer's.
#[inline]
pub fn write_pair<W: Write>(key: &str, value: &Value<'_>, to: &mut W) -> Result<(), W::Error> {
    write_text(key, to)?;
    write_value(value, to)
}

#[inline]
fn write_text<W: Write>(text: &str, to: &mut W) -> Result<(), W::Error> {
    to.write_all(&(text.len() as u32).to_le_bytes())?;
    to.write_all(text.as_bytes())
}

#[inline]
pub(crate) fn write_value<W: Write>(value: &Value<'_>, to: &mut W) -> Result<(), W::Error> {
    to.write_all(&[tag::of(value)])?;
    match *value {
        Value::None | Value::Bool(_) => Ok(()),
        Value::I8(n) => to.write_all(&n.to_le_bytes()),
        Value::I16(n) => to.write_all(&n.to_le_bytes()),
        Value::I32(n) => to.write_all(&n.to_le_bytes()),
        Value::I64(n) => to.write_all(&n.to_le_bytes()),
        Value::U8(n) => to.write_all(&n.to_le_bytes()),
        Value::U16(n) => to.write_all(&n.to_le_bytes()),
        Value::U32(n) => to.write_all(&n.to_le_bytes()),
        Value::U64(n) => to.write_all(&n.to_le_bytes()),
        #[cfg(feature = "float")]
        Value::F32(n) => to.write_all(&n.to_le_bytes()),
        #[cfg(feature = "float")]
        Value::F64(n) => to.write_all(&n.to_le_bytes()),
        #[cfg(feature = "int128")]
        Value::I128([low, high]) | Value::U128([low, high]) => {
            to.write_all(&low.to_le_bytes())?;
            to.write_all(&high.to_le_bytes())
        }
        Value::Char(c) => to.write_all(&u32::from(c).to_le_bytes()),
        Value::Str(text) | Value::Rendered(text) => write_text(text, to),
        Value::Bytes(bytes) | Value::Hexdump(bytes) => {
            to.write_all(&(bytes.len() as u32).to_le_bytes())?;
            to.write_all(bytes)
        }
        // Records are rendered before they are kept; without that, the text is empty.
        Value::Arguments(_) => write_text("", to),
    }
}
