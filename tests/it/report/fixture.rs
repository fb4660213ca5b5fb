//! An organisation of three units with one manager each, and its snapshots, written row by row.

use entity::coverage::breakdown::StandingCounts;
use entity::coverage::mix::Verdict;
use entity::id::{SnapshotId, UnitId};
use entity::json_column::{AtRiskCauses, MixResults, NotCounting, OwnStandingRecord, StandingRecord, StoredMixResult};
use entity::table::{appointment, post, snapshot, snapshot_team, snapshot_unit};
use entity::value::{AppointmentRole, Reason, Status};
use sea_orm::DatabaseConnection;

use crate::board_builder::{BoardBuilder, appointment_row, insert};
use crate::harness::{day, instant};

/// Creates BOARD (1) with NORTH (2) and SOUTH (3) below it, and one manager each: people 1 to 3, `p1@board.example` and so on.
pub(crate) async fn organisation(db: &DatabaseConnection) {
    let managers = (1..=3).map(|id| {
        let manager = appointment_row(id, id, id, AppointmentRole::SeniorManager);
        appointment::Model { valid_from: None, ..manager }
    });
    BoardBuilder::new()
        .each_unit(|unit| {
            unit.name = format!("Unit {}", unit.code);
            unit.level = None;
        })
        .staff(1, 3)
        .each_person(|person| {
            person.number = format!("00{}", person.id.0);
            person.first_name = Some("Mairi\r\nBcc: all@board.example".to_owned());
            person.last_name = Some("O'Neill".to_owned());
        })
        .each_post(|post| {
            *post = post::Model { job_family: None, band: None, line_manager_id: None, wte: 100, ..post.clone() };
        })
        .appointments(managers)
        .insert(db)
        .await;
}

/// Creates a snapshot in which NORTH has a gap of this number of people (`None` if it is covered) and SOUTH is covered.
pub(crate) async fn take_snapshot(db: &DatabaseConnection, id: i64, on: &str, revision: i32, gap: i32) {
    let head = snapshot::Model {
        id: SnapshotId(id),
        day: day(on),
        revision,
        computed_at: instant("2026-11-16T05:00:00Z"),
        facts_version: Some(entity::store::roster::version(db).await.unwrap()),
    };
    insert::<snapshot::Entity>(db, [head]).await;
    let covered = i32::from(gap == 0);
    for (unit, code, parent, teams, covered) in
        [(1, "BOARD", None, 2, 1 + covered), (2, "NORTH", Some(1), 1, covered), (3, "SOUTH", Some(1), 1, 1)]
    {
        let row = snapshot_unit::Model {
            snapshot_id: SnapshotId(id),
            unit_id: UnitId(unit),
            unit_code: code.to_owned(),
            unit_name: format!("Unit {code}"),
            parent_id: parent.map(UnitId),
            headcount: teams * 10,
            wte: 1000,
            teams,
            covered,
            at_risk: 0,
            partial: teams - covered,
            none: 0,
            mix_gap: 0,
            unknown: 0,
            exempt: 0,
            not_applicable: 0,
            staff_covered: covered * 10,
            staff_assessed: teams * 10,
            level1_done: teams * 10,
            standing: Some(StandingRecord(StandingCounts([1, 0, 7, 0, 3, 0]))),
            own_standing: Some(OwnStandingRecord([0; 5])),
            // Protected time, with training.
            standing_hidden: if unit == 3 { 0b1010 } else { 0 },
            disclosure: None,
            level1_target: Some(90),
            active_supporters: covered,
            champions: 0,
            champion_teams: teams,
            champion_teams_met: 0,
            trainers: 1,
            supporters_per_trainer: Some(20),
            trainer_units: 0,
            trainer_units_met: 0,
            oldest_list_on: None,
            oldest_list_employer: None,
        };
        insert::<snapshot_unit::Entity>(db, [row]).await;
    }
    for (unit, code, gap) in [(2, "NORTH", gap), (3, "SOUTH", 0)] {
        let row = snapshot_team::Model {
            snapshot_id: SnapshotId(id),
            unit_id: UnitId(unit),
            unit_code: code.to_owned(),
            unit_name: format!("Unit {code}"),
            cover_group: None,
            own_headcount: 10,
            headcount: 10,
            wte: 1000,
            supporters: 1,
            share: 1000,
            required: Some(gap + 1),
            gap: Some(gap),
            status: if gap == 0 { Status::Covered } else { Status::Partial },
            unknown_because: None,
            rows_not_read: 0,
            unproven: 0,
            oldest_list_on: None,
            oldest_list_employer: None,
            single_point: false,
            at_risk_from: None,
            at_risk_status: None,
            at_risk_causes: AtRiskCauses::default(),
            not_counting: NotCounting(vec![(Reason::CertificateExpired, 1)]),
            champions: 1,
            champions_needed: Some(1),
            level1_done: 10,
            level1_target: Some(90),
            policy_unit_code: Some("BOARD".to_owned()),
            policy_from: Some(day("2026-01-01")),
            mix: MixResults(vec![StoredMixResult {
                rule: "2 different band".to_owned(),
                must: false,
                verdict: Verdict::Unmet,
                sentence: "one more band".to_owned(),
            }]),
            gap_opened_on: (gap > 0).then(|| day("2026-11-02")),
        };
        insert::<snapshot_team::Entity>(db, [row]).await;
    }
}
