//! A session: one login on one device, from sign-in until it ends or lapses.

pub mod refresh;

use chrono::{DateTime, TimeDelta, Utc};

use crate::id::{OrganizationId, SessionId, UserId};

/// How old a refresh token must be before using it yields a successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationPolicy {
    /// The token stays the same for as long as it lives.
    Never,
    /// Every use yields a successor.
    Always,
    /// A use at this age or later yields a successor.
    After(TimeDelta),
}

impl RotationPolicy {
    /// Is a token that was made at `created_at` due?
    pub fn is_due(self, created_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::After(age) => now - created_at >= age,
        }
    }
}

/// Lives and limits of sessions and their tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPolicy {
    /// Life of an access token.
    pub access_ttl: TimeDelta,
    /// Life of a refresh token: the idle limit of a session.
    pub refresh_ttl: TimeDelta,
    /// Life of a session: the absolute limit that nothing extends.
    pub session_ttl: TimeDelta,
    /// When refresh tokens are replaced.
    pub rotation: RotationPolicy,
    /// How long a spent token may be repeated while nobody has used its successor.
    pub grace: TimeDelta,
    /// How long after signing in sensitive actions need no new proof.
    pub fresh_window: TimeDelta,
    /// Live sessions that a user may have; beyond, the oldest ends.
    pub sessions_per_user: u32,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            access_ttl: TimeDelta::minutes(10),
            refresh_ttl: TimeDelta::days(14),
            session_ttl: TimeDelta::days(60),
            rotation: RotationPolicy::After(TimeDelta::hours(24)),
            grace: TimeDelta::seconds(10),
            fresh_window: TimeDelta::minutes(10),
            sessions_per_user: 100,
        }
    }
}

impl SessionPolicy {
    /// When a refresh token made at `now` lapses: never after its session.
    pub fn refresh_expiry(&self, session_expires_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        (now + self.refresh_ttl).min(session_expires_at)
    }

    /// Was the person asked for proof recently enough for a sensitive action? A time in the
    /// future, after the clock was set back, counts as now.
    pub fn is_fresh(&self, authenticated_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        now - authenticated_at < self.fresh_window
    }

    /// Is the noted last use old enough to be worth a write? Once a minute is.
    pub fn is_use_worth_noting(&self, last_used_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        now - last_used_at >= TimeDelta::minutes(1)
    }

    /// How long the mark of an ended session must be kept: until the last access token that could
    /// name it has lapsed, and a little more for clocks that differ.
    pub fn mark_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.access_ttl + TimeDelta::seconds(5)
    }
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    /// A password, at sign-up, login or when it was changed.
    Password,
}

impl AuthMethod {
    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        (text == "password").then_some(Self::Password)
    }
}

/// Why a session ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its owner signed out.
    Logout,
    /// It was presented with a new sign-in, which took its place.
    Replaced,
    /// Its owner ended it from another session.
    EndedByOwner,
    /// The password was set or changed.
    PasswordChanged,
    /// A spent refresh token came back.
    TokenReused,
    /// The user had too many sessions, and this was the oldest.
    TooMany,
    /// The operator ended it, alone or with everybody's.
    EndedByOperator,
}

impl EndReason {
    const ALL: [Self; 7] = [
        Self::Logout,
        Self::Replaced,
        Self::EndedByOwner,
        Self::PasswordChanged,
        Self::TokenReused,
        Self::TooMany,
        Self::EndedByOperator,
    ];

    /// The name in the store and in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::Replaced => "replaced",
            Self::EndedByOwner => "ended_by_owner",
            Self::PasswordChanged => "password_changed",
            Self::TokenReused => "token_reused",
            Self::TooMany => "too_many",
            Self::EndedByOperator => "ended_by_operator",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// When and why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: EndReason,
}

/// One login on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id, the `sid` of its access tokens.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The organization it works in.
    pub organization: OrganizationId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// Its absolute end; expired from this instant on.
    pub expires_at: DateTime<Utc>,
    /// When its owner last proved who they are.
    pub authenticated_at: DateTime<Utc>,
    /// How.
    pub method: AuthMethod,
    /// When it was last used, to within a minute.
    pub last_used_at: DateTime<Utc>,
    /// Set once it has ended.
    pub ended: Option<Ended>,
    /// What the browser said of itself, made storable; empty when it said nothing.
    pub user_agent: String,
    /// Where the login came from, if that is known.
    pub address: Option<String>,
}

impl Session {
    /// Neither ended nor lapsed.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.ended.is_none() && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h123_h124_h125_rotation_by_age() {
        let made = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let five = RotationPolicy::After(TimeDelta::minutes(5));
        for (minutes, due) in [(4, false), (5, true), (6, true)] {
            assert_eq!(five.is_due(made, made + TimeDelta::minutes(minutes)), due);
        }
        assert!(RotationPolicy::Always.is_due(made, made));
        assert!(!RotationPolicy::Never.is_due(made, made + TimeDelta::days(365)));
    }

    #[test]
    fn s054_h126_a_refresh_token_never_outlives_its_session() {
        let policy = SessionPolicy::default();
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        assert_eq!(policy.refresh_expiry(now + TimeDelta::days(60), now), now + TimeDelta::days(14));
        assert_eq!(policy.refresh_expiry(now + TimeDelta::days(3), now), now + TimeDelta::days(3));
    }

    #[test]
    fn s064_freshness_is_a_half_open_window_and_survives_a_clock_set_back() {
        let policy = SessionPolicy::default();
        let then = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        assert!(policy.is_fresh(then, then + TimeDelta::seconds(599)));
        assert!(!policy.is_fresh(then, then + TimeDelta::seconds(600)));
        assert!(policy.is_fresh(then, then - TimeDelta::minutes(5)));
    }
}
