//! Checks email addresses.

use lettre::Address;

/// Returns an address to which a mail server could deliver, or `None` for a blank cell.
///
/// # Errors
///
/// Why mail cannot be sent to the address.
pub(in crate::import) fn email(raw: &str) -> Result<Option<&str>, &'static str> {
    let address = super::text(raw);
    if address.is_empty() {
        return Ok(None);
    }
    if address.matches('@').count() > 1 && address.contains([';', ',', ' ', '\n', '|', '/']) {
        return Err("There is more than one address; give only one");
    }
    if address.contains(['<', '>', '(', ')', '"']) || address.to_lowercase().starts_with("mailto:") {
        return Err("Give the address only, without a name or brackets around it");
    }
    if !address.contains('@') {
        return Err("This is not an email address; write it like ann.smith@board.example");
    }
    // Most mail servers lack SMTPUTF8 and accept ASCII only.
    if !address.chars().all(|c| c.is_ascii_graphic()) {
        return Err("The address contains a space or a character that mail servers do not accept");
    }
    match address.parse::<Address>() {
        // A host without a dot is a machine in the sender's own network.
        Ok(parsed) if parsed.domain().contains('.') => Ok(Some(address)),
        Ok(_) | Err(_) => Err("Mail servers do not accept this address; check its spelling"),
    }
}

#[cfg(test)]
mod tests {
    use super::email;

    #[test]
    fn accepts_valid_addresses() {
        for raw in ["ann.smith@nhs.scot", " a+b@x.example ", "o'brien@ggc.scot.nhs.uk", "A_B-C@X.EXAMPLE"] {
            assert_eq!(email(raw), Ok(Some(raw.trim())), "{raw}");
        }
        assert_eq!(email("  "), Ok(None));
    }

    #[test]
    fn rejects_addresses_that_mail_servers_refuse() {
        for raw in [
            "TBC",
            "n/a",
            "a@b.example; c@d.example",
            "a@b.example,c@d.example",
            "a@b.example c@d.example",
            "Ann Smith <ann@b.example>",
            "mailto:ann@b.example",
            "ann smith@b.example",
            "ann@b .example",
            "ann\u{200b}@b.example",
            "si\u{e2}n@b.example",
            "ann@",
            "@b.example",
            "ann@@b.example",
            "ann@b",
            "ann.@b.example",
            "ann..smith@b.example",
            "ann@b..example",
            "ann@b.example.",
            "ann\n@b.example",
        ] {
            assert!(email(raw).is_err(), "{raw}");
        }
    }
}
