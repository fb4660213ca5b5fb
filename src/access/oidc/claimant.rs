//! As whom an identity of the provider is known on file.

use entity::store::access::person::KnownBy;
use sea_orm::DbErr;

use super::{Identity, Oidc};
use crate::config::oidc::ClaimKind;

/// Why an identity is nobody on file.
#[derive(Debug, thiserror::Error)]
pub enum Unmatched {
    /// The token lacks the claim that the settings name, or the provider has not verified it.
    #[error("the token lacks the claim that names a person, or says that the provider has not verified it")]
    NoClaim,
    /// Nobody on file with a post today has that address or number, or several have.
    #[error("no one person on file with a post today is meant")]
    NotOne,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl Oidc {
    /// How `identity` is known on file, by what `OIDC_CLAIM` says.
    ///
    /// # Errors
    ///
    /// [`Unmatched::NoClaim`].
    pub fn known_by(&self, identity: &Identity) -> Result<KnownBy, Unmatched> {
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
