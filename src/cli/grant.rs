//! `psn grant`: roles that people have in addition to those that follow from the imported data.

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
use crate::access::manage::{self, GrantWish, ManageError, ManageRefusal};
use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;

/// The maximum number of grants in the list.
const SHOWN: u64 = 1_000;

/// The arguments of `psn grant`.
#[derive(Debug, clap::Args)]
pub struct GrantArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub command: GrantCommand,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    /// Grant a role to a person who has a post today.
    Add {
        /// Work email address, or Employer/Employee Number
        person: String,
        /// admin, coordinator or auditor
        #[arg(value_parser = role)]
        role: AccessRole,
        /// First day, such as 2026-11-16. Defaults to today
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// Last day. Defaults to no end
        #[arg(long, value_name = "DAY")]
        until: Option<Day>,
    },
    /// List the grants.
    List,
    /// Withdraw a grant. The person loses the role at once.
    Withdraw {
        /// Number of the grant in the list
        id: i64,
    },
}

/// Runs the command.
///
/// # Errors
///
/// [`ExitError::Refused`] for an invalid request, [`ExitError::Failed`] for other errors.
pub async fn run(args: GrantArgs, settings: Settings, clock: Clock) -> Result<(), ExitError> {
    let app = App::open_migrated(settings, clock).await?;
    let done = match args.command {
        GrantCommand::Add { person, role, from, until } => {
            let wish = GrantWish { person: known_by(&person), role, from, until };
            let granted = manage::grant_role(&app.db, &app.operator(), wish).await;
            let granted = granted.map_err(|cause| match cause {
                ManageError::Refused(ManageRefusal::PersonUnknown) => ExitError::Refused(format!(
                    "{}: enter the work email address, or Employer/Employee Number, as in staff.csv. Import people who are not on file yet first",
                    ManageRefusal::PersonUnknown
                )),
                cause => not_done(cause),
            });
            granted.and_then(|grant| say(format!("Grant {}: {person} is {role}{}.", grant.id, days(grant.validity()))))
        }
        GrantCommand::List => list(&app).await,
        GrantCommand::Withdraw { id } => {
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
        return say("No grants yet.");
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
        _ if validity.is_empty() => ", withdrawn on or before its first day".to_owned(),
        Some(last) => format!("{from} to {last}"),
        None => from,
    }
}

/// Parses an identifier: an email address contains `@`; otherwise it is a number, with the employer before a slash.
fn known_by(person: &str) -> KnownBy {
    match person.rsplit_once('/') {
        _ if person.contains('@') => KnownBy::WorkEmail(person.to_owned()),
        Some((employer, number)) => KnownBy::EmployeeNumber(Some(employer.to_owned()), number.to_owned()),
        None => KnownBy::EmployeeNumber(None, person.to_owned()),
    }
}

fn role(word: &str) -> Result<AccessRole, String> {
    let role = word.to_ascii_uppercase().parse::<AccessRole>();
    role.map_err(|_| "it must be admin, coordinator or auditor".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn person_is_identified_by_address_or_number() {
        let number = |employer: Option<&str>, number: &str| {
            KnownBy::EmployeeNumber(employer.map(str::to_owned), number.to_owned())
        };
        assert_eq!(known_by("p4@board.example"), KnownBy::WorkEmail("p4@board.example".to_owned()));
        assert_eq!(known_by("NHS/000004"), number(Some("NHS"), "000004"));
        assert_eq!(known_by("000004"), number(None, "000004"));
    }
}
