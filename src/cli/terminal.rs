//! Options of every command that are about the terminal: what is written, how, and what is asked.

use super::error::CommandError;
use crate::config::Sourced;
use crate::env::{self, Env};
use crate::ui::{self, Query};
use clap::{ArgAction, Args, ValueEnum};

/// How data is written to stdout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// Columns for a person
    #[default]
    Table,
    /// JSON with the service's own field names
    Json,
    /// The same as YAML
    Yaml,
    /// One name a line
    Name,
}

/// When colour is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Colour {
    /// On a terminal that shows it
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Options about the terminal.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(super) struct Terminal {
    /// How to write data
    #[arg(short, long, global = true, value_enum)]
    output: Option<Output>,
    /// Pick from the data, such as '[].func_name'; a table then shows text, one value a line
    #[arg(long, global = true, value_name = "JMESPATH", value_parser = Query::read)]
    pub(super) query: Option<Query>,
    /// Answer yes to every question
    #[arg(short, long, global = true)]
    yes: bool,
    /// Never ask; a missing answer is an error
    #[arg(long, global = true)]
    no_input: bool,
    /// Show the requests that would change something and send none of them; what is read first is sent
    #[arg(long, global = true)]
    pub(super) dry_run: bool,
    /// Show each request and the head of its answer; -vv what they hold too. Secrets are masked
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t)]
    color: Colour,
}

impl Terminal {
    /// What the terminal is asked to be, by flags and environment; `output` is what these and the profile say of how
    /// to write data.
    ///
    /// # Errors
    /// `output` is no output, or `-o name` has a query.
    pub(super) fn options(&self, env: &Env, output: Option<&Sourced<String>>) -> Result<ui::Options, CommandError> {
        Ok(ui::Options {
            format: self.format(output)?,
            query: self.query.clone(),
            verbosity: match (self.quiet, self.verbose) {
                (true, _) => ui::Verbosity::Quiet,
                (false, 0) => ui::Verbosity::Normal,
                (false, 1) => ui::Verbosity::Verbose,
                (false, _) => ui::Verbosity::Bodies,
            },
            colour: match self.color {
                Colour::Auto => ui::Colour::Auto,
                Colour::Always => ui::Colour::Always,
                Colour::Never => ui::Colour::Never,
            },
            colourless: env.get(env::NO_COLOR).is_some() || env.get(env::TERM).as_deref() == Some("dumb"),
            plain_terminal: env.get(env::TERM).as_deref() == Some("dumb"),
            no_input: self.no_input,
            yes: self.yes,
            unattended: env.get(env::CI).is_some(),
            rehearsal: self.dry_run,
        })
    }

    /// How data is written, by flag or by what is `said` elsewhere. A query on the command line wins over a variable that asks
    /// for names, which have nothing to pick from.
    fn format(&self, said: Option<&Sourced<String>>) -> Result<ui::Format, CommandError> {
        if self.output == Some(Output::Name) && self.query.is_some() {
            return Err(
                CommandError::usage("-o name shows names, of which --query has nothing to pick")
                    .hint("leave -o name out: --query '[].func_name' shows one value a line"),
            );
        }
        let output = match (self.output, said) {
            (Some(output), _) => output,
            (None, Some(Sourced { value, origin })) => Output::from_str(value, true).map_err(|_| {
                CommandError::usage(format!("{origin} holds `{value}`, no output"))
                    .hint("use table, json, yaml or name")
            })?,
            (None, None) => Output::default(),
        };
        Ok(match output {
            Output::Table => ui::Format::Table,
            Output::Json => ui::Format::Json,
            Output::Yaml => ui::Format::Yaml,
            Output::Name => ui::Format::Name,
        })
    }
}
