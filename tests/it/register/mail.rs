//! The mails of the register, from the commands that cause them to the server that accepts them.

mod renewals;
mod silence;

use std::collections::BTreeMap;

use entity::id::PersonId;
use entity::table::{audit_event, delivery, nomination, person, post, register_change, register_mailing};
use entity::value::Action;
use entity::value::DeliveryState;
use jobs::mail::{Mailer, Memory, SendError, StoredMail};
use jobs::register_mail::{RegisterMail, RegisterMailOutcome};
use jobs::report::coordinator::Coordinator;
use jobs::report::render::Setting;
use mail_parser::MessageParser;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use self::renewals::ending_approvals;
use super::*;
use crate::harness::both;

const BASE: &str = "https://psn.board.example";

/// A job of its own, as another process has it: it knows nothing but the database.
fn job(mailer: &Mailer) -> RegisterMail {
    let coordinator = Coordinator {
        name: Some("Mairi Reid".to_owned()),
        email: Some("network@board.example".parse().unwrap()),
        phone: None,
    };
    RegisterMail {
        mailer: mailer.clone(),
        from: "Peer Support <psn@board.example>".parse().unwrap(),
        setting: Setting { base_url: Some(BASE.to_owned()), coordinator },
        zone: chrono_tz::Europe::London,
        made_for: Default::default(),
    }
}

async fn run(world: &World, mailer: &Mailer) -> RegisterMailOutcome {
    job(mailer).run(&world.db, world.clock.now()).await.unwrap()
}

/// The subjects of the mails to each person since the last look, by the number of the person.
fn subjects(memory: &Memory) -> BTreeMap<i64, Vec<String>> {
    let mut found: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for mail in memory.drain() {
        assert_sound(&mail);
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        found.entry(number(&mail)).or_default().push(parsed.subject().unwrap().to_owned());
    }
    found
}

fn number(mail: &StoredMail) -> i64 {
    mail.to.trim_start_matches('p').split('@').next().unwrap().parse().unwrap()
}

/// Every mail has exactly one link, in both parts, and names no person.
fn assert_sound(mail: &StoredMail) {
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    let (text, html) = (parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap());
    assert_eq!(text.matches("https://").count(), 1, "{text}");
    assert_eq!(html.matches("<a ").count(), 1, "{html}");
    assert_eq!(html.matches(&format!("href=\"{BASE}/")).count(), 1, "{html}");
    assert!(parsed.attachment(0).is_none());
    let subject = parsed.subject().unwrap();
    assert!(subject.starts_with("Peer support: "), "{subject}");
    for private in ["pause", "stood down", "declined", "nominated you"] {
        assert!(!subject.contains(private), "{subject}");
    }
    for named in ["People talk to her", "Person", "@board.example>"] {
        assert!(!text.contains(named) && !html.contains(named), "{text}");
    }
}

fn one(person: i64, subject: &str) -> BTreeMap<i64, Vec<String>> {
    BTreeMap::from([(person, vec![format!("Peer support: {subject}")])])
}

fn none() -> BTreeMap<i64, Vec<String>> {
    BTreeMap::new()
}

/// Runs the job on each of the next days, and returns what was sent on which, by the days since.
async fn each_day(
    world: &World,
    mailer: &Mailer,
    memory: &Memory,
    days: i64,
) -> BTreeMap<i64, BTreeMap<i64, Vec<String>>> {
    let mut sent = BTreeMap::new();
    for number in 1..=days {
        pass_days(world, 1);
        run(world, mailer).await;
        let subjects = subjects(memory);
        if !subjects.is_empty() {
            sent.insert(number, subjects);
        }
    }
    sent
}

async fn mailings(world: &World) -> u64 {
    register_mailing::Entity::find().count(&world.db).await.unwrap()
}

both!(
    async fn approvers_hear_once_and_are_reminded_twice(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated(&world).await;
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), one(NOMINEE, "please answer by 13 February 2027"));
        let input = json!({ "nominationId": id, "response": "ACCEPT" });
        accepted(&about(&world, NOMINEE, "respondToNomination", input).await);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none(), "digests come in the morning");
        let sent = each_day(&world, &mailer, &memory, 40).await;
        let decide = || vec!["Peer support: decide on 1 nomination".to_owned()];
        let both = BTreeMap::from([(LINE_MANAGER, decide()), (SENIOR_MANAGER, decide())]);
        assert_eq!(sent.keys().copied().collect::<Vec<_>>(), [1, 7, 14, 21], "{sent:?}");
        assert_eq!((&sent[&1], &sent[&7], &sent[&14]), (&both, &both, &both));
        // The next tier. No senior manager stands above North, so the coordinator is asked.
        let late = "Peer support: see to 1 late decision".to_owned();
        assert_eq!(sent[&21][&COORDINATOR], [late]);
        // Being asked gives no right to decide.
        let refusal = decide_as(&world, COORDINATOR, &id).await;
        assert_eq!(refusal, "NOT_APPROVER");
    }
);

