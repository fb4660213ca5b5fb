//! Addresses of psn's own pages, for mails and for the pages themselves. A code is the board's own and may hold anything that a
//! file can: `/`, spaces, `&`, `#`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for itself in a path segment (RFC 3986, "unreserved").
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Path of a unit's page.
#[must_use]
pub fn unit_path(code: &str) -> String {
    format!("/units/{}", encoded(code))
}

/// Path of a team's page.
#[must_use]
pub fn team_path(code: &str) -> String {
    format!("/teams/{}", encoded(code))
}

/// The text as one segment of a path or one value of a query. The codes `.` and `..` would change the path, and browsers resolve
/// their percent-encoded forms as well; a unit with such a code has no page of its own.
#[must_use]
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::{team_path, unit_path};

    #[test]
    fn a_code_is_one_segment_whatever_is_in_it() {
        assert_eq!(unit_path("G107H-A2_01.x~"), "/units/G107H-A2_01.x~");
        assert_eq!(unit_path("a?b#c&d=e%20"), "/units/a%3Fb%23c%26d%3De%2520");
        assert_eq!(unit_path("\"><script>"), "/units/%22%3E%3Cscript%3E");
        assert_eq!(team_path("Ward 4/A&B?é"), "/teams/Ward%204%2FA%26B%3F%C3%A9");
    }
}
