//! Composition: builds the database, the schema and the router from the settings. The only place that knows all parts.

mod from_settings;

use axum::Router;
use entity::actor::Actor;
use entity::clock::Clock;
use entity::period::Day;
use entity::value::ReportKind;
use jobs::audit::AuditCheck;
use jobs::output::owner_only;
use jobs::register_mail::RegisterMail;
use jobs::report::GapReport;
use jobs::report::render::Setting;
use jobs::retention::Retention;
use jobs::retry::{DATABASE, Retry};
use jobs::runner::{Job, Runner};
use jobs::schedule::{EVERY_MINUTE, TABLE};
use jobs::snapshot::Coverage;
use sea_orm::DatabaseConnection;
use tokio_util::sync::CancellationToken;

pub use self::from_settings::{identity_provider, mailer, persisted_operations, sender};
use crate::access::Authenticator;
use crate::access::authenticator::SessionLimits;
use crate::access::credential::CookieName;
use crate::access::manage::ChangeContext;
use crate::config::Settings;
use crate::error::ExitError;
use crate::graphql::{self, limits::Limits};
use crate::http::{self, Assets, BudgetLimits, Budgets, Hosts, LiveLimits, Site, Transport};
use crate::pages::Pages;

/// What every command needs. Clones share the database and the clock.
#[derive(Clone, Debug)]
pub struct App {
    /// The settings of this process.
    pub settings: Settings,
    /// The database. It is open, but a PostgreSQL server may be unreachable.
    pub db: DatabaseConnection,
    /// The same database for the API, with the query's time limit for each statement.
    pub api_db: DatabaseConnection,
    /// The source of the current time.
    pub clock: Clock,
}

impl App {
    /// Opens the database of the settings. The folder of a SQLite file is created; an unreachable PostgreSQL server is noticed
    /// at first use.
    ///
    /// # Errors
    ///
    /// [`ExitError::Refused`] for settings that are unsafe, [`ExitError::Failed`] for a database that cannot be opened; both
    /// with what to do.
    pub async fn open(settings: Settings, clock: Clock) -> Result<Self, ExitError> {
        settings.refuse_unsafe()?;
        for weakness in settings.weaknesses() {
            tracing::warn!("{weakness}");
        }
        let url = settings.database.url();
        let failed = |cause: &dyn std::fmt::Display| {
            ExitError::Failed(format!(
                "the database {url} cannot be opened ({cause}): check DATABASE_URL and that the folder is writable"
            ))
        };
        if let Some(file) = url.file() {
            let folder = file.parent().map_or(Ok(()), owner_only::create_dir);
            // SQLite creates its other files with the same mode.
            folder.and_then(|()| owner_only::create_file(&file)).map_err(|error| failed(&error))?;
        }
        let open = async |limit| {
            let options = settings.database.options(limit);
            entity::store::connect_with(url.reveal(), &options).await.map_err(|error| failed(&error))
        };
        let db = open(None).await?;
        // A database in memory exists for one connection only.
        let limited = url.file().is_some() || entity::store::is_postgres(&db);
        let api_db = if limited { open(Some(settings.query.limit())).await? } else { db.clone() };
        Ok(Self { settings, db, api_db, clock })
    }

    /// Like [`Self::begin_migrated`], but only for an existing database. A command that only uses one must not create an empty
    /// one under a mistyped name.
    ///
    /// # Errors
    ///
    /// As [`Self::begin_migrated`], and [`ExitError::Refused`] if the file does not exist.
    pub async fn open_migrated(settings: Settings, clock: Clock) -> Result<Self, ExitError> {
        if let Some(file) = settings.database.url().file().filter(|file| !file.exists()) {
            return Err(ExitError::Refused(format!(
                "there is no database at {}: check DATABASE_URL, or create one with `psn migrate` or `psn import --apply`",
                file.display()
            )));
        }
        Self::begin_migrated(settings, clock).await
    }

    /// Opens the database and brings its tables up to date. It does not wait for an unreachable database: it is for commands
    /// that a user waits for.
    ///
    /// # Errors
    ///
    /// As [`Self::open`], and [`ExitError::Failed`] for tables that cannot be brought up to date.
    pub async fn begin_migrated(settings: Settings, clock: Clock) -> Result<Self, ExitError> {
        let app = Self::open(settings, clock).await?;
        migration::migrate(&app.db).await.map_err(|error| app.migration_failed(&error))?;
        Ok(app)
    }

