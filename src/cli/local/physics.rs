//! The options of `fgctl local up` that say how the local cloud behaves.

use super::super::global::duration;
use crate::local::{NewFault, Physics};
use clap::Args;
use std::time::Duration;

/// The port that an instance's own server has.
const FUNCTION_PORT: u16 = 8000;
/// The most ports that are forwarded.
const FORWARDS: usize = 16;

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Behaviour")]
pub(in crate::cli) struct PhysicsArgs {
    /// How many times faster timeouts pass: execution, backend, initializer, readiness, idle instances
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    speed: u32,
    /// Let chance decide the same each time: which instance a request goes to, which fault is met
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// How long an instance that nobody uses stays
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "60s")]
    instance_idle: Duration,
    /// Let instances reach this port of this machine's 127.0.0.1 as their own (can be repeated)
    #[arg(long = "forward", value_name = "PORT", value_parser = forward)]
    forwards: Vec<u16>,
    /// How many calls a day an API group takes without a domain of its own, as the cloud does with 1000
    #[arg(long, value_name = "CALLS")]
    debug_domain_limit: Option<u32>,
    /// Let requests fail on purpose, as `CreateFunction,status=503,times=2` (can be repeated)
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<NewFault>,
}

fn forward(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("it should be a port, 1 to 65535".to_owned()),
        Ok(FUNCTION_PORT) => Err(format!("{FUNCTION_PORT} is the port of an instance's own server")),
        Ok(port) => Ok(port),
    }
}

impl PhysicsArgs {
    /// The same for the local cloud.
    ///
    /// # Errors
    /// Too many ports are forwarded.
    pub(in crate::cli) fn physics(&self) -> Result<Physics, String> {
        let mut forwards = self.forwards.clone();
        forwards.sort_unstable();
        forwards.dedup();
        if forwards.len() > FORWARDS {
            return Err(format!("at most {FORWARDS} ports can be forwarded"));
        }
        Ok(Physics {
            speed: self.speed,
            seed: self.seed,
            idle: self.instance_idle,
            forwards,
            debug_domain_limit: self.debug_domain_limit,
            faults: self.faults.clone(),
        })
    }

    /// The same as arguments of another process.
    pub(super) fn arguments(&self) -> Vec<String> {
        let mut arguments = vec![
            format!("--speed={}", self.speed),
            format!("--instance-idle={}ms", self.instance_idle.as_millis()),
        ];
        arguments.extend(self.seed.map(|seed| format!("--seed={seed}")));
        arguments.extend(self.forwards.iter().map(|port| format!("--forward={port}")));
        arguments.extend(
            self.debug_domain_limit
                .map(|limit| format!("--debug-domain-limit={limit}")),
        );
        arguments.extend(self.faults.iter().map(|fault| format!("--fault={fault}")));
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::PhysicsArgs;
    use clap::{Args, FromArgMatches};

    fn parsed(arguments: &[String]) -> PhysicsArgs {
        let command = PhysicsArgs::augment_args(clap::Command::new("up").no_binary_name(true));
        PhysicsArgs::from_arg_matches(&command.get_matches_from(arguments)).unwrap()
    }

    #[test]
    fn a_detached_process_gets_what_was_said() {
        let typed = "--speed=20 --seed=7 --instance-idle=5s --forward=6379 --forward=5432 --debug-domain-limit=1000 \
                     --fault=CreateFunction,status=503,times=2 --fault=A,delay=5,cut,probability=0.5,code=X,message=y"
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        let first = parsed(&typed);
        let physics = first.physics().unwrap();
        assert_eq!(
            (physics.speed, physics.seed, physics.forwards.as_slice()),
            (20, Some(7), &[5432, 6379][..])
        );
        assert_eq!(parsed(&first.arguments()).physics(), Ok(physics));
        assert_eq!(parsed(&[]).physics(), Ok(crate::local::Physics::default()));
    }
}
