//! Orders and subscriptions out of files of their own, of which a mapping says which column is what.

use std::io::BufRead;

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::contacts::id;
use super::fault::{Fault, Faults};
use super::rows::{Row, Rows};
use crate::model::Kind;
use crate::model::mapping::{DayColumn, OrderColumns, SubscriptionColumns};
use crate::model::money::Money;
use crate::population::{Damage, Unordered};

/// Takes every order; how many, and what is wrong with rows.
///
/// # Errors
/// [`Damage`] where the file cannot be read, or lacks a column.
pub(crate) fn take_orders<R: BufRead>(
    rows: &mut Rows<R>,
    said: &OrderColumns,
    out: &mut Unordered,
) -> Result<(u64, Faults), Damage> {
    let [key, contact, form, total, status] =
        columns(rows, [&said.id, &said.contact, &said.form, &said.total, &said.status])?;
    let day = rows.column(&said.date.column)?;
    let currency = said.currency.as_ref().map(|named| rows.column(named)).transpose()?;
    let transaction = said.transaction.as_ref().map(|named| rows.column(named)).transpose()?;
    take(rows, out, "order", key, |row| {
        let mut fields = sale(row, [contact, form, status])?;
        let amount = currency.map_or_else(
            || row.cell(total).to_owned(),
            |currency| format!("{} {}", row.cell(total), row.cell(currency)),
        );
        if Money::parse(&amount).is_none() || !amount.contains(|c: char| c.is_ascii_alphabetic()) {
            return Err(Fault::NoMoney);
        }
        fields.insert("total".to_owned(), json!(amount));
        fields.insert("date".to_owned(), json!(self::day(row.cell(day), &said.date)?));
        let transaction = transaction.map(|at| row.cell(at)).filter(|text| !text.is_empty());
        fields.extend(transaction.map(|text| ("transaction".to_owned(), json!(text))));
        Ok(fields)
    })
}

/// Takes every subscription; how many, and what is wrong with rows.
///
/// # Errors
/// [`Damage`] where the file cannot be read, or lacks a column.
pub(crate) fn take_subscriptions<R: BufRead>(
    rows: &mut Rows<R>,
    said: &SubscriptionColumns,
    out: &mut Unordered,
) -> Result<(u64, Faults), Damage> {
    let [key, contact, form, status] = columns(rows, [&said.id, &said.contact, &said.form, &said.status])?;
    let next = said.next_payment.as_ref();
    let next = next.map(|column| rows.column(&column.column).map(|at| (at, column))).transpose()?;
    take(rows, out, "subscription", key, |row| {
        let mut fields = sale(row, [contact, form, status])?;
        if let Some((at, column)) = next.filter(|(at, _)| !row.cell(*at).is_empty()) {
            fields.insert("next_payment".to_owned(), json!(day(row.cell(at), column)?));
        }
        Ok(fields)
    })
}

fn columns<R: BufRead, const N: usize>(rows: &Rows<R>, named: [&String; N]) -> Result<[usize; N], Damage> {
    let mut at = [0; N];
    for (place, name) in at.iter_mut().zip(named) {
        *place = rows.column(name)?;
    }
    Ok(at)
}

fn take<R: BufRead>(
    rows: &mut Rows<R>,
    out: &mut Unordered,
    kind: &str,
    key: usize,
    fields: impl Fn(&Row<'_>) -> Result<Map<String, Value>, Fault>,
) -> Result<(u64, Faults), Damage> {
    let (mut count, mut faults) = (0, Faults::default());
    while let Some(row) = rows.next()? {
        match row {
            Err((line, fault)) => faults.push(line, fault),
            Ok(row) => match id(row.cell(key)).and_then(|()| fields(&row)) {
                Err(fault) => faults.push(row.line, fault),
                Ok(fields) => {
                    count += 1;
                    out.push(kind, row.cell(key), row.line, fields)?;
                }
            },
        }
    }
    Ok((count, faults))
}

/// Whose it is, by which form, and its status.
fn sale(row: &Row<'_>, [contact, form, status]: [usize; 3]) -> Result<Map<String, Value>, Fault> {
    match id(row.cell(contact)) {
        Err(Fault::NoId) => return Err(Fault::NoContact),
        other => other?,
    }
    let key = Kind::OrderForm.key_of(row.cell(form));
    if key.is_empty() {
        return Err(Fault::NoForm);
    }
    if row.cell(status).is_empty() {
        return Err(Fault::NoStatus);
    }
    let fields = [("contact", json!(row.cell(contact))), ("form", json!(key)), ("status", json!(row.cell(status)))];
    Ok(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A day as the population has it.
fn day(text: &str, column: &DayColumn) -> Result<String, Fault> {
    let day = match &column.form {
        Some(form) => Date::strptime(form, text),
        None => text.parse(),
    };
    day.map(|day| day.to_string()).map_err(|_| Fault::NoDay)
}