    /// Brings the tables up to date as soon as the database is reachable. A service waits for its database, and logs a line for
    /// each failed attempt (with the intervals of [`DATABASE`]). Returns without having migrated only if `stop` is cancelled.
    ///
    /// # Errors
    ///
    /// [`ExitError::Failed`] if the database is reachable and the tables cannot be brought up to date.
    pub async fn migrate_when_reached(&self, stop: &CancellationToken) -> Result<(), ExitError> {
        let mut retry = Retry::new(DATABASE);
        loop {
            match migration::migrate(&self.db).await {
                Ok(0) => return Ok(()),
                Ok(steps) => {
                    tracing::info!(steps, "database tables brought up to date");
                    return Ok(());
                }
                Err(migration::MigrateError::Database(cause)) if entity::store::is_unavailable(&cause) => {
                    let retry_in_s = retry.wait().unwrap_or_default().as_secs();
                    tracing::warn!(%cause, retry_in_s, "database unreachable; retrying");
                    if !retry.again_unless(stop).await {
                        return Ok(());
                    }
                }
                Err(error) => return Err(self.migration_failed(&error)),
            }
        }
    }

    /// Returns the error for tables that could not be brought up to date.
    #[must_use]
    pub fn migration_failed(&self, error: &migration::MigrateError) -> ExitError {
        let url = self.settings.database.url();
        match error {
            migration::MigrateError::Database(cause) if entity::store::is_unavailable(cause) => {
                ExitError::Failed(format!(
                    "the database {url} cannot be reached ({cause}): check that it is running and that DATABASE_URL is correct"
                ))
            }
            error => ExitError::Failed(format!("the tables of {url} cannot be brought up to date: {error}")),
        }
    }

    /// Returns the authenticator of callers.
    ///
    /// # Errors
    ///
    /// [`ExitError::Refused`] for invalid settings of the identity provider.
    pub fn authenticator(&self) -> Result<Authenticator, ExitError> {
        let Settings { board_zone, session, .. } = &self.settings;
        let cookie = CookieName::for_https(self.settings.is_https());
        let authenticator = Authenticator::new(
            self.api_db.clone(),
            self.clock.clone(),
            *board_zone,
            cookie,
            SessionLimits::from(session),
        );
        let provider = identity_provider(&self.settings, self.clock.clone())?;
        let authenticator = provider.into_iter().fold(authenticator, Authenticator::with_provider);
        Ok(if self.settings.tokens_only { authenticator.with_tokens_only() } else { authenticator })
    }

    /// Returns the router of the whole site over this database, with the embedded files.
    ///
    /// # Errors
    ///
    /// As [`Self::router_with`].
    pub fn router(&self, authenticator: &Authenticator) -> Result<Router, ExitError> {
        self.router_with(authenticator, Assets::embedded())
    }

    /// Returns the router of the whole site over this database, with these files of the playground and the pages.
    ///
    /// # Errors
    ///
    /// [`ExitError::Refused`] for persisted operations that are not valid; [`ExitError::Failed`] when the schema's own text or
    /// a page's operation cannot be read, an error of the program.
    pub fn router_with(&self, authenticator: &Authenticator, assets: Assets) -> Result<Router, ExitError> {
        let periods = self.settings.retention.periods();
        let limit = self.settings.privacy.small_number_limit;
        let schema = graphql::schema(self.api_db.clone(), self.clock.clone(), self.settings.board_zone, periods, limit);
        let schema = schema.recording_in(authenticator.reads().clone());
        let limits = Limits::new(&graphql::sdl(), self.settings.query.query_cost)
            .map_err(|error| ExitError::Failed(format!("the schema's costs cannot be computed: {error}")))?;
        let pages = Pages::read().map_err(|error| ExitError::Failed(format!("the pages cannot be read: {error}")))?;
        for (page, cost) in pages.too_costly(&limits) {
            let limit = limits.max_cost();
            tracing::warn!(page, cost, limit, "page exceeds QUERY_COST and cannot be shown");
        }
        let Settings { bind, base_url, .. } = &self.settings;
        // Only tokens are accepted then, and no browser adds one to a request from a page of another site.
        let hosts = if base_url.is_none() && !bind.ip().is_loopback() {
            Hosts::Any
        } else {
            Hosts::loopback_and(base_url.as_deref())
        };
        let query = &self.settings.query;
        let budgets = Budgets::new(BudgetLimits::from(query), self.clock.clone());
        let (query_limit, persisted) = (query.limit(), persisted_operations(query)?);
        let transport = Transport {
            origins: self.settings.http.cors_origins.clone(),
            https: self.settings.is_https(),
            live: LiveLimits::for_connections(self.settings.http.max_connections),
            ..Transport::default()
        };
        let (authenticator, db) = (authenticator.clone(), self.api_db.clone());
        Ok(http::router(Site {
            schema,
            limits,
            query_limit,
            budgets,
            persisted,
            pages,
            assets,
            hosts,
            authenticator,
            transport,
            db,
        }))
    }

