//! Matching an identity of the provider with a person on file.

use entity::store::access::person::KnownBy;
use sea_orm::DbErr;

use super::{Identity, Oidc};
use crate::config::oidc::ClaimKind;

/// Why an identity matches no person on file.
#[derive(Debug, thiserror::Error)]
pub enum Unmatched {
    /// The token lacks the claim that the settings name, or the provider has not verified it.
    #[error("the token lacks the claim that identifies a person, or the provider has not verified it")]
    NoClaim,
    /// No person, or more than one, with a post today has this address or number.
    #[error("no single person on file with a post today matches")]
    NotOne,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl Oidc {
    /// Returns the key by which `identity` is found on file, according to `OIDC_CLAIM`.
    ///
    /// # Errors
    ///
    /// [`Unmatched::NoClaim`].
    pub fn lookup_key(&self, identity: &Identity) -> Result<KnownBy, Unmatched> {
        let Identity { email, employee_number, employer, .. } = identity.clone();
        match self.0.claim {
            ClaimKind::Email => Ok(KnownBy::WorkEmail(email.ok_or(Unmatched::NoClaim)?)),
            ClaimKind::EmployeeNumber if self.0.rules.names.employer.is_some() && employer.is_none() => {
                Err(Unmatched::NoClaim)
            }
            ClaimKind::EmployeeNumber => {
                Ok(KnownBy::EmployeeNumber(employer, employee_number.ok_or(Unmatched::NoClaim)?))
            }
        }
    }
}
