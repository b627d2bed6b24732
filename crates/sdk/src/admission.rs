//! How a route is guarded, and what becomes of a request at it, whatever framework it came through.
//!
//! Deciding is a function of the request; renewing a session takes a call of the server in between.
//! So there are two halves, [`Authara::arrive`] before the call and [`Authara::admit`] after it, and the
//! layers of the frameworks only carry requests from one to the other.

use std::sync::Arc;
use std::time::Duration;

use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::token::VerifyError;

use crate::authara::Authara;
use crate::client::SetCookies;
use crate::decision::{Decision, Mode};
use crate::identity::Identity;
use crate::refresh::{self, Outcome, Renewed, Wish};
use crate::refusal::{Kind, Refusal};
use crate::request_facts::RequestFacts;

/// How a route is guarded: who may pass, and whether a session that lapsed is renewed on the way.
///
/// ```
/// use authara_client::{OrganizationRole, Policy};
///
/// let page = Policy::required().with_refresh();
/// let administration = Policy::required().with_refresh().organization_role(OrganizationRole::Admin);
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    mode: Mode,
    refresh: bool,
    early: Option<Duration>,
    is_away_signed_out: bool,
    organization_role: Option<OrganizationRole>,
    platform_role: Option<PlatformRole>,
    applies_to: Option<Applies>,
}

/// Chooses requests by their path.
#[derive(Clone)]
struct Applies(Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl std::fmt::Debug for Applies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fn(&str) -> bool")
    }
}

impl Policy {
    /// Refuses requests without a valid token: pages are sent to the login page and come back,
    /// programs get 401.
    pub fn required() -> Self {
        Self::of(Mode::Required)
    }

    /// Lets requests without a valid token pass as nobody's.
    pub fn optional() -> Self {
        Self::of(Mode::Optional)
    }

    fn of(mode: Mode) -> Self {
        Self {
            mode,
            refresh: false,
            early: None,
            is_away_signed_out: false,
            organization_role: None,
            platform_role: None,
            applies_to: None,
        }
    }

    /// Renews a session whose access token lapsed, on the way to the handler. Without a base URL nothing
    /// is renewed. The browser gets the new cookies with the answer, whatever it is; while the server is away, a
    /// request that needs it gets 503 and keeps its cookies.
    pub fn with_refresh(self) -> Self {
        Self { refresh: true, ..self }
    }

    /// Renews already when the token lapses within this time, for pages that are asked for with GET. A
    /// failure then costs nothing: the token in hand still counts. 30 seconds are a good choice.
    pub fn early_refresh(self, within: Duration) -> Self {
        Self { refresh: true, early: Some(within), ..self }
    }

    /// Sends people to the login page while the server is away, in place of a 503. The login page is
    /// away too then, so this is for applications that were built on it.
    pub fn treat_unavailable_as_signed_out(self) -> Self {
        Self { is_away_signed_out: true, ..self }
    }

    /// Lets pass only who has this role in the organization of the session, or a higher one.
    pub fn organization_role(self, at_least: OrganizationRole) -> Self {
        Self { organization_role: Some(at_least), ..self }
    }

    /// Lets pass only who has this role on the platform.
    pub fn platform_role(self, role: PlatformRole) -> Self {
        Self { platform_role: Some(role), ..self }
    }

    /// Guards only requests whose path this is true of; the path is as it was sent, undecoded.
    pub fn only<F: Fn(&str) -> bool + Send + Sync + 'static>(self, applies_to: F) -> Self {
        Self { applies_to: Some(Applies(Arc::new(applies_to))), ..self }
    }

    fn asks_for_roles(&self) -> bool {
        self.organization_role.is_some() || self.platform_role.is_some()
    }

    fn is_allowed(&self, identity: &Identity) -> bool {
        self.organization_role.is_none_or(|role| identity.is_at_least(role))
            && self.platform_role.is_none_or(|role| identity.roles.has(role.claim()))
    }
}

/// What the first look at a request says.
#[derive(Debug)]
pub enum Arrival {
    /// Nobody has to be asked.
    Settled(Admission),
    /// The server has to renew the session first.
    Waiting(Waiting),
}

/// A request whose session has to be renewed, with nothing borrowed from it.
#[derive(Debug)]
pub struct Waiting {
    decision: Decision,
    wish: Wish,
}

/// What came of asking the server.
#[derive(Debug)]
pub struct Renewal(Outcome);

/// In the extensions of a request that goes on as nobody's, although it has a session, because the
/// server was away when that had to be renewed. The layers put it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionUnavailable;

/// What becomes of a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Admission {
    /// It is none of the guard's business.
    Untouched,
    /// It goes on to the handler.
    Pass(Pass),
    /// This is answered in the handler's place.
    Refused(Refusal),
}

/// What a request takes along to its handler, and its answer to the browser.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Pass {
    /// The caller; `None` for nobody, where that is allowed.
    pub identity: Option<Identity>,
    /// For the browser: to be appended to the answer, whatever it is.
    pub set_cookies: SetCookies,
    /// The `Cookie` header that the handler is to see in place of the one that was sent.
    pub cookie_header: Option<String>,
    /// Was the server away when the session had to be renewed?
    pub is_unavailable: bool,
}

impl Authara {
    /// Looks at a request for the first time.
    pub fn arrive(&self, facts: &RequestFacts<'_>, policy: &Policy) -> Arrival {
        if policy.applies_to.as_ref().is_some_and(|Applies(applies)| !applies(facts.path())) {
            return Arrival::Settled(Admission::Untouched);
        }
        let decision = self.decide(facts, policy.mode);
        match self.wish(facts, policy, &decision) {
            Some(wish) => Arrival::Waiting(Waiting { decision, wish }),
            None => Arrival::Settled(self.settle(facts, policy, decision)),
        }
    }