    /// Returns the job that sends reports of a kind, with the mail settings.
    ///
    /// # Errors
    ///
    /// [`ExitError::Refused`] for an invalid mail setting.
    pub fn gap_report(&self, kind: ReportKind) -> Result<GapReport, ExitError> {
        let settings = &self.settings;
        let mailer = mailer(settings)?;
        let limit = settings.privacy.small_number_limit;
        let base_url = settings.base_url.clone();
        let setting = Setting { base_url, coordinator: settings.mail.coordinator() };
        Ok(GapReport { kind, mailer, from: sender(settings)?, setting, limit, zone: settings.board_zone })
    }

    /// Returns the job that sends the mails of the register, with the mail settings.
    ///
    /// # Errors
    ///
    /// [`ExitError::Refused`] for an invalid mail setting.
    pub fn register_mail(&self) -> Result<RegisterMail, ExitError> {
        let settings = &self.settings;
        let setting = Setting { base_url: settings.base_url.clone(), coordinator: settings.mail.coordinator() };
        let (mailer, from, zone) = (mailer(settings)?, sender(settings)?, settings.board_zone);
        Ok(RegisterMail { mailer, from, setting, zone, made_for: Default::default() })
    }

    /// Returns the job that removes data after its retention period.
    #[must_use]
    pub const fn retention(&self) -> Retention {
        Retention { periods: self.settings.retention.periods() }
    }

    /// Returns the runner of the jobs of this process.
    ///
    /// # Errors
    ///
    /// [`ExitError::Refused`] for a mail setting that cannot be used or must not be; [`ExitError::Failed`] for a table of jobs
    /// that makes no sense, an error of the program.
    pub fn runner(&self) -> Result<Runner, ExitError> {
        self.settings.refuse_mail_into_folder()?;
        let coverage = Coverage { limit: self.settings.privacy.small_number_limit };
        let jobs: Vec<Box<dyn Job>> = vec![
            Box::new(coverage),
            Box::new(self.gap_report(ReportKind::Weekly)?),
            Box::new(self.gap_report(ReportKind::Midweek)?),
            Box::new(self.register_mail()?),
            Box::new(AuditCheck),
            Box::new(self.retention()),
        ];
        Runner::new(self.db.clone(), self.clock.clone(), self.settings.board_zone, &TABLE, jobs)
            .map_err(|error| ExitError::Failed(error.to_string()))
    }

    /// Waits for the database, brings its tables up to date, and runs the jobs that are due until `stop` is cancelled. Running
    /// jobs then have time to finish.
    ///
    /// # Errors
    ///
    /// As [`Self::runner`] and [`Self::migrate_when_reached`], and an error if the ticker cannot be started.
    pub async fn work(&self, stop: &CancellationToken) -> Result<(), ExitError> {
        let runner = self.runner()?;
        self.migrate_when_reached(stop).await?;
        let drained = runner
            .work(EVERY_MINUTE, stop.clone(), self.settings.shutdown_limit())
            .await
            .map_err(|error| ExitError::Failed(error.to_string()))?;
        if !drained.in_time {
            tracing::warn!("running job stopped; another worker or the next start will continue it");
        }
        Ok(())
    }

    /// Closes the database. SQLite then merges its write-ahead log into the database file, which can be copied as it is.
    pub async fn close(self) {
        for db in [self.api_db, self.db] {
            if let Err(cause) = db.close().await {
                tracing::warn!(%cause, "database was not closed cleanly");
            }
        }
    }

    /// Returns the operator, who runs commands on the machine itself, as the actor at the current time.
    #[must_use]
    pub fn operator(&self) -> ChangeContext {
        ChangeContext { actor: Actor::Operator, now: self.clock.now(), today: self.today(), request_id: None }
    }

    /// Returns today's date in the board's time zone.
    #[must_use]
    pub fn today(&self) -> Day {
        self.clock.today(self.settings.board_zone)
    }
}
