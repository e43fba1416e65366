//! Canonical JSON (RFC 8785) in one buffer: an object is written as its fields come, and put in order when it ends.

use std::cmp::Ordering;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

/// Whole numbers up to this one are doubles too, and written as they are.
const EXACT: u64 = 1 << 53;

/// The canonical JSON of a value.
pub(super) fn to_string<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let mut canon = Canon::default();
    // What did not go through the formatter would be lost: a writer without room refuses it.
    let no_room: &mut [u8] = &mut [];
    value.serialize(&mut Serializer::with_formatter(no_room, Writer(&mut canon)))?;
    String::from_utf8(canon.out).map_err(|_| serde::ser::Error::custom("a text is not UTF-8"))
}

#[derive(Default)]
struct Canon {
    out: Vec<u8>,
    /// The fields of all objects that are still open.
    fields: Vec<Field>,
    /// Of each open object, where its fields begin on their stack.
    open: Vec<usize>,
    spare: Vec<u8>,
}

/// A field, `"key":value`, by its places in the buffer.
#[derive(Clone, Copy)]
struct Field {
    start: usize,
    colon: usize,
    end: usize,
}

impl Canon {
    fn close(&mut self) {
        let base = self.open.pop().unwrap_or_default();
        let Self { out, fields, spare, .. } = self;
        let order = |a: &Field, b: &Field| order(key(out, a), key(out, b));
        // Of a field that comes twice the first counts.
        if !fields[base..].is_sorted_by(|a, b| order(a, b).is_lt()) {
            let start = fields[base].start;
            fields[base..].sort_by(order);
            spare.clear();
            let mut last: Option<Field> = None;
            for field in &fields[base..] {
                if last.is_some_and(|last| order(&last, field).is_eq()) {
                    continue;
                }
                if last.replace(*field).is_some() {
                    spare.push(b',');
                }
                spare.extend_from_slice(&out[field.start..field.end]);
            }
            out.truncate(start);
            out.extend_from_slice(spare);
        }
        fields.truncate(base);
        out.push(b'}');
    }
}

/// The bytes of a field's key between its quotes.
fn key<'a>(out: &'a [u8], field: &Field) -> &'a [u8] {
    &out[field.start + 1..field.colon - 1]
}

/// Keys are ordered by their UTF-16 code units, which for plain ones is the order of their bytes.
fn order(a: &[u8], b: &[u8]) -> Ordering {
    let plain = |key: &[u8]| key.iter().all(|byte| byte.is_ascii() && *byte != b'\\');
    if plain(a) && plain(b) {
        return a.cmp(b);
    }
    let units = |key: &[u8]| -> Vec<u16> {
        let text: String = serde_json::from_slice(&[b"\"", key, b"\""].concat()).unwrap_or_default();
        text.encode_utf16().collect()
    };
    units(a).cmp(&units(b))
}

/// Writes into the buffer, whatever writer serde_json holds.
struct Writer<'a>(&'a mut Canon);

/// Numbers of these types are written as others that hold them.
macro_rules! widened {
    ($($write:ident: $from:ty => $wider:ident),+ $(,)?) => {
        $(fn $write<W: ?Sized + Write>(&mut self, writer: &mut W, value: $from) -> io::Result<()> {
            self.$wider(writer, value.into())
        })+
    };
}

impl Formatter for Writer<'_> {
    widened! {
        write_i8: i8 => write_i64,
        write_i16: i16 => write_i64,
        write_i32: i32 => write_i64,
        write_u8: u8 => write_u64,
        write_u16: u16 => write_u64,
        write_u32: u32 => write_u64,
        write_f32: f32 => write_f64,
    }

    fn write_null<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.out.write_all(b"null")
    }

    fn write_bool<W: ?Sized + Write>(&mut self, _: &mut W, value: bool) -> io::Result<()> {
        write!(self.0.out, "{value}")
    }

    fn write_i64<W: ?Sized + Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        if value.unsigned_abs() <= EXACT { write!(self.0.out, "{value}") } else { self.write_f64(writer, value as f64) }
    }

    fn write_u64<W: ?Sized + Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        if value <= EXACT { write!(self.0.out, "{value}") } else { self.write_f64(writer, value as f64) }
    }

    fn write_f64<W: ?Sized + Write>(&mut self, _: &mut W, value: f64) -> io::Result<()> {
        Ok(serde_json_canonicalizer::to_writer(&value, &mut self.0.out)?)
    }

    fn begin_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.out.write_all(b"\"")
    }

    fn end_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.out.write_all(b"\"")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, _: &mut W, fragment: &str) -> io::Result<()> {
        self.0.out.write_all(fragment.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, _: &mut W, escape: CharEscape) -> io::Result<()> {
        CompactFormatter.write_char_escape(&mut self.0.out, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.out.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.out.write_all(b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { self.0.out.write_all(b",") }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.open.push(self.0.fields.len());
        self.0.out.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.close();
        Ok(())
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        if !first {
            self.0.out.push(b',');
        }
        let start = self.0.out.len();
        self.0.fields.push(Field { start, colon: start, end: start });
        Ok(())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        let colon = self.0.out.len();
        self.0.fields.last_mut().into_iter().for_each(|field| field.colon = colon);
        self.0.out.write_all(b":")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        let end = self.0.out.len();
        self.0.fields.last_mut().into_iter().for_each(|field| field.end = end);
        Ok(())
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, _: &mut W, _: &str) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "raw JSON has no canonical form"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            let object = prop::collection::vec((any::<String>(), inner.clone()), 0..8);
            prop_oneof![prop::collection::vec(inner, 0..8).prop_map(Value::from), object.prop_map(Value::from_iter)]
        })
    }

    proptest! {
        #[test]
        fn it_is_what_the_reference_writes(value in any_json()) {
            prop_assert_eq!(to_string(&value).unwrap(), serde_json_canonicalizer::to_string(&value).unwrap());
        }
    }

    #[test]
    fn keys_are_in_the_order_of_utf16_and_numbers_are_doubles() {
        let value = json!({"\u{FB33}": 1, "\u{1F600}": 2, "b\n": 9_007_199_254_740_993_u64, "a": {"z": 1.0, "y": -0.0}, "b": 1e30});
        assert_eq!(to_string(&value).unwrap(), serde_json_canonicalizer::to_string(&value).unwrap());
    }
}
