//! Lists over all teams: Peer Supporters, Trainers, Wellbeing Champions, modules, people, and what teams are filtered by.

use entity::id::{AllocationId, AllocationTermsId, ExemptionId, PolicyId, RowsNotReadId, StaffListId, UnitId};
use entity::table::{allocation_terms, exemption, person, policy, post, rows_not_read, staff_list};
use entity::value::Role;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{answer, board, data, history, shown, site};
use crate::board_builder::staff_list_row;
use crate::harness::{World, both, day};

/// The results of a query about one list, by a path of fields.
async fn found(world: &World, list: &str, inside: &str, path: &[&str]) -> Vec<Value> {
    let found = data(&site(world), &format!("{{ list: {list} {{ totalCount nodes {{ {inside} }} }} }}")).await;
    let nodes = found["list"]["nodes"].as_array().unwrap();
    assert_eq!(found["list"]["totalCount"], nodes.len(), "{list}");
    nodes.iter().map(|node| path.iter().fold(node, |node, field| &node[*field]).clone()).collect()
}

async fn codes(world: &World, list: &str) -> Vec<Value> {
    found(world, list, "unit { code }", &["unit", "code"]).await
}

async fn change(world: &World, sql: &str) {
    world.db.execute_unprepared(sql).await.unwrap();
    board::changed(&world.db).await;
}

