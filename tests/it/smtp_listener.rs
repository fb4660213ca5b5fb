//! A real SMTP listener on loopback that does to each recipient what a test tells it to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};

/// What happens to mail for a recipient.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Taken.
    Take,
    /// This answer to the recipient's name.
    AnswerRecipient(&'static str),
    /// This answer to the message.
    AnswerMessage(&'static str),
    /// The message is read and kept, and then the connection goes without an answer.
    DropAfterMessage,
    /// The message is read and kept, and then nothing is said any more.
    SilentAfterMessage,
    /// Nothing is said after the recipient's name.
    SilentAtRecipient,
}

/// The listener; clones share what it was told and what it took.
#[derive(Clone, Debug)]
pub(crate) struct SmtpListener {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    manners: HashMap<String, Manner>,
    messages: Vec<(String, String)>,
}

impl SmtpListener {
    /// Listens on a free port of loopback until the test's runtime ends.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    // A client that goes away is no concern of the listener.
                    let _ = converse(stream, &shared).await;
                });
            }
        });
        Self { port, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// From now on mail for `address` is treated so.
    pub(crate) fn treat(&self, address: &str, manner: Manner) {
        self.state.lock().expect("no panic").manners.insert(address.to_owned(), manner);
    }

    /// Whether a message for `address` has arrived and was not taken out.
    pub(crate) fn holds(&self, address: &str) -> bool {
        self.state.lock().expect("no panic").messages.iter().any(|(to, _)| to == address)
    }

    /// Takes out what arrived, taken or not: recipient and message, oldest first.
    pub(crate) fn messages(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.state.lock().expect("no panic").messages)
    }
}

async fn converse(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    say(&mut write, "220 listener").await?;
    let mut to = String::new();
    let mut manner = Manner::Take;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                manner = state.lock().expect("no panic").manners.get(&to).copied().unwrap_or(Manner::Take);
                match manner {
                    Manner::AnswerRecipient(answer) => say(&mut write, answer).await?,
                    Manner::SilentAtRecipient => std::future::pending().await,
                    _ => say(&mut write, "250 ok").await?,
                }
            }
            "DATA" => {
                say(&mut write, "354 go on").await?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    message.push_str(line.strip_prefix('.').unwrap_or(&line));
                    message.push_str("\r\n");
                }
                state.lock().expect("no panic").messages.push((to.clone(), message));
                match manner {
                    Manner::AnswerMessage(answer) => say(&mut write, answer).await?,
                    Manner::DropAfterMessage => return Ok(()),
                    Manner::SilentAfterMessage => std::future::pending().await,
                    _ => say(&mut write, "250 taken").await?,
                }
            }
            "QUIT" => {
                say(&mut write, "221 bye").await?;
                return Ok(());
            }
            _ => say(&mut write, "250 ok").await?,
        }
    }
    Ok(())
}

async fn say(write: &mut OwnedWriteHalf, answer: &str) -> std::io::Result<()> {
    write.write_all(format!("{answer}\r\n").as_bytes()).await
}
