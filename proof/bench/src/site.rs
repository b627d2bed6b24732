//! A database with people in it, and the server on it.

use crate::client::Client;
use crate::options::{Database, Options};
use crate::people::{self, People};
use crate::place::Place;
use crate::requests;
use crate::server::Server;

/// One database under test. The server comes and goes.
#[derive(Debug)]
pub(crate) struct Site {
    /// Which kind.
    pub(crate) database: Database,
    /// Where it is.
    pub(crate) place: Place,
    /// Who is in it.
    pub(crate) people: People,
    /// What was measured among a thousand people only.
    pub(crate) small: Rates,
}

/// Requests a second, where they were measured.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rates {
    pub(crate) user: Option<f64>,
    pub(crate) refresh: Option<f64>,
    pub(crate) login: Option<f64>,
}

/// A server in which everybody is signed in.
#[derive(Debug)]
pub(crate) struct Live {
    /// The server.
    pub(crate) server: Server,
    /// Everybody's access token, in the order of the people.
    pub(crate) access_tokens: Vec<String>,
}

impl Site {
    /// Makes the database and the people.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn prepare(database: Database) -> Result<Self, String> {
        let place = Place::new(database)?;
        let people = people::settle(&place.store_options())?;
        Ok(Self { database, place, people, small: Rates::default() })
    }

    /// Starts the server and renews everybody's session, for access tokens under its own key.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn open(&mut self, options: &Options) -> Result<Live, String> {
        let server = Server::start(&options.server, &self.place)?;
        let mut client = Client::connect(server.address)?;
        let mut access_tokens = Vec::with_capacity(self.people.refresh_tokens.len());
        for token in &mut self.people.refresh_tokens {
            let answer = client.succeed(&requests::refresh(token))?;
            let member = |name| {
                let text = requests::text_member(&answer.body, name);
                text.map(str::to_owned).ok_or_else(|| format!("POST tokens/refresh answered without {name}"))
            };
            *token = member("refresh_token")?;
            access_tokens.push(member("access_token")?);
        }
        Ok(Live { server, access_tokens })
    }

    /// The name in tables and results.
    pub(crate) fn name(&self) -> &'static str {
        self.database.name()
    }
}
