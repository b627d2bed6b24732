//! Addresses of the server's own pages, with the way back.

use authara_core::return_to::ReturnTo;
use url::form_urlencoded;

/// May somebody be sent to this target, a path with query and fragment, on this origin?
///
/// The rule is the server's own: what it would refuse is refused here.
///
/// ```
/// assert!(authara_client::is_safe_return_to("/private?page=2"));
/// assert!(!authara_client::is_safe_return_to("//evil.example"));
/// ```
pub fn is_safe_return_to(target: &str) -> bool {
    ReturnTo::parse(target).is_some()
}

/// The address of a page below the prefix, with the target to come back to if there is one.
pub(crate) fn page(prefix: &str, path: &str, return_to: Option<&ReturnTo>) -> String {
    match return_to {
        None => format!("{prefix}{path}"),
        Some(target) => {
            let encoded: String = form_urlencoded::byte_serialize(target.as_str().as_bytes()).collect();
            format!("{prefix}{path}?return_to={encoded}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r41_the_target_is_encoded_once_more_so_that_its_own_encoding_survives() {
        let target = ReturnTo::parse("/a%2Fb c?d=e&f=ä").unwrap();
        assert_eq!(page("/auth", "/login", Some(&target)), "/auth/login?return_to=%2Fa%252Fb+c%3Fd%3De%26f%3D%C3%A4");
        assert_eq!(page("/id", "/signup", None), "/id/signup");
    }
}
