//! What presenting a refresh token earns (RFC 9700 section 4.14.2), and how successors are made.

use chrono::{DateTime, Utc};

use super::SessionPolicy;
use crate::audience::Audience;
use crate::keys::{KeyRing, Label, MacKey};
use crate::role::PlatformRole;
use crate::secret::RefreshToken;

/// Where a refresh token is in its life. Only `Live` can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// Never exchanged for a successor.
    Live,
    /// Exchanged at this time. Was the successor used since?
    Spent {
        /// When it was exchanged.
        at: DateTime<Utc>,
        /// Has somebody presented the successor?
        successor_used: bool,
    },
}

/// Everything that decides about one presented token, read in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Live or spent.
    pub state: TokenState,
    /// When the token was made.
    pub created_at: DateTime<Utc>,
    /// When the token lapses; expired from this instant on.
    pub expires_at: DateTime<Utc>,
    /// Has its session been ended?
    pub session_ended: bool,
    /// The absolute end of its session.
    pub session_expires_at: DateTime<Utc>,
    /// Is the account disabled?
    pub user_disabled: bool,
    /// Is the user still a member of the session's organization?
    pub is_member: bool,
    /// The user's platform roles now.
    pub roles: Vec<PlatformRole>,
}

/// What a presented token earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spend {
    /// The same token.
    Keep,
    /// A successor; the presented token is spent.
    Rotate,
    /// The same successor once more.
    Repeat,
}

/// Why a presented token earns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody knows it, or its account is gone.
    Unknown,
    /// Its session was ended.
    Ended,
    /// It was spent before, and this is not a repeat: its session must end now.
    Replayed,
    /// It, or its session, has lapsed.
    Expired,
    /// The account is disabled.
    Disabled,
    /// The user is no longer a member of the session's organization.
    NotMember,
    /// The user may not have a token for this audience.
    Audience,
}

impl Refusal {
    /// Is the session definitely over, so that a browser should forget its cookies?
    pub fn is_final(self) -> bool {
        match self {
            Self::Unknown | Self::Ended | Self::Replayed | Self::Expired | Self::Disabled => true,
            Self::NotMember | Self::Audience => false,
        }
    }
}

impl Presented {
    /// Decides what presenting this token for `audience` at `now` earns.
    ///
    /// Token and session are expired from their end on (half-open intervals). A replay outranks
    /// expiry, so that a stolen token is noticed even after it lapsed. Within the grace time,
    /// while nobody has used the successor, a second use is two tabs or a lost answer, not a
    /// thief. A time of consumption in the future, after the clock was set back, counts as now.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why not. Only [`Refusal::Replayed`] asks for an action: end the session,
    /// and commit that.
    pub fn check_spend(
        &self,
        audience: Audience,
        policy: &SessionPolicy,
        now: DateTime<Utc>,
    ) -> Result<Spend, Refusal> {
        if self.session_ended {
            return Err(Refusal::Ended);
        }
        let spend = match self.state {
            TokenState::Spent { at, successor_used: false } if now - at < policy.grace => Spend::Repeat,
            TokenState::Spent { .. } => return Err(Refusal::Replayed),
            TokenState::Live if self.expires_at <= now => return Err(Refusal::Expired),
            TokenState::Live if policy.rotation.is_due(self.created_at, now) => Spend::Rotate,
            TokenState::Live => Spend::Keep,
        };
        if self.session_expires_at <= now {
            Err(Refusal::Expired)
        } else if self.user_disabled {
            Err(Refusal::Disabled)
        } else if !self.is_member {
            Err(Refusal::NotMember)
        } else if !audience.is_open_to(&self.roles) {
            Err(Refusal::Audience)
        } else {
            Ok(spend)
        }
    }
}

/// Derives the successor of a token: a keyed hash of its text, so that whoever repeats the request
/// gets the same successor from any process, also after a crash, though only hashes are stored.
#[derive(Clone, Debug)]
pub struct SuccessorKeys(Vec<MacKey>);

impl SuccessorKeys {
    /// Derives the keys from the ring.
    pub fn new(ring: &KeyRing) -> Self {
        Self(ring.derive(Label::RefreshSuccessor))
    }

