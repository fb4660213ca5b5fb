//! The roles of a person: none without a post, and those of the day by grant or appointment.

use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::access::grant::{self, NewGrant};
use entity::store::access::person::{KnownBy, find};
use entity::table::appointment;
use entity::value::{AccessRole, AppointmentRole};
use sea_orm::{ActiveModelTrait as _, ConnectionTrait as _, IntoActiveModel as _};

use super::{granted, kind, site};
use crate::board_builder::appointment_row;
use crate::graphql::board;
use crate::harness::{World, both, day, instant};

async fn grant(
    world: &World,
    person: i64,
    role: AccessRole,
    from: &str,
    to: Option<&str>,
) -> entity::id::AccessGrantId {
    let new = NewGrant { person: PersonId(person), role, from: day(from), to: to.map(day) };
    grant::add(&world.db, new, Actor::Operator, world.clock.now()).await.unwrap().id
}

both!(
    async fn a_person_without_a_post_cannot_sign_in(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        grant(&world, 4, AccessRole::Admin, "2026-01-01", None).await;
        let pass = world.person(4).await;
        assert_eq!(kind(&router, &pass).await.as_deref(), Some("person:4"));
        for (change, inside) in [
            ("valid_to = '2026-11-16'", false),
            ("valid_to = '2026-11-17'", true),
            ("valid_to = NULL, valid_from = '2026-11-17'", false),
            ("valid_to = NULL, valid_from = '2026-11-16'", true),
        ] {
            let sql = format!("UPDATE post SET {change} WHERE person_id = 4");
            world.db.execute_unprepared(&sql).await.unwrap();
            assert_eq!(kind(&router, &pass).await.is_some(), inside, "{change}");
        }
        world.db.execute_unprepared("DELETE FROM post WHERE person_id = 4").await.unwrap();
        assert_eq!(kind(&router, &pass).await, None);
    }
);

both!(
    async fn a_claim_with_a_zero_character_is_of_no_one(world: World) {
        board::organisation(&world.db).await;
        let today = day("2026-11-16");
        for claim in [
            KnownBy::WorkEmail("p4@board.example\0".to_owned()),
            KnownBy::EmployeeNumber(None, "\u{0}004".to_owned()),
            KnownBy::EmployeeNumber(Some("NHS\0".to_owned()), "004".to_owned()),
        ] {
            assert_eq!(find(&world.db, &claim, today).await.unwrap(), None, "{claim:?}");
        }
    }
);

both!(
    async fn a_grant_is_valid_from_first_day_until_withdrawn(world: World) {
        board::organisation(&world.db).await;
        let (_, authenticator) = site(&world);
        grant(&world, 4, AccessRole::Auditor, "2026-11-16", Some("2026-11-17")).await;
        grant(&world, 4, AccessRole::Admin, "2026-11-17", None).await;
        let roles = async |at: &str| {
            world.clock.set(instant(at));
            granted(&authenticator, &world.person(4).await).await.unwrap()
        };
        // Days are in the board's time zone: in June midnight in Glasgow is at 23:00 UTC, in November at 00:00 UTC.
        assert_eq!(roles("2026-11-15T23:59:59Z").await, []);
        assert_eq!(roles("2026-11-16T00:00:00Z").await, [AccessRole::Auditor]);
        assert_eq!(roles("2026-11-17T00:00:00Z").await, [AccessRole::Admin]);
        let id = grant(&world, 5, AccessRole::Coordinator, "2026-11-01", None).await;
        let pass = world.person(5).await;
        assert_eq!(granted(&authenticator, &pass).await.unwrap(), [AccessRole::Coordinator]);
        assert!(grant::withdraw(&world.db, id, day("2026-11-17")).await.unwrap());
        assert_eq!(granted(&authenticator, &pass).await.unwrap(), [], "at once, in a session that goes on");
        assert!(!grant::withdraw(&world.db, id, day("2026-11-17")).await.unwrap(), "once");
    }
);

both!(
    async fn a_coordinator_or_delegate_is_one_on_those_days(world: World) {
        board::organisation(&world.db).await;
        let (_, authenticator) = site(&world);
        let row = appointment::Model {
            valid_from: Some(day("2026-11-10")),
            valid_to: Some(day("2026-11-20")),
            delegate_id: Some(PersonId(5)),
            delegate_from: Some(day("2026-11-18")),
            ..appointment_row(2, 1, 4, AppointmentRole::Coordinator)
        };
        row.into_active_model().insert(&world.db).await.unwrap();
        for (on, person, expected) in [
            ("2026-11-09", 4, false),
            ("2026-11-10", 4, true),
            ("2026-11-19", 4, true),
            ("2026-11-20", 4, false),
            ("2026-11-17", 5, false),
            ("2026-11-18", 5, true),
            ("2026-11-20", 5, false),
            // Senior managers have their role by appointment, and no granted role here.
            ("2026-11-16", 2, false),
        ] {
            world.clock.set(instant(&format!("{on}T09:00:00Z")));
            let roles = granted(&authenticator, &world.person(person).await).await.unwrap();
            let wanted: &[AccessRole] = if expected { &[AccessRole::Coordinator] } else { &[] };
            assert_eq!(roles, wanted, "person {person} on {on}");
        }
    }
);

both!(
    async fn a_person_is_found_by_unique_address_or_number(world: World) {
        board::organisation(&world.db).await;
        let today = day("2026-11-16");
        let found = async |by: KnownBy| find(&world.db, &by, today).await.unwrap().map(|id| id.0);
        let email = |address: &str| KnownBy::WorkEmail(address.to_owned());
        let number = |employer: Option<&str>, number: &str| {
            KnownBy::EmployeeNumber(employer.map(str::to_owned), number.to_owned())
        };
        assert_eq!(found(email("P4@Board.Example")).await, Some(4));
        assert_eq!(found(email("p4@board.exampl_")).await, None);
        assert_eq!(found(email("")).await, None);
        assert_eq!(found(number(Some("NHS"), "000004")).await, Some(4));
        assert_eq!(found(number(None, "000004")).await, Some(4));
        assert_eq!(found(number(Some("Council"), "000004")).await, None);
        assert_eq!(found(number(None, "4")).await, None, "leading zeros are part of it");

        world.db.execute_unprepared("UPDATE person SET work_email = 'P4@BOARD.EXAMPLE' WHERE id = 5").await.unwrap();
        assert_eq!(found(email("p4@board.example")).await, None, "it is two people's");
        world.db.execute_unprepared("UPDATE post SET valid_to = '2026-11-16' WHERE person_id = 4").await.unwrap();
        assert_eq!(found(email("p4@board.example")).await, Some(5), "one of them has left");
        world.db.execute_unprepared("UPDATE person SET work_email = NULL WHERE id > 0").await.unwrap();
        assert_eq!(found(email("p4@board.example")).await, None);
    }
);
