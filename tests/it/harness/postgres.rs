//! A PostgreSQL database for each test: a copy of one that is migrated once per test process, dropped when the test ends.
//!
//! A thread of its own makes and drops them in one session, because the runtime of a test is gone when its database is to be
//! dropped. The name of each database holds the process id of that session on the server (`psn_it_<pid>_<n>`). A test
//! process that has ended has no session any more, so the next one knows what was left, on whatever machine that was: the
//! template, because no test is known to be the last, and the databases of a process that was killed.

use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbErr, Statement};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};

/// How long a test waits for its database to be dropped. It takes 10 ms.
const DROP: Duration = Duration::from_secs(30);

/// What tests ask of the thread.
enum Order {
    /// Make a database and answer with its name, or with what went wrong.
    Make(oneshot::Sender<Result<String, String>>),
    /// Drop a database and let go of the sender.
    Drop(String, Sender<()>),
}

/// A migrated, empty database on the server that `PSN_TEST_POSTGRES` names. It is dropped with this value.
///
/// The secrets that migrations draw are the same in all databases of a test process.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    pub(super) url: String,
    name: String,
}

impl TestDatabase {
    pub(super) async fn create() -> Self {
        let (answer, made) = oneshot::channel();
        orders().send(Order::Make(answer)).expect("the thread of the databases runs");
        let name = made.await.expect("the thread of the databases answers");
        let name = name.unwrap_or_else(|error| panic!("no database on PSN_TEST_POSTGRES: {error}"));
        Self { url: url(&server(), &name), name }
    }
}

/// Also when the test fails: its sessions are ended.
impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (dropping, dropped) = channel();
        // Waits, because nothing tells the last test that it is the last: the process would end before its database goes.
        if orders().send(Order::Drop(std::mem::take(&mut self.name), dropping)).is_ok() {
            let _ = dropped.recv_timeout(DROP);
        }
    }
}

fn server() -> String {
    std::env::var("PSN_TEST_POSTGRES").expect("set PSN_TEST_POSTGRES to a server's address, or run .ci/run")
}

fn url(server: &str, database: &str) -> String {
    let (base, _) = server.rsplit_once('/').expect("the URL ends in a database name");
    format!("{base}/{database}")
}

/// Where orders go. The first one starts the thread.
fn orders() -> &'static mpsc::UnboundedSender<Order> {
    static ORDERS: OnceLock<mpsc::UnboundedSender<Order>> = OnceLock::new();
    let server = server();
    ORDERS.get_or_init(|| {
        let (orders, taken) = mpsc::unbounded_channel();
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let thread = std::thread::Builder::new().name("test databases".to_owned());
        thread.spawn(move || runtime.block_on(work_off(&server, taken))).expect("a thread starts");
        orders
    })
}

async fn work_off(server: &str, mut orders: mpsc::UnboundedReceiver<Order>) {
    let mut databases = Databases::open(server).await.map_err(|error| error.to_string());
    while let Some(order) = orders.recv().await {
        match order {
            Order::Make(answer) => {
                let made = match &mut databases {
                    Ok(databases) => databases.make().await.map_err(|error| error.to_string()),
                    Err(error) => Err(error.clone()),
                };
                // A test that has given up meanwhile leaves its database to the next process.
                let _ = answer.send(made);
            }
            Order::Drop(name, _dropped) => {
                // One that cannot be dropped is left to the next process, too: it is not what the test is about.
                if let Ok(databases) = &databases {
                    let _ = databases.remove(&name).await;
                }
            }
        }
    }
}

/// The databases of this process.
struct Databases {
    /// One session for as long as the process lives.
    session: DatabaseConnection,
    /// How the names begin: `psn_it_<pid>_`.
    prefix: String,
    made: u32,
}

