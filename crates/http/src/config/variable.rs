//! What is known of one variable: its name, its kind, its default, and whether anything acts on it.

use super::kind::{Kind, loosely};
use super::values;

/// One environment variable that the server understands.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The name, as an operator spells it.
    pub name: &'static str,
    /// The part of the server that it belongs to.
    pub group: Group,
    /// What may stand in it.
    pub kind: Kind,
    /// What holds when it is absent, spelled as an operator would. `None` also where the default
    /// depends on something else.
    pub default: Option<&'static str>,
    /// Is its value never to be shown, and may it come from the file named by `NAME_FILE`?
    pub secret: bool,
    /// When its absence is a fault.
    pub required: Required,
    /// Does anything act on it?
    pub available: bool,
    /// Which values change nothing, as long as nothing acts on it.
    pub harmless: Harmless,
}

/// The part of the server that a variable belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Addresses, files, logs, proxies.
    Runtime,
    /// SQLite or PostgreSQL.
    Database,
    /// Redis.
    Cache,
    /// Tokens, sessions, cookies.
    Tokens,
    /// Passwords and their hashing.
    Passwords,
    /// Organizations and the internal API.
    Organizations,
    /// Sign-in with other providers.
    OAuth,
    /// Limits on attempts.
    RateLimits,
    /// Events sent to the application.
    Webhooks,
    /// Access policy and administration.
    Admin,
    /// Codes sent by e-mail.
    Challenge,
    /// Sending e-mail.
    Email,
    /// How the pages present themselves.
    Brand,
}

impl Group {
    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Database => "database",
            Self::Cache => "cache",
            Self::Tokens => "tokens",
            Self::Passwords => "passwords",
            Self::Organizations => "organizations",
            Self::OAuth => "oauth",
            Self::RateLimits => "rate-limits",
            Self::Webhooks => "webhooks",
            Self::Admin => "admin",
            Self::Challenge => "challenge",
            Self::Email => "email",
            Self::Brand => "brand",
        }
    }
}

/// When the absence of a variable is a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// Never by itself.
    Never,
    /// In production.
    Production,
    /// In production on PostgreSQL, where several servers have to agree on the value.
    ProductionPostgres,
}

impl Required {
    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Production => "production",
            Self::ProductionPostgres => "production-postgres",
        }
    }
}

/// Which well-formed values of a variable change nothing although nothing acts on it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harmless {
    /// All: it only tunes a feature that is off.
    Any,
    /// What amounts to the default (to nothing, where there is none): the rest would switch a
    /// feature on, and somebody who asked for it must not believe to have it.
    Default,
}

impl Variable {
    /// A variable that nobody has to set, that may be shown, and that something acts on.
    pub(super) const fn new(name: &'static str, group: Group, kind: Kind) -> Self {
        Self {
            name,
            group,
            kind,
            default: None,
            secret: false,
            required: Required::Never,
            available: true,
            harmless: Harmless::Any,
        }
    }

    /// The same, with this in place of an absent value.
    pub(super) const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// The same, but never shown, and readable from a file.
    pub(super) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The same, but its absence is a fault at times.
    pub(super) const fn required(mut self, required: Required) -> Self {
        self.required = required;
        self
    }

    /// The same, but tuning a feature that is not built yet.
    pub(super) const fn tuning(mut self) -> Self {
        self.available = false;
        self.harmless = Harmless::Any;
        self
    }

    /// The same, but switching on a feature that is not built yet.
    pub(super) const fn switch(mut self) -> Self {
        self.available = false;
        self.harmless = Harmless::Default;
        self
    }

    /// The variable that may name a file to read the value from; secrets have one.
    pub fn file_name(&self) -> Option<String> {
        self.secret.then(|| format!("{}_FILE", self.name))
    }

    /// May a message repeat what stands in it? URLs may carry a password, secret or not.
    pub(super) fn is_quotable(&self) -> bool {
        !self.secret && !matches!(self.kind, Kind::Url | Kind::KeyMap)
    }

    /// Does this well-formed text ask for something that is not built yet?
    pub(super) fn asks_too_much(&self, text: &str) -> bool {
        if self.available || self.harmless == Harmless::Any {
            return false;
        }
        let default = self.default.unwrap_or_default();
        match self.kind {
            Kind::Bool => values::boolean(text) != values::boolean(default),
            Kind::Enum { .. } => loosely(text) != loosely(default),
            Kind::Csv => values::items(text).next().is_some(),
            _ => text != default,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_switches_on_a_missing_feature_asks_too_much() {
        let switch = Variable::new("S", Group::Admin, Kind::Bool).or("false").switch();
        assert!(["false", "0", "F"].iter().all(|text| !switch.asks_too_much(text)));
        assert!(["true", "1"].iter().all(|text| switch.asks_too_much(text)));
        let list = Variable::new("L", Group::OAuth, Kind::Csv).switch();
        assert!(!list.asks_too_much(" , "));
        assert!(list.asks_too_much("google"));
        let secret = Variable::new("T", Group::Webhooks, Kind::Text).secret().switch();
        assert!(secret.asks_too_much("anything"));
        let tuning = Variable::new("N", Group::Email, Kind::count()).or("2").tuning();
        assert!(!tuning.asks_too_much("7"));
        assert!(!Variable::new("B", Group::Admin, Kind::Bool).or("false").asks_too_much("true"));
    }
}
