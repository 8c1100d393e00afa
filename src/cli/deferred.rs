//! A command whose verbs and options are put together only when it is the one that was asked for: a third of the time
//! that a command line takes would go into the others.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Subcommand};

/// The verbs of a noun, or the options of a command. What it is for is said where it stands, because its own type is not
/// asked before.
#[derive(Debug)]
pub(super) struct Deferred<V>(pub(super) V);

impl<V: FromArgMatches> FromArgMatches for Deferred<V> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        V::from_arg_matches(matches).map(Self)
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
        V::from_arg_matches_mut(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl<V: Subcommand> Subcommand for Deferred<V> {
    fn augment_subcommands(command: Command) -> Command {
        command.defer(V::augment_subcommands)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        command.defer(V::augment_subcommands_for_update)
    }

    fn has_subcommand(name: &str) -> bool {
        V::has_subcommand(name)
    }
}

impl<V: Args> Args for Deferred<V> {
    fn augment_args(command: Command) -> Command {
        command.defer(V::augment_args)
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(V::augment_args_for_update)
    }
}
