//! Who is asking. A [`Viewer`] is made once a request, and every read begins from what it may see.

/// Who is asking, and with which right. Nothing but this module makes one, so a resolver that holds a `Viewer` holds a
/// right that was established for this request.
///
/// For now there is one right. People, front ends and roles with scopes become further rights here; what a right may see
/// is asked of the viewer, so that a read which begins from it need not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer(Right);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Right {
    /// Whoever reaches this machine's own address, without signing in.
    Loopback,
}

impl Viewer {
    /// The viewer who reached the service without signing in: start-up lets only this machine do so unless told otherwise.
    #[must_use]
    pub const fn loopback() -> Self {
        Self(Right::Loopback)
    }

    /// Whether the viewer sees the whole organisation, and not only a part of its tree.
    #[must_use]
    pub const fn sees_whole_network(&self) -> bool {
        match self.0 {
            Right::Loopback => true,
        }
    }

    /// A word for log lines; never a name or an address.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self.0 {
            Right::Loopback => "loopback",
        }
    }
}
