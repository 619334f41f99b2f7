//! How long a search may take, and which flags were given.

use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use forest::Budget;

/// A number of trials, or a time: 40, 90s, 5m, 1h.
pub(in crate::cli) fn budget(text: &str) -> Result<Budget, String> {
    let unit = match text.as_bytes().last() {
        Some(b's') => 1,
        Some(b'm') => 60,
        Some(b'h') => 3600,
        _ => 0,
    };
    let number = if unit == 0 { text } else { &text[..text.len() - 1] };
    match number.parse::<u32>() {
        Ok(trials @ 2..) if unit == 0 => Ok(Budget::Trials(trials as usize)),
        Ok(number @ 1..) if unit > 0 => {
            Ok(Budget::Time(Duration::from_secs(u64::from(number) * unit)))
        }
        _ => Err("it is a number of trials, at least 2 (40), or a time (90s, 5m, 1h)".to_owned()),
    }
}

/// The command line as it was given, whatever else is made of it. It has no flags of its own, and comes before what has, which
/// takes them out.
pub(in crate::cli) struct Given(pub(in crate::cli) ArgMatches);

impl Args for Given {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(matches.clone()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0 = matches.clone();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_a_number_of_trials_or_a_time() {
        let seconds = |n| Ok(Budget::Time(Duration::from_secs(n)));
        assert_eq!(budget("40"), Ok(Budget::Trials(40)));
        assert_eq!(budget("90s"), seconds(90));
        assert_eq!(budget("5m"), seconds(300));
        assert_eq!(budget("1h"), seconds(3600));
        for wrong in ["", "1", "0s", "-5", "5d", "s", "1.5h", "é"] {
            assert!(budget(wrong).is_err(), "{wrong}");
        }
    }
}