async fn decide_as(world: &World, by: i64, id: &Value) -> String {
    refused(&decide(world, by, senior(id)).await)
}

both!(
    async fn two_nominations_make_one_digest(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated_and_accepted(&world).await;
        let own = json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" });
        accepted(&nominate(&world, COLLEAGUE, own).await);
        pass_days(&world, 1);
        run(&world, &mailer).await;
        let digest = subjects(&memory);
        assert_eq!(digest[&LINE_MANAGER], ["Peer support: decide on 2 nominations"]);
        // What comes up later on the same day waits for the next.
        accepted(&nominate(&world, 10, json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" })).await);
        world.clock.set(world.clock.now() + chrono::TimeDelta::hours(3));
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none());
        pass_days(&world, 1);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory)[&LINE_MANAGER], ["Peer support: decide on 1 nomination"]);
    }
);

both!(
    async fn the_outcome_reaches_nominee_and_nominator(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated_and_accepted(&world).await;
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none(), "the nominee has answered already");
        let ask = json!({ "nominationId": id, "capacity": "LINE", "decision": "ASK", "question": "Which days?" });
        accepted(&decide(&world, LINE_MANAGER, ask).await);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), one(NOMINEE, "please answer a question"));
        let input = json!({ "nominationId": id, "answer": "Mondays." });
        accepted(&about(&world, NOMINEE, "answerNomination", input).await);
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none(), "one approval of two");
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        run(&world, &mailer).await;
        let mut both = one(NOMINEE, "read a decision, and what comes next");
        both.extend(one(COLLEAGUE, "read the outcome of a nomination"));
        assert_eq!(subjects(&memory), both);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none());
    }
);

both!(
    async fn a_decline_gives_its_reason_to_the_nominee_alone(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated_and_accepted(&world).await;
        let decline = json!({ "nominationId": id, "capacity": "LINE", "decision": "DECLINE", "reason": "TIME" });
        accepted(&decide(&world, LINE_MANAGER, decline).await);
        run(&world, &mailer).await;
        let texts: BTreeMap<_, _> = memory
            .drain()
            .iter()
            .map(|mail| {
                assert_sound(mail);
                let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
                (number(mail), parsed.body_text(0).unwrap().into_owned())
            })
            .collect();
        assert_eq!(texts.keys().copied().collect::<Vec<_>>(), [NOMINEE, COLLEAGUE]);
        assert!(texts[&NOMINEE].contains("The manager's reason: the team cannot spare the time now."));
        assert!(texts[&COLLEAGUE].contains("did not go ahead") && !texts[&COLLEAGUE].contains("time"));
    }
);

both!(
    async fn a_step_by_a_coordinator_is_mailed_at_once(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let selection = "person { id } refusals { code }";
        let pause = |person: i64| json!({ "personId": person_id(person) });
        command(&world, 6, "pause", pause(6), selection).await;
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none(), "her own step");
        command(&world, COORDINATOR, "pause", pause(3), selection).await;
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), one(3, "check what was recorded for you"));
        let rows = delivery::Entity::find().all(&world.db).await.unwrap();
        assert!(rows.iter().all(|row| !row.text_part.contains("pause") && !row.html_part.contains("pause")));
    }
);

both!(
    async fn the_senior_manager_hears_of_an_appointment(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let input = json!({
            "unitCode": "N2", "role": "SENIOR_MANAGER", "personId": person_id(10), "from": "2026-12-01",
        });
        let payload = command(&world, COORDINATOR, "appoint", input, "refusals { code }").await;
        assert_eq!(payload["refusals"], json!([]));
        run(&world, &mailer).await;
        let sent = subjects(&memory);
        assert_eq!(sent[&SENIOR_MANAGER].len(), 1, "{sent:?}");
        assert!(sent[&SENIOR_MANAGER][0].starts_with("Peer support: check a change for "), "{sent:?}");
        assert_eq!(sent[&10], ["Peer support: check what was recorded for you"]);
    }
);

both!(
    async fn an_acting_line_manager_hears_of_it_and_is_asked(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated_and_accepted(&world).await;
        let blank = post::Entity::update_many().col_expr(post::Column::LineManagerId, Expr::value(None::<i64>));
        blank.filter(post::Column::PersonId.eq(PersonId(NOMINEE))).exec(&world.db).await.unwrap();
        crate::board_builder::changed(&world.db).await;
        let input = json!({
            "forPersonId": person_id(NOMINEE), "personId": person_id(34), "from": "2026-11-16", "until": "2026-11-30",
        });
        let payload = command(&world, COORDINATOR, "appointActingLineManager", input, "refusals { code }").await;
        assert_eq!(payload["refusals"], json!([]));
        run(&world, &mailer).await;
        let recorded = "check what was recorded for you";
        let mut both = one(NOMINEE, recorded);
        both.extend(one(34, recorded));
        assert_eq!(subjects(&memory), both);
        let sent = each_day(&world, &mailer, &memory, 1).await;
        assert_eq!(sent[&1][&34], ["Peer support: decide on 1 nomination"]);
    }
);