    /// What to ask the server, where a new access token would change anything.
    fn wish(&self, facts: &RequestFacts<'_>, policy: &Policy, decision: &Decision) -> Option<Wish> {
        let refresher = self.refresher().filter(|_| policy.refresh && self.wants_renewal(facts, policy, decision))?;
        refresher.wish(facts, &self.config().cookie_names().refresh)
    }

    /// Would a new access token change anything?
    fn wants_renewal(&self, facts: &RequestFacts<'_>, policy: &Policy, decision: &Decision) -> bool {
        // A bearer token speaks for itself, and the cookies beside it are somebody else's.
        if facts.bearer().is_some() {
            return false;
        }
        match decision {
            Decision::SignedOut { .. } => true,
            // A token of the administration is renewed to one for the application.
            Decision::Anonymous { reason } => !reason.is_configuration() || matches!(reason, VerifyError::Audience),
            Decision::Identity(identity) => policy.early.is_some_and(|within| {
                let left = (identity.expires_at - self.config().clock().now()).to_std().unwrap_or_default();
                left < within && facts.is_read() && Kind::of(facts) == Kind::Page
            }),
            Decision::Untouched | Decision::Misconfigured { .. } => false,
        }
    }

    /// Asks the server. It borrows nothing of the request.
    pub async fn renew(&self, waiting: &Waiting) -> Renewal {
        Renewal(match self.refresher() {
            Some(refresher) => refresher.renew(waiting.wish.clone()).await,
            // Nothing waits without one.
            None => Outcome::AWAY,
        })
    }

    /// Says what becomes of a request whose session was to be renewed.
    pub fn admit(&self, facts: &RequestFacts<'_>, policy: &Policy, waiting: Waiting, renewal: Renewal) -> Admission {
        match (renewal.0, waiting.decision) {
            (Outcome::Renewed(renewed), _) => self.with_roles(facts, policy, self.renewed(facts, &renewed)),
            // Where renewing early has failed, the token in hand still counts.
            (_, decision @ Decision::Identity(_)) => self.settle(facts, policy, decision),
            (outcome, _) => match self.not_renewed(facts, policy, outcome) {
                Ok(pass) => self.with_roles(facts, policy, pass),
                Err(refusal) => Admission::Refused(refusal),
            },
        }
    }

    /// What becomes of a request by its own token.
    fn settle(&self, facts: &RequestFacts<'_>, policy: &Policy, decision: Decision) -> Admission {
        if let Some(refusal) = self.refusal(facts, &decision) {
            return Admission::Refused(refusal);
        }
        match decision {
            Decision::Untouched => Admission::Untouched,
            Decision::Identity(identity) => {
                self.with_roles(facts, policy, Pass { identity: Some(identity), ..Pass::default() })
            }
            _ => self.with_roles(facts, policy, Pass::default()),
        }
    }

    /// Lets pass who has the roles that the policy asks for.
    fn with_roles(&self, facts: &RequestFacts<'_>, policy: &Policy, pass: Pass) -> Admission {
        let refusal = match &pass.identity {
            Some(identity) if policy.is_allowed(identity) => return Admission::Pass(pass),
            Some(_) => Refusal::forbidden(facts),
            None if policy.asks_for_roles() => Refusal::unauthenticated(facts, self.config().prefix()),
            None => return Admission::Pass(pass),
        };
        Admission::Refused(refusal.with_cookies(&pass.set_cookies))
    }

    fn renewed(&self, facts: &RequestFacts<'_>, renewed: &Renewed) -> Pass {
        Pass { identity: Some(renewed.identity.clone()), ..self.with_cookies(facts, &renewed.set_cookies) }
    }

    /// Nobody's request, after the server's cookies changed.
    fn with_cookies(&self, facts: &RequestFacts<'_>, set_cookies: &SetCookies) -> Pass {
        let cookie_header = (!set_cookies.is_empty())
            .then(|| refresh::rebuilt(&facts.cookies(), set_cookies, self.config().cookie_names()));
        Pass { set_cookies: set_cookies.clone(), cookie_header, ..Pass::default() }
    }

    /// What becomes of a request without a good token of its own, once the server was asked.
    fn not_renewed(&self, facts: &RequestFacts<'_>, policy: &Policy, outcome: Outcome) -> Result<Pass, Refusal> {
        let is_required = policy.mode == Mode::Required;
        let signed_out = |set_cookies: &SetCookies| {
            Refusal::unauthenticated(facts, self.config().prefix()).with_cookies(set_cookies)
        };
        match outcome {
            Outcome::SignedOut(set_cookies) if is_required => Err(signed_out(&set_cookies)),
            Outcome::SignedOut(set_cookies) => Ok(self.with_cookies(facts, &set_cookies)),
            Outcome::Unavailable { .. } if !is_required => Ok(Pass { is_unavailable: true, ..Pass::default() }),
            Outcome::Unavailable { .. } if policy.is_away_signed_out => Err(signed_out(&SetCookies::default())),
            Outcome::Unavailable { retry_after } => Err(Refusal::unavailable(facts, retry_after)),
            Outcome::Misconfigured if is_required => Err(Refusal::misconfigured(facts)),
            Outcome::Forbidden if is_required => Err(Refusal::forbidden(facts)),
            Outcome::Misconfigured | Outcome::Forbidden => Ok(Pass::default()),
            Outcome::Renewed(renewed) => Ok(self.renewed(facts, &renewed)),
        }
    }
}
