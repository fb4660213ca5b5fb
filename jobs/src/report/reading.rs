//! Measures how easy the texts of mails are to read, for the tests.

/// Returns the age at which a British pupil can read the text, by the Automated Readability Index (United States grade plus
/// five). Addresses are left out: no one reads them.
pub(super) fn reading_age(text: &str) -> f64 {
    let mut letters = 0_f64;
    let mut words = 0_f64;
    let mut sentences = 0_f64;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let read: Vec<&str> =
            line.split_whitespace().filter(|word| !word.contains("://") && !word.contains('@')).collect();
        letters += read.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphanumeric()).map(|_| 1.0).sum::<f64>();
        words += read.iter().filter(|word| word.chars().any(char::is_alphanumeric)).map(|_| 1.0).sum::<f64>();
        let stops = read.iter().filter(|word| word.ends_with(['.', '?', ':'])).map(|_| 1.0).sum::<f64>();
        sentences += f64::max(stops, if read.is_empty() { 0.0 } else { 1.0 });
    }
    4.71 * letters / words + 0.5 * words / sentences - 21.43 + 5.0
}