both!(
    async fn supporters_are_found_by_standing_unit_and_expiry(world: World) {
        board::organisation(&world.db).await;
        change(&world, "UPDATE allocation SET valid_to = '2026-06-01' WHERE id = 4").await;
        for (list, expected) in [
            ("supporters", json!(["N1", "N2", "N2"])),
            ("supporters(includeEnded: true)", json!(["N1", "N2", "N2", "S2"])),
            ("supporters(asOf: \"2026-05-31\")", json!(["N1", "N2", "N2", "S2"])),
            ("supporters(active: true)", json!(["N1", "N2"])),
            ("supporters(reason: [NO_PROTECTED_TIME, PAUSED])", json!(["N2"])),
            ("supporters(reason: [STOOD_DOWN], includeEnded: true)", json!(["S2"])),
            ("supporters(reason: [])", json!([])),
            ("supporters(underCode: \"NORTH\", active: false)", json!(["N2"])),
            ("supporters(underCode: \"SOUTH\")", json!([])),
            // The certificate of the one supporter of N1 is valid until 14 December.
            ("supporters(endsBefore: \"2026-12-15\")", json!(["N1"])),
            ("supporters(endsBefore: \"2026-12-14\")", json!([])),
        ] {
            assert_eq!(json!(codes(&world, list).await), expected, "{list}");
        }
        let page = "query($after: String) { supporters(first: 2, after: $after) { totalCount nodes { unit { code } }
            pageInfo { endCursor hasNextPage } } }";
        let site = site(&world);
        let first = answer(&site, page, json!({})).await["data"]["supporters"].clone();
        assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
        let rest = answer(&site, page, json!({ "after": first["pageInfo"]["endCursor"] })).await;
        assert_eq!(rest["data"]["supporters"]["nodes"], json!([{ "unit": { "code": "N2" } }]));
        let nowhere = answer(&site, "{ supporters(underCode: \"NOWHERE\") { totalCount } }", json!({})).await;
        assert_eq!(nowhere["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }
);

both!(
    async fn an_invalid_approval_hides_no_valid_expiry(world: World) {
        board::organisation(&world.db).await;
        change(&world, "UPDATE approval SET decided_on = '2024-12-10' WHERE allocation_id = 1 AND capacity = 'LINE'")
            .await;
        // The last decision, by an unknown approver.
        change(
            &world,
            "INSERT INTO approval (id, allocation_id, capacity, decided_on) VALUES (900, 1, 'LINE', '2026-11-01')",
        )
        .await;
        assert_eq!(codes(&world, "supporters(endsBefore: \"2026-12-10\")").await, ["N1"]);
        let query = "{ team(code: \"N1\") { supporters { nodes { isActive nextExpiry { what lastDay } } } } }";
        let next = data(&site(&world), query).await["team"]["supporters"]["nodes"][0].clone();
        let expected = json!({ "what": "LINE_APPROVAL", "lastDay": "2026-12-09" });
        assert_eq!((&next["isActive"], &next["nextExpiry"]), (&json!(true), &expected));
    }
);

both!(
    async fn codes_levels_and_groups_match_any_spelling(world: World) {
        board::organisation(&world.db).await;
        let group = "UPDATE unit SET cover_group = 'Across & Co' WHERE code = 'N2'";
        change(&world, group).await;
        let found = data(&site(&world), "{ team(code: \" n2\u{a0}\") { unit { code } } }").await;
        assert_eq!(found["team"]["unit"]["code"], "N2");
        for filter in ["coverGroup: \"across  & CO\"", "underCode: \"n2\"", "level: \"WARD\", search: \"n2\""] {
            let query = format!("{{ teams(filter: {{ {filter} }}) {{ nodes {{ unit {{ code }} }} }} }}");
            let found = data(&site(&world), &query).await["teams"]["nodes"].clone();
            assert_eq!(found, json!([{ "unit": { "code": "N2" } }]), "{filter}");
        }
    }
);

both!(
    async fn trainers_are_found_by_service_and_certificate(world: World) {
        board::organisation(&world.db).await;
        let rows = [board::allocation_row(7, 2, Role::Trainer, 2), board::allocation_row(8, 40, Role::Trainer, 7)];
        board::insert_allocations(&world.db, rows).await;
        change(&world, "UPDATE policy SET trainer_level = 'sector'").await;
        for (list, expected) in [
            ("trainers", json!(["BOARD", "NORTH", "S2"])),
            ("trainers(active: true)", json!(["BOARD"])),
            ("trainers(active: false, underCode: \"SOUTH\")", json!(["S2"])),
            ("trainers(embedded: true)", json!(["NORTH", "S2"])),
            ("trainers(embedded: false)", json!(["BOARD"])),
            ("trainers(lapsesBefore: \"2028-06-01\")", json!(["BOARD"])),
            ("trainers(lapsesBefore: \"2028-05-31\")", json!([])),
            ("trainers(asOf: \"2028-06-01\", active: true)", json!([])),
        ] {
            assert_eq!(json!(codes(&world, list).await), expected, "{list}");
        }
        let role =
            data(&site(&world), "{ trainers(first: 1) { nodes { firstDay lastDay isActive certificateLastDay } } }")
                .await;
        let expected =
            json!({ "firstDay": "2026-01-05", "lastDay": null, "isActive": true, "certificateLastDay": "2028-05-31" });
        assert_eq!(role["trainers"]["nodes"][0], expected);
    }
);

both!(
    async fn a_unit_of_the_trainer_level_has_embedded_trainers(world: World) {
        board::organisation(&world.db).await;
        board::insert_allocations(&world.db, [board::allocation_row(7, 1, Role::Trainer, 4)]).await;
        change(&world, "UPDATE policy SET trainer_level = 'Sector'").await;
        let found = data(
            &site(&world),
            "{ units { nodes { code embedded { trainers needed met } rollUp { trainerUnitsMet { numerator denominator } } } } }",
        )
        .await;
        let units = found["units"]["nodes"].as_array().unwrap();
        let unit = |code: &str| units.iter().find(|unit| unit["code"] == code).unwrap();
        assert_eq!(unit("NORTH")["embedded"], json!({ "trainers": 1, "needed": 1, "met": true }));
        assert_eq!(unit("SOUTH")["embedded"], json!({ "trainers": 0, "needed": 1, "met": false }));
        assert_eq!(unit("BOARD")["embedded"], Value::Null);
        assert_eq!(unit("BOARD")["rollUp"]["trainerUnitsMet"], json!({ "numerator": 1, "denominator": 2 }));
    }
);

both!(
    async fn champions_are_found_by_whether_they_count(world: World) {
        board::organisation(&world.db).await;
        // Person 42 of S3 counts for the cover group of S2 and S3; person 5 of N1 does not count for N2.
        let rows = [board::allocation_row(7, 5, Role::Champion, 5), board::allocation_row(8, 42, Role::Champion, 7)];
        board::insert_allocations(&world.db, rows).await;
        board::changed(&world.db).await;
        for (list, expected) in [
            ("champions", json!(["N1", "N2", "S2"])),
            ("champions(counting: true)", json!(["N1", "S2"])),
            ("champions(counting: false)", json!(["N2"])),
            ("champions(underCode: \"NORTH\")", json!(["N1", "N2"])),
        ] {
            assert_eq!(json!(codes(&world, list).await), expected, "{list}");
        }
    }
);

both!(
    async fn courses_are_sorted_by_code(world: World) {
        board::organisation(&world.db).await;
        change(
            &world,
            "UPDATE course SET title = 'For all', platform = 'Turas', employer_kind = 'health' WHERE id = 1",
        )
        .await;
        let found =
            data(&site(&world), "{ courses { totalCount nodes { code title level platform employerKind } } }").await;
        assert_eq!(found["courses"]["totalCount"], 3);
        let first = json!({ "code": "l1", "title": "For all", "level": "LEVEL1", "platform": "Turas", "employerKind": "health" });
        assert_eq!(found["courses"]["nodes"][0], first);
        assert_eq!(found["courses"]["nodes"][2]["level"], "LEVEL3");
    }
);

both!(
    async fn people_are_found_whatever_the_spelling(world: World) {
        board::organisation(&world.db).await;
        change(
            &world,
            "UPDATE person SET first_name = 'Jos\u{e9}', last_name = 'Garc\u{ed}a  Mc\u{141}ean' WHERE id = 3",
        )
        .await;
        for (search, expected) in [
            ("garcia JOSE", json!(["Jos\u{e9} Garc\u{ed}a  Mc\u{141}ean"])),
            ("GARCI\u{301}A\u{a0}mclean", json!(["Jos\u{e9} Garc\u{ed}a  Mc\u{141}ean"])),
            ("000003", json!(["Jos\u{e9} Garc\u{ed}a  Mc\u{141}ean"])),
            ("P3@BOARD", json!(["Jos\u{e9} Garc\u{ed}a  Mc\u{141}ean"])),
            (
                "last4 first",
                json!([
                    "First4 Last4",
                    "First40 Last40",
                    "First41 Last41",
                    "First42 Last42",
                    "First43 Last43",
                    "First44 Last44",
                    "First45 Last45",
                    "First46 Last46"
                ]),
            ),
            ("no such person", json!([])),
        ] {
            let list = format!("people(search: \"{search}\")");
            assert_eq!(json!(found(&world, &list, "displayName", &["displayName"]).await), expected, "{search}");
        }
        let short = answer(&site(&world), "{ people(search: \" a \") { totalCount } }", json!({})).await;
        assert_eq!(short["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{short}");
    }
);

/// The small board as it was on two Mondays and a Thursday, with a team of each kind that a filter finds:
///
/// | team | today | gap since |
/// |---|---|---|
/// | BOARD | no policy | 2 November |
/// | N1 | at risk, one Peer Supporter, enough Champions | |
/// | N2 | too few, since one lost their protected time | 9 November |
/// | N3 | no Peer Supporter, exempt until yesterday | today, which is not stored |
/// | S1 | no Peer Supporter | 2 November |
/// | S2, S3 | one cover group; its senior approval is unproven, and 40 rows of S2 were not read | 12 November |
async fn filtered(world: &World) {
    board::organisation(&world.db).await;
    board::insert_units(&world.db, [board::unit_row(10, "N3", "Ward 3", Some(2), "Ward", None)]).await;
    board::insert::<person::Entity>(&world.db, [board::person_row(60)]).await;
    board::insert::<post::Entity>(&world.db, [board::post_row(60, 10)]).await;
    let exempt = exemption::Model {
        id: ExemptionId(2),
        unit_id: UnitId(10),
        valid_from: day("2026-01-01"),
        valid_to: day("2026-11-16"),
        reason: "The ward is new".to_owned(),
        agreed_by: None,
    };
    board::insert::<exemption::Entity>(&world.db, [exempt]).await;
    change(world, "UPDATE policy SET unit_id = 2").await;
    let south = policy::Model { id: PolicyId(2), unit_id: UnitId(3), ..board::policy_row() };
    board::insert::<policy::Entity>(&world.db, [south]).await;
    change(world, "UPDATE allocation_terms SET protected_hours = 450 WHERE id = 3").await;
    let without = allocation_terms::Model {
        id: AllocationTermsId(100),
        allocation_id: AllocationId(3),
        valid_from: Some(day("2026-11-09")),
        protected_hours: None,
        outside_team: true,
    };
    board::insert::<allocation_terms::Entity>(&world.db, [without]).await;
    board::insert::<staff_list::Entity>(&world.db, [staff_list_row(2, "NHS", "2026-11-10")]).await;
    let unread =
        rows_not_read::Model { id: RowsNotReadId(1), staff_list_id: StaffListId(2), unit_id: UnitId(7), rows: 40 };
    board::insert::<rows_not_read::Entity>(&world.db, [unread]).await;
    board::changed(&world.db).await;
    for on in ["2026-11-02", "2026-11-09", "2026-11-12"] {
        history::store(&world.db, day(on)).await;
    }
}

both!(
    async fn each_team_filter_finds_some_and_excludes_some(world: World) {
        filtered(&world).await;
        let all = json!(["BOARD", "N1", "N2", "N3", "S1", "S2", "S3"]);
        assert_eq!(json!(codes(&world, "teams(first: 100)").await), all);
        for (filter, expected) in [
            // BOARD has no policy, so it is unknown how many Champions it needs.
            ("championsMet: true", json!(["N1"])),
            ("championsMet: false", json!(["N2", "N3", "S1", "S2", "S3"])),
            ("singlePoint: true", json!(["N1"])),
            ("singlePoint: false", json!(["BOARD", "N2", "N3", "S1", "S2", "S3"])),
            ("unknownBecause: [ROWS_NOT_READ]", json!(["S2", "S3"])),
            ("unknownBecause: [NO_POLICY]", json!(["BOARD"])),
            ("rowsNotRead: true", json!(["S2", "S3"])),
            ("rowsNotRead: false", json!(["BOARD", "N1", "N2", "N3", "S1"])),
            ("unproven: true", json!(["S2", "S3"])),
            ("unproven: false", json!(["BOARD", "N1", "N2", "N3", "S1"])),
            // More than this many days: a gap first seen today, or exactly 7 days ago, is not older than 0, or than 7.
            ("gapOlderThanDays: 0", json!(["BOARD", "N2", "S1", "S2", "S3"])),
            ("gapOlderThanDays: 6", json!(["BOARD", "N2", "S1"])),
            ("gapOlderThanDays: 7", json!(["BOARD", "S1"])),
        ] {
            let list = format!("teams(first: 100, filter: {{{filter}}})");
            assert_eq!(json!(codes(&world, &list).await), expected, "{filter}");
        }
        // All conditions must be met.
        let list = "teams(filter: {rowsNotRead: true, unproven: true, underCode: \"SOUTH\", gapOlderThanDays: 3})";
        assert_eq!(json!(codes(&world, list).await), json!(["S2", "S3"]));
        let list = "teams(filter: {rowsNotRead: true, unproven: false})";
        assert_eq!(json!(codes(&world, list).await), json!([]));
        let refused =
            answer(&site(&world), "{ teams(filter: { gapOlderThanDays: -1 }) { totalCount } }", json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
    }
);

both!(
    async fn team_fields_explain_why_a_filter_matches(world: World) {
        filtered(&world).await;
        let query = "{ teams(first: 100) { nodes { unit { code } status unknownBecause rowsNotRead unproven singlePointOfFailure
            champions { met } gapOpenedOn } } }";
        insta::assert_snapshot!("teams_that_filters_find", shown(&site(&world), query).await);
    }
);
