//! Random commands by random people over moving days: what must hold under any order of them.

use std::collections::BTreeSet;

use axum::Router;
use entity::period::Validity;
use entity::register::shares::first_excess;
use entity::table::{allocation, nomination, nomination_decision, register_change, register_text};
use entity::value::register::{DecisionKind, NominationEnd};
use entity::value::{ApproverCapacity, Role};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::replay::{self, Tables};
use super::*;
use crate::harness::both;

const COMMANDS: u64 = 300;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }
}

/// A command that a person gives.
#[derive(Debug)]
struct Given {
    by: i64,
    field: &'static str,
    input: Value,
    /// Whether its payload has one result per item.
    listed: bool,
}

fn encoded(kind: &str, id: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{kind}:{id}"))
}

const PEOPLE: [i64; 13] = [1, 2, 3, 4, 5, 8, 9, 10, 11, 12, COORDINATOR, 36, 38];
const UNITS: [&str; 4] = ["N1", "N2", "S1", "S2"];

/// Makes up a command from what is on file.
async fn make_up(world: &World, dice: &mut Dice) -> Given {
    let nominations = nomination::Entity::find().all(&world.db).await.unwrap();
    let open: Vec<_> = nominations.iter().filter(|row| row.ended_as.is_none()).collect();
    let newest = open.last().or(nominations.iter().collect::<Vec<_>>().last()).map(|row| (row.id.0, row.person_id.0));
    let (nomination, nominee) = match dice.roll(4) {
        0 if !nominations.is_empty() => {
            let row = &nominations[dice.roll(nominations.len())];
            (row.id.0, row.person_id.0)
        }
        _ => newest.unwrap_or((900, NOMINEE)),
    };
    let allocations = allocation::Entity::find().all(&world.db).await.unwrap();
    let role = &allocations[dice.roll(allocations.len())];
    let (allocation, holder) = (encoded("Allocation", role.id.0), role.person_id.0);
    let nomination_id = encoded("Nomination", nomination);
    let anyone = dice.pick(&PEOPLE);
    // Mostly a person who may take the step.
    let mostly = |dice: &mut Dice, who: i64| if dice.roll(4) == 0 { dice.pick(&PEOPLE) } else { who };
    let given = |by: i64, field: &'static str, input: Value| Given { by, field, input, listed: false };
    match dice.roll(13) {
        0 | 1 => {
            let person = dice.pick(&[8, 9, 10, 11, 12]);
            let item = json!({
                "personId": person_id(person), "role": dice.pick(&["PEER_SUPPORTER", "PEER_SUPPORTER", "WELLBEING_CHAMPION"]),
                "unitCode": dice.pick(&UNITS), "share": dice.pick(&[1000, 600, 500, 400]), "outsideTeam": dice.roll(3) == 0,
            });
            let by = dice.pick(&[person, person, COORDINATOR, anyone]);
            Given { listed: true, ..given(by, "nominate", json!({ "items": [item] })) }
        }
        2 => {
            let response = dice.pick(&["ACCEPT", "ACCEPT", "DECLINE"]);
            let by = mostly(dice, nominee);
            given(by, "respondToNomination", json!({ "nominationId": nomination_id, "response": response }))
        }
        3 | 4 => {
            let (capacity, who) = dice.pick(&[("LINE", LINE_MANAGER), ("SENIOR", SENIOR_MANAGER)]);
            let item = json!({
                "nominationId": nomination_id, "capacity": capacity, "protectedHours": dice.pick(&[2.0, 4.0, 4.5]),
                "decision": dice.pick(&["ACCEPT", "ACCEPT", "ACCEPT", "DECLINE", "ASK"]), "reason": "TIME",
                "question": "When?", "skills": true, "experience": true,
                "acknowledged": ["LEVEL_1", "MONTHS_IN_POST", "GRADE"],
            });
            let by = mostly(dice, who);
            Given { listed: true, ..given(by, "decideNomination", json!({ "items": [item] })) }
        }
        5 => {
            let by = mostly(dice, nominee);
            given(by, "withdrawNomination", json!({ "nominationId": nomination_id }))
        }
        6 => {
            let by = mostly(dice, nominee);
            given(by, "answerNomination", json!({ "nominationId": nomination_id, "answer": "In May." }))
        }
        7 => {
            let field = dice.pick(&["pause", "resume"]);
            let by = mostly(dice, holder);
            given(by, field, json!({ "personId": person_id(holder) }))
        }
        8 => {
            let by = mostly(dice, holder);
            given(by, "standDown", json!({ "allocationId": allocation }))
        }
        9 => {
            let by = dice.pick(&[holder, COORDINATOR, LINE_MANAGER]);
            let change = dice.pick(&[json!({ "share": 400 }), json!({ "share": 600 }), json!({ "protectedHours": 2 })]);
            let mut input = json!({ "allocationId": allocation });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            given(by, "changeAllocation", input)
        }
        10 => {
            let (capacity, who) = dice.pick(&[("LINE", LINE_MANAGER), ("SENIOR", SENIOR_MANAGER)]);
            let item = json!({ "allocationId": allocation, "capacity": capacity, "protectedHours": 3 });
            let by = mostly(dice, who);
            Given { listed: true, ..given(by, "renewApproval", json!({ "items": [item] })) }
        }
        11 => {
            let (capacity, who) = dice.pick(&[("LINE", LINE_MANAGER), ("SENIOR", SENIOR_MANAGER)]);
            let by = mostly(dice, who);
            given(by, "withdrawApproval", json!({ "allocationId": allocation, "capacity": capacity }))
        }
        _ => {
            let changes = register_change::Entity::find().all(&world.db).await.unwrap();
            let back = dice.roll(3).min(changes.len().saturating_sub(1));
            let change = changes.iter().rev().nth(back).map_or((900, COORDINATOR), |row| (row.id.0, row.actor_id.0));
            let by = dice.pick(&[change.1, change.1, COORDINATOR, anyone]);
            given(by, "undo", json!({ "changeId": encoded("Change", change.0), "reason": "ENTERED_TWICE" }))
        }
    }
}

