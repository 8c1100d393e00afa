//! API Gateway's codes: of its management and of the calls that a gateway refuses.
//! Source: APIG API Reference and user guide, "Error Codes". All of their tables are here, whether or not the local cloud
//! can answer them.

mod call;
mod gateway;
mod refused;
mod state;

pub(crate) use call::*;
pub(crate) use gateway::*;
pub(crate) use refused::*;
pub(crate) use state::*;

use super::Entry;

/// Every code of API Gateway.
pub(crate) const ALL: [&[Entry]; 4] = [call::ALL, gateway::ALL, refused::ALL, state::ALL];
