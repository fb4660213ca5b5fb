//! Encodes an [`Email`]: one recipient, a text and an HTML part, one attachment unless it is empty.

use std::time::SystemTime;

use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

use super::{Email, SendError};
use crate::output::one_line::{clip, one_line};

/// Maximum length of a display name in characters. Longer names break header folding in old servers.
const LONGEST_NAME: usize = 100;

/// Returns the envelope and the bytes of a mail. They are the same each time, because the boundaries come from the
/// Message-ID, so writing a mail to a file again changes nothing.
///
/// # Errors
///
/// [`SendError::Refused`], also if lettre panics: one mail that cannot be encoded must not end the run.
pub(super) fn build(email: &Email) -> Result<(Envelope, Vec<u8>), SendError> {
    let built = std::panic::catch_unwind(|| {
        let message = compose(email)?;
        Ok((message.envelope().clone(), message.formatted()))
    });
    built.unwrap_or_else(|_| Err(SendError::Refused("a name or an address in this mail cannot be encoded".to_owned())))
}

/// Parses the address of a recipient.
///
/// # Errors
///
/// [`SendError::Refused`] if it is not valid. lettre accepts some control characters in an address, which then break the
/// header or the conversation with the server.
pub(super) fn address(text: &str) -> Result<Address, SendError> {
    let text = text.trim();
    let parsed = text.parse().ok().filter(|_| !text.contains(|c: char| c.is_control() || c.is_whitespace()));
    parsed.ok_or_else(|| SendError::Refused("the address on file is not a valid e-mail address".to_owned()))
}

fn compose(email: &Email) -> Result<Message, SendError> {
    let address = address(&email.to)?;
    // A control character in a display name makes lettre panic.
    let name = email.to_name.as_deref().map(|name| clip(&one_line(name), LONGEST_NAME)).filter(|name| !name.is_empty());
    let mark: String = email.message_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();

    let mut parts = MultiPart::mixed().boundary(format!("mixed-{mark}")).multipart(
        MultiPart::alternative()
            .boundary(format!("alternative-{mark}"))
            .singlepart(SinglePart::plain(email.text.clone()))
            .singlepart(SinglePart::html(email.html.clone())),
    );
    if !email.csv.is_empty() {
        let list = Attachment::new(email.csv_name.clone()).body(email.csv.clone().into_bytes(), csv_type()?);
        parts = parts.singlepart(list);
    }

    let mut builder = Message::builder().from(email.from.0.clone());
    if let Some(reply_to) = &email.reply_to {
        // Mail programs offer this address to unsubscribe. Here the coordinator decides who gets the report instead.
        let ask = format!("<mailto:{}?subject=Peer%20support%20report>", reply_to.address());
        builder = builder.reply_to(reply_to.0.clone()).raw_header(raw("List-Unsubscribe", ask));
    }
    builder
        .to(Mailbox::new(name, address))
        .subject(one_line(&email.subject))
        .message_id(Some(format!("<{}>", email.message_id)))
        .date(SystemTime::from(email.date))
        // Prevents out-of-office replies to the service.
        .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(raw("List-Id", format!("<{}.{}>", email.list, email.from.domain())))
        .multipart(parts)
        .map_err(|error| SendError::Refused(super::sentence(&error.to_string(), &email.to)))
}

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn csv_type() -> Result<ContentType, SendError> {
    ContentType::parse("text/csv; charset=utf-8").map_err(|error| SendError::Refused(error.to_string()))
}
