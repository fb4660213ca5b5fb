//! The steps of the story, each by the person who takes it, and what people see and read after it.

use std::collections::BTreeMap;

use entity::clock::day_of;
use entity::period::Day;
use jobs::import::FileKind;
use jobs::mail::{Mailer, Memory};
use mail_parser::MessageParser;
use serde_json::{Value, json};

use super::super::mailbox::{assert_sound, number, run, without_secret};
use super::*;
use crate::import::Import;
use crate::live::{self, Live};

/// The nurse of ward N2 whose way is told.
pub(super) const NURSE: i64 = NOMINEE;

const ZONE: chrono_tz::Tz = chrono_tz::Europe::London;

/// The story: the board, the mails that were read so far, and the documents of the network.
pub(super) struct Story<'w> {
    world: &'w World,
    mailer: Mailer,
    memory: Memory,
    pack: Value,
    agreement: Value,
    letters: String,
}

/// Ward N2 as a dashboard sees it, which is told of each change.
pub(super) struct Dashboard(Live);

impl<'w> Story<'w> {
    /// The coordinator publishes the documents, the framework, and a policy by which the agreement is required and one Peer
    /// Supporter is enough for ward N2.
    pub(super) async fn begin(world: &'w World) -> Self {
        organised(world).await;
        let (mailer, memory) = world.mailer();
        let (pack, agreement) = (Value::Null, Value::Null);
        let mut story = Self { world, mailer, memory, pack, agreement, letters: String::new() };
        let document = |kind: &str| json!({ "kind": kind, "version": "1", "title": "Version 1", "text": "Welcome.", "inForceFrom": "2026-11-16" });
        let id = "document { id } refusals { code message }";
        let pack = story.given(COORDINATOR, "publishDocument", document("INFORMATION_PACK"), id).await;
        let agreement = story.given(COORDINATOR, "publishDocument", document("AGREEMENT"), id).await;
        (story.pack, story.agreement) = (pack["document"]["id"].clone(), agreement["document"]["id"].clone());
        let framework = json!({
            "version": "1", "inForceFrom": "2026-11-16", "transitionUntil": "2026-12-31",
            "approvedBy": "Staff Governance Committee", "approvedOn": "2026-11-02",
            "statements": [{ "code": "C1", "level": 2, "domain": "Coping", "text": "Listens without judging." }],
        });
        story.done(COORDINATOR, "publishFramework", framework).await;
        let policy = json!({ "agreementRequired": true, "staffPerSupporter": 30 });
        let policy = json!({ "unitCode": "BOARD", "inForceFrom": "2026-11-16", "policy": policy });
        story.done(COORDINATOR, "publishPolicy", policy).await;
        story.no_mails().await;
        story
    }

    /// Gives a command that is not refused, and returns its payload.
    async fn given(&self, by: i64, field: &str, input: Value, selection: &str) -> Value {
        let payload = command(self.world, by, field, input, selection).await;
        assert_eq!(payload["refusals"], json!([]), "{field}: {payload}");
        payload
    }

    async fn done(&self, by: i64, field: &str, input: Value) {
        self.given(by, field, input, "refusals { code message }").await;
    }

    pub(super) async fn nominated_by_colleague(&self) -> Value {
        nominated(self.world).await
    }

    pub(super) async fn is_hidden_from_managers(&self, nomination: &Value) {
        for manager in [LINE_MANAGER, SENIOR_MANAGER] {
            assert_eq!(seen(self.world, manager, nomination).await, Value::Null, "{manager}");
        }
    }

    pub(super) async fn reads_the_information_pack(&self) {
        self.done(NURSE, "acknowledgeDocument", json!({ "documentId": self.pack })).await;
    }

    /// The nurse accepts the nomination. Returns the payload.
    pub(super) async fn accepts(&self, nomination: &Value) -> Value {
        let input = json!({ "nominationId": nomination, "response": "ACCEPT" });
        about(self.world, NURSE, "respondToNomination", input).await
    }

    pub(super) async fn signs_the_agreement(&self) {
        self.done(NURSE, "signAgreement", json!({ "documentId": self.agreement })).await;
    }

    /// The file of the training system brings a pass of that day.
    pub(super) async fn a_file_brings_level_2(&self, on: &str) {
        let file = format!("Employer,Employee Number,Course Code,Status,Completed On\nNHS,000008,l2,Passed,{on}\n");
        let today = self.today().to_string();
        Import::new(self.world, &[(FileKind::Training, &file)]).on(&today).applied().await;
    }

    /// The Trainer, who is the line manager as well, records that every statement is met.
    pub(super) async fn signed_off_by_trainer(&self) {
        let results = json!([{ "code": "C1", "outcome": "MET" }]);
        let input = json!({ "personId": person_id(NURSE), "level": 2, "results": results });
        self.done(LINE_MANAGER, "recordAssessment", input).await;
    }

    pub(super) async fn pauses(&self) {
        self.done(NURSE, "pause", json!({ "until": "2026-12-31" })).await;
    }

    pub(super) async fn resumes(&self) {
        self.done(NURSE, "resume", json!({})).await;
    }

    pub(super) async fn renewed_by(&self, manager: i64, capacity: &str) {
        let item = json!({
            "allocationId": self.standing().await["allocationId"], "capacity": capacity, "protectedHours": 4,
        });
        let results = "results { refusals { code message } }";
        let payload = command(self.world, manager, "renewApproval", json!({ "items": [item] }), results).await;
        assert_eq!(payload["results"], json!([{ "refusals": [] }]));
    }

