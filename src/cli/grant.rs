//! `psn grant`: roles that people have besides what follows from the facts on file.

use clap::Subcommand;
use entity::clock::Clock;
use entity::id::AccessGrantId;
use entity::period::Day;
use entity::store::access::grant;
use entity::store::access::person::KnownBy;
use entity::table::person;
use entity::value::AccessRole;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{not_done, say};
use crate::access::manage::{self, GrantWish, NotDone, Refusal};
use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;

/// The most grants that the list shows.
const SHOWN: u64 = 1_000;

/// What `psn grant` takes besides the settings.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is to be done.
    #[command(subcommand)]
    pub what: What,
}

/// What can be done with grants.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Grant a role to a person who has a post today.
    Add {
        /// Their work address, or Employer/Employee Number
        person: String,
        /// admin, coordinator or auditor
        #[arg(value_parser = role)]
        role: AccessRole,
        /// The first day, as 2026-11-16; today unless told
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// The last day; open-ended unless told
        #[arg(long, value_name = "DAY")]
        until: Option<Day>,
    },
    /// List the grants.
    List,
    /// Withdraw a grant: from this moment on the person has the role no longer.
    Withdraw {
        /// Its number in the list
        id: i64,
    },
}

/// Does it.
///
/// # Errors
///
/// [`ExitError::Refused`] for what cannot be done so, [`ExitError::Failed`] for whatever goes wrong.
pub async fn run(args: Args, settings: Settings, clock: Clock) -> Result<(), ExitError> {
    let app = App::open_migrated(settings, clock).await?;
    let done = match args.what {
        What::Add { person, role, from, until } => {
            let wish = GrantWish { person: known_by(&person), role, from, until };
            let granted = manage::grant_role(&app.db, &app.operator(), wish).await;
            let granted = granted.map_err(|cause| match cause {
                NotDone::Refused(Refusal::PersonUnknown) => ExitError::Refused(format!(
                    "{}: give a work address, or Employer/Employee Number, as staff.csv has it; who is not on file yet is imported first",
                    Refusal::PersonUnknown
                )),
                cause => not_done(cause),
            });
            granted.and_then(|grant| say(format!("Grant {}: {person} is {role}{}.", grant.id, days(grant.validity()))))
        }
        What::List => list(&app).await,
        What::Withdraw { id } => {
            let ended = manage::withdraw_role(&app.db, &app.operator(), AccessGrantId(id)).await.map_err(not_done);
            ended.and_then(|_| say(format!("Grant {id} has ended.")))
        }
    };
    app.close().await;
    done
}

async fn list(app: &App) -> Result<(), ExitError> {
    let failed = |error| ExitError::Failed(format!("the grants cannot be read: {error}"));
    let grants = grant::newest(&app.db, SHOWN).await.map_err(failed)?;
    if grants.is_empty() {
        return say("No grant yet.");
    }
    let people = person::Entity::find().filter(person::Column::Id.is_in(grants.iter().map(|grant| grant.person_id)));
    let people = people.all(&app.db).await.map_err(failed)?;
    for grant in grants {
        let person = people.iter().find(|person| person.id == grant.person_id);
        let person = person.map_or(String::new(), |person| format!("{}/{}", person.employer, person.number));
        let (role, by) = (grant.role, &grant.granted_by);
        say(format!("{:>4}  {person}  {role}{}  granted by {by}", grant.id, days(grant.validity())))?;
    }
    Ok(())
}

fn days(validity: entity::period::Validity) -> String {
    let from = validity.from.map_or(String::new(), |from| format!(" from {from}"));
    match validity.last() {
        _ if validity.is_empty() => ", withdrawn on its first day or before".to_owned(),
        Some(last) => format!("{from} to {last}"),
        None => from,
    }
}

/// An address has an `@`, and a number an employer before it.
fn known_by(person: &str) -> KnownBy {
    match person.rsplit_once('/') {
        _ if person.contains('@') => KnownBy::WorkEmail(person.to_owned()),
        Some((employer, number)) => KnownBy::EmployeeNumber(Some(employer.to_owned()), number.to_owned()),
        None => KnownBy::EmployeeNumber(None, person.to_owned()),
    }
}

fn role(word: &str) -> Result<AccessRole, String> {
    let role = word.to_ascii_uppercase().parse::<AccessRole>();
    role.map_err(|_| "it is admin, coordinator or auditor".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_by_address_or_by_number() {
        let number = |employer: Option<&str>, number: &str| {
            KnownBy::EmployeeNumber(employer.map(str::to_owned), number.to_owned())
        };
        assert_eq!(known_by("p4@board.example"), KnownBy::WorkEmail("p4@board.example".to_owned()));
        assert_eq!(known_by("NHS/000004"), number(Some("NHS"), "000004"));
        assert_eq!(known_by("000004"), number(None, "000004"));
    }
}
