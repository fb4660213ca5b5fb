//! Subscriptions to figures and nominations: who hears of a change, and of nothing else.

use entity::value::AccessRole;
use serde_json::{Value, json};

use super::*;
use crate::harness::both;
use crate::live::{self, Live};

const SUPPORTER: i64 = 3;
const COVERAGE: &str = "subscription { coverageChanged(unitCode: \"N1\") { code team { status } } }";
const NOMINATIONS: &str = "subscription { nominationChanged { unitCode state } }";

/// A subscription of a person.
async fn subscribed(world: &World, person: i64, query: &str) -> Live {
    Live::begin(&world.person(person).await.with(live::closed(world)), query).await
}

/// The next event's field, which is no error.
async fn next(live: &mut Live, field: &str) -> Value {
    let (name, answer) = live.next().await.unwrap();
    assert_eq!((name.as_str(), answer.get("errors")), ("next", None), "{answer}");
    answer["data"][field].clone()
}

both!(
    async fn a_change_of_figures_is_announced_to_those_who_see_them(world: World) {
        organised(&world).await;
        let mut manager = subscribed(&world, SENIOR_MANAGER, COVERAGE).await;
        let mut other = Live::begin(
            &world.person(SENIOR_MANAGER).await.with(live::closed(&world)),
            "subscription { coverageChanged(unitCode: \"N2\") { team { status } } }",
        )
        .await;
        assert_eq!(next(&mut manager, "coverageChanged").await["team"]["status"], "AT_RISK");
        next(&mut other, "coverageChanged").await;
        manager.is_quiet().await;
        let paused = command(&world, SUPPORTER, "pause", json!({ "until": "2026-11-30" }), "refusals { code }").await;
        assert_eq!(paused["refusals"], json!([]));
        assert_eq!(next(&mut manager, "coverageChanged").await, json!({ "code": "N1", "team": { "status": "NONE" } }));
        // A ward whose figures are the same hears nothing of it.
        other.is_quiet().await;
        // The day after the pause is news too; a session would have ended by then.
        let token = world.token(AccessRole::Dashboard, &[2], false).await;
        let mut dashboard = Live::begin(&token.with(live::closed(&world)), COVERAGE).await;
        assert_eq!(next(&mut dashboard, "coverageChanged").await["team"]["status"], "NONE");
        pass_days(&world, 15);
        assert_eq!(next(&mut dashboard, "coverageChanged").await["team"]["status"], "AT_RISK");
        dashboard.is_quiet().await;
    }
);

both!(
    async fn figures_of_other_units_are_not_found(world: World) {
        organised(&world).await;
        let query = "subscription { coverageChanged(unitCode: \"S1\") { code } }";
        for unknown in [query.to_owned(), query.replace("S1", "NOPE")] {
            let token = world.token(AccessRole::Dashboard, &[2], false).await;
            let mut live = Live::begin(&token.with(live::closed(&world)), &unknown).await;
            let (_, answer) = live.next().await.unwrap();
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
            live.is_quiet().await;
        }
    }
);

both!(
    async fn a_nomination_is_announced_to_those_who_see_it_at_that_moment(world: World) {
        organised(&world).await;
        let field = "nominationChanged";
        let mut nominee = subscribed(&world, NOMINEE, NOMINATIONS).await;
        let mut nominator = subscribed(&world, COLLEAGUE, NOMINATIONS).await;
        let mut manager = subscribed(&world, LINE_MANAGER, NOMINATIONS).await;
        let mut stranger = subscribed(&world, SUPPORTER, NOMINATIONS).await;
        let mut token = Live::begin(
            &world.token(AccessRole::Coordinator, &[], false).await.with(live::closed(&world)),
            NOMINATIONS,
        )
        .await;
        for live in [&mut nominee, &mut nominator, &mut manager, &mut stranger, &mut token] {
            live.is_quiet().await;
        }
        let id = nominated(&world).await;
        let waiting = json!([{ "unitCode": "N2", "state": "AWAITING_NOMINEE" }]);
        assert_eq!(next(&mut nominee, field).await, waiting);
        manager.is_quiet().await;
        nominator.is_quiet().await;
        let answer = json!({ "nominationId": id, "response": "ACCEPT" });
        accepted(&about(&world, NOMINEE, "respondToNomination", answer).await);
        let waiting = json!([{ "unitCode": "N2", "state": "AWAITING_APPROVAL" }]);
        assert_eq!(next(&mut nominee, field).await, waiting);
        assert_eq!(next(&mut manager, field).await, waiting);
        nominator.is_quiet().await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        // The same state again is an event again: something has changed.
        assert_eq!(next(&mut manager, field).await, waiting);
        next(&mut nominee, field).await;
        nominator.is_quiet().await;
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        let approved = json!([{ "unitCode": "N2", "state": "APPROVED" }]);
        for live in [&mut nominee, &mut nominator, &mut manager] {
            assert_eq!(next(live, field).await, approved);
            live.is_quiet().await;
        }
        stranger.is_quiet().await;
        token.is_quiet().await;
    }
);

both!(
    async fn a_pause_that_changes_no_figure_is_announced_to_no_one(world: World) {
        organised(&world).await;
        // Without protected time this Peer Supporter of ward N2 does not count, paused or not.
        let unprotected = 7;
        let own = json!({ "role": "WELLBEING_CHAMPION", "unitCode": "N2" });
        accepted(&nominate(&world, unprotected, own).await);
        let coverage = "subscription { coverageChanged(unitCode: \"N2\") { team { status gap activeSupporters } } }";
        let mut listening = Vec::new();
        for person in [LINE_MANAGER, SENIOR_MANAGER, COORDINATOR] {
            let mut figures = subscribed(&world, person, coverage).await;
            next(&mut figures, "coverageChanged").await;
            listening.extend([figures, subscribed(&world, person, NOMINATIONS).await]);
        }
        for live in &mut listening {
            live.is_quiet().await;
        }
        for field in ["pause", "resume", "pause"] {
            let payload = command(&world, unprotected, field, json!({}), "refusals { code message }").await;
            assert_eq!(payload["refusals"], json!([]), "{payload}");
            for live in &mut listening {
                live.is_quiet().await;
            }
        }
    }
);