impl Databases {
    /// Drops what killed processes have left and makes the template.
    async fn open(server: &str) -> Result<Self, DbErr> {
        let mut options = ConnectOptions::new(server);
        options.sqlx_logging(false).max_connections(1).idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
        let session = sea_orm::Database::connect(options).await?;
        let pid: i32 = value(&session, "SELECT pg_backend_pid() AS value").await?.unwrap_or_default();
        let databases = Self { session, prefix: format!("psn_it_{pid}_"), made: 0 };
        while let Some(name) = value::<String>(&databases.session, LEFT).await? {
            databases.remove(&name).await?;
        }

        let template = databases.template();
        databases.execute(format!("CREATE DATABASE {template}")).await?;
        let db = entity::store::connect(&url(server, &template)).await?;
        migration::migrate(&db).await.map_err(|error| DbErr::Custom(error.to_string()))?;
        db.close().await?;
        // A database that has sessions cannot be copied.
        databases.execute(format!("ALTER DATABASE {template} ALLOW_CONNECTIONS false")).await?;
        Ok(databases)
    }

    fn template(&self) -> String {
        format!("{}template", self.prefix)
    }

    async fn make(&mut self) -> Result<String, DbErr> {
        self.made += 1;
        let name = format!("{}{}", self.prefix, self.made);
        self.execute(format!("CREATE DATABASE {name} TEMPLATE {}", self.template())).await?;
        Ok(name)
    }

    async fn remove(&self, name: &str) -> Result<(), DbErr> {
        self.execute(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await
    }

    async fn execute(&self, sql: String) -> Result<(), DbErr> {
        self.session.execute_unprepared(&sql).await.map(|_| ())
    }
}

/// The name of a database whose test process is gone. One that bears the id of this very session was made by an earlier
/// session with the same id. Databases of other users cannot be dropped.
const LEFT: &str = "SELECT datname::text AS value FROM pg_database
    WHERE datname ~ '^psn_it_[0-9]+_([0-9]+|template)$' AND pg_get_userbyid(datdba) = current_user
    AND split_part(datname::text, '_', 3) NOT IN
        (SELECT pid::text FROM pg_stat_activity WHERE pid <> pg_backend_pid())
    LIMIT 1";

async fn value<T: sea_orm::TryGetable>(db: &DatabaseConnection, sql: &str) -> Result<Option<T>, DbErr> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    row.map(|row| row.try_get("", "value")).transpose()
}

mod tests {
    use super::*;
    use crate::harness::within;

    async fn count(session: &DatabaseConnection, from: String) -> i64 {
        let sql = format!("SELECT count(*) AS value FROM {from}");
        value(session, &sql).await.expect("the server answers").expect("a row")
    }

    /// How many databases have a name that matches the regular expression.
    async fn databases(session: &DatabaseConnection, pattern: &str) -> i64 {
        count(session, format!("pg_database WHERE datname ~ '{pattern}'")).await
    }

    #[tokio::test]
    #[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
    async fn database_is_migrated_and_goes_with_its_test() {
        let database = TestDatabase::create().await;
        let db = entity::store::connect(&database.url).await.expect("the database opens");
        assert_eq!(migration::pending(&db).await.expect("the database answers"), 0);
        let session = entity::store::connect(&server()).await.expect("the server is there");
        let exactly = format!("^{}$", database.name);
        assert_eq!(databases(&session, &exactly).await, 1);
        // Dropped while the test still has a session on it.
        drop(database);
        assert_eq!(databases(&session, &exactly).await, 0);
    }

    #[tokio::test]
    #[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
    async fn databases_of_a_killed_process_are_dropped() {
        let alive = TestDatabase::create().await;
        let mut killed = Databases::open(&server()).await.expect("a template");
        killed.make().await.expect("a database");
        let Databases { session, prefix, .. } = killed;
        session.close().await.expect("the session ends");
        let watching = entity::store::connect(&server()).await.expect("the server is there");
        let pid = prefix.split('_').nth(2).expect("an id");
        let ended = async { while count(&watching, format!("pg_stat_activity WHERE pid = {pid}")).await > 0 {} };
        within("the session ends", ended).await;
        assert_eq!(databases(&watching, &format!("^{prefix}")).await, 2, "a template and its copy are left");

        let next = Databases::open(&server()).await.expect("a template");
        // The server may have given the id to the next session, which then has a template of the same name.
        let left = databases(&watching, &format!("^{prefix}")).await;
        assert_eq!(left, i64::from(next.prefix == prefix), "what was left is dropped");
        assert_eq!(databases(&watching, &format!("^{}$", alive.name)).await, 1, "a running process keeps its own");
        next.remove(&next.template()).await.expect("the template is dropped");
    }
}
