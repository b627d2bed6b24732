//! What somebody leaves out of the tests: said before and after them, and refused where nobody reads it.

/// What is left out. As a rule nothing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// PostgreSQL: the tests run on SQLite alone.
    pub(crate) postgres: bool,
    /// The browser: the tests that need one are not run at all.
    pub(crate) browser: bool,
}

const NO_POSTGRES: &str = "\
*** PostgreSQL is left out: these tests say nothing about half of what is supported. ***";

const NO_BROWSER: &str = "\
*** The browser is left out: its tests (authara-e2e) and those of clients/ are NOT run, and count neither as \
passed nor as failed. ***";

impl LeftOut {
    /// Leaving something out is for somebody at a keyboard who is told so.
    ///
    /// # Errors
    ///
    /// When something is left out and this is continuous integration.
    pub(super) fn refuse_in_ci(self, is_ci: bool) -> Result<(), String> {
        let switches = [(self.postgres, "PostgreSQL", "--sqlite-only"), (self.browser, "the browser", "--no-browser")];
        match switches.into_iter().find(|(is_left_out, ..)| is_ci && *is_left_out) {
            Some((_, what, switch)) => {
                Err(format!("CI is set, and there {what} may not be left out: run without {switch}"))
            }
            None => Ok(()),
        }
    }

    /// What has to be read by whoever reads the result, a line each.
    pub(super) fn notices(self) -> Vec<&'static str> {
        let notices = [(self.postgres, NO_POSTGRES), (self.browser, NO_BROWSER)];
        notices.into_iter().filter(|(is_left_out, _)| *is_left_out).map(|(_, notice)| notice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTGRES: LeftOut = LeftOut { postgres: true, browser: false };
    const BROWSER: LeftOut = LeftOut { postgres: false, browser: true };
    const BOTH: LeftOut = LeftOut { postgres: true, browser: true };

    #[test]
    fn something_may_be_left_out_only_where_somebody_reads_it() {
        for left_out in [POSTGRES, BROWSER, BOTH] {
            assert_eq!(left_out.refuse_in_ci(false), Ok(()), "{left_out:?}");
            assert!(left_out.refuse_in_ci(true).is_err(), "{left_out:?}");
        }
        assert_eq!(LeftOut::default().refuse_in_ci(true), Ok(()));
    }

    #[test]
    fn a_refusal_names_the_switch_to_take_away() {
        assert!(POSTGRES.refuse_in_ci(true).unwrap_err().ends_with("run without --sqlite-only"));
        assert!(BROWSER.refuse_in_ci(true).unwrap_err().ends_with("run without --no-browser"));
    }

    #[test]
    fn whatever_is_left_out_is_said() {
        assert_eq!(LeftOut::default().notices(), Vec::<&str>::new());
        assert_eq!(POSTGRES.notices(), [NO_POSTGRES]);
        assert_eq!(BROWSER.notices(), [NO_BROWSER]);
        assert_eq!(BOTH.notices(), [NO_POSTGRES, NO_BROWSER]);
    }
}