/// What a refused command must leave as it is.
async fn traces(world: &World) -> (Tables, u64, u64) {
    let texts = register_text::Entity::find().count(&world.db).await.unwrap();
    let changes = register_change::Entity::find().count(&world.db).await.unwrap();
    (replay::tables(&world.db).await, texts, changes)
}

/// Checks what must hold after every command.
async fn check(world: &World, place: &str) {
    let rows = allocation::Entity::find().all(&world.db).await.unwrap();
    let people: BTreeSet<_> = rows.iter().map(|row| row.person_id).collect();
    for person in people {
        let own = rows.iter().filter(|row| row.person_id == person && row.role == Role::PeerSupporter);
        let shares =
            own.map(|row| (Validity { from: row.valid_from, to: row.valid_to }, u32::try_from(row.share).unwrap()));
        assert_eq!(first_excess(shares), None, "{place}: person {person}");
    }
    let decisions = nomination_decision::Entity::find().all(&world.db).await.unwrap();
    let nominations = nomination::Entity::find().all(&world.db).await.unwrap();
    for row in &nominations {
        if row.ended_as != Some(NominationEnd::Approved) {
            continue;
        }
        let parties = |capacity: ApproverCapacity| -> BTreeSet<PersonId> {
            let of = decisions.iter().filter(|decision| {
                decision.nomination_id == row.id
                    && decision.capacity == capacity
                    && decision.kind == DecisionKind::Accept
            });
            of.flat_map(|decision| [decision.decider_id, decision.principal_id]).collect()
        };
        let (line, senior) = (parties(ApproverCapacity::Line), parties(ApproverCapacity::Senior));
        assert!(!line.is_empty() && line.is_disjoint(&senior), "{place}: nomination {}", row.id);
        assert!(!line.contains(&row.person_id) && !senior.contains(&row.person_id), "{place}: nomination {}", row.id);
    }
}

/// A command as it is sent.
struct Sent<'a> {
    by: i64,
    field: &'a str,
    input: Value,
    selection: &'a str,
}

/// Sends a command to one site, whose knowledge follows the changes.
async fn sent(world: &World, site: &Router, Sent { by, field, input, selection }: Sent<'_>) -> Value {
    attempt_at(&world.person(by).await.with(site.clone()), field, input, selection).await
}

/// The figures and records of everyone, as the coordinator sees them.
async fn figures(world: &World, site: &Router) -> Value {
    let query = "{ teams(first: 100) { nodes { unit { code } status gap activeSupporters allocatedShare champions { counting } } } \
                 supporters(first: 100, includeEnded: true) { nodes { person { id } unit { code } isActive headline share \
                 protectedHours firstDay lastDay lineApproval { decidedOn lastDay } seniorApproval { decidedOn lastDay } } } }";
    let answer = answer(&world.person(COORDINATOR).await.with(site.clone()), query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"].clone()
}

both!(
    async fn what_must_hold_does_under_any_order(world: World) {
        organised(&world).await;
        let start = replay::tables(&world.db).await;
        let lasting = closed(&world, world.db.clone(), Persisted::default());
        let mut dice = Dice(0x2545_F491_4F6C_DD1D);
        let (mut done, mut fields) = (0u32, BTreeSet::new());
        for number in 0..COMMANDS {
            if number % 12 == 11 {
                pass_days(&world, i64::try_from(dice.roll(20)).unwrap());
            }
            let before = traces(&world).await;
            let given = make_up(&world, &mut dice).await;
            let place = format!("command {number}: {given:?}");
            let Given { by, field, input, listed } = given;
            let selection = if listed { "results { refusals { code } }" } else { "refusals { code }" };
            let answer = sent(&world, &lasting, Sent { by, field, input, selection }).await;
            let payload = &answer["data"][field];
            let refusals = if listed { &payload["results"][0]["refusals"] } else { &payload["refusals"] };
            if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
                assert!(["NOT_FOUND", "FORBIDDEN"].contains(&code), "{place}: {answer}");
            }
            if *refusals == json!([]) {
                done += 1;
                fields.insert(field);
            } else {
                assert_eq!(traces(&world).await, before, "{place}: {answer}");
            }
            check(&world, &place).await;
            if number % 15 == 14 {
                let fresh = closed(&world, world.db.clone(), Persisted::default());
                assert_eq!(figures(&world, &lasting).await, figures(&world, &fresh).await, "{place}");
            }
        }
        assert!(done > 45 && fields.len() >= 9, "{done} commands, {fields:?}");
        replay::check(&world.db, &start).await;
    }
);
