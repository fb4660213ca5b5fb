//! The sign-in links of the demonstration: one person per role, chosen by their roles today, and a dashboard's token. The same
//! board and date give the same people.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;

use entity::id::{PersonId, UnitId};
use entity::period::Validity;
use entity::store::access::person::KnownBy;
use entity::store::access::{Holder, grant, link};
use entity::store::tree;
use entity::table::{allocation, appointment, person, post, unit};
use entity::value::{AccessRole, AppointmentRole, Role};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::failed;
use crate::access::Authenticator;
use crate::access::authenticator::AuthError;
use crate::access::manage::{self, GrantWish, TokenWish};
use crate::app::App;
use crate::cli::not_done;
use crate::error::ExitError;
use entity::secret::Secret;

/// The name of the dashboard's token.
const DASHBOARD: &str = "Demonstration dashboard";
/// The validity of the token in days, long enough that front ends built with it keep working.
const DAYS: i64 = 366;
/// The roles to try first, in this order. One sees a part of the board, one all of it, one almost nothing, and one runs psn.
const FIRST: [AccessRole; 4] =
    [AccessRole::SeniorManager, AccessRole::Coordinator, AccessRole::Supporter, AccessRole::Admin];
/// The level of the unit that the dashboard may see.
const SECTOR: &str = "Sector";

/// The maximum number of grants to read, more than a demonstration has.
const MOST_GRANTS: u64 = 1_000;

/// The sign-in links of one start.
#[derive(Debug)]
pub struct Links {
    /// The links, one per role.
    pub each: Vec<RoleLink>,
    /// The dashboard's token.
    pub token: Secret,
}

/// The sign-in link for one role.
#[derive(Debug)]
pub struct RoleLink {
    /// The role.
    pub role: AccessRole,
    /// The name of the person's unit, or of the unit that the dashboard sees. Empty if there is none.
    pub unit: String,
    /// The secret of the link.
    pub secret: Secret,
}

impl Links {
    /// Returns the links to open first, one per line.
    #[must_use]
    pub fn first(&self, at: SocketAddr) -> String {
        let find = |role: &AccessRole| self.each.iter().find(|link| link.role == *role);
        let lines: Vec<_> = FIRST.iter().filter_map(find).map(|link| link.line(at)).collect();
        lines.join("\n")
    }

    /// Returns every link, and an example request of the dashboard.
    #[must_use]
    pub fn in_full(&self, at: SocketAddr) -> String {
        let links: Vec<_> = self.each.iter().map(|link| link.line(at)).collect();
        let token = self.token.reveal();
        format!(
            "\nA link for each role:\n{}\n\nAn example request of the dashboard:\n  curl -H 'authorization: Bearer {token}' \
             -H 'content-type: application/json' \\\n    \
             -d '{{\"query\":\"{{ board {{ name rollUp {{ headcount }} }} }}\"}}' http://{at}/graphql\n",
            links.join("\n")
        )
    }

    /// Returns the name of the unit whose figures the token may see.
    #[must_use]
    pub fn dashboard_unit(&self) -> &str {
        let dashboard = self.each.iter().find(|link| link.role == AccessRole::Dashboard);
        dashboard.map_or("", |link| &link.unit)
    }
}

impl RoleLink {
    fn line(&self, at: SocketAddr) -> String {
        let Self { role, unit, secret } = self;
        let name = format!("{} ({unit})", role.as_str().to_ascii_lowercase().replace('_', " "));
        format!("  {name:<46} http://{at}/sign-in/link#{}", secret.reveal())
    }
}

/// Creates a link for each role, and what the roles need: grants for the admin and the auditor, a token for the dashboard.
/// Links of an earlier start become invalid. Its token stays valid: only its hash is stored, so that it cannot be shown again,
/// and a front end may have been built with it.
///
/// # Errors
///
/// [`ExitError::Failed`].
pub async fn make(app: &App, authenticator: &Authenticator) -> Result<Links, ExitError> {
    let read = failed("the board cannot be read");
    let people = People::read(app).await.map_err(&read)?;
    link::delete_all(&app.db).await.map_err(failed("the old links cannot be removed"))?;
    let mut each = Vec::new();
    for role in [
        AccessRole::Admin,
        AccessRole::Coordinator,
        AccessRole::Trainer,
        AccessRole::SeniorManager,
        AccessRole::LineManager,
        AccessRole::Supporter,
        AccessRole::Staff,
        AccessRole::Auditor,
    ] {
        let Some((id, unit)) = people.choose(role) else { continue };
        if matches!(role, AccessRole::Admin | AccessRole::Auditor) && !people.roles_of(id).contains(&role) {
            let known = person::Entity::find_by_id(id).one(&app.db).await.map_err(&read)?;
            let Some(known) = known else { continue };
            let person = KnownBy::EmployeeNumber(Some(known.employer), known.number);
            let wish = GrantWish { person, role, from: None, until: None };
            manage::grant_role(&app.db, &app.operator(), wish).await.map_err(not_done)?;
        }
        let secret = authenticator.make_link(Holder::Person(id)).await.map_err(no_link)?;
        each.push(RoleLink { role, unit: people.unit_name(unit), secret });
    }
    let (id, token, sector) = dashboard(app).await?;
    let secret = authenticator.make_link(Holder::Token(id)).await.map_err(no_link)?;
    each.push(RoleLink { role: AccessRole::Dashboard, unit: sector, secret });
    Ok(Links { each, token })
}

