//! People without an account take their steps by the single-use link in a mail.

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use entity::id::PersonId;
use entity::store::access::Holder;
use entity::table::{action_link, audit_event, delivery, nomination, person, register_change, session};
use entity::value::Action;
use entity::value::register::NominationEnd;
use jobs::mail::{Mailer, Memory, SendError};
use mail_parser::MessageParser;
use psn::graphql::persisted::Persisted;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};

use super::mailbox::{BASE, run};
use super::*;
use crate::access::request;
use crate::graphql::closed;
use crate::harness::both;
use crate::site::Answer;

const HTML: (&str, &str) = ("accept", "text/html");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The site as a browser meets it that is not signed in.
fn visitor(world: &World) -> Router {
    closed(world, world.db.clone(), Persisted::default())
}

/// The path of the one link in the newest mail to each person since the last look, by the person's number.
fn links(memory: &Memory) -> std::collections::BTreeMap<i64, String> {
    let mails = memory.drain();
    let of_mail = mails.iter().map(|mail| {
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        let text = parsed.body_text(0).unwrap();
        let (_, from) = text.split_once(BASE).unwrap();
        let path = from.split_whitespace().next().unwrap().to_owned();
        assert!(parsed.body_html(0).unwrap().contains(&format!("href=\"{BASE}{path}\"")));
        (mail.to.trim_start_matches('p').split('@').next().unwrap().parse().unwrap(), path)
    });
    of_mail.collect()
}

async fn open(world: &World, path: &str) -> Answer {
    let answer = request(&visitor(world), "GET", path, &[HTML], "").await;
    crate::pages::html::assert_sound(&answer.text);
    assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
    answer
}

async fn send(world: &World, path: &str, form: &str) -> Answer {
    request(&visitor(world), "POST", path, &[HTML, FORM], form).await
}

