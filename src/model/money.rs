//! Amounts of money, compared as values: `497`, `497.0` and `497.00` are one amount, and a currency has the decimals that it has.

use std::fmt;

/// The currencies of ISO 4217 (list one, as of January 2026) by their decimals, with those withdrawn since 2023, in which a site may
/// still have prices. What has no decimals of its own there (gold, drawing rights) is none to pay in.
const CURRENCIES: [(usize, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP \
         COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR \
         JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK \
         NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT \
         TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

/// The most decimals that any currency has: what an amount is counted in.
const FINEST: usize = 4;

/// The decimals of an amount of which no currency is said.
const USUAL: usize = 2;

/// How many decimals a currency has; none where there is no such currency.
fn decimals(currency: &str) -> Option<usize> {
    // Each code is three letters long, so that three letters in a row are one. Of every price in a plan it is asked several times.
    let is_code = currency.len() == 3 && !currency.contains(' ');
    CURRENCIES.iter().find(|(_, codes)| is_code && codes.contains(currency)).map(|(decimals, _)| *decimals)
}

/// An amount of money, so that `497`, `497.0` and `497.00 USD` are one amount.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money {
    /// Ten-thousandths of the currency's unit.
    units: i64,
    /// Three letters, upper case; none where the text named none.
    currency: Option<String>,
}

/// Why a text is no amount of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoMoney {
    /// It is not one number, with at most a currency before or after it.
    NoAmount,
    /// These three letters are no currency.
    NoCurrency(String),
    /// It has more decimals than its currency.
    TooFine {
        /// The currency; none where none is named.
        currency: Option<String>,
        /// How many decimals that has.
        decimals: usize,
    },
}

impl Money {
    /// Reads `497`, `497.00`, `497.00 USD` or `USD 497`. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read_as(text, None).ok()
    }

    /// As a person writes it who knows the currency: with no more decimals than that has, be they noughts.
    ///
    /// # Errors
    /// [`NoMoney`] says why it is none.
    pub fn written(text: &str) -> Result<Self, NoMoney> {
        let money = Self::read_as(text, None)?;
        let decimals = money.currency().and_then(decimals).unwrap_or(USUAL);
        let written = text.split_once('.').map_or(0, |(_, part)| part.bytes().take_while(u8::is_ascii_digit).count());
        if written > decimals { Err(NoMoney::TooFine { currency: money.currency, decimals }) } else { Ok(money) }
    }

    /// As [`Money::parse`], with the decimals of another amount's currency where it names none itself.
    pub fn parse_beside(text: &str, other: &Self) -> Option<Self> {
        Self::read_as(text, other.currency.as_deref()).ok()
    }

    fn read_as(text: &str, beside: Option<&str>) -> Result<Self, NoMoney> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let is_code = |word: &str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        let (amount, code) = match words[..] {
            [amount] => (amount, None),
            [code, amount] if is_code(code) => (amount, Some(code)),
            [amount, code] if is_code(code) => (amount, Some(code)),
            _ => return Err(NoMoney::NoAmount),
        };
        let currency = code.map(str::to_ascii_uppercase);
        let decimals = match &currency {
            Some(code) => decimals(code).ok_or_else(|| NoMoney::NoCurrency(code.clone()))?,
            None => beside.and_then(decimals).unwrap_or(USUAL),
        };
        let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
        let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(part) {
            return Err(NoMoney::NoAmount);
        }
        // Three digits behind a point may be thousands, as some countries write them.
        let may_be_thousands = part.len() == 3 && decimals != 3;
        let part = part.trim_end_matches('0');
        if part.len() > decimals || may_be_thousands {
            return Err(NoMoney::TooFine { currency, decimals });
        }
        let units = format!("{whole}{part:0<FINEST$}").parse().map_err(|_| NoMoney::NoAmount)?;
        Ok(Self { units, currency })
    }

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        self.units == 0
    }

    /// The currency that it names.
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// The same amount, and the same currency where both name one.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.units == other.units && self.may_be_of_one_currency(other)
    }

    /// As much or more, and of the same currency where both name one.
    pub fn covers(&self, price: &Self) -> bool {
        self.units >= price.units && self.may_be_of_one_currency(price)
    }

    /// Whether the other names a currency and this does not, so that nobody knows whether they are the same.
    pub fn lacks_currency_of(&self, other: &Self) -> bool {
        self.currency.is_none() && other.currency.is_some()
    }

    fn may_be_of_one_currency(&self, other: &Self) -> bool {
        self.currency.as_ref().zip(other.currency.as_ref()).is_none_or(|(a, b)| a == b)
    }

    /// In the one spelling that digests have: two decimals at least, whatever the currency.
    pub fn canonical(&self) -> String {
        self.spelt(USUAL)
    }

    /// With so many decimals, and more only where the amount has them.
    fn spelt(&self, least: usize) -> String {
        let digits = format!("{:0>width$}", self.units, width = FINEST + 1);
        let (whole, part) = digits.split_at(digits.len() - FINEST);
        let part = format!("{:0<least$}", part.trim_end_matches('0'));
        let point = if part.is_empty() { "" } else { "." };
        let currency = self.currency.as_ref().map(|currency| format!(" {currency}")).unwrap_or_default();
        format!("{whole}{point}{part}{currency}")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelt(self.currency.as_deref().and_then(decimals).unwrap_or(USUAL)))
    }
}

