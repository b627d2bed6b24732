//! Everything that flows need, built once and handed in.

use std::sync::Arc;

use authara_core::csrf::CsrfKeys;
use authara_core::keys::KeyRing;
use authara_core::organization::OrganizationMode;
use authara_core::password::PasswordPolicy;
use authara_core::session::SessionPolicy;
use authara_core::session::refresh::SuccessorKeys;
use authara_core::token::Verifier;
use authara_storage::Store;

use crate::hashing::Hasher;
use crate::limits::Limits;
use crate::mint::Minter;
use crate::{Clock, Rng};

/// What the operator decided.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies {
    /// Lives and limits of sessions and tokens.
    pub session: SessionPolicy,
    /// Rules for new passwords.
    pub password: PasswordPolicy,
    /// How organizations are treated.
    pub organization_mode: OrganizationMode,
}

/// The application: store, clock, randomness, keys and policies.
#[derive(Debug)]
pub struct App {
    /// Where the facts are.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Randomness and ids.
    pub rng: Rng,
    /// Hashes and verifies passwords on its own bounded pool.
    pub hasher: Hasher,
    /// Counts attempts.
    pub limits: Limits,
    /// Signs access tokens.
    pub minter: Minter,
    /// Verifies access tokens.
    pub verifier: Verifier,
    /// Issues and checks CSRF values.
    pub csrf: CsrfKeys,
    /// Derives successors of refresh tokens.
    pub successors: SuccessorKeys,
    /// What the operator decided.
    pub policies: Policies,
}

impl App {
    /// Builds keys and verifiers from the ring, once.
    ///
    /// # Errors
    ///
    /// A sentence, if the signing library refuses the active key.
    #[expect(clippy::too_many_arguments, reason = "the one place where everything comes together")]
    pub fn new(
        store: Store,
        clock: Clock,
        rng: Rng,
        ring: &Arc<KeyRing>,
        issuer: &str,
        hasher: Hasher,
        limits: Limits,
        policies: Policies,
    ) -> Result<Self, String> {
        Ok(Self {
            minter: Minter::new(ring, issuer)?,
            verifier: Verifier::for_server(ring.clone(), issuer).with_max_life(policies.session.access_ttl),
            csrf: CsrfKeys::new(ring),
            successors: SuccessorKeys::new(ring),
            store,
            clock,
            rng,
            hasher,
            limits,
            policies,
        })
    }
}
