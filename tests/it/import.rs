//! Imports a board's files on both engines.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod absences;
mod bounds;
mod changes;
mod dated;
mod employers;
mod expiries;
mod field;
mod files;
mod history;
mod limits;
mod line_managers;
mod linked;
mod messy;
mod refusals;
mod renewals;
mod shapes;
mod shown;
mod undo;
mod unread_rows;

use std::borrow::Cow;

use entity::table::{
    allocation, allocation_terms, appointment, approval, completion, course, exemption, fact_version, file_difference,
    import_batch, import_reject, pause, person, person_link, policy, post, register_kept, register_role, rows_not_read,
    sign_off, staff_list, unavailability, unit, unit_parent,
};
use jobs::import::{
    Allowance, Allowances, FileKind, ImportRequest, ImportSummary, Mapping, Mode, NoProgress, SourceFile,
};
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryOrder as _};

use crate::harness::{World, day};

pub(crate) const UNITS: &str =
    "Unit Code,Unit Name,Parent Code,Site\nB,Board,,\nT1,Team 1,B,North\nT2,Team 2,B,South\n";
pub(crate) const STAFF: &str = "\
Employer,Employee Number,Assignment Number,First Name,Work Email,Unit Code,Line Manager Employee Number,WTE,Contract Type,Start Date,End Date
X,0001,0001-1,Ann,ann@psn.example,T1,,1,Permanent,01/02/2024,
X,0002,0002-1,Bob,bob@psn.example,T1,0001,0.5,Permanent,01/02/2024,
X,0003,0003-1,Cat,cat@psn.example,T2,0001,0.855,Bank (as and when),01/02/2024,31/12/4712
X,0004,0004-1,Dan,dan@psn.example,T2,0001,1,Fixed Term,,31/03/2027
X,0005,0005-1,Eve,eve@psn.example,T2,0001,1,Permanent,01/12/2026,
";
pub(crate) const COURSES: &str = "Course Code,Level\nGCC 277,1\nPSN L2,2\n";

/// Builds an import.
pub(crate) struct Import<'w> {
    world: &'w World,
    request: ImportRequest,
}

impl<'w> Import<'w> {
    pub(crate) fn new(world: &'w World, files: &[(FileKind, &str)]) -> Self {
        let source = |(kind, text): &(FileKind, &str)| SourceFile {
            kind: *kind,
            name: kind.file_name(),
            bytes: Cow::Owned(text.as_bytes().to_vec()),
        };
        let request = ImportRequest {
            sources: files.iter().map(source).collect(),
            as_at: day("2026-11-16"),
            mapping: Mapping::default(),
            mode: Mode::Apply,
            allow: Allowances::default(),
            ends_employers: Vec::new(),
            take_over: false,
            list_changes: usize::MAX,
            shift_days: 0,
            zone: chrono_tz::Europe::London,
            sheet: None,
        };
        Self { world, request }
    }

    pub(crate) fn on(mut self, text: &str) -> Self {
        self.request.as_at = day(text);
        self
    }

    pub(crate) fn mapped(mut self, toml: &str) -> Self {
        self.request.mapping = Mapping::parse(toml).expect("a mapping");
        self
    }

    /// Adds allowances as typed on the command line: `ended=5 older`.
    pub(crate) fn allowing(mut self, words: &str) -> Self {
        self.request.allow =
            words.split_whitespace().map(|word| word.parse::<Allowance>().expect("an allowance")).collect();
        self
    }

    pub(crate) fn ending(mut self, employer: &str) -> Self {
        self.request.ends_employers.push(employer.to_owned());
        self
    }

    /// Gives the roles of supporters.csv back to the file.
    pub(crate) fn taking_over(mut self) -> Self {
        self.request.take_over = true;
        self
    }

    /// Adds a file given as bytes.
    pub(crate) fn with_bytes(self, kind: FileKind, bytes: Vec<u8>) -> Self {
        let bytes = Cow::Owned(bytes);
        self.with(SourceFile { kind, name: kind.file_name(), bytes })
    }

    pub(crate) fn with(mut self, source: SourceFile) -> Self {
        self.request.sources.push(source);
        self
    }

