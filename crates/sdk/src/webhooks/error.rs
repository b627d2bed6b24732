//! Why a delivery was refused.

use std::fmt;

/// Why a delivery was refused. Prints neither secrets nor anything out of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookError {
    /// The body is larger than the limit, and was not looked at.
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// There is no signature over the body.
    SignatureMissing,
    /// The signature's header occurs more than once, or is not `sha256=` and 64 hex digits.
    SignatureMalformed,
    /// The body was not signed with any of the secrets.
    SignatureMismatch,
    /// There is no signed time, and one is demanded.
    TimeMissing,
    /// The headers of the signed time are incomplete, occur more than once, or cannot be read.
    TimeMalformed,
    /// Time and body were not signed together with any of the secrets.
    TimeMismatch,
    /// The signed time is further from this machine's time than is tolerated.
    TimeOutOfTolerance {
        /// How far, in seconds.
        off_by_seconds: u64,
    },
    /// The event happened longer ago than is accepted.
    TooOld,
    /// The body does not follow the contract.
    Malformed {
        /// What is wrong, without a value.
        what: String,
    },
    /// A header says something else than the body, or says it twice.
    HeaderMismatch {
        /// The header.
        header: &'static str,
    },
}

impl WebhookError {
    /// Is it the signature, over the body or over the time? So it is after a secret was changed on
    /// one side only.
    pub fn is_signature(&self) -> bool {
        matches!(
            self,
            Self::SignatureMissing
                | Self::SignatureMalformed
                | Self::SignatureMismatch
                | Self::TimeMissing
                | Self::TimeMalformed
                | Self::TimeMismatch
        )
    }

    /// The status to answer with: 401 for signatures, 413 for size, 400 for the contents.
    ///
    /// A signed time that is out of tolerance is 503: the sender tries again, with a new time, so that
    /// a wrong clock delays events and loses none. Whoever replays a delivery gains nothing by it.
    pub fn status(&self) -> u16 {
        match self {
            Self::TooLarge { .. } => 413,
            Self::SignatureMissing
            | Self::SignatureMalformed
            | Self::SignatureMismatch
            | Self::TimeMissing
            | Self::TimeMalformed
            | Self::TimeMismatch => 401,
            Self::TimeOutOfTolerance { .. } => 503,
            Self::TooOld | Self::Malformed { .. } | Self::HeaderMismatch { .. } => 400,
        }
    }

    pub(super) fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed { what: what.into() }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { limit_bytes } => write!(f, "the body is larger than {limit_bytes} bytes"),
            Self::SignatureMissing => f.write_str("the body is not signed"),
            Self::SignatureMalformed => f.write_str("the signature cannot be read"),
            Self::SignatureMismatch => f.write_str("the body was not signed with any of the secrets"),
            Self::TimeMissing => f.write_str("there is no signed time"),
            Self::TimeMalformed => f.write_str("the signed time cannot be read"),
            Self::TimeMismatch => f.write_str("the time was not signed with any of the secrets"),
            Self::TimeOutOfTolerance { off_by_seconds } => {
                write!(f, "the signed time is off by {off_by_seconds} s from this machine's")
            }
            Self::TooOld => f.write_str("the event happened too long ago"),
            Self::Malformed { what } => write!(f, "the body does not follow the contract: {what}"),
            Self::HeaderMismatch { header } => write!(f, "the header {header} differs from the body"),
        }
    }
}

impl std::error::Error for WebhookError {}
