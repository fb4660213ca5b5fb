//! A real SMTP listener on loopback that treats each recipient as a test configures it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// What happens to mail for a recipient.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Accepted.
    Take,
    /// Answers the recipient's name with this line.
    AnswerRecipient(&'static str),
    /// Answers the message with this line.
    AnswerMessage(&'static str),
    /// Reads and stores the message, then closes the connection without an answer.
    DropAfterMessage,
    /// Reads and stores the message, then does not answer.
    SilentAfterMessage,
    /// Does not answer the recipient's name.
    SilentAtRecipient,
    /// Reads and stores the message, and accepts it after [`SmtpListener::release`].
    TakeWhenReleased,
    /// Accepted, but QUIT is not answered.
    SilentAtQuit,
}

/// The encryption of the listener.
#[derive(Clone)]
pub(crate) enum Encryption {
    /// No encryption; STARTTLS is not offered.
    None,
    /// From the first byte.
    Wrapped(TlsAcceptor),
    /// After STARTTLS.
    StartTls(TlsAcceptor),
}

/// The listener. Clones share its configuration and messages.
#[derive(Clone, Debug)]
pub(crate) struct SmtpListener {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    manners: HashMap<String, Manner>,
    messages: Vec<(String, String)>,
    /// The first four characters of each client line, encrypted or not.
    verbs: Vec<String>,
    /// Whether held messages are accepted.
    released: watch::Sender<bool>,
}

impl SmtpListener {
    /// Listens on a free port of loopback until the test's runtime ends.
    pub(crate) async fn start() -> Self {
        Self::encrypting(Encryption::None).await
    }

    /// Like [`Self::start`], with encryption.
    pub(crate) async fn encrypting(encryption: Encryption) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                let encryption = encryption.clone();
                tokio::spawn(async move {
                    // A client may disconnect at any time.
                    let _ = match encryption {
                        Encryption::None => converse(stream, &shared, true, false).await.map(|_| ()),
                        Encryption::Wrapped(tls) => match tls.accept(stream).await {
                            Ok(stream) => converse(stream, &shared, true, false).await.map(|_| ()),
                            Err(refused) => Err(refused),
                        },
                        Encryption::StartTls(tls) => match converse(stream, &shared, true, true).await {
                            Ok(Some(stream)) => match tls.accept(stream).await {
                                Ok(stream) => converse(stream, &shared, false, false).await.map(|_| ()),
                                Err(refused) => Err(refused),
                            },
                            Ok(None) => Ok(()),
                            Err(gone) => Err(gone),
                        },
                    };
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

    /// Sets how later mail for `address` is treated.
    pub(crate) fn treat(&self, address: &str, manner: Manner) {
        self.state.lock().expect("no panic").manners.insert(address.to_owned(), manner);
    }

    /// Accepts held messages, and later ones.
    pub(crate) fn release(&self) {
        self.state.lock().expect("no panic").released.send_replace(true);
    }

    /// Waits until this number of messages has arrived and was not read by [`Self::messages`].
    pub(crate) async fn has(&self, messages: usize) {
        let arrived = async {
            while self.state.lock().expect("no panic").messages.len() < messages {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), arrived).await.expect("the messages arrive");
    }

    /// Whether a message for `address` has arrived and was not read by [`Self::messages`].
    pub(crate) fn holds(&self, address: &str) -> bool {
        self.state.lock().expect("no panic").messages.iter().any(|(to, _)| to == address)
    }

    /// Returns the first four characters of each client line.
    pub(crate) fn verbs(&self) -> Vec<String> {
        self.state.lock().expect("no panic").verbs.clone()
    }

    /// Removes and returns the recipients and messages that arrived, accepted or not, oldest first.
    pub(crate) fn messages(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.state.lock().expect("no panic").messages)
    }
}

/// Holds one conversation. Returns the stream if the client wants to encrypt it.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    state: &Mutex<State>,
    greet: bool,
    offer: bool,
) -> std::io::Result<Option<S>> {
    let (read, mut write) = tokio::io::split(stream);
    let mut lines = BufReader::new(read).lines();
    if greet {
        say(&mut write, "220 listener").await?;
    }
    let mut to = String::new();
    let mut manner = Manner::Take;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        state.lock().expect("no panic").verbs.push(verb.clone());
        match verb.as_str() {
            "EHLO" if offer => say(&mut write, "250-listener\r\n250 STARTTLS").await?,
            "EHLO" => say(&mut write, "250-listener\r\n250 AUTH PLAIN").await?,
            "AUTH" => say(&mut write, "235 welcome").await?,
            "STAR" if offer => {
                say(&mut write, "220 go on").await?;
                return Ok(Some(lines.into_inner().into_inner().unsplit(write)));
            }
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
                    Manner::DropAfterMessage => return Ok(None),
                    Manner::SilentAfterMessage => std::future::pending().await,
                    Manner::TakeWhenReleased => {
                        let mut released = state.lock().expect("no panic").released.subscribe();
                        // An error means that the test has ended.
                        let _ = released.wait_for(|released| *released).await;
                        say(&mut write, "250 taken").await?;
                    }
                    _ => say(&mut write, "250 taken").await?,
                }
            }
            "QUIT" => {
                if matches!(manner, Manner::SilentAtQuit) {
                    std::future::pending::<()>().await;
                }
                say(&mut write, "221 bye").await?;
                return Ok(None);
            }
            _ => say(&mut write, if verb == "STAR" { "502 unknown" } else { "250 ok" }).await?,
        }
    }
    Ok(None)
}

async fn say(write: &mut (impl AsyncWrite + Unpin), answer: &str) -> std::io::Result<()> {
    write.write_all(format!("{answer}\r\n").as_bytes()).await
}
