//! Paths of psn's own pages, for mails and for the pages themselves. The board chooses its codes, so a code may contain any
//! character that a file can: `/`, spaces, `&`, `#`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters to encode: all except those that RFC 3986 calls "unreserved".
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the path of a unit's page.
#[must_use]
pub fn unit_path(code: &str) -> String {
    format!("/units/{}", encoded(code))
}

/// Returns the path of a team's page.
#[must_use]
pub fn team_path(code: &str) -> String {
    format!("/teams/{}", encoded(code))
}

/// In the stored copy of a mail, what stands for the secret of its link: a person who may read the copy may not act for its recipient.
pub const WITHOUT_SECRET: &str = "only-in-the-mail-itself";

/// Returns the path of the page on which a person without an account takes a step.
#[must_use]
pub fn action_path(secret: &str) -> String {
    format!("/act/{secret}")
}

/// Returns the path of the form of a nomination, to be printed and signed. `number` is the nomination's key.
#[must_use]
pub fn form_path(number: i64) -> String {
    format!("/nominations/{number}/form")
}

/// Percent-encodes a text as one path segment or one query value. The codes `.` and `..` would change the path, and browsers
/// resolve their percent-encoded forms as well, so a unit with such a code has no page of its own.
#[must_use]
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::{team_path, unit_path};

    #[test]
    fn encodes_any_code_as_one_segment() {
        assert_eq!(unit_path("G107H-A2_01.x~"), "/units/G107H-A2_01.x~");
        assert_eq!(unit_path("a?b#c&d=e%20"), "/units/a%3Fb%23c%26d%3De%2520");
        assert_eq!(unit_path("\"><script>"), "/units/%22%3E%3Cscript%3E");
        assert_eq!(team_path("Ward 4/A&B?é"), "/teams/Ward%204%2FA%26B%3F%C3%A9");
    }
}
