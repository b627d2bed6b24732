//! Where a program keeps the tokens of a session that it holds itself.

use std::error::Error as StdError;
use std::fmt;
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

use authara_core::wire::Tokens;

/// Why a store did not load or keep tokens: whatever it is built on says.
pub type TokenStoreError = Box<dyn StdError + Send + Sync>;

/// Keeps one session's tokens for a [`TokenSession`](super::TokenSession): in memory, in a file, in a
/// database that several processes share.
///
/// A refresh token is replaced when it is used, and whoever comes with a replaced one may be a thief:
/// the server ends the session then. So the store must not go back to older tokens, which is what
/// comparing before swapping is for.
///
/// ```
/// use std::path::PathBuf;
///
/// use authara_client::wire::Tokens;
/// use authara_client::{TokenStore, TokenStoreError};
///
/// /// A file for one process.
/// struct TokenFile(PathBuf);
///
/// impl TokenStore for TokenFile {
///     async fn load(&self) -> Result<Option<Tokens>, TokenStoreError> {
///         match std::fs::read(&self.0) {
///             Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
///             Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(None),
///             Err(fault) => Err(fault.into()),
///         }
///     }
///
///     async fn compare_and_swap(&self, expected: Tokens, next: Option<Tokens>) -> Result<bool, TokenStoreError> {
///         if self.load().await? != Some(expected) {
///             return Ok(false);
///         }
///         match next {
///             Some(next) => std::fs::write(&self.0, serde_json::to_vec(&next)?)?,
///             None => std::fs::remove_file(&self.0)?,
///         }
///         Ok(true)
///     }
/// }
/// ```
pub trait TokenStore: Send + Sync + 'static {
    /// The tokens; `None` when nobody is signed in.
    ///
    /// # Errors
    ///
    /// When that cannot be told.
    fn load(&self) -> impl Future<Output = Result<Option<Tokens>, TokenStoreError>> + Send;

    /// Puts `next` in the place of `expected`, or forgets the tokens when there is no `next`, in one
    /// step; and says whether that was done. It is not when the tokens are other than expected:
    /// somebody else was faster, and theirs are the good ones.
    ///
    /// # Errors
    ///
    /// When the tokens were not kept.
    fn compare_and_swap(
        &self,
        expected: Tokens,
        next: Option<Tokens>,
    ) -> impl Future<Output = Result<bool, TokenStoreError>> + Send;
}

/// Keeps tokens in memory. They are gone when the process ends.
#[derive(Default)]
pub struct MemoryTokenStore(Mutex<Option<Tokens>>);

impl MemoryTokenStore {
    /// Starts with these tokens, as a login gives them.
    pub fn new(tokens: Tokens) -> Self {
        Self(Mutex::new(Some(tokens)))
    }

    /// Replaces the tokens, for instance after another login.
    pub fn set(&self, tokens: Option<Tokens>) {
        *self.tokens() = tokens;
    }

    fn tokens(&self) -> MutexGuard<'_, Option<Tokens>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for MemoryTokenStore {
    fn load(&self) -> impl Future<Output = Result<Option<Tokens>, TokenStoreError>> + Send {
        ready(Ok(self.tokens().clone()))
    }

    fn compare_and_swap(
        &self,
        expected: Tokens,
        next: Option<Tokens>,
    ) -> impl Future<Output = Result<bool, TokenStoreError>> + Send {
        let mut tokens = self.tokens();
        let is_expected = tokens.as_ref() == Some(&expected);
        if is_expected {
            *tokens = next;
        }
        ready(Ok(is_expected))
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokenStore").field("is_empty", &self.tokens().is_none()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(access: &str) -> Tokens {
        Tokens { access_token: access.to_owned(), refresh_token: "canary".to_owned() }
    }

    #[tokio::test]
    async fn r55_tokens_are_swapped_only_when_they_are_the_expected_ones() {
        let store = MemoryTokenStore::new(tokens("a"));
        assert!(!store.compare_and_swap(tokens("b"), Some(tokens("c"))).await.unwrap());
        assert_eq!(store.load().await.unwrap(), Some(tokens("a")));
        assert!(store.compare_and_swap(tokens("a"), Some(tokens("b"))).await.unwrap());
        assert_eq!(store.load().await.unwrap(), Some(tokens("b")));
        assert!(store.compare_and_swap(tokens("b"), None).await.unwrap());
        assert_eq!(store.load().await.unwrap(), None);
        assert!(!store.compare_and_swap(tokens("b"), Some(tokens("c"))).await.unwrap());
        assert!(!format!("{:?}", MemoryTokenStore::new(tokens("a"))).contains("canary"));
    }
}
