//! Stopping: active runs may finish within a limit, and the rest is released.

use ::jobs::runner::RunNowError;
use tokio::sync::Notify;

use super::*;
use crate::harness::both;

const RUN: &str = "2026-11-16";

both!(
    async fn a_stop_lets_active_runs_finish(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        world.clock.set(instant("2026-11-17T09:00:00Z"));
        let (diary, begun, finish) = (Diary::default(), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (bell, gate) = (begun.clone(), finish.clone());
        let job = scripted(COVERAGE, &diary, move |ctx, _| {
            let (bell, gate) = (bell.clone(), gate.clone());
            async move {
                bell.notify_one();
                ctx.stopping.cancelled().await;
                gate.notified().await;
                done()
            }
        });
        let runner = runner(&world, vec![job]);
        runner.tick().await.unwrap();
        begun.notified().await;
        let drain = tokio::spawn({
            let runner = runner.clone();
            async move { runner.drain(Duration::from_secs(30)).await }
        });
        finish.notify_one();
        assert!(drain.await.unwrap().in_time);
        assert_eq!(row(&world, COVERAGE, RUN).await.state, RunState::Done);
        assert_eq!(runner.tick().await.unwrap(), 0);
        assert!(matches!(runner.run_now(COVERAGE, period(RUN)).await, Err(RunNowError::Stopping)));
        // The seventeenth is also due, and left for another worker.
        assert_eq!(diary.runs(), ["coverage 2026-11-16"]);
    }
);

both!(
    async fn an_aborted_run_is_taken_over_at_once(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        world.clock.set(instant("2026-11-16T05:00:00Z"));
        let (diary, begun) = (Diary::default(), Arc::new(Notify::new()));
        let bell = begun.clone();
        let endless = scripted(COVERAGE, &diary, move |_, _| {
            bell.notify_one();
            std::future::pending()
        });
        let stopping = runner(&world, vec![endless]);
        stopping.tick().await.unwrap();
        begun.notified().await;
        assert!(!stopping.drain(Duration::from_millis(20)).await.in_time);
        let back = row(&world, COVERAGE, RUN).await;
        assert_eq!((back.state, back.attempts, back.holder), (RunState::Retrying, 0, None));
        let other = runner(&world, vec![easy(COVERAGE, &diary)]);
        wake(&world, &other, "2026-11-16T05:00:00Z").await;
        let row = row(&world, COVERAGE, RUN).await;
        assert_eq!((row.state, row.attempts), (RunState::Done, 1));
    }
);

#[cfg(unix)]
mod signals {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    const CHILD: &str = "PSN_TEST_CHILD_WAITS_FOR_SIGNALS";

    #[tokio::test]
    #[ignore = "the other half of the test below, in a process of its own"]
    async fn the_child() {
        if std::env::var_os(CHILD).is_none() {
            return;
        }
        let stop = psn::shutdown::on_signal(true).expect("signals can be listened to");
        println!("\nready");
        stop.cancelled().await;
        println!("\nstopping");
        std::future::pending::<()>().await;
    }

    #[test]
    fn a_second_signal_stops_at_once() {
        for (first, second) in [("TERM", "TERM"), ("INT", "TERM")] {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--ignored", "--exact", "jobs::stop::signals::the_child", "--nocapture"])
                .env(CHILD, "1")
                .stdout(Stdio::piped())
                .spawn()
                .expect("this test program starts again");
            let pid = child.id().to_string();
            let send = |signal: &str| {
                let sent = Command::new("kill").args(["-s", signal, &pid]).status().expect("kill can be run");
                assert!(sent.success());
            };
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
            assert!(lines.any(|line| line == "ready"));
            send(first);
            assert!(lines.any(|line| line == "stopping"), "{first} does not stop it");
            send(second);
            assert_eq!(child.wait().unwrap().code(), Some(1));
        }
    }
}