both!(
    async fn separating_two_people_tells_of_the_approval(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated_and_accepted(&world).await;
        let input = json!({ "personId": person_id(10), "from": "2026-11-16", "until": "2026-11-30" });
        command(&world, LINE_MANAGER, "delegate", input, "refusals { code }").await;
        accepted(&decide(&world, 10, line(&id)).await);
        let same = json!({ "personId": person_id(10), "sameAsId": person_id(NOMINEE) });
        let linked = async |field: &str| {
            let query = format!("mutation($input: LinkPeopleInput!) {{ {field}(input: $input) {{ done }} }}");
            answer(&as_person(&world, COORDINATOR).await, &query, json!({ "input": same })).await;
        };
        linked("linkPeople").await;
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        run(&world, &mailer).await;
        memory.drain();
        linked("unlinkPeople").await;
        run(&world, &mailer).await;
        let mut both = one(NOMINEE, "read a decision, and what comes next");
        both.extend(one(COLLEAGUE, "read the outcome of a nomination"));
        assert_eq!(subjects(&memory), both);
    }
);

both!(
    async fn a_person_without_address_or_post_gets_no_mail(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated(&world).await;
        let blank = person::Entity::update_many().col_expr(person::Column::WorkEmail, Expr::value(None::<String>));
        blank.filter(person::Column::Id.eq(PersonId(NOMINEE))).exec(&world.db).await.unwrap();
        let outcome = run(&world, &mailer).await;
        assert_eq!((outcome.made, outcome.without_address), (0, 1));
        let said = outcome.to_string();
        assert_eq!(said, "0 sent in this run, 1 not made because the person has no current post or work e-mail");
        assert_eq!((subjects(&memory), mailings(&world).await), (none(), 0));
        // It is not tried again: the change is settled.
        assert_eq!(run(&world, &mailer).await.without_address, 0);
        let open = register_change::Entity::find().filter(register_change::Column::Mailed.eq(false));
        assert_eq!(open.count(&world.db).await.unwrap(), 0);
        // A line manager who has left gets no digest.
        let id = nomination::Entity::find().one(&world.db).await.unwrap().unwrap().id;
        let id = json!(URL_SAFE_NO_PAD.encode(format!("Nomination:{id}")));
        let input = json!({ "nominationId": id, "response": "ACCEPT" });
        accepted(&about(&world, NOMINEE, "respondToNomination", input).await);
        let gone = post::Entity::update_many().col_expr(post::Column::ValidTo, Expr::value(day("2026-11-17")));
        gone.filter(post::Column::PersonId.eq(PersonId(LINE_MANAGER))).exec(&world.db).await.unwrap();
        crate::board_builder::changed(&world.db).await;
        pass_days(&world, 1);
        let outcome = run(&world, &mailer).await;
        assert_eq!((outcome.sent_now, outcome.without_address), (1, 1));
        assert!(subjects(&memory).contains_key(&SENIOR_MANAGER));
    }
);

both!(
    async fn two_processes_send_each_mail_once(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated_and_accepted(&world).await;
        let item = json!({ "personId": person_id(11), "role": "WELLBEING_CHAMPION", "unitCode": "N2" });
        accepted(&nominate(&world, COORDINATOR, item).await);
        pass_days(&world, 1);
        let (one, other) = (job(&mailer), job(&mailer));
        let now = world.clock.now();
        let (first, second) = tokio::join!(one.run(&world.db, now), other.run(&world.db, now));
        let made = first.unwrap().made + second.unwrap().made;
        run(&world, &mailer).await;
        let sent = subjects(&memory);
        assert_eq!(made, mailings(&world).await);
        assert_eq!(sent.values().map(|mails| mails.len() as u64).sum::<u64>(), made, "{sent:?}");
        assert!(sent.values().all(|mails| mails.len() == 1), "{sent:?}");
    }
);

