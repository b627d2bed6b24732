//! How many attempts are admitted within how long.

use authara_core::limit::Rule;

use super::reader::Reader;

/// One rule for each thing that is counted, and the size of the table of counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Password checks by client address.
    pub login_ip: Rule,
    /// Password checks by account.
    pub login_account: Rule,
    /// Sign-ups by client address.
    pub signup_ip: Rule,
    /// Sign-ups by e-mail address.
    pub signup_email: Rule,
    /// Unknown refresh tokens by client address.
    pub refresh_ip: Rule,
    /// Passwords set or changed, by account.
    pub password_change: Rule,
    /// Lapsed counters are dropped every so many calls.
    pub cleanup_every: u32,
    /// Counters kept at most.
    pub max_entries: u32,
}

impl RateLimits {
    pub(super) fn read(reader: &Reader<'_>) -> Self {
        let rule = |limit, window| Rule { limit: reader.number(limit), window: reader.duration(window) };
        Self {
            login_ip: rule("AUTHARA_RATE_LIMIT_LOGIN_IP_LIMIT", "AUTHARA_RATE_LIMIT_LOGIN_IP_WINDOW"),
            login_account: rule("AUTHARA_RATE_LIMIT_LOGIN_EMAIL_LIMIT", "AUTHARA_RATE_LIMIT_LOGIN_EMAIL_WINDOW"),
            signup_ip: rule("AUTHARA_RATE_LIMIT_SIGNUP_IP_LIMIT", "AUTHARA_RATE_LIMIT_SIGNUP_IP_WINDOW"),
            signup_email: rule("AUTHARA_RATE_LIMIT_SIGNUP_EMAIL_LIMIT", "AUTHARA_RATE_LIMIT_SIGNUP_EMAIL_WINDOW"),
            refresh_ip: rule("AUTHARA_RATE_LIMIT_REFRESH_IP_LIMIT", "AUTHARA_RATE_LIMIT_REFRESH_IP_WINDOW"),
            password_change: rule(
                "AUTHARA_RATE_LIMIT_PASSWORD_CHANGE_LIMIT",
                "AUTHARA_RATE_LIMIT_PASSWORD_CHANGE_WINDOW",
            ),
            cleanup_every: reader.number("AUTHARA_RATE_LIMIT_CLEANUP_EVERY"),
            max_entries: reader.number("AUTHARA_RATE_LIMIT_MAX_ENTRIES"),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::testing::{faults, load};
    use super::*;

    #[test]
    fn each_rule_is_read_from_its_own_variables() {
        let rule = |limit, window| Rule { limit, window };
        let (minute, hour) = (TimeDelta::minutes(1), TimeDelta::hours(1));
        let mut expected = RateLimits {
            login_ip: rule(5, minute),
            login_account: rule(10, hour),
            signup_ip: rule(3, hour),
            signup_email: rule(3, hour * 24),
            refresh_ip: rule(30, minute * 10),
            password_change: rule(10, hour),
            cleanup_every: 200,
            max_entries: 50_000,
        };
        assert_eq!(load(&[]).unwrap().0.limits, expected);
        expected.signup_ip = rule(7, TimeDelta::seconds(90));
        let pairs = [("AUTHARA_RATE_LIMIT_SIGNUP_IP_LIMIT", "7"), ("AUTHARA_RATE_LIMIT_SIGNUP_IP_WINDOW", "1m30s")];
        assert_eq!(load(&pairs).unwrap().0.limits, expected);
    }

    #[test]
    fn no_limit_can_be_switched_off_by_a_zero() {
        for (name, text) in [
            ("AUTHARA_RATE_LIMIT_LOGIN_IP_LIMIT", "0"),
            ("AUTHARA_RATE_LIMIT_LOGIN_IP_LIMIT", "-1"),
            ("AUTHARA_RATE_LIMIT_LOGIN_IP_WINDOW", "0"),
            ("AUTHARA_RATE_LIMIT_REFRESH_IP_WINDOW", "-1m"),
            ("AUTHARA_RATE_LIMIT_CLEANUP_EVERY", "0"),
            ("AUTHARA_RATE_LIMIT_MAX_ENTRIES", "0"),
            ("AUTHARA_RATE_LIMIT_CHALLENGE_RESEND_IP_WINDOW", "0"),
        ] {
            assert!(faults(&[(name, text)]).starts_with(name), "{name}={text}");
        }
    }
}
