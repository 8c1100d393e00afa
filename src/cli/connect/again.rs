//! `--reconnect`: which ends are losses, and how long to wait before the next attempt.

use super::super::error::CommandError;
use super::super::global::Context;
use super::{interrupted, open};
use crate::socket::{Closing, Connector, Session, Target};
use crate::ui::seconds;
use clap::Args;
use std::time::Duration;

/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_secs(30);
/// A connection that was open for so long was a success: what follows counts anew.
const STABLE: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, Default, Args)]
pub(super) struct Again {
    /// Connect again when the connection is lost
    #[arg(long)]
    pub(super) reconnect: bool,
    /// Wait before the first attempt to connect again; each further one waits twice as long, up to 30 s
    #[arg(long, value_name = "DURATION", value_parser = super::positive, default_value = "500ms", requires = "reconnect")]
    reconnect_delay: Duration,
    /// Give up after so many attempts in a row
    #[arg(long, value_name = "N", default_value_t = 10, requires = "reconnect")]
    reconnect_attempts: u32,
}

/// The attempts in a row.
pub(super) struct Attempts {
    options: Again,
    made: u32,
}

impl Attempts {
    /// None so far.
    pub(super) fn new(options: &Again) -> Self {
        Self {
            options: options.clone(),
            made: 0,
        }
    }

    /// Whether to connect again after this end.
    pub(super) fn wanted(&self, closing: &Closing) -> bool {
        self.options.reconnect && is_loss(closing)
    }

    /// Connects again, as often as it takes and is allowed.
    ///
    /// # Errors
    /// Too many attempts failed, or one in a way that no other attempt will change; interrupted.
    pub(super) async fn connect(
        &mut self,
        after: &Closing,
        (connector, target): (&Connector, &Target),
        context: &Context,
    ) -> Result<Session, CommandError> {
        if after.open_for >= STABLE {
            self.made = 0;
        }
        loop {
            let limit = self.options.reconnect_attempts;
            if self.made >= limit {
                return Err(CommandError::check(format!(
                    "gave up after {limit} attempts to reconnect"
                )));
            }
            let random = getrandom::u64().unwrap_or(u64::MAX);
            let delay = delay(self.options.reconnect_delay, self.made, random);
            self.made += 1;
            context.ui.status(format_args!(
                "reconnecting in {} (attempt {} of {limit})",
                seconds(delay),
                self.made
            ));
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = interrupted() => return Err(CommandError::interrupted()),
            }
            match open(connector, target).await? {
                Err(error) if error.may_pass() => context.ui.warning(CommandError::from(error).told()),
                outcome => return Ok(outcome?),
            }
        }
    }
}

/// Whether the same request may do better on another connection: not where this side, or the other for a reason that
/// stays, ended it.
fn is_loss(closing: &Closing) -> bool {
    !closing.ours && (!closing.clean || matches!(closing.code, 1001 | 1011..=1014 | 3008))
}

/// The wait before the attempt after `made` ones: doubled each time, and between half of it and all, so that clients
/// that were lost together do not come back together.
fn delay(first: Duration, made: u32, random: u64) -> Duration {
    let whole = first.saturating_mul(1 << made.min(16)).min(LONGEST);
    let share = f64::from(u32::try_from(random >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX);
    whole / 2 + (whole / 2).mul_f64(share)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, delay, is_loss};
    use crate::socket::Closing;
    use proptest::prelude::{any, prop_assert, proptest};
    use std::time::Duration;

    fn closing(code: u16, clean: bool, ours: bool) -> Closing {
        Closing {
            code,
            reason: String::new(),
            clean,
            ours,
            open_for: Duration::ZERO,
            since_last_frame: Duration::ZERO,
            fault: None,
        }
    }

    #[test]
    fn what_another_connection_will_not_change_is_no_loss() {
        assert!(is_loss(&closing(1006, false, false)));
        for code in [1001, 1011, 1012, 1013] {
            assert!(is_loss(&closing(code, true, false)), "{code}");
        }
        for code in [1000, 1002, 1005, 1007, 1008, 1009, 3000, 3003, 4000] {
            assert!(!is_loss(&closing(code, true, false)), "{code}");
        }
        assert!(!is_loss(&closing(1006, false, true)));
    }

    #[test]
    fn each_wait_is_twice_as_long_up_to_a_limit() {
        let first = Duration::from_millis(500);
        let longest: Vec<_> = [0, 1, 2, 3].map(|made| delay(first, made, u64::MAX).as_millis()).into();
        assert_eq!(longest, [500, 1000, 2000, 4000]);
        assert_eq!(delay(first, 1, 0), first);
        assert_eq!(delay(first, 40, u64::MAX), LONGEST);
    }

    proptest! {
        #[test]
        fn a_wait_is_between_half_and_all(millis in 1_u64..100_000_000, made in any::<u32>(), random in any::<u64>()) {
            let waited = delay(Duration::from_millis(millis), made, random);
            prop_assert!(waited <= LONGEST && waited * 2 >= Duration::from_millis(millis).min(LONGEST));
        }
    }
}