/// Signs that people write for a currency. A sign that several countries share is read as the one that most use it for.
const SIGNS: [(&str, &str); 7] =
    [("US$", "USD"), ("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("¥", "JPY"), ("₹", "INR"), ("₪", "ILS")];

/// How a plan would say a price that somebody wrote with a sign, a comma or thousands; none where that cannot be known.
pub(crate) fn as_written(text: &str) -> Option<String> {
    let signed = SIGNS.iter().fold(text.to_owned(), |text, (sign, code)| text.replace(sign, &format!(" {code} ")));
    let words: Vec<&str> = signed.split_whitespace().collect();
    let (numbers, codes): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.contains(|c: char| c.is_ascii_digit()));
    let [code] = codes[..] else { return None };
    let decimals = decimals(&code.to_ascii_uppercase())?;
    let number = numbers.concat().replace(['\'', '’'], "");
    let (whole, part) = match number.rsplit_once([',', '.']) {
        Some((whole, part)) if part.len() != 3 || decimals == 3 => (whole, part),
        _ => (number.as_str(), ""),
    };
    let whole = whole.replace([',', '.'], "");
    let point = if part.is_empty() { "" } else { "." };
    let money = Money::parse(&format!("{whole}{point}{part} {code}"))?;
    Some(money.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use super::*;

    #[test]
    fn money_in_any_spelling_is_one_value() {
        let full = Money::parse("497.00 USD").unwrap();
        assert!(full.agrees_with(&Money::parse("497").unwrap()));
        assert!(full.agrees_with(&Money::parse("usd 497.0").unwrap()));
        assert!(full.agrees_with(&Money::parse("497.0000 USD").unwrap()));
        assert!(!full.agrees_with(&Money::parse("497 EUR").unwrap()));
        for none in ["4,97", "1.999", "USD 497 USD", "USD", "497 497", "", "-1", "1.5.5", ".5"] {
            assert_eq!(Money::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_currency_has_the_decimals_that_it_has() {
        let (said, read) = (|text: &str| Money::parse(text).unwrap().to_string(), Money::written);
        assert_eq!(said("1.500 KWD"), "1.500 KWD");
        assert_eq!(said("1.5 KWD"), "1.500 KWD");
        assert_eq!(said("JPY 497"), "497 JPY");
        assert_eq!(said("497.00 JPY"), "497 JPY");
        assert_eq!(said("0.05 EUR"), "0.05 EUR");
        assert_eq!(read("497.00 XYZ"), Err(NoMoney::NoCurrency("XYZ".to_owned())));
        for (fine, currency, decimals) in
            [("497.50 JPY", "JPY", 0), ("497.00 JPY", "JPY", 0), ("1.500 EUR", "EUR", 2), ("1.2345 KWD", "KWD", 3)]
        {
            assert_eq!(read(fine), Err(NoMoney::TooFine { currency: Some(currency.to_owned()), decimals }), "{fine}");
        }
        let plan = Money::parse("1.500 KWD").unwrap();
        assert!(Money::parse("1.500").is_none() && Money::parse_beside("1.500", &plan).unwrap().agrees_with(&plan));
        // Digests have had two decimals since before currencies had theirs.
        assert_eq!(Money::parse("497 JPY").unwrap().canonical(), "497.00 JPY");
    }

    #[test]
    fn the_table_names_each_currency_once() {
        let mut codes: Vec<&str> = CURRENCIES.iter().flat_map(|(_, codes)| codes.split(' ')).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert!(codes.iter().all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
    }

    #[test]
    fn what_people_write_has_a_form_to_write() {
        for (written, form) in [
            ("497,00 USD", "497.00 USD"),
            ("$497", "497.00 USD"),
            ("1.497,50 €", "1497.50 EUR"),
            ("€ 1,497.50", "1497.50 EUR"),
            ("1 497,00 eur", "1497.00 EUR"),
            ("CHF 1'497", "1497.00 CHF"),
            ("¥1,500", "1500 JPY"),
            ("1,500 KWD", "1.500 KWD"),
            ("1.500 EUR", "1500.00 EUR"),
        ] {
            assert_eq!(as_written(written).as_deref(), Some(form), "{written}");
        }
        for unclear in ["3 payments of 199", "497,00", "free", "497.00 XYZ", "$ € 5"] {
            assert_eq!(as_written(unclear), None, "{unclear}");
        }
    }
}
