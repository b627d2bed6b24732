//! The cookies of a request as they are after its session was renewed.

use authara_core::cookies::CookieNames;

use crate::client::{Cookies, SetCookies};

/// The value of the `Cookie` header: what was there in its order, with the server's own cookies
/// replaced, taken away or appended as the lines ask.
pub(crate) fn rebuilt(before: &str, set_cookies: &SetCookies, names: &CookieNames) -> String {
    let mut cookies = Cookies::from_header(before, names);
    cookies.update(set_cookies, names);
    let mut fresh = vec![
        (&*names.access, cookies.access().map(|value| value.expose().to_owned())),
        (&*names.refresh, cookies.refresh().map(|value| value.expose().to_owned())),
        (&*names.csrf, cookies.csrf().map(|value| value.expose().to_owned())),
    ];
    let mut pairs: Vec<String> = Vec::new();
    for pair in before.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap_or_default().trim();
        match fresh.iter_mut().find(|(ours, _)| *ours == name) {
            None => pairs.push(pair.to_owned()),
            // A second one of the same name goes with the first.
            Some((_, value)) => pairs.extend(value.take().map(|value| format!("{name}={value}"))),
        }
    }
    for (name, value) in fresh {
        pairs.extend(value.map(|value| format!("{name}={value}")));
    }
    pairs.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(sent: &str, lines: &[&str]) -> String {
        let lines = SetCookies::new(lines.iter().map(|line| (*line).to_owned()).collect());
        rebuilt(sent, &lines, &CookieNames::contract())
    }

    #[test]
    fn r36_cookies_keep_their_order_and_ours_are_replaced_removed_or_appended() {
        for (sent, lines, expected) in [
            ("a=1; authara_refresh=old; b=2", &["authara_refresh=new"][..], "a=1; authara_refresh=new; b=2"),
            ("a=1", &["authara_access=x; Path=/"], "a=1; authara_access=x"),
            ("authara_access=x; a=1; b=2", &["authara_access=; Max-Age=0"], "a=1; b=2"),
            ("authara_access=x; a=1; authara_access=y", &["authara_access=z"], "authara_access=z; a=1"),
            ("authara_csrf=c; odd; =; x", &[], "authara_csrf=c; odd; =; x"),
            ("", &["authara_access=x"], "authara_access=x"),
            ("", &[], ""),
        ] {
            assert_eq!(after(sent, lines), expected, "{sent:?} {lines:?}");
        }
    }
}
