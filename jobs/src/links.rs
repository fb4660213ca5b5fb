//! Addresses of psn's own pages: a unit's and a team's.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for itself in a path segment (RFC 3986, "unreserved").
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Path of a unit's page.
#[must_use]
pub fn unit_path(code: &str) -> String {
    format!("/units/{}", segment(code))
}

/// Path of a team's page.
#[must_use]
pub fn team_path(code: &str) -> String {
    format!("/teams/{}", segment(code))
}

/// A code as one path segment. The codes `.` and `..` would change the path, and browsers resolve their percent-encoded forms
/// as well; a unit with such a code has no page of its own.
fn segment(code: &str) -> String {
    utf8_percent_encode(code, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::{team_path, unit_path};

    #[test]
    fn a_code_is_one_segment_whatever_is_in_it() {
        assert_eq!(unit_path("G107H-A2_01.x~"), "/units/G107H-A2_01.x~");
        assert_eq!(team_path("Ward 4/A&B?é"), "/teams/Ward%204%2FA%26B%3F%C3%A9");
    }
}