/// Sends a form that must be accepted: the browser is sent back to the page, which says so.
async fn done(world: &World, path: &str, form: &str) {
    let answer = send(world, path, form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let page = open(world, answer.header("location")).await;
    assert!(page.text.contains("Your answer has been recorded") && !page.text.contains("<form"), "{}", page.text);
}

/// A nomination by a colleague, and the link in the mail to the nominee.
async fn mailed(world: &World, mailer: &Mailer, memory: &Memory) -> (Value, String) {
    let id = nominated(world).await;
    run(world, mailer).await;
    (id, links(memory).remove(&NOMINEE).unwrap())
}

/// A form of the line manager, in their own office.
fn as_line(form: &str) -> String {
    format!("office=LINE:{}&{form}", person_id(LINE_MANAGER))
}

/// A form of the senior manager, in their own office.
fn as_senior(form: &str) -> String {
    format!("office=SENIOR:{}&{form}", person_id(SENIOR_MANAGER))
}

/// Signs a person in, long ago: the session is no longer on file.
async fn signs_in(world: &World, person: i64) {
    let authenticator = world.authenticator().with_links();
    let link = authenticator.make_link(Holder::Person(PersonId(person))).await.unwrap();
    authenticator.sign_in_by_link(link.reveal(), &HeaderMap::new(), "request").await.unwrap();
    session::Entity::delete_many().exec(&world.db).await.unwrap();
}

/// The first nomination.
async fn first_nomination(world: &World) -> nomination::Model {
    nomination::Entity::find().order_by_asc(nomination::Column::Id).one(&world.db).await.unwrap().unwrap()
}

async fn changes(world: &World) -> u64 {
    register_change::Entity::find().count(&world.db).await.unwrap()
}

both!(
    async fn a_nominee_without_an_account_accepts_by_the_link(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let (_, path) = mailed(&world, &mailer, &memory).await;
        assert!(path.starts_with("/act/psna_"), "{path}");
        let page = open(&world, &path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("Nomination as Peer Supporter for") && page.text.contains("People talk to her."));
        assert!(page.text.contains("works until 29 November 2026"), "{}", page.text);
        assert_eq!(first_nomination(&world).await.accepted_on, None, "opening the link does nothing");
        done(&world, &path, "choice=ACCEPT").await;
        let row = first_nomination(&world).await;
        assert_eq!(row.accepted_on, Some(day("2026-11-16")));
        // A second click, the back button and another answer change nothing.
        for form in ["choice=ACCEPT", "choice=DECLINE"] {
            done(&world, &path, form).await;
        }
        assert_eq!(first_nomination(&world).await, row);
        let log = audit_event::Entity::find().filter(audit_event::Column::Action.eq(Action::RegisterChanged.as_str()));
        let log = log.order_by_asc(audit_event::Column::Id).all(&world.db).await.unwrap();
        let by_link = |event: &audit_event::Model| {
            serde_json::from_str::<Value>(event.after.as_deref().unwrap()).unwrap()["byLink"].clone()
        };
        let [nominated, accepted] = log.as_slice() else { panic!("{log:?}") };
        assert_eq!(
            (by_link(nominated), by_link(accepted), accepted.actor.as_str()),
            (Value::Null, json!(1), "person:8")
        );
    }
);

both!(
    async fn the_secret_is_in_the_sent_mail_alone(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let (_, path) = mailed(&world, &mailer, &memory).await;
        let secret = path.trim_start_matches("/act/");
        let stored = delivery::Entity::find().one(&world.db).await.unwrap().unwrap();
        for part in [&stored.text_part, &stored.html_part] {
            assert!(part.contains("/act/only-in-the-mail-itself") && !part.contains("psna_"), "{part}");
        }
        let link = action_link::Entity::find().one(&world.db).await.unwrap().unwrap();
        assert_eq!(link.hash, entity::secret::SecretHash::from_secret(secret));
        let page = open(&world, "/act/only-in-the-mail-itself").await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
    }
);

both!(
    async fn a_link_that_is_not_valid_says_nothing(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let (_, path) = mailed(&world, &mailer, &memory).await;
        let unknown = open(&world, &format!("/act/psna_{}", "A".repeat(43))).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        let broken = open(&world, &path[..path.len() - 1]).await;
        assert_eq!((broken.status, &broken.text), (unknown.status, &unknown.text));
        // The 14th day is the last.
        pass_days(&world, 13);
        assert_eq!(open(&world, &path).await.status, StatusCode::OK);
        pass_days(&world, 1);
        let lapsed = open(&world, &path).await;
        assert_eq!((lapsed.status, &lapsed.text), (unknown.status, &unknown.text));
        let sent = send(&world, &path, "choice=ACCEPT").await;
        assert_eq!((sent.status, &sent.text), (unknown.status, &unknown.text));
        assert_eq!(first_nomination(&world).await.accepted_on, None);
        // A person who has left.
        pass_days(&world, -14);
        let gone = entity::table::post::Entity::update_many()
            .col_expr(entity::table::post::Column::ValidTo, Expr::value(day("2026-11-16")))
            .filter(entity::table::post::Column::PersonId.eq(PersonId(NOMINEE)));
        gone.exec(&world.db).await.unwrap();
        crate::board_builder::changed(&world.db).await;
        let left = open(&world, &path).await;
        assert_eq!((left.status, &left.text), (unknown.status, &unknown.text));
    }
);

both!(
    async fn a_link_is_for_its_steps_alone(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let (_, path) = mailed(&world, &mailer, &memory).await;
        let secret = path.trim_start_matches("/act/").to_owned();
        // It signs no one in: neither as a token nor as a session.
        let bearer = format!("Bearer {secret}");
        for (name, value) in [("authorization", bearer.clone()), ("cookie", format!("psn-session={secret}"))] {
            let headers =
                [(name, value.as_str()), ("content-type", "application/json"), ("accept", "application/json")];
            let answer =
                request(&visitor(&world), "POST", "/graphql", &headers, r#"{"query":"{ viewer { actor } }"}"#).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
        }
        // There is one step, whatever the address says, and its form cannot name another nomination.
        assert_eq!(open(&world, &format!("{path}?step=2")).await.text.matches("<form").count(), 0);
        let before = changes(&world).await;
        assert_eq!(send(&world, &format!("{path}?step=2"), "choice=ACCEPT").await.status, StatusCode::BAD_REQUEST);
        assert_eq!(changes(&world).await, before);
        let long = "x".repeat(20_000);
        assert!(send(&world, &path, &long).await.status.is_client_error());
        let other = accepted(&nominate(&world, 10, json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" })).await);
        let other = other["id"].as_str().unwrap();
        done(&world, &path, &format!("choice=DECLINE&nominationId={other}&personId={}", person_id(10))).await;
        assert_eq!(first_nomination(&world).await.ended_as, Some(NominationEnd::DeclinedByNominee));
        assert_eq!(seen(&world, 10, &json!(other)).await["state"], "AWAITING_APPROVAL");
    }
);

both!(
    async fn managers_decide_by_the_link_in_their_digest(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let (id, path) = mailed(&world, &mailer, &memory).await;
        done(&world, &path, "choice=ACCEPT").await;
        accepted(&nominate(&world, 10, json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" })).await);
        pass_days(&world, 1);
        run(&world, &mailer).await;
        let mut links = links(&memory);
        let (line, senior) = (links.remove(&LINE_MANAGER).unwrap(), links.remove(&SENIOR_MANAGER).unwrap());
        let list = open(&world, &line).await;
        assert_eq!(list.text.matches("Peer Supporter for").count(), 2, "{}", list.text);
        assert_eq!(list.text.matches("<form").count(), 0);
        let first = format!("{line}?step=1");
        let page = open(&world, &first).await;
        assert!(page.text.contains("You decide as line manager") && page.text.contains("Checklist"), "{}", page.text);
        // What is missing is said beside its field, and what was filled in stays.
        let incomplete =
            send(&world, &first, &as_line("choice=ACCEPT&protectedHours=90&skills=yes&experience=yes")).await;
        assert_eq!(incomplete.status, StatusCode::OK);
        crate::pages::html::assert_sound(&incomplete.text);
        assert!(incomplete.text.contains("href=\"#protectedHours\"") && incomplete.text.contains("value=\"90\""));
        assert!(incomplete.text.contains("name=\"skills\" type=\"radio\" value=\"yes\" checked"));
        done(&world, &first, &as_line("choice=ACCEPT&protectedHours=4.5&skills=yes&experience=yes")).await;
        let list = open(&world, &line).await;
        assert!(list.text.contains("1. Your answer has been recorded."), "{}", list.text);
        let decline = format!("{line}?step=2");
        assert_eq!(send(&world, &decline, &as_line("choice=DECLINE")).await.status, StatusCode::OK);
        done(&world, &decline, &as_line("choice=DECLINE&reason=TIME&question=left+over")).await;
        done(&world, &format!("{senior}?step=1"), &as_senior("choice=ACCEPT&protectedHours=4")).await;
        let approved = seen(&world, NOMINEE, &id).await;
        assert_eq!(approved["state"], "APPROVED", "{approved}");
    }
);

both!(
    async fn a_question_is_asked_and_answered_by_links(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let (id, path) = mailed(&world, &mailer, &memory).await;
        done(&world, &path, "choice=ACCEPT").await;
        pass_days(&world, 1);
        run(&world, &mailer).await;
        let line = links(&memory).remove(&LINE_MANAGER).unwrap();
        let asks = send(&world, &line, &as_line("choice=ASK&question=")).await;
        assert!(asks.text.contains("href=\"#question\""), "{}", asks.text);
        done(&world, &line, &as_line("choice=ASK&question=Which+days%3F")).await;
        run(&world, &mailer).await;
        let question = links(&memory).remove(&NOMINEE).unwrap();
        let page = open(&world, &question).await;
        assert!(page.text.contains("Which days?") && page.text.contains("<textarea"), "{}", page.text);
        assert!(send(&world, &question, "answer=+").await.text.contains("Write an answer."));
        done(&world, &question, "answer=Mondays+%3Cb%3E.").await;
        // The manager hears of the answer in the next digest, with a new link: the old one was used.
        pass_days(&world, 1);
        run(&world, &mailer).await;
        let again = links(&memory).remove(&LINE_MANAGER).unwrap();
        assert!(open(&world, &line).await.text.contains("Your answer has been recorded"));
        let page = open(&world, &again).await;
        assert!(page.text.contains("Mondays &#60;b&#62;."), "{}", page.text);
        done(&world, &again, &as_line("choice=ACCEPT&protectedHours=4&skills=yes&experience=yes")).await;
        let decisions = seen(&world, NOMINEE, &id).await["decisions"].clone();
        assert_eq!(decisions.as_array().unwrap().len(), 2, "{decisions}");
    }
);

both!(
    async fn a_step_is_taken_once_however_often_it_is_sent(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated(&world).await;
        // The first copy arrives although its acceptance is lost, so the mail is sent again.
        let address = format!("p{NOMINEE}@board.example");
        memory.answer(&address, Some(SendError::Unknown("connection lost".to_owned())));
        run(&world, &mailer).await;
        memory.answer(&address, None);
        world.clock.set(world.clock.now() + chrono::TimeDelta::minutes(2));
        run(&world, &mailer).await;
        let path = links(&memory).remove(&NOMINEE).unwrap();
        assert_eq!(action_link::Entity::find().count(&world.db).await.unwrap(), 2, "one for each attempt");
        let before = changes(&world).await;
        let processes = [visitor(&world), visitor(&world)];
        let sent = (0..20).map(|number| {
            let (router, path) = (processes[number % 2].clone(), path.clone());
            let form = if number % 3 == 0 { "choice=ACCEPT" } else { "choice=DECLINE" };
            tokio::spawn(async move { request(&router, "POST", &path, &[HTML, FORM], form).await.status })
        });
        for answer in futures_util::future::join_all(sent).await {
            let status = answer.unwrap();
            assert!(!status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE, "{status}");
        }
        assert_eq!(changes(&world).await, before + 1);
    }
);

both!(
    async fn a_person_who_signs_in_gets_an_ordinary_link(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        signs_in(&world, NOMINEE).await;
        nominated(&world).await;
        run(&world, &mailer).await;
        assert_eq!(links(&memory)[&NOMINEE], "/");
        assert_eq!(action_link::Entity::find().count(&world.db).await.unwrap(), 0);
    }
);

both!(
    async fn a_shared_mailbox_gets_no_link(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let share = person::Entity::update_many().col_expr(person::Column::WorkEmail, Expr::value("P11@board.example"));
        share.filter(person::Column::Id.eq(PersonId(NOMINEE))).exec(&world.db).await.unwrap();
        nominated(&world).await;
        run(&world, &mailer).await;
        let subjects: std::collections::BTreeMap<_, _> = memory
            .drain()
            .iter()
            .map(|mail| {
                let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
                (
                    mail.to.to_lowercase(),
                    (parsed.subject().unwrap().to_owned(), parsed.body_text(0).unwrap().contains("/act/")),
                )
            })
            .collect();
        assert!(!subjects["p11@board.example"].1, "{subjects:?}");
        assert_eq!(subjects[&format!("p{COORDINATOR}@board.example")].0, "Peer support: print a form");
        assert_eq!(action_link::Entity::find().count(&world.db).await.unwrap(), 0);
    }
);

both!(
    async fn a_manager_who_comes_too_late_reads_that_nothing_waits(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let (id, path) = mailed(&world, &mailer, &memory).await;
        done(&world, &path, "choice=ACCEPT").await;
        pass_days(&world, 1);
        run(&world, &mailer).await;
        let mut links = links(&memory);
        let (line, senior) = (links.remove(&LINE_MANAGER).unwrap(), links.remove(&SENIOR_MANAGER).unwrap());
        done(&world, &line, &as_line("choice=DECLINE&reason=TIME")).await;
        let late = open(&world, &senior).await;
        assert_eq!(late.status, StatusCode::OK);
        assert!(late.text.contains("This no longer waits for you") && !late.text.contains("<form"), "{}", late.text);
        let sent = send(&world, &senior, &as_senior("choice=ACCEPT&protectedHours=4")).await;
        assert!(sent.text.contains("no longer waits for you"), "{}", sent.text);
        assert_eq!(seen(&world, NOMINEE, &id).await["state"], "DECLINED");
    }
);

both!(
    async fn an_answer_about_an_older_state_is_checked_again(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let (_, path) = mailed(&world, &mailer, &memory).await;
        let sent = send(&world, &path, "choice=ACCEPT&version=0").await;
        assert!(sent.text.contains("was changed after you opened the page"), "{}", sent.text);
        done(&world, &path, "choice=ACCEPT&version=1").await;
    }
);

both!(
    async fn numbers_linked_after_the_mail_are_one_person(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let (_, path) = mailed(&world, &mailer, &memory).await;
        // The nominee's other number is lower.
        let row = entity::table::person_link::ActiveModel {
            person_id: sea_orm::ActiveValue::Set(PersonId(5)),
            same_as_id: sea_orm::ActiveValue::Set(PersonId(NOMINEE)),
            ..Default::default()
        };
        entity::table::person_link::Entity::insert(row).exec_without_returning(&world.db).await.unwrap();
        crate::board_builder::changed(&world.db).await;
        done(&world, &path, "choice=ACCEPT").await;
        assert_eq!(first_nomination(&world).await.accepted_on, Some(day("2026-11-16")));
    }
);

both!(
    async fn a_coordinator_prints_the_form_of_a_person_without_address(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated(&world).await;
        let blank = person::Entity::update_many().col_expr(person::Column::WorkEmail, Expr::value(None::<String>));
        blank.filter(person::Column::Id.eq(PersonId(NOMINEE))).exec(&world.db).await.unwrap();
        run(&world, &mailer).await;
        let mail = memory.drain().pop().unwrap();
        assert!(mail.to.starts_with(&format!("p{COORDINATOR}@")), "{}", mail.to);
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        assert_eq!(parsed.subject(), Some("Peer support: print a form"));
        assert!(parsed.body_text(0).unwrap().contains(&format!("{BASE}/nominations/1/form")));
        let form = request(&as_person(&world, COORDINATOR).await, "GET", "/nominations/1/form", &[HTML], "").await;
        crate::pages::html::assert_sound(&form.text);
        assert!(form.text.contains("Yes, I would like to take the role") && form.text.contains("Signature"));
        // For others there is no such page.
        for stranger in [LINE_MANAGER, 11] {
            let page = request(&as_person(&world, stranger).await, "GET", "/nominations/1/form", &[HTML], "").await;
            let none = request(&as_person(&world, stranger).await, "GET", "/nominations/99/form", &[HTML], "").await;
            assert_eq!((page.status, &page.text), (StatusCode::NOT_FOUND, &none.text), "{stranger}");
        }
        // What was signed is recorded, and then nothing waits for the nominee.
        let paper =
            json!({ "personId": person_id(NOMINEE), "day": "2026-11-16", "reference": "F-1", "signedForm": true });
        let input = json!({ "nominationId": id, "response": "ACCEPT", "paper": paper });
        accepted(&about(&world, COORDINATOR, "respondToNomination", input).await);
        let form = request(&as_person(&world, COORDINATOR).await, "GET", "/nominations/1/form", &[HTML], "").await;
        assert!(form.text.contains("Line manager:") && !form.text.contains("Yes, I would like"), "{}", form.text);
    }
);

both!(
    async fn a_question_to_a_person_without_address_is_settled_on_paper(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated_and_accepted(&world).await;
        let blank = person::Entity::update_many().col_expr(person::Column::WorkEmail, Expr::value(None::<String>));
        blank.filter(person::Column::Id.eq(PersonId(NOMINEE))).exec(&world.db).await.unwrap();
        let ask = json!({ "nominationId": id, "capacity": "LINE", "decision": "ASK", "question": "Which days?" });
        accepted(&decide(&world, LINE_MANAGER, ask).await);
        run(&world, &mailer).await;
        let mail = memory.drain().pop().unwrap();
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        assert!(parsed.body_text(0).unwrap().contains("pass the manager's question on"));
        let form = request(&as_person(&world, COORDINATOR).await, "GET", "/nominations/1/form", &[HTML], "").await;
        assert!(form.text.contains("Which days?") && form.text.contains("Line manager:"), "{}", form.text);
        // Without a paper the question must be answered first.
        assert_eq!(refused(&decide(&world, LINE_MANAGER, line(&id)).await), "QUESTION_OPEN");
        let mut on_paper = line(&id);
        on_paper["paper"] = json!({ "personId": person_id(LINE_MANAGER), "day": "2026-11-16", "reference": "F-2" });
        let decided = accepted(&decide(&world, COORDINATOR, on_paper).await);
        assert_eq!(decided["state"], "AWAITING_APPROVAL", "{decided}");
    }
);

both!(
    async fn a_record_from_paper_is_disputed_by_the_link(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated(&world).await;
        let paper =
            json!({ "personId": person_id(NOMINEE), "day": "2026-11-16", "reference": "F-1", "signedForm": true });
        let input = json!({ "nominationId": id, "response": "ACCEPT", "paper": paper });
        accepted(&about(&world, COORDINATOR, "respondToNomination", input).await);
        run(&world, &mailer).await;
        let path = links(&memory).remove(&NOMINEE).unwrap();
        let page = open(&world, &path).await;
        assert!(page.text.contains("You accepted a nomination") && page.text.contains("Dispute this record"));
        let answer = send(&world, &path, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert!(open(&world, answer.header("location")).await.text.contains("You have disputed this record"));
        assert_eq!(first_nomination(&world).await.accepted_on, None);
    }
);

both!(
    async fn erasure_removes_links(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let (_, path) = mailed(&world, &mailer, &memory).await;
        let admin = NewGrant { person: PersonId(11), role: AccessRole::Admin, from: day("2026-01-01"), to: None };
        grant::add(&world.db, admin, Actor::Operator, world.clock.now()).await.unwrap();
        let input = json!({ "personId": person_id(NOMINEE), "reason": "REQUESTED" });
        let payload = command(&world, 11, "erasePerson", input, "refusal { code }").await;
        assert_eq!(payload["refusal"], Value::Null);
        assert_eq!(action_link::Entity::find().count(&world.db).await.unwrap(), 0);
        assert_eq!(open(&world, &path).await.status, StatusCode::NOT_FOUND);
    }
);
