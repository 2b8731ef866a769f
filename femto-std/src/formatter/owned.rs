//! Values that a formatter keeps: static fields and defaults.
//!
//! Given where it is made, shown on the *collector*.

use femto_core::Value;

/// A typed value of the configuration's own: a static field, or a default.
///
/// # Examples
/// ```
/// use femto_std::config::OwnedValue;
///
/// assert_eq!(OwnedValue::from("shop"), OwnedValue::Text("shop".into()));
/// assert_eq!(OwnedValue::from(3), OwnedValue::Integer(3));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OwnedValue {
    /// Nothing: `null` in JSON, `None` in a line of text.
    None,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Text(Box<str>),
}

impl OwnedValue {
    /// The value, borrowed.
    #[must_use]
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::None => Value::None,
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Integer(n) => Value::I64(*n),
            Self::Float(x) => Value::F64(*x),
            Self::Text(text) => Value::Str(text),
        }
    }
}

/// Integers that need more than 64 bits, bytes and the rest are kept as their text.
impl From<Value<'_>> for OwnedValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::None => Self::None,
            Value::Bool(truth) => Self::Bool(truth),
            Value::I8(n) => Self::Integer(n.into()),
            Value::I16(n) => Self::Integer(n.into()),
            Value::I32(n) => Self::Integer(n.into()),
            Value::I64(n) => Self::Integer(n),
            Value::U8(n) => Self::Integer(n.into()),
            Value::U16(n) => Self::Integer(n.into()),
            Value::U32(n) => Self::Integer(n.into()),
            Value::F32(x) => Self::Float(x.into()),
            Value::F64(x) => Self::Float(x),
            other => Self::Text(other.to_string().into()),
        }
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident)*) => {$(
        impl From<$type> for OwnedValue {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from! {
    bool => Bool i8 => Integer i16 => Integer i32 => Integer i64 => Integer u8 => Integer u16 => Integer
    u32 => Integer f32 => Float f64 => Float &str => Text String => Text Box<str> => Text
}
