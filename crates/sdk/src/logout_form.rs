//! What a page needs for a button that signs out.

use std::fmt;

/// A form that ends the session, for a template:
///
/// ```html
/// <form action="{{ form.action }}" method="{{ form.method }}">
///   <input type="hidden" name="{{ form.field }}" value="{{ form.value }}">
///   <button>Sign out</button>
/// </form>
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogoutForm {
    /// Where the form goes, with the target to come back to.
    pub action: String,
    /// `POST`.
    pub method: &'static str,
    /// The name of the hidden field.
    pub field: &'static str,
    /// The value of the hidden field: the caller's CSRF value.
    pub value: String,
}

impl LogoutForm {
    pub(crate) fn new(action: String, csrf: &str) -> Self {
        Self { action, method: "POST", field: "csrf_token", value: csrf.to_owned() }
    }
}

impl fmt::Debug for LogoutForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutForm").field("action", &self.action).finish_non_exhaustive()
    }
}
