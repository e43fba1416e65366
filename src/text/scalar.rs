//! What a plain scalar means: the core schema of YAML 1.2, and nothing of YAML 1.1.

use super::Value;

/// Why a number is not one that can be worked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It does not fit 64 bits.
    OutOfRange,
    /// It is `.inf` or `.nan`.
    NotFinite,
}

/// The value of a plain scalar; with a fault, the nearest number that can be held (0 for `.nan`).
pub(super) fn resolve(text: &str) -> (Value, Option<Fault>) {
    let value = match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) => return number(text),
        _ => Value::Str(text.into()),
    };
    (value, None)
}

fn number(text: &str) -> (Value, Option<Fault>) {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|c| c.is_digit(radix))
        {
            return whole(u64::from_str_radix(digits, radix).ok().map(i128::from), false);
        }
    }
    let negative = text.starts_with('-');
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    match body {
        ".inf" | ".Inf" | ".INF" => return beyond(negative, Fault::NotFinite),
        ".nan" | ".NaN" | ".NAN" if body.len() == text.len() => return (Value::Float(0.0), Some(Fault::NotFinite)),
        _ => {}
    }
    if !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_digit()) {
        if body.len() > 1 && body.starts_with('0') {
            return (Value::Str(text.into()), None);
        }
        return whole(text.parse().ok(), negative);
    }
    if !is_float(body) {
        return (Value::Str(text.into()), None);
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => (Value::Float(value), None),
        _ => beyond(negative, Fault::OutOfRange),
    }
}

fn whole(value: Option<i128>, negative: bool) -> (Value, Option<Fault>) {
    let Some(value) = value else {
        let nearest = if negative { Value::Int(i64::MIN) } else { Value::UInt(u64::MAX) };
        return (nearest, Some(Fault::OutOfRange));
    };
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => (Value::Int(value), None),
        (_, Ok(value)) => (Value::UInt(value), None),
        _ => whole(None, negative),
    }
}

fn beyond(negative: bool, fault: Fault) -> (Value, Option<Fault>) {
    (Value::Float(if negative { f64::MIN } else { f64::MAX }), Some(fault))
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(body: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (body, None),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let some = !before.is_empty() || !after.is_empty();
    some && digits(before) && digits(after) && exponent.is_none_or(|text| !text.is_empty() && digits(text))
}