both!(
    async fn a_mail_that_was_not_sent_is_sent_later_and_once(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated(&world).await;
        let address = format!("p{NOMINEE}@board.example");
        // As after a crash: the mail is stored, and no server has accepted it.
        memory.answer(&address, Some(SendError::Unknown("connection lost".to_owned())));
        let outcome = run(&world, &mailer).await;
        assert_eq!((outcome.made, outcome.sent_now, outcome.waiting), (1, 0, 1));
        memory.answer(&address, None);
        world.clock.set(world.clock.now() + chrono::TimeDelta::minutes(2));
        let outcome = run(&world, &mailer).await;
        assert_eq!((outcome.made, outcome.sent_now, outcome.waiting), (0, 1, 0));
        let mail = memory.drain().pop().unwrap();
        assert_eq!(mail.message_id, "register-mail.change-1.person-8@board.example");
        let row = delivery::Entity::find().one(&world.db).await.unwrap().unwrap();
        assert_eq!((row.state, row.attempts, row.report_id), (DeliveryState::Sent, 2, None));
        let event =
            audit_event::Entity::find().filter(audit_event::Column::Action.eq(Action::RegisterMailSent.as_str()));
        let event = event.one(&world.db).await.unwrap().unwrap();
        let details: Value = serde_json::from_str(&event.after.unwrap()).unwrap();
        assert_eq!(details, json!({ "recipient": "person:8" }), "not why");
        assert_eq!(run(&world, &mailer).await.sent_now, 0);
    }
);

both!(
    async fn no_viewer_reads_mails_of_the_register_as_deliveries(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated(&world).await;
        run(&world, &mailer).await;
        assert_eq!(memory.drain().len(), 1);
        let id = URL_SAFE_NO_PAD.encode("Delivery:1");
        let query = "query($id: ID!) { node(id: $id) { id ... on Delivery { subject textPart } } }";
        for person in [NOMINEE, COORDINATOR, LINE_MANAGER] {
            let seen = answer(&as_person(&world, person).await, query, json!({ "id": id })).await;
            assert!(seen["data"]["node"].is_null(), "{seen}");
        }
        let admin = crate::graphql::site(&world);
        let seen = answer(&admin, query, json!({ "id": id })).await;
        assert!(seen["data"]["node"].is_null(), "{seen}");
        let resend = "mutation($id: ID!) { resendDelivery(input: { deliveryId: $id }) { refusal { code } } }";
        let refused = answer(&admin, resend, json!({ "id": id })).await;
        assert_eq!(refused["data"]["resendDelivery"]["refusal"]["code"], "DELIVERY_UNKNOWN", "{refused}");
    }
);

both!(
    async fn a_trial_writes_and_sends_nothing(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated(&world).await;
        let previews = job(&mailer).dry_run(&world.db, world.clock.now()).await.unwrap();
        let shown: Vec<_> =
            previews.iter().map(|preview| (preview.address.clone().unwrap(), &preview.subject)).collect();
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].0, "p8@board.example");
        assert_eq!((subjects(&memory), mailings(&world).await), (none(), 0));
    }
);

/// Every kind of mail as it is sent, text and HTML.
#[tokio::test]
async fn mails_read_like_this() {
    let world = World::new(crate::harness::Engine::Sqlite).await;
    organised(&world).await;
    let (mailer, memory) = world.mailer();
    let id = nominated(&world).await;
    // Those of one run are sent in any order.
    let sorted = || {
        let mut mails = memory.drain();
        mails.sort_by(|one, other| one.to.cmp(&other.to));
        mails
    };
    run(&world, &mailer).await;
    let mut mails = sorted();
    accepted(&about(&world, NOMINEE, "respondToNomination", json!({ "nominationId": id, "response": "ACCEPT" })).await);
    for days in [1, 6, 14] {
        pass_days(&world, days);
        run(&world, &mailer).await;
        mails.extend(sorted());
    }
    let decline = json!({ "nominationId": id, "capacity": "LINE", "decision": "DECLINE", "reason": "TIME" });
    accepted(&decide(&world, LINE_MANAGER, decline).await);
    command(&world, COORDINATOR, "pause", json!({ "personId": person_id(3) }), "refusals { code }").await;
    run(&world, &mailer).await;
    mails.extend(sorted());
    let item = json!({ "personId": person_id(10), "role": "PEER_SUPPORTER", "unitCode": "N2" });
    accepted(&nominate(&world, COLLEAGUE, item).await);
    run(&world, &mailer).await;
    sorted();
    ending_approvals(&world).await;
    for days in [30, 60] {
        pass_days(&world, days);
        run(&world, &mailer).await;
        mails.extend(sorted());
    }
    let mut texts = String::new();
    for mail in &mails {
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        let (to, subject, text) = (&mail.to, parsed.subject().unwrap(), parsed.body_text(0).unwrap());
        texts.push_str(&format!("To: {to}\nSubject: {subject}\n\n{}\n\n=====\n", text.replace('\r', "")));
    }
    insta::assert_snapshot!("register_mails", texts);
    let first = MessageParser::default().parse(&mails[0].bytes).unwrap();
    insta::assert_snapshot!("register_mail_html", first.body_html(0).unwrap().replace('\r', ""));
}
