//! Builds the parts that more than one command needs from the settings: mail, the identity provider, and the persisted
//! operations.

use entity::clock::Clock;
use jobs::mail::{Mailbox, Mailer};

use crate::access::oidc::Oidc;
use crate::config::{AllowList, QuerySettings, Settings};
use crate::error::ExitError;
use crate::graphql::persisted::Persisted;

/// Returns the mail transport: the mail server, or the folder if none is set.
///
/// # Errors
///
/// [`ExitError::Refused`] for an invalid URL of the mail server.
pub fn mailer(settings: &Settings) -> Result<Mailer, ExitError> {
    match settings.mail.smtp_url() {
        None => Ok(Mailer::folder(settings.mail.mail_folder.clone())),
        Some(url) => Mailer::smtp(url.reveal(), settings.mail.limit(), &settings.mail.tls())
            .map_err(|error| ExitError::Refused(format!("SMTP_URL: {error}"))),
    }
}

/// Returns the sender of mails.
///
/// # Errors
///
/// [`ExitError::Refused`] for an invalid sender.
pub fn sender(settings: &Settings) -> Result<Mailbox, ExitError> {
    settings.mail.mail_from.parse().map_err(|error| ExitError::Refused(format!("MAIL_FROM: {error}")))
}

/// Returns the identity provider of the settings, if any. No request is sent to it yet.
///
/// # Errors
///
/// [`ExitError::Refused`] for inconsistent settings, with what to do.
pub fn identity_provider(settings: &Settings, clock: Clock) -> Result<Option<Oidc>, ExitError> {
    let here = format!("http://{}", settings.bind);
    let base = match &settings.base_url {
        Some(base) => base,
        None if settings.oidc.oidc_issuer.is_none() || settings.bind.ip().is_loopback() => &here,
        None => {
            let sentence = "OIDC_ISSUER is set but BASE_URL is not: set BASE_URL to the public URL of this service, because \
                the provider sends people back to it";
            return Err(ExitError::Refused(sentence.to_owned()));
        }
    };
    Oidc::new(&settings.oidc, base, clock).map_err(|unusable| ExitError::Refused(unusable.to_string()))
}

/// Reads the persisted operations.
///
/// # Errors
///
/// [`ExitError::Refused`] for a file that is not a valid document of the schema, and for an allow list without operations.
pub fn persisted_operations(settings: &QuerySettings) -> Result<Persisted, ExitError> {
    match &settings.persisted_operations {
        Some(folder) => Persisted::read(folder, settings.allow_list).map_err(|error| {
            let what = if folder.is_dir() {
                "correct it, or remove it from the folder"
            } else {
                "set it to a readable folder of .graphql files, or unset it"
            };
            ExitError::Refused(format!("PERSISTED_OPERATIONS: {error}: {what}"))
        }),
        None if settings.allow_list == AllowList::Everyone => Err(ExitError::Refused(
            "ALLOW_LIST=everyone without persisted operations would refuse every query: set PERSISTED_OPERATIONS"
                .to_owned(),
        )),
        None => Ok(Persisted::default()),
    }
}
