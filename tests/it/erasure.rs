//! Erasing a person removes name and contact wherever they are stored; past coverage stays; no import brings them back.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod command;
mod coverage;
mod imports;
mod mails;
mod subject;
mod traces;

use entity::id::PersonId;
use entity::store::audit::AuditContext;
use entity::store::erasure::{self, ErasedRows};
use entity::table::person;
use entity::value::ErasureReason;
use jobs::import::FileKind;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _, Statement,
};

use crate::harness::World;
use crate::import::Import;

/// None of these texts may be found once Zebedee Quillfeather is erased.
pub(crate) const TRACES: [&str; 3] = ["zebedee", "quillfeather", "qz70010"];

pub(crate) const UNITS: &str = "Unit Code,Unit Name,Parent Code\nB,Board,\nT1,Team 1,B\nT2,Team 2,B\n";
pub(crate) const STAFF: &str = "\
Employer,Employee Number,Assignment Number,First Name,Last Name,Work Email,Job Title,Unit Code,Line Manager Employee Number,WTE,Start Date,End Date
X,QZ70010,QZ70010-1,Zebedee,Quillfeather,Zebedee.Quillfeather@psn.example,Charge Nurse,T1,,1,01/02/2024,
X,70020,70020-1,Ann,Other,ann.other@psn.example,Nurse,T1,QZ70010,1,01/02/2024,
X,70030,70030-1,Bob,Third,bob.third@psn.example,Nurse,T1,QZ70010,0.5,01/02/2024,
X,70040,70040-1,Cat,Fourth,cat.fourth@psn.example,Nurse,T2,70030,1,01/02/2024,
";
const COURSES: &str = "Course Code,Level\nL1,1\nL2,2\n";
const TRAINING: &str = "\
Employer,Employee Number,Course Code,Status,Completed On
X,QZ70010,L1,Passed,01/03/2024
X,QZ70010,L2,Passed,02/03/2024
X,70020,L1,Passed,01/03/2024
";
const SUPPORTERS: &str = "\
Employer,Employee Number,Role,Unit Code,Share,From,Until,Line Approved On,Line Approver,Senior Approved On,Senior Approver,Protected Hours Per Month,Signed Off On
X,QZ70010,Peer Supporter,T1,100,10/03/2024,,02/01/2026,X/70020,03/01/2026,X/70030,4,09/03/2024
X,70020,Wellbeing Champion,T1,,10/03/2024,,05/03/2024,X/QZ70010,05/03/2024,X/QZ70010,,
";
const UNAVAILABILITY: &str = "Employer,Employee Number,From,Until\nX,QZ70010,01/05/2026,30/06/2026\n";
const MANAGERS: &str = "\
Unit Code,Employer,Employee Number,Role,From,Until,Delegate,Delegate From,Delegate Until
T1,X,QZ70010,Senior Manager,01/03/2024,,,,
B,X,70030,Senior Manager,01/03/2024,,,,
T2,X,70040,Senior Manager,01/03/2024,,X/QZ70010,01/03/2024,31/12/2024
";
const POLICIES: &str = "Unit Code,In Force From\nB,01/01/2024\n";
pub(crate) const EXEMPTIONS: &str = "\
Unit Code,From,Until,Reason,Agreed By
T2,01/01/2025,31/03/2025,Merger; asked for by Zebedee Quillfeather,\"Quillfeather, Z. (Lead)\"
T2,01/01/2026,31/03/2026,Merger,Ann Other
";

/// Every file of a small board in which Zebedee Quillfeather has every possible role.
pub(crate) fn files() -> Vec<(FileKind, &'static str)> {
    vec![
        (FileKind::Units, UNITS),
        (FileKind::Staff, STAFF),
        (FileKind::Courses, COURSES),
        (FileKind::Training, TRAINING),
        (FileKind::Supporters, SUPPORTERS),
        (FileKind::Unavailability, UNAVAILABILITY),
        (FileKind::Managers, MANAGERS),
        (FileKind::Policies, POLICIES),
        (FileKind::Exemptions, EXEMPTIONS),
    ]
}

/// The board, imported.
pub(crate) async fn board(world: &World) {
    Import::new(world, &files()).applied().await;
}

pub(crate) async fn zebedee(world: &World) -> PersonId {
    person_with(world, "QZ70010").await
}

pub(crate) async fn person_with(world: &World, number: &str) -> PersonId {
    person::Entity::find().filter(person::Column::Number.eq(number)).one(&world.db).await.unwrap().unwrap().id
}

pub(crate) async fn erased(world: &World, id: PersonId) -> ErasedRows {
    erasure::erase(&world.db, id, ErasureReason::Requested, &AuditContext::operator(world.clock.now())).await.unwrap()
}

/// Returns every column of every table, as (table, column, declared type in lower case), without the tables of the
/// migrations.
pub(crate) async fn columns(db: &DatabaseConnection) -> Vec<(String, String, String)> {
    let sql = if entity::store::is_postgres(db) {
        "SELECT table_name AS t, column_name AS c, data_type AS d FROM information_schema.columns \
         WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
    } else {
        "SELECT m.name AS t, i.name AS c, i.type AS d FROM sqlite_master m, pragma_table_info(m.name) i \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, i.cid"
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let columns = rows.iter().map(|row| {
        let text = |name: &str| row.try_get::<String>("", name).unwrap();
        (text("t"), text("c"), text("d").to_lowercase())
    });
    columns.filter(|(table, ..)| table != "seaql_migrations").collect()
}

/// Whether a column of this declared type can hold free text.
pub(crate) fn holds_text(kind: &str) -> bool {
    !kind.contains("date") && !kind.contains("time") && ["text", "char", "json"].iter().any(|word| kind.contains(word))
}

/// Returns every text in the database, as `table.column: text`.
pub(crate) async fn said(db: &DatabaseConnection) -> Vec<String> {
    let mut all = Vec::new();
    for (table, column, kind) in columns(db).await {
        if !holds_text(&kind) {
            continue;
        }
        let sql = format!("SELECT CAST(\"{column}\" AS TEXT) AS said FROM \"{table}\" WHERE \"{column}\" IS NOT NULL");
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        all.extend(rows.iter().map(|row| format!("{table}.{column}: {}", row.try_get::<String>("", "said").unwrap())));
    }
    all
}

/// Returns the texts about Zebedee Quillfeather in the database.
pub(crate) async fn traces(db: &DatabaseConnection) -> Vec<String> {
    let named = |text: &String| TRACES.iter().any(|trace| text.to_lowercase().contains(trace));
    said(db).await.into_iter().filter(named).collect()
}
