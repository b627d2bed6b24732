//! People who use an app: they sign up, log in, present their tokens, and have rows in the store.

use std::net::{IpAddr, Ipv4Addr};

use authara_core::audience::Audience;
use authara_core::client_address::ClientAddress;
use authara_core::email::EmailAddress;
use authara_core::id::{AuthMethodId, SessionId, UserId};
use authara_core::organization::{Organization, OrganizationKind};
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::secret::{RefreshToken, SecretText};
use authara_core::session::refresh::Refusal;
use authara_core::session::{AuthMethod, RotationPolicy, Session, SessionPolicy};
use authara_core::token::AccessClaims;
use authara_core::user::User;
use authara_flows::error::{LoginError, RefreshError};
use authara_flows::issue::{Client, Presented, SignedIn};
use authara_flows::login::{self, Login};
use authara_flows::mint::Grant;
use authara_flows::password::Change;
use authara_flows::refresh::{self, Refreshed, Use};
use authara_flows::signup::{self, Signup};
use authara_flows::testing::{self, Bend};
use authara_flows::{App, Policies};
use authara_storage::refresh_tokens::Token;
use authara_storage::testing::TestStore;
use authara_storage::{
    Store, auth_methods, memberships, organizations, platform_roles, refresh_tokens, sessions, users,
};
use chrono::TimeDelta;

/// Dana's address.
pub(crate) const EMAIL: &str = "dana@example.org";
/// Everybody's first password.
pub(crate) const PASSWORD: &str = "seven purple lighthouses";

/// An app whose sessions follow this policy.
pub(crate) fn with_sessions(session: SessionPolicy) -> Bend {
    Bend { policies: Policies { session, ..Policies::default() }, ..Bend::default() }
}

/// An app with this rotation and otherwise the usual policy.
pub(crate) fn rotating(rotation: RotationPolicy) -> Bend {
    with_sessions(SessionPolicy { rotation, ..SessionPolicy::default() })
}

/// The same server after a restart: what was only in memory is gone.
pub(crate) async fn restarted(test: TestStore, app: App) -> (TestStore, App) {
    let bend = Bend { policies: app.policies, clock: app.clock.clone(), rng: app.rng.clone(), ..Bend::default() };
    drop(app);
    let TestStore { store, faults, database } = test;
    drop(store);
    let opened = Store::open(database.options.clone(), faults.clone()).await;
    let test = TestStore { store: opened.expect("the database opens again"), faults, database };
    let app = testing::app(&test, bend);
    (test, app)
}

/// One of 256 addresses.
pub(crate) fn address(number: u8) -> ClientAddress {
    ClientAddress::Known(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)))
}

/// A browser at that address.
pub(crate) fn client(address: ClientAddress) -> Client {
    Client { address, user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned() }
}

/// What somebody without a session presents to sign up, from address 1.
pub(crate) fn signup_of(email: &str, password: &str) -> Signup {
    Signup {
        email: email.to_owned(),
        password: SecretText::new(password),
        invitation_code: None,
        client: client(address(1)),
        presented: Presented::default(),
    }
}

/// What somebody without a session presents to log in, from address 1.
pub(crate) fn login_of(email: &str, password: &str) -> Login {
    Login {
        email: EmailAddress::parse(email).expect("an address"),
        password: SecretText::new(password),
        audience: Audience::App,
        client: client(address(1)),
        presented: Presented::default(),
    }
}

/// What somebody who is signed in presents to have another password, from address 1.
pub(crate) fn change_of(app: &App, person: &SignedIn, new_password: &str) -> Change {
    Change {
        claims: claims(app, &person.access_token),
        new_password: SecretText::new(new_password),
        client: client(address(1)),
        renews: true,
    }
}

/// Signs up with the usual password.
pub(crate) async fn sign_up(app: &App, email: &str) -> SignedIn {
    signup::direct(app, signup_of(email, PASSWORD)).await.expect("a sign-up")
}

/// Logs in from address 1.
pub(crate) async fn log_in(app: &App, email: &str, password: &str) -> Result<SignedIn, LoginError> {
    login::with_password(app, login_of(email, password)).await
}

/// Presents a refresh token for the app audience.
pub(crate) async fn present(app: &App, token: &RefreshToken) -> Result<Refreshed, RefreshError> {
    refresh::exchange(app, token.expose(), Audience::App, address(1), Use::Rotating).await
}

/// Why a refresh was refused; what came instead if it was not.
pub(crate) fn refusal(answer: &Result<Refreshed, RefreshError>) -> Result<Refusal, String> {
    match answer {
        Err(RefreshError::Refused(refusal)) => Ok(*refusal),
        other => Err(format!("{other:?}")),
    }
}

/// What a good access token for the app says.
pub(crate) fn claims(app: &App, access_token: &str) -> AccessClaims {
    app.verifier.verify(access_token, "app", app.clock.now()).expect("a good access token")
}

