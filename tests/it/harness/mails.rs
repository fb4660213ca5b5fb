//! Mails kept in memory, each of which a test must read.

use std::sync::{Mutex, PoisonError};

use jobs::mail::{Mailer, Memory};

/// The mailers of a test that keep mails in memory.
#[derive(Debug, Default)]
pub(crate) struct Mails(Mutex<Vec<Memory>>);

impl Mails {
    pub(super) fn mailer(&self) -> (Mailer, Memory) {
        let (mailer, memory) = Mailer::memory();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(memory.clone());
        (mailer, memory)
    }
}

/// Fails the test if a mail is left, unless it has failed already.
impl Drop for Mails {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mailers = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        let unread: Vec<_> = mailers.iter().flat_map(Memory::drain).map(|mail| mail.to).collect();
        assert!(unread.is_empty(), "the test has not read the mails to {unread:?}");
    }
}

mod tests {
    use crate::harness::{Engine, World};
    use crate::report::{job, now, ready, week};

    #[tokio::test]
    #[should_panic(expected = "the test has not read the mails to [\"p")]
    async fn unread_mail_fails_the_test() {
        let world = World::new(Engine::Sqlite).await;
        ready(&world).await;
        let (mailer, _) = world.mailer();
        job(mailer).run(&world.db, week("2026-W47"), now()).await.expect("the report is sent");
    }
}
