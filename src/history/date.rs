//! What counts as a date. Git takes any words for one, and for the present where it understands
//! nothing of them: a misspelt branch would give an empty range.

const WORDS: &[&str] = &[
    "ago",
    "am",
    "and",
    "days",
    "eight",
    "fifth",
    "five",
    "four",
    "hours",
    "last",
    "midnight",
    "minutes",
    "months",
    "never",
    "nine",
    "noon",
    "now",
    "one",
    "pm",
    "second",
    "seconds",
    "seven",
    "six",
    "tea",
    "ten",
    "three",
    "today",
    "two",
    "utc",
    "weeks",
    "years",
    "yesterday",
    "z",
];

const NAMES: &[&str] = &[
    "april",
    "august",
    "december",
    "february",
    "friday",
    "january",
    "july",
    "june",
    "march",
    "may",
    "monday",
    "november",
    "october",
    "saturday",
    "september",
    "sunday",
    "thursday",
    "tuesday",
    "wednesday",
];

/// Whether these are words for a point in time: `2025-01-31`, `2 weeks ago`, `last monday`.
pub fn is_date(text: &str) -> bool {
    let text = text.to_lowercase();
    let spaced: Vec<&str> = text.split([' ', ',']).filter(|t| !t.is_empty()).collect();
    let is_full = |token: &str| is_calendar(token.split(['t', 'z', '+']).next().unwrap_or(token));
    if spaced.first().is_some_and(|first| is_full(first)) {
        return spaced[1..].iter().all(|token| is_clock(token));
    }
    let tokens: Vec<&str> = spaced.iter().flat_map(|token| token.split('.')).collect();
    let is_word = |token: &&str| {
        let plural = format!("{token}s");
        WORDS.contains(token)
            || WORDS.contains(&plural.as_str())
            || token.len() >= 3 && NAMES.iter().any(|name| name.starts_with(token))
    };
    let is_number = |token: &&str| token.parse::<u32>().is_ok() || is_clock(token);
    tokens.iter().any(is_word)
        && tokens
            .iter()
            .all(|token| is_word(token) || is_number(token))
}

/// Year, month and day, or the other way round.
fn is_calendar(token: &str) -> bool {
    let parts: Vec<&str> = token.split(['-', '/', '.']).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let ends = [parts[0].len(), parts[parts.len() - 1].len()];
    parts.len() == 3 && parts.iter().all(is_number) && ends.contains(&4)
}

/// Hours and minutes, or a zone.
fn is_clock(token: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_digit() || b":+-.z".contains(&b);
    matches!(token, "utc" | "am" | "pm") || !token.is_empty() && token.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn dates_and_what_is_none() {
        for date in [
            "2025-01-31",
            "2025-01-31T10:00:00Z",
            "2025-01-31 10:00 +0100",
            "31.1.2025",
            "2 weeks ago",
            "2.weeks.ago",
            "yesterday",
            "last monday",
            "Jan 5 2025",
            "one year ago",
        ] {
            assert!(is_date(date), "{date}");
        }
        for other in [
            "v1.2.3",
            "1.2.3",
            "main",
            "mainn",
            "",
            "1234567",
            "25.01",
            "feature/may-x",
        ] {
            assert!(!is_date(other), "{other}");
        }
    }
}
