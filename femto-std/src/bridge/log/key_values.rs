//! The key-values of a record of `log`, typed as far as it tells. Runs on the *caller*.

use core::error::Error;

use femto_core::Capture;
use log::kv::{self, VisitSource, VisitValue};

use crate::Value;
use crate::extra::Extra;

/// Takes key-values one by one.
pub(super) struct KeyValues<'s> {
    pub(super) extra: &'s mut Extra,
    pub(super) value: &'s mut String,
}

impl<'kvs> VisitSource<'kvs> for KeyValues<'_> {
    fn visit_pair(&mut self, key: kv::Key<'kvs>, value: kv::Value<'kvs>) -> Result<(), kv::Error> {
        let Self { extra, value: room } = self;
        value.visit(OfKey { key: key.as_str(), extra, room })
    }
}

/// Takes the value of a key.
struct OfKey<'s> {
    key: &'s str,
    extra: &'s mut Extra,
    room: &'s mut String,
}

macro_rules! visit {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(&mut self, value: $type) -> Result<(), kv::Error> {
            self.extra.push(self.key, &value.capture());
            Ok(())
        }
    )*};
}

impl<'v> VisitValue<'v> for OfKey<'_> {
    fn visit_any(&mut self, value: kv::Value<'_>) -> Result<(), kv::Error> {
        self.extra.push_rendered(self.key, format_args!("{value}"), self.room);
        Ok(())
    }

    fn visit_null(&mut self) -> Result<(), kv::Error> {
        self.extra.push(self.key, &Value::None);
        Ok(())
    }

    /// With its sources, after colons.
    fn visit_error(&mut self, error: &(dyn Error + 'static)) -> Result<(), kv::Error> {
        self.extra.push_rendered(
            self.key,
            format_args!("{}", crate::bridge::Chain(error)),
            self.room,
        );
        Ok(())
    }

    fn visit_borrowed_error(&mut self, error: &'v (dyn Error + 'static)) -> Result<(), kv::Error> {
        self.visit_error(error)
    }

    visit! {
        visit_u64: u64,
        visit_i64: i64,
        visit_u128: u128,
        visit_i128: i128,
        visit_f64: f64,
        visit_bool: bool,
        visit_str: &str,
        visit_char: char,
    }
}