/// The session as it is kept.
pub(crate) async fn session(app: &App, id: SessionId) -> Session {
    let found = app.store.read_one(move |tx| sessions::find(tx, id)).await;
    found.expect("the session is read").expect("the session is kept")
}

/// Sessions of a user that are neither ended nor lapsed.
pub(crate) async fn live_sessions(app: &App, user: UserId) -> Vec<SessionId> {
    let now = app.clock.now();
    let found = app.store.read_one(move |tx| sessions::list_live(tx, user, now, 1000)).await;
    found.expect("sessions are read").iter().map(|session| session.id).collect()
}

/// The row of a refresh token.
pub(crate) async fn token_row(app: &App, token: &RefreshToken) -> Option<Token> {
    let hash = token.hash();
    let found = app.store.read_one(move |tx| refresh_tokens::find(tx, &hash)).await;
    found.expect("the token is read")
}

/// How many refresh tokens of a session could be spent.
pub(crate) async fn live_tokens(app: &App, session: SessionId) -> i64 {
    let now = app.clock.now();
    let found = app.store.read_one(move |tx| refresh_tokens::count_live(tx, session, now)).await;
    found.expect("tokens are counted")
}

/// How many refresh tokens of a session are kept.
pub(crate) async fn all_tokens(app: &App, session: SessionId) -> i64 {
    let found = app.store.read_one(move |tx| refresh_tokens::count_all(tx, session)).await;
    found.expect("tokens are counted")
}

/// The account with this address in normal form.
pub(crate) async fn account_of(app: &App, email: &str) -> Option<User> {
    let email = email.to_owned();
    let found = app.store.read_one(move |tx| users::find_by_email(tx, &email)).await;
    found.expect("the account is read")
}

/// The stored password hash of a user.
pub(crate) async fn stored_hash(app: &App, user: UserId) -> Option<String> {
    let found = app.store.read_one(move |tx| auth_methods::find_password_hash(tx, user)).await;
    found.expect("the hash is read")
}

/// Gives a user a platform role.
pub(crate) async fn grant(app: &App, user: UserId, role: PlatformRole) {
    let now = app.clock.now();
    let granted = app.store.write(move |tx| platform_roles::grant(tx, user, role, now)).await;
    granted.expect("the role is granted");
}

/// Makes an account as no flow makes it: with a foreign hash, without a password, or disabled.
pub(crate) async fn made_by_hand(app: &App, email: &str, hash: Option<&str>, is_disabled: bool) -> User {
    let now = app.clock.now();
    let user = User {
        id: app.rng.id(now),
        email: email.to_owned(),
        username: email.replace('@', "-at-"),
        created_at: now,
        email_verified_at: None,
        credential_version: 1,
        disabled_at: is_disabled.then_some(now),
    };
    let organization = Organization {
        id: app.rng.id(now),
        name: user.username.clone(),
        kind: OrganizationKind::Team,
        created_by: Some(user.id),
        created_at: now,
        updated_at: now,
    };
    let method: AuthMethodId = app.rng.id(now);
    let (made, hash) = (user.clone(), hash.map(str::to_owned));
    let done = app.store.write(move |tx| {
        assert!(users::insert(tx, &made)?, "the address and the name are free");
        organizations::insert(tx, &organization)?;
        memberships::insert(tx, organization.id, made.id, OrganizationRole::Owner, now)?;
        if let Some(hash) = &hash {
            auth_methods::insert_password(tx, method, made.id, hash, now)?;
        }
        Ok(())
    });
    done.await.expect("an account is made");
    user
}

/// Signs a user in without a password check.
pub(crate) async fn signed_in_by_hand(app: &App, user: &User) -> SignedIn {
    let now = app.clock.now();
    let refresh_token = RefreshToken::random(&mut app.rng.clone());
    let id: SessionId = app.rng.id(now);
    let (owner, hash) = (user.id, refresh_token.hash());
    let organization = app.store.write(move |tx| {
        let (organization, _) = memberships::find_default(tx, owner)?.expect("a membership");
        let session = Session {
            id,
            user: owner,
            organization,
            created_at: now,
            expires_at: now + TimeDelta::days(60),
            authenticated_at: now,
            method: AuthMethod::Password,
            last_used_at: now,
            ended: None,
            user_agent: String::new(),
            address: None,
        };
        sessions::insert(tx, &session)?;
        refresh_tokens::insert(tx, &hash, id, now, now + TimeDelta::days(14))?;
        Ok(organization)
    });
    let grant = Grant {
        user: owner,
        session: id,
        organization: organization.await.expect("a session is made"),
        organization_role: OrganizationRole::Owner,
        roles: Vec::new(),
        audience: Audience::App,
        token_id: app.rng.id(now),
    };
    let access_token = app.minter.mint(&grant, now, TimeDelta::minutes(10)).expect("a token is signed");
    SignedIn {
        user: user.clone(),
        session: id,
        access_token,
        refresh_token,
        issued_at: now,
        refresh_expires_at: now + TimeDelta::days(14),
    }
}
