//! Guesses at one account from a great many addresses (S-028).

use std::net::{IpAddr, Ipv4Addr};

use authara_core::client_address::ClientAddress;
use authara_flows::error::LoginError;
use authara_flows::limits::Rules;
use authara_flows::login::{self, Login};
use authara_flows::testing::{Bend, app};
use authara_storage::testing::stores;
use chrono::TimeDelta;

use crate::people::{EMAIL, client, login_of, sign_up};

/// One of many addresses, none of which the account was entered from.
fn address(number: u16) -> ClientAddress {
    let [high, low] = number.to_be_bytes();
    ClientAddress::Known(IpAddr::V4(Ipv4Addr::new(198, 51, high, low)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s028_a_thousand_addresses_have_ten_guesses_an_hour_between_them() {
    for test in stores().await {
        let name = test.store.name();
        let usual = Bend::default();
        // The limits of login as they are unless an operator changes them.
        let Rules { login_address, login_account, .. } = Rules::default();
        let rules = Rules { login_address, login_account, ..usual.rules };
        let app = app(&test, Bend { rules, ..usual });
        sign_up(&app, EMAIL).await;
        let mut checked = 0;
        for hour in 1..=3 {
            for number in 0..1000 {
                let guess = Login { client: client(address(number)), ..login_of(EMAIL, "another password") };
                match login::with_password(&app, guess).await {
                    Err(LoginError::BadCredentials) => checked += 1,
                    refused => assert_is!(refused, Err(LoginError::Limited(_)), "{name}: {number}"),
                }
            }
            // A hundred in a row, the most that may go unhindered, take ten hours.
            assert_eq!(checked, 10 * hour, "{name}: after {hour} h");
            app.clock.advance(TimeDelta::hours(1));
        }
    }
}