/// Creates a token for one sector, without names, that may explore.
async fn dashboard(app: &App) -> Result<(entity::id::ApiTokenId, Secret, String), ExitError> {
    let read = failed("the board cannot be read");
    let by = app.operator();
    let sectors = unit::Entity::find().filter(unit::Column::Level.eq(SECTOR)).order_by_asc(unit::Column::Id);
    let sector = sectors.one(&app.db).await.map_err(&read)?;
    let sector = sector.ok_or_else(|| ExitError::Failed("the demonstration board has no sector".to_owned()))?;
    let (name, units) = (DASHBOARD.to_owned(), vec![sector.code]);
    let wish = TokenWish { name, role: AccessRole::Dashboard, units, names: false, explore: true, days: DAYS };
    let (token, secret) = manage::make_token(&app.db, &by, wish).await.map_err(not_done)?;
    Ok((token.id, secret, sector.name))
}

fn no_link(denied: AuthError) -> ExitError {
    match denied {
        AuthError::Database(cause) => ExitError::Failed(format!("a sign-in link cannot be created: {cause}")),
        AuthError::MissingCredentials | AuthError::InvalidCredentials | AuthError::ProviderUnreachable => {
            ExitError::Failed("sign-in links are switched off".to_owned())
        }
    }
}

/// The people with a post today: their roles, and their unit.
#[derive(Debug, Default)]
struct People {
    roles: BTreeMap<PersonId, BTreeSet<AccessRole>>,
    home: HashMap<PersonId, UnitId>,
    /// The senior manager of each unit, in the order of the units in the file. Those of the whole board are left out, because
    /// they see all of it.
    managers: Vec<(UnitId, PersonId)>,
    units: HashMap<UnitId, String>,
}

impl People {
    async fn read(app: &App) -> Result<Self, DbErr> {
        let (db, today) = (&app.db, app.today());
        let is_current = |from, to| Validity { from, to }.holds_on(today);
        let mut people = Self::default();
        let root = tree::root(db, today).await?.map(|root| root.id);
        for unit in unit::Entity::find().all(db).await? {
            people.units.insert(unit.id, unit.name);
        }
        let posts = post::Entity::find().order_by_asc(post::Column::Id).all(db).await?;
        let posts: Vec<_> = posts.into_iter().filter(|post| is_current(post.valid_from, post.valid_to)).collect();
        for post in &posts {
            people.roles.entry(post.person_id).or_default();
            people.home.entry(post.person_id).or_insert(post.unit_id);
        }
        for manager in posts.iter().filter_map(|post| post.line_manager_id) {
            people.add(manager, AccessRole::LineManager);
        }
        for row in allocation::Entity::find().all(db).await? {
            if is_current(row.valid_from, row.valid_to) {
                match row.role {
                    Role::PeerSupporter => people.add(row.person_id, AccessRole::Supporter),
                    Role::Trainer => people.add(row.person_id, AccessRole::Trainer),
                    Role::Champion => {}
                }
            }
        }
        for row in appointment::Entity::find().order_by_asc(appointment::Column::UnitId).all(db).await? {
            if is_current(row.valid_from, row.valid_to) {
                match row.role {
                    AppointmentRole::Coordinator => people.add(row.person_id, AccessRole::Coordinator),
                    AppointmentRole::SeniorManager => {
                        people.add(row.person_id, AccessRole::SeniorManager);
                        if Some(row.unit_id) != root {
                            people.managers.push((row.unit_id, row.person_id));
                        }
                    }
                }
            }
        }
        for grant in grant::newest(db, MOST_GRANTS).await? {
            if grant.validity().holds_on(today) {
                people.add(grant.person_id, grant.role);
            }
        }
        Ok(people)
    }

    /// Adds a role of a person. People without a post today are ignored.
    fn add(&mut self, id: PersonId, role: AccessRole) {
        if let Some(roles) = self.roles.get_mut(&id) {
            roles.insert(role);
        }
    }

    fn roles_of(&self, id: PersonId) -> &BTreeSet<AccessRole> {
        static NOTHING: BTreeSet<AccessRole> = BTreeSet::new();
        self.roles.get(&id).unwrap_or(&NOTHING)
    }

    fn unit_name(&self, unit: Option<UnitId>) -> String {
        unit.and_then(|unit| self.units.get(&unit)).cloned().unwrap_or_default()
    }

    /// Chooses a person with a role, and their unit. The person with the fewest other roles shows best what the role alone can
    /// see.
    fn choose(&self, role: AccessRole) -> Option<(PersonId, Option<UnitId>)> {
        let at_home = |id: PersonId| (id, self.home.get(&id).copied());
        let with =
            self.roles.iter().filter(|(_, roles)| roles.contains(&role)).min_by_key(|(id, roles)| (roles.len(), **id));
        let mut plain = self.roles.iter().filter(|(_, roles)| roles.is_empty()).map(|(id, _)| *id);
        match role {
            AccessRole::SeniorManager => {
                let there = |(_, id): &&(UnitId, PersonId)| self.roles.contains_key(id);
                self.managers.iter().find(there).map(|(unit, id)| (*id, Some(*unit)))
            }
            AccessRole::Staff => plain.next().map(at_home),
            AccessRole::Admin => with.map(|(id, _)| *id).or_else(|| plain.nth(1)).map(at_home),
            AccessRole::Auditor => with.map(|(id, _)| *id).or_else(|| plain.nth(2)).map(at_home),
            AccessRole::Coordinator | AccessRole::Trainer | AccessRole::LineManager | AccessRole::Supporter => {
                with.map(|(id, _)| at_home(*id))
            }
            AccessRole::Dashboard => None,
        }
    }
}
