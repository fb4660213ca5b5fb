//! Two processes on one database: what one of them stores, the other answers with its next request, as a new process does.

use entity::store;
use jobs::import::FileKind;
use serde_json::{Value, json};

use super::*;
use crate::graphql::closed_behind;
use crate::harness::{authenticator, both};
use crate::import::Import;

/// A Peer Supporter of ward N2.
const SUPPORTER: i64 = allocations::LASTING_SUPPORTER;
/// A Peer Supporter of ward S2.
const OTHER_SUPPORTER: i64 = 38;

/// What managers and coordinators see of the register.
const REGISTER: &str = "{
    teams(first: 20) { nodes { unit { code } status gap supporters(first: 10) { nodes { person { id } isActive headline
        share reasonsAgainst differsFromFile } } } }
    units(first: 20) { nodes { code appointments { person { id } delegate { id } } } }
    nominations { nodes { id state unitCode decisions { capacity } possibleDeciders { capacity person { id } } } }
    carriedRoles { allocationId unitCode lineConfirmed }
    paperRecords(first: 20) { nodes { id counts } }
    fileDifferences(open: true) { nodes { kind } }
}";
/// What everyone sees of their own.
const OWN: &str = "{ documents { nodes { version isInForce } } confirmedDocuments { nodes { version confirmedOn } } }";

/// A process: it shares nothing with another one but the database.
async fn process(world: &World) -> Router {
    let db = store::connect(&world.url).await.unwrap();
    closed_behind(authenticator(&db, &world.clock), world, db, Persisted::default())
}

/// What people are answered by a process.
async fn answers(world: &World, process: &Router) -> Vec<Value> {
    let mut found = Vec::new();
    for (person, query) in
        [(COORDINATOR, REGISTER), (SENIOR_MANAGER, REGISTER), (LINE_MANAGER, REGISTER), (SUPPORTER, OWN)]
    {
        let answer = answer(&world.person(person).await.with(process.clone()), query, json!({})).await;
        assert_eq!(answer.get("errors"), None, "{person}: {answer}");
        found.push(answer["data"].clone());
    }
    found
}

/// One process that gets the commands, and one that follows.
struct Two<'w> {
    world: &'w World,
    first: Router,
    second: Router,
    before: Vec<Value>,
}

impl Two<'_> {
    /// Gives a command to the first process. It must not be refused, and the second process must follow.
    async fn given(&mut self, by: i64, field: &str, input: Value) -> Value {
        let selection = match field {
            "renewApproval" => "results { refusals { code message } }",
            "publishDocument" => "document { id } refusals { code message }",
            _ => "refusals { code message }",
        };
        let site = self.world.person(by).await.with(self.first.clone());
        let payload = attempt_at(&site, field, input, selection).await["data"][field].clone();
        assert!([&payload["refusals"], &payload["results"][0]["refusals"]].contains(&&json!([])), "{field}: {payload}");
        self.follows(field).await;
        payload
    }

    /// Checks that the last step shows, and that both processes answer what a new one answers.
    async fn follows(&mut self, step: &str) {
        let after = answers(self.world, &self.second).await;
        assert_ne!(after, self.before, "{step} shows");
        assert_eq!(after, answers(self.world, &process(self.world).await).await, "{step}: the second process");
        assert_eq!(after, answers(self.world, &self.first).await, "{step}: the first process");
        self.before = after;
    }
}

both!(
    async fn a_second_process_answers_as_a_new_one(world: World) {
        paper::with_coordinators(&world).await;
        let (first, second) = (process(&world).await, process(&world).await);
        let before = answers(&world, &second).await;
        let mut two = Two { world: &world, first, second, before };

        // An agreement that is required, and signed.
        let agreement = json!({
            "kind": "AGREEMENT", "version": "1", "title": "Agreement", "text": "I keep it to myself.",
            "inForceFrom": "2026-11-16",
        });
        let id = two.given(COORDINATOR, "publishDocument", agreement).await["document"]["id"].clone();
        let policy = json!({ "agreementRequired": true });
        let policy = json!({ "unitCode": "BOARD", "inForceFrom": "2026-11-16", "policy": policy });
        two.given(COORDINATOR, "publishPolicy", policy).await;
        two.given(SUPPORTER, "signAgreement", json!({ "documentId": id })).await;

        // A paper that is disputed and settled.
        paper::approved_on_paper(&world).await;
        two.follows("papers").await;
        let record = paper::record_of(&world, SENIOR_MANAGER, "DECISION").await;
        two.given(SENIOR_MANAGER, "disputeRecord", json!({ "recordId": record })).await;
        two.given(COORDINATOR, "settleRecord", json!({ "recordId": record, "outcome": "STANDS" })).await;

        // Delegates of both managers, who may decide on an open nomination.
        accepted(&nominate(&world, COLLEAGUE, json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" })).await);
        two.follows("a nomination").await;
        let delegate =
            |person: i64| json!({ "personId": person_id(person), "from": "2026-11-16", "until": "2026-11-30" });
        two.given(LINE_MANAGER, "delegate", delegate(10)).await;
        let mut of_north = delegate(11);
        of_north["unitCode"] = json!("NORTH");
        two.given(SENIOR_MANAGER, "delegate", of_north).await;

        // A file that differs from a role that is kept in the register.
        let id = allocations::id_of(&world, OTHER_SUPPORTER, "S2").await;
        two.given(COORDINATOR, "changeAllocation", json!({ "allocationId": id, "share": 900 })).await;
        let file = files::supporters(&["NHS,000038,Peer Supporter,S2,90,05/01/2026,10/11/2026"]);
        Import::new(&world, &[(FileKind::Supporters, &file)]).applied().await;
        two.follows("a file").await;
        let query = "{ fileDifferences(open: true) { nodes { id } } }";
        let open = answer(&as_person(&world, COORDINATOR).await, query, json!({})).await;
        let id = &open["data"]["fileDifferences"]["nodes"][0]["id"];
        two.given(COORDINATOR, "settleDifference", json!({ "differenceId": id, "outcome": "REGISTER_HOLDS" })).await;

        // A ward with a new code, and a role that is confirmed there.
        carry_over::moved(&world).await;
        two.follows("a move").await;
        two.given(COORDINATOR, "carryOver", json!({ "fromUnitCode": "N2", "toUnitCode": "NEW" })).await;
        let id = allocations::id_of(&world, SUPPORTER, "NEW").await;
        let item = json!({ "allocationId": id, "capacity": "LINE", "protectedHours": 4 });
        two.given(LINE_MANAGER, "renewApproval", json!({ "items": [item] })).await;
    }
);