    pub(super) async fn stands_down(&self) {
        self.done(NURSE, "standDown", json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" })).await;
    }

    pub(super) fn today(&self) -> Day {
        day_of(self.world.clock.now(), ZONE)
    }

    pub(super) fn next_day(&self) {
        pass_days(self.world, 1);
    }

    /// Days on which the job runs and there is nothing to say.
    pub(super) async fn quiet_days(&mut self, days: u32) {
        for _ in 0..days {
            self.next_day();
            self.no_mails().await;
        }
    }

    /// It is this day, and the employer's staff list of the day is imported.
    pub(super) async fn staff_list_arrives_on(&self, on: &str) {
        pass_days(self.world, day(on).days_since(self.today()));
        let file = files::staff_lists::staff_without(&[]);
        Import::new(self.world, &[(FileKind::Staff, &file)]).on(on).applied().await;
    }

    /// Runs the job. It sends these mails, each with one link to the service, and no others.
    pub(super) async fn mails(&mut self, expected: &[(i64, &str)]) {
        run(self.world, &self.mailer).await;
        let mut sent = self.memory.drain();
        sent.sort_by_key(number);
        let mut subjects = BTreeMap::new();
        for mail in &sent {
            assert_sound(mail);
            let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
            let text = without_secret(&parsed.body_text(0).unwrap().replace('\r', ""));
            let subject = parsed.subject().unwrap();
            subjects.insert(number(mail), subject.trim_start_matches("Peer support: ").to_owned());
            let (today, to) = (self.today(), &mail.to);
            self.letters.push_str(&format!("{today}, to {to}\nSubject: {subject}\n\n{text}\n=====\n"));
        }
        let expected: BTreeMap<_, _> = expected.iter().map(|(to, subject)| (*to, (*subject).to_owned())).collect();
        assert_eq!((subjects, sent.len()), (expected.clone(), expected.len()), "{}", self.today());
    }

    pub(super) async fn no_mails(&mut self) {
        self.mails(&[]).await;
    }

    /// Every mail of the story.
    pub(super) fn letters(&self) -> &str {
        &self.letters
    }

    /// Asserts the status of ward N2 and how many Peer Supporters it lacks, as the coordinator sees it now.
    pub(super) async fn ward_is(&self, status: &str, gap: u32) {
        let ward = self.ward().await;
        assert_eq!((&ward["status"], &ward["gap"]), (&json!(status), &json!(gap)), "{}: {ward}", self.today());
    }

    async fn ward(&self) -> Value {
        let query = "{ team(code: \"N2\") { status gap supporters(first: 50) { nodes { person { id } allocationId
            reasonsAgainst } } } }";
        let answer = answer(&as_person(self.world, COORDINATOR).await, query, json!({})).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"]["team"].clone()
    }

    async fn standing(&self) -> Value {
        let ward = self.ward().await;
        let all = ward["supporters"]["nodes"].as_array().unwrap();
        all.iter().find(|own| own["person"]["id"] == person_id(NURSE)).unwrap().clone()
    }

    /// Why the nurse does not count.
    pub(super) async fn missing(&self) -> Vec<String> {
        let reasons = self.standing().await["reasonsAgainst"].clone();
        reasons.as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
    }

    /// A dashboard of the senior manager, which first shows the ward as it is.
    pub(super) async fn dashboard(&self, status: &str, gap: u32) -> Dashboard {
        let site = self.world.person(SENIOR_MANAGER).await.with(live::closed(self.world));
        let query = "subscription { coverageChanged(unitCode: \"N2\") { team { status gap } } }";
        let mut dashboard = Dashboard(Live::begin(&site, query).await);
        dashboard.shows(status, gap).await;
        dashboard
    }

    /// What others find in the history of the nurse.
    pub(super) async fn known_to_others(&self) -> Vec<Vec<String>> {
        let mut known = Vec::new();
        for person in [LINE_MANAGER, SENIOR_MANAGER, COLLEAGUE, allocations::LASTING_SUPPORTER] {
            known.push(commands_about(self.world, person, NURSE).await);
        }
        known
    }

    /// The coordinator sees each step, and the end of the role last.
    pub(super) async fn coordinator_reads_the_whole_way(&self) {
        let mut steps = commands_about(self.world, COORDINATOR, NURSE).await;
        steps.reverse();
        let expected = [
            "NOMINATE",
            "ACKNOWLEDGE_DOCUMENT",
            "RESPOND_TO_NOMINATION",
            "DECIDE_NOMINATION",
            "DECIDE_NOMINATION",
            "SIGN_AGREEMENT",
            "RECORD_ASSESSMENT",
            "PAUSE",
            "RESUME",
            "RENEW_APPROVAL",
            "RENEW_APPROVAL",
            "STAND_DOWN",
        ];
        assert_eq!(steps, expected);
    }
}

impl Dashboard {
    /// The next event says this about the ward.
    pub(super) async fn shows(&mut self, status: &str, gap: u32) {
        let (_, answer) = self.0.next().await.unwrap();
        let team = json!({ "status": status, "gap": gap });
        assert_eq!(answer["data"]["coverageChanged"]["team"], team, "{answer}");
    }
}
