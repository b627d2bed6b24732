//! Signing in with a password.

use authara_core::audience::Audience;
use authara_core::email::EmailAddress;
use authara_core::secret::SecretText;
use authara_core::user::User;
use authara_storage::{auth_methods, known_addresses, users};
use tracing::info;

use crate::App;
use crate::error::{LoginError, Trouble};
use crate::hashing::Verdict;
use crate::issue::{self, Client, NotStarted, Presented, Seed, SignedIn};

/// What somebody presents.
#[derive(Clone, Debug)]
pub struct Login {
    /// The address, in normal form.
    pub email: EmailAddress,
    /// The password exactly as received: not empty, at most 1024 bytes.
    pub password: SecretText,
    /// What the session is for.
    pub audience: Audience,
    /// Who is asking.
    pub client: Client,
    /// What the browser had before.
    pub presented: Presented,
}

/// How the transaction ended. Every ending is committed.
enum Ending {
    Started(issue::Started),
    NotStarted(NotStarted),
    /// The account or its credentials changed since the password was checked (S-012).
    Stale,
}

/// Signs somebody in and ends the session that their browser had before.
///
/// Costs one password check whether or not the account exists (S-016), and is counted before it.
///
/// # Errors
///
/// [`LoginError`]; who may not sign in learns why only after the right password.
pub async fn with_password(app: &App, login: Login) -> Result<SignedIn, LoginError> {
    let now = app.clock.now();
    let address = login.client.address;
    app.limits.check_login(address, now).inspect_err(|_| note_limited(&login))?;
    let (email, key) = (login.email.clone(), address.key());
    let found = app
        .store
        .read(move |tx| {
            let Some(user) = users::find_by_email(tx, email.as_str())? else { return Ok(None) };
            let hash = auth_methods::find_password_hash(tx, user.id)?;
            let is_known = known_addresses::is_known(tx, user.id, &key)?;
            Ok(Some((user, hash, is_known)))
        })
        .await?;
    let account = found.as_ref().map_or_else(|| login.email.as_str().to_owned(), |(user, ..)| user.id.to_string());
    let is_known = found.as_ref().is_some_and(|(.., is_known)| *is_known);
    let admitted = app.limits.admit_login(address, &account, is_known, now).inspect_err(|_| note_limited(&login))?;

    let stored = found.as_ref().and_then(|(_, hash, _)| hash.as_deref());
    let (Verdict::Right { upgrade }, Some((user, Some(old_hash), _))) =
        (app.hasher.verify(&login.password, stored).await?, found.clone())
    else {
        info!(target: "security", event = "login.failed", email = login.email.masked(), client = address.key());
        return Err(LoginError::BadCredentials);
    };
    app.limits.give_back(&admitted, now);
    let upgraded = match upgrade {
        Some(cost) => Some(app.hasher.hash_at(&login.password, cost).await?),
        None => None,
    };
    start(app, login, user, old_hash, upgraded).await
}

async fn start(
    app: &App,
    login: Login,
    checked: User,
    old_hash: String,
    upgraded: Option<String>,
) -> Result<SignedIn, LoginError> {
    let now = app.clock.now();
    let seed = Seed::new(app, login.client, login.presented, login.audience, now);
    let inner = seed.clone();
    let (id, version) = (checked.id, checked.credential_version);
    let ending = app
        .store
        .write(move |tx| {
            let user = users::find(tx, id)?.filter(|user| user.credential_version == version);
            let Some(user) = user else { return Ok(Ending::Stale) };
            let started = match issue::start_in(tx, user, &inner)? {
                Ok(started) => started,
                Err(refused) => return Ok(Ending::NotStarted(refused)),
            };
            if let Some(new_hash) = &upgraded {
                auth_methods::replace_password(tx, id, &old_hash, new_hash, now)?;
            }
            Ok(Ending::Started(started))
        })
        .await?;
    match ending {
        Ending::Started(started) => {
            info!(target: "security", event = "login.succeeded", user = %id, session = %seed.session);
            Ok(started.sign(app, seed)?)
        }
        Ending::NotStarted(NotStarted::Disabled) => Err(LoginError::Disabled),
        Ending::NotStarted(NotStarted::Audience) => Err(LoginError::Audience),
        Ending::NotStarted(NotStarted::NoOrganization) => Err(Trouble::Broken("a user without organization").into()),
        Ending::Stale => Err(LoginError::BadCredentials),
    }
}

fn note_limited(login: &Login) {
    info!(target: "security", event = "login.limited", email = login.email.masked(), client = login.client.address.key());
}
