//! `healthcheck`: asks the running server whether it is ready.

use std::net::SocketAddr;
use std::time::Duration;

use authara_client::Client;

use crate::server;

const MAX_WAIT: Duration = Duration::from_secs(5);

pub(super) fn run() -> Result<(), String> {
    let config = super::load_config()?;
    actix_web::rt::System::new().block_on(ask(server::reachable(config.listen_addr)))
}

async fn ask(address: SocketAddr) -> Result<(), String> {
    let built = Client::builder(format!("http://{address}")).timeout(MAX_WAIT).build();
    let client = built.map_err(|error| error.to_string())?;
    match client.anonymous().get_readiness().await {
        Ok(_) => Ok(()),
        Err(error) if error.status().is_none() => {
            Err(format!("the server at {address} is not ready: nothing answers there"))
        }
        Err(error) => Err(format!("the server at {address} is not ready: {error}")),
    }
}