    /// The successor under each listed key, the active one's first. That one is stored; the others
    /// matter when the ring was rotated within the grace time.
    pub fn candidates(&self, token: &RefreshToken) -> Vec<RefreshToken> {
        let text = token.expose().as_bytes();
        self.0.iter().map(|key| RefreshToken::from_bytes(&key.sign(&[text]))).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;
    use crate::session::RotationPolicy;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    fn presented(state: TokenState) -> Presented {
        Presented {
            state,
            created_at: at(0),
            expires_at: at(1000),
            session_ended: false,
            session_expires_at: at(2000),
            user_disabled: false,
            is_member: true,
            roles: Vec::new(),
        }
    }

    fn policy(rotation: RotationPolicy) -> SessionPolicy {
        SessionPolicy { rotation, grace: TimeDelta::seconds(10), ..SessionPolicy::default() }
    }

    #[test]
    fn s050_to_s054_the_table_of_decisions() {
        let live = || presented(TokenState::Live);
        let spent = |seconds, successor_used| presented(TokenState::Spent { at: at(seconds), successor_used });
        let always = policy(RotationPolicy::Always);
        let never = policy(RotationPolicy::Never);
        let app = Audience::App;
        for (name, token, policy, audience, now, expected) in [
            ("live, due", live(), &always, app, 5, Ok(Spend::Rotate)),
            ("live, not due", live(), &never, app, 5, Ok(Spend::Keep)),
            ("live, last instant", live(), &never, app, 999, Ok(Spend::Keep)),
            ("live, first instant after", live(), &never, app, 1000, Err(Refusal::Expired)),
            ("repeat within grace", spent(5, false), &always, app, 14, Ok(Spend::Repeat)),
            ("repeat at the end of grace", spent(5, false), &always, app, 15, Err(Refusal::Replayed)),
            ("repeat after successor was used", spent(5, true), &always, app, 6, Err(Refusal::Replayed)),
            ("consumed in the future", spent(500, false), &always, app, 6, Ok(Spend::Repeat)),
            ("replay after expiry", spent(5, false), &always, app, 1500, Err(Refusal::Replayed)),
            ("admin without role", live(), &always, Audience::Admin, 5, Err(Refusal::Audience)),
            ("ended", Presented { session_ended: true, ..spent(5, true) }, &always, app, 6, Err(Refusal::Ended)),
            ("session over", Presented { session_expires_at: at(5), ..live() }, &always, app, 5, Err(Refusal::Expired)),
            ("disabled", Presented { user_disabled: true, ..live() }, &always, app, 5, Err(Refusal::Disabled)),
            ("not a member", Presented { is_member: false, ..live() }, &always, app, 5, Err(Refusal::NotMember)),
            (
                "admin with role",
                Presented { roles: vec![PlatformRole::Monitor], ..live() },
                &always,
                Audience::Admin,
                5,
                Ok(Spend::Rotate),
            ),
        ] {
            assert_eq!(token.check_spend(audience, policy, at(now)), expected, "{name}");
        }
    }

    #[test]
    fn s070_cookies_are_given_up_only_when_the_session_is_over() {
        let kept: Vec<_> = [
            Refusal::Unknown,
            Refusal::Ended,
            Refusal::Replayed,
            Refusal::Expired,
            Refusal::Disabled,
            Refusal::NotMember,
            Refusal::Audience,
        ]
        .into_iter()
        .filter(|refusal| !refusal.is_final())
        .collect();
        assert_eq!(kept, [Refusal::NotMember, Refusal::Audience]);
    }

    #[test]
    fn s051_any_process_derives_the_same_successor() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let ring = KeyRing::generate("a", &mut rng);
        let token = RefreshToken::random(&mut rng);
        let first = SuccessorKeys::new(&ring).candidates(&token);
        assert_eq!(first, SuccessorKeys::new(&ring).candidates(&token));
        let rotated = SuccessorKeys::new(&ring.rotated("b", 1, &mut rng)).candidates(&token);
        assert_eq!(rotated.len(), 2);
        assert_eq!(rotated[1], first[0]);
        assert_ne!(rotated[0], first[0]);
    }

    /// A family of tokens in memory, moved by the decisions alone: `tokens[n + 1]` is the
    /// successor of `tokens[n]`.
    struct Family {
        tokens: Vec<(i64, Option<i64>)>,
        used: Vec<bool>,
        ended: bool,
    }

    impl Family {
        fn present(&mut self, n: usize, policy: &SessionPolicy, now: i64) -> Result<Spend, Refusal> {
            let (created, spent) = self.tokens[n];
            let successor_used = self.used.get(n + 1).copied().unwrap_or(false);
            let state = spent.map_or(TokenState::Live, |s| TokenState::Spent { at: at(s), successor_used });
            let facts = Presented {
                created_at: at(created),
                expires_at: at(created + 1000),
                session_ended: self.ended,
                session_expires_at: at(100_000),
                ..presented(state)
            };
            let verdict = facts.check_spend(Audience::App, policy, at(now));
            match verdict {
                Ok(Spend::Rotate) => {
                    self.used[n] = true;
                    self.tokens[n].1 = Some(now);
                    self.tokens.push((now, None));
                    self.used.push(false);
                }
                Ok(Spend::Keep) => self.used[n] = true,
                Err(Refusal::Replayed) => self.ended = true,
                Ok(Spend::Repeat) | Err(_) => {}
            }
            verdict
        }
    }

    proptest! {
        /// Annex B: at most one live leaf; a replay of an inner node ends the tree; grace never
        /// makes a second leaf.
        #[test]
        fn s050_s052_random_interleavings_keep_one_live_leaf(
            steps in proptest::collection::vec((0usize..6, -5i64..40), 1..60),
            rotation in prop_oneof![
                Just(RotationPolicy::Always), Just(RotationPolicy::Never), Just(RotationPolicy::After(TimeDelta::seconds(20)))
            ],
        ) {
            let policy = policy(rotation);
            let mut family = Family { tokens: vec![(0, None)], used: vec![false], ended: false };
            let mut now = 0;
            for (back, advance) in steps {
                now = (now + advance).max(0);
                let n = family.tokens.len().saturating_sub(1 + back);
                let before = family.tokens.len();
                let was_inner_and_followed = family.used.get(n + 1).copied().unwrap_or(false);
                let ended_before = family.ended;
                let verdict = family.present(n, &policy, now);
                let live = family.tokens.iter().filter(|(_, spent)| spent.is_none()).count();
                prop_assert_eq!(live, 1);
                if was_inner_and_followed {
                    prop_assert!(verdict.is_err());
                    prop_assert!(family.ended);
                }
                if verdict == Ok(Spend::Repeat) {
                    prop_assert_eq!(family.tokens.len(), before);
                }
                if ended_before {
                    prop_assert_eq!(verdict, Err(Refusal::Ended));
                }
            }
        }
    }
}
