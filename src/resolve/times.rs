//! Dates and timestamps as policies, tables and the command write them.
//!
//! Enters: text. Leaves: microseconds since 1970-01-01T00:00:00Z. Knows nothing of clocks and time zones: a timestamp says
//! its offset, and a date is its midnight UTC.

use jiff::Timestamp;

/// The instant of `2027-01-01` (its midnight UTC) or of a timestamp by RFC 3339, in microseconds since
/// 1970-01-01T00:00:00Z; parts of a microsecond are dropped. `None` when the text is neither, or no such day exists.
#[must_use]
pub fn parse_time(text: &str) -> Option<i64> {
    let midnight;
    let timestamp = match form(text)? {
        Form::Date => {
            midnight = format!("{text}T00:00:00Z");
            &midnight
        }
        Form::Timestamp => text,
    };
    timestamp.parse::<Timestamp>().ok().map(Timestamp::as_microsecond)
}

/// Whether the text has the form of a date or timestamp, be there such a day or not.
pub(super) fn looks_like_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= DATE.len() && bytes.iter().zip(DATE).all(|(&byte, &shape)| fits(byte, shape))
}

enum Form {
    Date,
    Timestamp,
}

const DATE: &[u8] = b"0000-00-00";
const TIME: &[u8] = b"T00:00:00";
const OFFSET: &[u8] = b"+00:00";

/// The library reads more forms than RFC 3339 has, and what it would drop silently (a zone in brackets, a time behind a
/// date) must not vanish here.
fn form(text: &str) -> Option<Form> {
    let rest = strip(text.as_bytes(), DATE)?;
    if rest.is_empty() {
        return Some(Form::Date);
    }
    let mut rest = strip(rest, TIME)?;
    if let Some((b'.', fraction)) = rest.split_first() {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) {
            return None;
        }
        rest = fraction.get(digits..)?;
    }
    match rest {
        [b'Z' | b'z'] => Some(Form::Timestamp),
        _ => strip(rest, OFFSET)?.is_empty().then_some(Form::Timestamp),
    }
}

/// What follows bytes that have the given shape.
fn strip<'t>(text: &'t [u8], shape: &[u8]) -> Option<&'t [u8]> {
    let (head, rest) = text.split_at_checked(shape.len())?;
    head.iter().zip(shape).all(|(&byte, &shape)| fits(byte, shape)).then_some(rest)
}

fn fits(byte: u8, shape: u8) -> bool {
    match shape {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't'),
        b'+' => matches!(byte, b'+' | b'-'),
        other => byte == other,
    }
}

#[cfg(test)]
mod tests {
    use super::parse_time;

    #[test]
    fn a_date_is_its_midnight_utc() {
        assert_eq!(parse_time("1970-01-01"), Some(0));
        assert_eq!(parse_time("2027-01-01"), Some(1_798_761_600_000_000));
        assert_eq!(parse_time("2024-02-29"), parse_time("2024-02-29T00:00:00Z"));
        assert_eq!(parse_time("1969-12-31"), Some(-86_400_000_000));
    }

    #[test]
    fn a_timestamp_says_its_offset() {
        assert_eq!(parse_time("1970-01-01T00:00:01.5Z"), Some(1_500_000));
        assert_eq!(parse_time("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(parse_time("1970-01-01t00:00:00.000001z"), Some(1));
        assert_eq!(parse_time("1970-01-01T00:00:00.000001999Z"), Some(1));
    }

    #[test]
    fn what_is_neither_is_refused() {
        let wrong = [
            "",
            "2027",
            "2027-1-1",
            "2027-02-30",
            "2027-13-01",
            "20270101",
            "2027-01-01T10:00:00",
            "2027-01-01T10:00Z",
            "2027-01-01T25:00:00Z",
            "2027-01-01 10:00:00Z",
            "2027-01-01T10:00:00+01:00[Europe/Paris]",
            "2027-01-01Z",
            "2027-01-01T10:00:00.Z",
            "+2027-01-01",
            "2027-01-01\u{e9}",
        ];
        for text in wrong {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
