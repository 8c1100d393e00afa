//! Calls that come by the services' API and not by a gateway: one request to the function's server, one answer.

use super::backend::{self, chain, full};
use super::gateway::Gateway;
use super::headers;
use super::instance::{Instance, Plan};
use super::refusal::{Refusal, StartFault};
use super::request_log::RequestRecord;
use super::statistics::Verdict;
use crate::local::{CallFault, Failure, FunctionAnswer, FunctionCall};
use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Limited};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// The longest answer, in bytes.
const ANSWER: usize = 6 * 1024 * 1024;
/// What such calls come by, in the log of requests.
const GROUP: &str = "(API)";
/// The execution timeout of a function that names none, in seconds.
const EXECUTION_TIMEOUT: u64 = 3;

impl Gateway {
    /// Calls a function once.
    ///
    /// # Errors
    /// It was not called.
    pub(super) async fn invoke(self: Arc<Self>, call: FunctionCall) -> Result<FunctionAnswer, CallFault> {
        let snapshot = self.snapshots.newest().await.map_err(fault)?;
        let header = |name: &str| headers::text(call.request.headers(), name);
        let plan = snapshot.plans.function(&call.urn, header).map_err(fault)?;
        let began = Instant::now();
        let mut record = RequestRecord {
            request_id: call.request_id.clone(),
            time: jiff::Timestamp::now(),
            group: GROUP.to_owned(),
            method: call.request.method().to_string(),
            path: call.request.uri().path().to_owned(),
            status: 0,
            duration: None,
            package: Some(plan.record.function.package.clone()),
            function: Some(plan.name().to_owned()),
            received: call.request.body().len() as u64,
            sent: 0,
            note: None,
        };
        let outcome = self.run(&plan, call).await;
        let duration = began.elapsed();
        let verdict = match &outcome {
            Ok((response, _)) => {
                record.status = response.status().as_u16();
                record.sent = response.body().len() as u64;
                Verdict::of_status(record.status)
            }
            Err(refusal) => {
                record.status = refusal.status();
                record.note = Some(refusal.message());
                refusal.verdict()
            }
        };
        drop(self.requests.add(record, (began, verdict)));
        let (outcome, log) = match outcome {
            Ok((response, log)) => (Ok(response), log),
            Err(refusal) => (Err(failure(refusal)?), Vec::new()),
        };
        Ok(FunctionAnswer {
            version: plan.record.function.version.clone(),
            memory: plan.record.function.memory_size,
            duration,
            log,
            outcome,
        })
    }

    /// The answer, and what the function wrote meanwhile.
    async fn run(&self, plan: &Arc<Plan>, call: FunctionCall) -> Result<(Response<Bytes>, Vec<String>), Refusal> {
        if plan.instances() == 0 {
            return Err(Refusal::Disabled(plan.name().to_owned()));
        }
        let seconds = u64::try_from(plan.record.function.timeout).unwrap_or_default();
        let seconds = if seconds > 0 { seconds } else { EXECUTION_TIMEOUT };
        let expired = Refusal::ExecutionTimeout {
            function: plan.name().to_owned(),
            seconds,
        };
        let running = async {
            let mut place = self.runner.place(plan).await?;
            place.lease.mark(place.instance.log.enter(&call.request_id));
            let before = place.instance.log.written();
            let response = exchange(&place.instance, plan, call).await?;
            Ok((response, place.instance.log.since(before)))
        };
        timeout(self.pace.of(Duration::from_secs(seconds)), running)
            .await
            .map_err(|_| expired)?
    }
}

async fn exchange(instance: &Instance, plan: &Plan, call: FunctionCall) -> Result<Response<Bytes>, Refusal> {
    let silent = |cause: String| Refusal::NoAnswer {
        function: plan.name().to_owned(),
        cause,
        log: instance.log.path().to_owned(),
    };
    let (mut sender, _driver) = backend::connect(instance)
        .await
        .map_err(|error| silent(error.to_string()))?;
    let (mut parts, body) = call.request.into_parts();
    headers::strip_hop_by_hop(&mut parts.headers);
    headers::introduce(&mut parts.headers, &plan.record, &call.request_id);
    parts.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    let request = Request::from_parts(parts, full(body));
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| silent(chain(&error)))?;
    let (mut parts, body) = response.into_parts();
    headers::strip_hop_by_hop(&mut parts.headers);
    let body = Limited::new(body, ANSWER).collect().await;
    let body = body.map_err(|error| match error.is::<http_body_util::LengthLimitError>() {
        true => Refusal::AnswerTooLarge {
            function: plan.name().to_owned(),
            limit: ANSWER,
        },
        false => silent(error.to_string()),
    })?;
    Ok(Response::from_parts(parts, body.to_bytes()))
}

/// A failure of the function itself, which the answer tells.
fn failure(refusal: Refusal) -> Result<Failure, CallFault> {
    let code = match &refusal {
        Refusal::ExecutionTimeout { .. } | Refusal::BackendTimeout { .. } => 4010,
        Refusal::AnswerTooLarge { .. } => 4004,
        Refusal::NoAnswer { .. } => 4204,
        Refusal::Disabled(_) => 150_434,
        Refusal::Start { fault, .. } => match **fault {
            StartFault::NoBootstrap | StartFault::Initializer(_) => 4201,
            StartFault::NoDependency(_) | StartFault::Code(_) => 4225,
            StartFault::Process(_) | StartFault::Ended { .. } => 4204,
            StartFault::NotListening { .. } => 4211,
        },
        _ => return Err(fault(refusal)),
    };
    Ok(Failure {
        code,
        status: refusal.status(),
        message: refusal.to_string(),
    })
}

/// Why a function was not called.
fn fault(refusal: Refusal) -> CallFault {
    let text = refusal.to_string();
    match refusal {
        Refusal::FunctionMissing(_) => CallFault::Missing(text),
        Refusal::Overload { .. } => CallFault::Overload(text),
        Refusal::Internal(text) => CallFault::Internal(text),
        _ => CallFault::Unavailable(text),
    }
}
