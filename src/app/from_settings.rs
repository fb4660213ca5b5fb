//! The parts that the settings describe and that more than one command needs: mail, the identity provider, and the persisted
//! operations.

use entity::clock::Clock;
use jobs::mail::{Mailbox, Mailer};

use crate::access::oidc::Oidc;
use crate::config::{AllowList, QuerySettings, Settings};
use crate::error::ExitError;
use crate::graphql::persisted::Persisted;

/// Where mail goes: to the mail server, or into the folder where none is set.
///
/// # Errors
///
/// [`ExitError::Refused`] for a mail server's address that cannot be used.
pub fn mailer(settings: &Settings) -> Result<Mailer, ExitError> {
    match settings.mail.smtp_url() {
        None => Ok(Mailer::folder(settings.mail.mail_folder.clone())),
        Some(url) => Mailer::smtp(url.reveal(), settings.mail.limit(), &settings.mail.tls())
            .map_err(|error| ExitError::Refused(format!("SMTP_URL: {error}"))),
    }
}

/// Whom mail comes from.
///
/// # Errors
///
/// [`ExitError::Refused`] for a sender that is none.
pub fn sender(settings: &Settings) -> Result<Mailbox, ExitError> {
    settings.mail.mail_from.parse().map_err(|error| ExitError::Refused(format!("MAIL_FROM: {error}")))
}

/// The identity provider that the settings name, if any. No request is sent to it yet.
///
/// # Errors
///
/// [`ExitError::Refused`] for settings that do not fit together, with what to do.
pub fn identity_provider(settings: &Settings, clock: Clock) -> Result<Option<Oidc>, ExitError> {
    let here = format!("http://{}", settings.bind);
    let base = match &settings.base_url {
        Some(base) => base,
        None if settings.oidc.oidc_issuer.is_none() || settings.bind.ip().is_loopback() => &here,
        None => {
            let sentence = "OIDC_ISSUER is set and BASE_URL is not: set it to the address at which people reach this \
                service, for the provider sends them back there";
            return Err(ExitError::Refused(sentence.to_owned()));
        }
    };
    Oidc::new(&settings.oidc, base, clock).map_err(|unusable| ExitError::Refused(unusable.to_string()))
}

/// Reads the persisted operations.
///
/// # Errors
///
/// [`ExitError::Refused`] for a file that is not a valid document of the schema, and for an allow list of no operations.
pub fn persisted_operations(settings: &QuerySettings) -> Result<Persisted, ExitError> {
    match &settings.persisted_operations {
        Some(folder) => Persisted::read(folder, settings.allow_list).map_err(|error| {
            let what = if folder.is_dir() {
                "mend it, or take it out of the folder"
            } else {
                "set it to a folder of .graphql files that can be read, or to none"
            };
            ExitError::Refused(format!("PERSISTED_OPERATIONS: {error}: {what}"))
        }),
        None if settings.allow_list == AllowList::Everyone => Err(ExitError::Refused(
            "ALLOW_LIST=everyone without persisted operations would leave nothing to send: set PERSISTED_OPERATIONS"
                .to_owned(),
        )),
        None => Ok(Persisted::default()),
    }
}
