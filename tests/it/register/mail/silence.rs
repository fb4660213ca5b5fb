//! Mails about nominations that lapsed, and what they do not tell.

use super::*;

both!(
    async fn a_nominee_who_declines_is_not_named_to_anyone(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated(&world).await;
        let input = json!({ "nominationId": id, "response": "DECLINE" });
        accepted(&about(&world, NOMINEE, "respondToNomination", input).await);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none(), "the day of the mail would say that she declined");
        assert_eq!(each_day(&world, &mailer, &memory, 89).await, BTreeMap::new());
        let on_the_last_day = BTreeMap::from([(1, one(COLLEAGUE, "read the outcome of a nomination"))]);
        assert_eq!(each_day(&world, &mailer, &memory, 10).await, on_the_last_day);
    }
);

both!(
    async fn silence_a_decline_and_a_withdrawal_read_the_same(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let of = |person: i64| json!({ "personId": person_id(person), "role": "PEER_SUPPORTER", "unitCode": "N2" });
        let mut ids = Vec::new();
        for person in [NOMINEE, 10, 11] {
            ids.push(accepted(&nominate(&world, COLLEAGUE, of(person)).await)["id"].clone());
        }
        run(&world, &mailer).await;
        memory.drain();
        pass_days(&world, 20);
        let decline = json!({ "nominationId": ids[0], "response": "DECLINE" });
        accepted(&about(&world, NOMINEE, "respondToNomination", decline).await);
        accepted(&about(&world, 10, "withdrawNomination", json!({ "nominationId": ids[1] })).await);
        assert_eq!(each_day(&world, &mailer, &memory, 69).await, BTreeMap::new());
        pass_days(&world, 1);
        run(&world, &mailer).await;
        let mails = memory.drain();
        let read = |person: i64| {
            let own = mails.iter().filter(move |mail| number(mail) == person);
            let parts = own.map(|mail| {
                assert_sound(mail);
                let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
                (parsed.subject().unwrap().to_owned(), parsed.body_text(0).unwrap().into_owned())
            });
            parts.collect::<Vec<_>>()
        };
        let told = read(COLLEAGUE);
        assert_eq!(told.len(), 3);
        assert!(told.iter().all(|mail| *mail == told[0]), "{told:?}");
        // The one who did not answer reads what they can do, and the others know.
        let lapsed = read(11);
        assert_eq!(lapsed[0].0, "Peer support: read what you can do next");
        assert!(lapsed[0].1.contains("has lapsed") && lapsed[0].1.contains("put yourself forward"), "{lapsed:?}");
        assert_eq!((mails.len(), read(NOMINEE), read(10)), (4, vec![], vec![]));
        assert_eq!(each_day(&world, &mailer, &memory, 40).await, BTreeMap::new(), "once");
    }
);

both!(
    async fn a_nomination_without_a_decision_lapses_with_a_mail(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated_and_accepted(&world).await;
        run(&world, &mailer).await;
        memory.drain();
        pass_days(&world, 90);
        run(&world, &mailer).await;
        let mut both = one(NOMINEE, "read what you can do next");
        both.extend(one(COLLEAGUE, "read the outcome of a nomination"));
        assert_eq!(subjects(&memory), both);
        // A nominee who put themselves forward gets the one mail.
        let id = accepted(&nominate(&world, NOMINEE, json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" })).await);
        pass_days(&world, 90);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), one(NOMINEE, "read what you can do next"), "{id}");
    }
);

both!(
    async fn what_lapsed_long_ago_is_no_news(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated(&world).await;
        run(&world, &mailer).await;
        memory.drain();
        pass_days(&world, 122);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none());
    }
);
