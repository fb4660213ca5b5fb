//! Mail stored in this process, for tests, which can also make it fail.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Accepted, Email, SendError};

/// Mails stored in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    mails: Vec<StoredMail>,
    answers: HashMap<String, SendError>,
}

/// One mail as it would have been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMail {
    /// The recipient's address.
    pub to: String,
    /// Message-ID without its angle brackets.
    pub message_id: String,
    /// Headers and parts.
    pub bytes: Vec<u8>,
}

impl Memory {
    /// Removes and returns every mail, oldest first.
    pub fn drain(&self) -> Vec<StoredMail> {
        std::mem::take(&mut self.lock().mails)
    }

    /// Makes every later mail to `address` fail with `error`, or succeed again with `None`.
    pub fn answer(&self, address: &str, error: Option<SendError>) {
        let mut state = self.lock();
        match error {
            Some(error) => state.answers.insert(address.to_owned(), error),
            None => state.answers.remove(address),
        };
    }

    pub(super) fn store(&self, email: &Email, bytes: Vec<u8>) -> Result<Accepted, SendError> {
        let mut state = self.lock();
        if let Some(error) = state.answers.get(&email.to) {
            return Err(error.clone());
        }
        state.mails.push(StoredMail { to: email.to.clone(), message_id: email.message_id.clone(), bytes });
        Ok(Accepted { stored_at: None })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
