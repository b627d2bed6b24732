//! Signing up with an address and a password, without proof of the address.

use authara_core::audience::Audience;
use authara_core::email::EmailAddress;
use authara_core::event::Event;
use authara_core::id::{AuthMethodId, OrganizationId, UserId};
use authara_core::organization::{Organization, OrganizationMode};
use authara_core::role::OrganizationRole;
use authara_core::secret::SecretText;
use authara_core::user::User;
use authara_core::username;
use authara_storage::{StoreError, Tx, auth_methods, memberships, organizations, users};
use chrono::{DateTime, Utc};
use tracing::info;

use crate::App;
use crate::error::{SignupError, Trouble};
use crate::issue::{self, Client, Presented, Seed, SignedIn};

/// Names that are tried before giving up; each is taken with a chance of one in tens of thousands.
const NAMES: usize = 8;

/// What somebody presents.
#[derive(Clone, Debug)]
pub struct Signup {
    /// The address as typed.
    pub email: String,
    /// The password exactly as received.
    pub password: SecretText,
    /// An invitation code, trimmed; blank counts as absent.
    pub invitation_code: Option<String>,
    /// Who is asking.
    pub client: Client,
    /// What the browser had before.
    pub presented: Presented,
}

/// Everything that is decided before the transaction.
#[derive(Clone)]
struct Draft {
    user: UserId,
    email: EmailAddress,
    names: Vec<String>,
    method: AuthMethodId,
    hash: String,
    organization: OrganizationId,
    mode: OrganizationMode,
    now: DateTime<Utc>,
}

/// How the transaction ended.
enum Ending {
    Started(issue::Started),
    EmailTaken,
    NamesTaken,
}

/// Makes an account with its initial organization and signs its owner in, all or nothing.
///
/// # Errors
///
/// [`SignupError`]; nothing was made then.
pub async fn direct(app: &App, signup: Signup) -> Result<SignedIn, SignupError> {
    let now = app.clock.now();
    let email = EmailAddress::parse(&signup.email).map_err(|_| SignupError::Email)?;
    app.policies.password.check_new(signup.password.expose(), &[email.as_str()])?;
    app.limits.admit_signup(signup.client.address, email.as_str(), now).inspect_err(|_| {
        info!(target: "security", event = "signup.limited", email = email.masked(), client = signup.client.address.key());
    })?;
    // Invitations cannot be made yet, so no code is one.
    if signup.invitation_code.as_deref().is_some_and(|code| !code.trim().is_empty()) {
        return Err(SignupError::Invitation);
    }
    let wanted = email.clone();
    if app.store.read_one(move |tx| users::find_by_email(tx, wanted.as_str())).await?.is_some() {
        return Err(SignupError::EmailTaken);
    }
    let draft = Draft {
        user: app.rng.id(now),
        names: (0..NAMES).map(|_| username::generated(email.local_part(), app.rng.number(10_000, 99_999))).collect(),
        email,
        method: app.rng.id(now),
        hash: app.hasher.hash(&signup.password).await?,
        organization: app.rng.id(now),
        mode: app.policies.organization_mode,
        now,
    };
    let (user, seed) = (draft.user, Seed::new(app, signup.client, signup.presented, Audience::App, now));
    let inner = seed.clone();
    let ending = app
        .store
        .write(move |tx| {
            let made = match make_account(tx, &draft)? {
                Ok(user) => user,
                Err(ending) => return Ok(ending),
            };
            let Ok(started) = issue::start_in(tx, made, &inner)? else {
                return Err(StoreError::Query("a new account was refused a session".to_owned()));
            };
            Ok(Ending::Started(started))
        })
        .await?;
    match ending {
        Ending::Started(started) => {
            info!(target: "security", event = "signup.succeeded", user = %user, session = %seed.session);
            Ok(started.sign(app, seed)?)
        }
        Ending::EmailTaken => Err(SignupError::EmailTaken),
        Ending::NamesTaken => Err(Trouble::Broken("no user name was free").into()),
    }
}

/// The account, its password, its organization and the owner's membership.
fn make_account(tx: &mut Tx<'_>, draft: &Draft) -> Result<Result<User, Ending>, StoreError> {
    if users::find_by_email(tx, draft.email.as_str())?.is_some() {
        return Ok(Err(Ending::EmailTaken));
    }
    let Some(user) = insert_under_free_name(tx, draft)? else { return Ok(Err(Ending::NamesTaken)) };
    auth_methods::insert_password(tx, draft.method, user.id, &draft.hash, draft.now)?;
    let organization = Organization {
        id: draft.organization,
        name: user.username.clone(),
        kind: draft.mode.initial_kind(),
        created_by: Some(user.id),
        created_at: draft.now,
        updated_at: draft.now,
    };
    organizations::insert(tx, &organization)?;
    memberships::insert(tx, organization.id, user.id, OrganizationRole::Owner, draft.now)?;
    tx.record(Event::OrganizationCreated {
        organization: organization.id,
        name: organization.name,
        kind: organization.kind,
        created_by: user.id,
    });
    tx.record(Event::MembershipCreated {
        organization: organization.id,
        user: user.id,
        role: OrganizationRole::Owner,
        is_initial: true,
    });
    tx.record(Event::UserCreated { user: user.id });
    Ok(Ok(user))
}

fn insert_under_free_name(tx: &mut Tx<'_>, draft: &Draft) -> Result<Option<User>, StoreError> {
    for name in &draft.names {
        let user = User {
            id: draft.user,
            email: draft.email.as_str().to_owned(),
            username: name.clone(),
            created_at: draft.now,
            email_verified_at: None,
            credential_version: 1,
            disabled_at: None,
        };
        if users::insert(tx, &user)? {
            return Ok(Some(user));
        }
    }
    Ok(None)
}
