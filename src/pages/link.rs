//! The addresses of pages. A code is the board's own and may hold anything that a file can: `/`, spaces, `&`, `#`.

use std::fmt::Write as _;

/// The path of a unit's page.
pub(crate) fn unit(code: &str) -> String {
    format!("/units/{}", encoded(code))
}

/// The path of a team's page.
pub(crate) fn team(code: &str) -> String {
    format!("/teams/{}", encoded(code))
}

/// Percent-encodes all but what stands for itself everywhere in an address (RFC 3986, 2.3), so that a text is one segment of a path or
/// one value of a query.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}"); // a String takes everything
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_segment_of_the_path() {
        for (code, path) in [
            ("ACUTE-N", "/units/ACUTE-N"),
            ("A/B 2", "/units/A%2FB%202"),
            ("a?b#c&d=e%20", "/units/a%3Fb%23c%26d%3De%2520"),
            ("\"><script>", "/units/%22%3E%3Cscript%3E"),
            ("Bàrd", "/units/B%C3%A0rd"),
        ] {
            assert_eq!(unit(code), path);
        }
        assert_eq!(team("W 1"), "/teams/W%201");
    }
}