    pub(crate) fn in_zone(mut self, zone: chrono_tz::Tz) -> Self {
        self.request.zone = zone;
        self
    }

    pub(crate) fn shifted(mut self, days: i64) -> Self {
        self.request.shift_days = days;
        self
    }

    pub(crate) async fn outcome(self, mode: Mode) -> ImportSummary {
        let request = ImportRequest { mode, ..self.request };
        jobs::import::run(&self.world.db, request, self.world.clock.now(), &NoProgress).await.expect("an outcome")
    }

    /// Applies the import, which must not be refused.
    pub(crate) async fn applied(self) -> ImportSummary {
        let outcome = self.outcome(Mode::Apply).await;
        assert_eq!(outcome.refusal, None, "{:?}", outcome.rejects);
        outcome
    }

    /// Applies the import, which must be refused: only a batch with the refusal is written.
    pub(crate) async fn refused(self) -> ImportSummary {
        let world = self.world;
        let before = everything(world).await;
        let outcome = self.outcome(Mode::Apply).await;
        assert!(outcome.refusal.is_some());
        assert_eq!(everything(world).await, before, "nothing is half applied");
        let batch = import_batch::Entity::find().order_by_desc(import_batch::Column::Id).one(&world.db).await.unwrap();
        assert_eq!(batch.unwrap().refusal, outcome.refusal);
        outcome
    }
}

/// Returns `(added, changed, ended, unchanged, rejected)` of a file.
pub(crate) fn counts(outcome: &ImportSummary, kind: FileKind) -> (u32, u32, u32, u32, u32) {
    let file = outcome
        .files
        .iter()
        .map(|file| &file.imported)
        .find(|file| file.file == kind.file_name())
        .expect("the file was read");
    assert_eq!(file.rows, file.added + file.changed + file.unchanged + file.kept + file.rejected, "{file:?}");
    (file.added, file.changed, file.ended, file.unchanged, file.rejected)
}

/// Returns the rejects as `line column value`.
pub(crate) fn rejects(outcome: &ImportSummary) -> Vec<String> {
    let told = |reject: &jobs::import::Reject| {
        let line = reject.line.map(|line| line.to_string()).unwrap_or_default();
        format!("{line} {} {}", reject.column.unwrap_or("-"), reject.value.as_deref().unwrap_or("-"))
    };
    outcome.rejects.iter().map(told).collect()
}

/// Returns every record on file as text.
pub(crate) async fn everything(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    macro_rules! tables {
        ($($table:ident),+) => {$(
            let rows = $table::Entity::find().order_by_asc($table::Column::Id).all(&world.db).await.expect("rows");
            all.extend(rows.into_iter().map(|row| format!("{row:?}")));
        )+};
    }
    tables!(
        unit,
        unit_parent,
        person,
        person_link,
        post,
        staff_list,
        rows_not_read,
        course,
        completion,
        allocation,
        approval,
        sign_off,
        pause,
        allocation_terms,
        unavailability,
        appointment,
        policy,
        exemption,
        register_role,
        register_kept,
        file_difference,
        fact_version
    );
    all
}

/// Returns the posts as `number unit from..to`, by person and start.
pub(crate) async fn posts(world: &World) -> Vec<String> {
    let people = person::Entity::find().all(&world.db).await.unwrap();
    let units = unit::Entity::find().all(&world.db).await.unwrap();
    let mut told: Vec<_> = post::Entity::find()
        .all(&world.db)
        .await
        .unwrap()
        .into_iter()
        .map(|post| {
            let number = &people.iter().find(|person| person.id == post.person_id).unwrap().number;
            let unit = &units.iter().find(|unit| unit.id == post.unit_id).unwrap().code;
            let from = post.valid_from.map(|day| day.to_string()).unwrap_or_default();
            let to = post.valid_to.map(|day| day.to_string()).unwrap_or_default();
            let bank = if post.bank { " bank" } else { "" };
            format!("{number} {unit}{bank} {from}..{to}")
        })
        .collect();
    told.sort();
    told
}

pub(crate) async fn rejects_on_file(world: &World) -> u64 {
    import_reject::Entity::find().count(&world.db).await.unwrap()
}
