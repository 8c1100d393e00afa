//! Calls of functions through the API. An HTTP function really runs; the local cloud has no runtimes for event
//! functions, and says so.

use super::super::{CallFault, Context, Failure, FunctionAnswer, FunctionCall};
use super::function::Found;
use super::identity::new_uuid;
use super::refusal::Refusal;
use super::request::{Answered, Call};
use super::{clock, function, page};
use crate::codes::functiongraph::{
    BODY_TOO_LARGE, FUNCTION_NOT_FOUND, INTERNAL, INVALID_PARAMETER, MEMORY, NOT_FOUND, QUERY, TOO_MANY_REQUESTS,
    UNAVAILABLE,
};
use crate::local::store::records::ASYNC_INVOCATIONS;
use crate::local::store::{Read, Writer};
use crate::wire::function_invocation::{
    AS_JSON, Accepted, AsyncInvocation, AsyncInvocations, AsyncInvokeFunction, Invocation, InvokeFunction,
    ListAsyncInvocations, TAIL,
};
use crate::wire::rule;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::cmp::Reverse;

/// The largest event that somebody waits for, in bytes.
const EVENT: usize = 6 * 1024 * 1024;
/// The largest event that nobody waits for, in bytes.
const ASYNC_EVENT: usize = 256 * 1024;
/// How much of the log an answer holds, in bytes, and how much its header.
const LOG: (usize, usize) = (4096, 2000);
/// How many asynchronous calls of a function are remembered.
const REMEMBERED: usize = 500;
/// The number of a failure to find a function's metadata: the nearest there is to a runtime that is not there.
const NO_RUNTIME: i64 = 4024;

/// InvokeFunction.
pub(super) async fn invoke(call: Call, input: InvokeFunction) -> Result<Answered<Invocation>, Refusal> {
    check_size(&input.body, EVENT)?;
    check_memory(input.x_cff_instance_memory.as_deref())?;
    let context = &call.context;
    let found = context
        .store
        .read(|reader| function::find(context, reader, &input.function_urn))?;
    if !found.record.function.is_http() {
        return Err(Refusal::because(
            UNAVAILABLE,
            no_runtime(&found.record.function.runtime),
        ));
    }
    let request_id = new_uuid();
    let answer = context.functions.invoke(FunctionCall {
        urn: input.function_urn,
        request_id: request_id.clone(),
        request: request(&input.body)?,
    });
    let answer = answer.await.map_err(refused)?;
    let asked = input.x_cff_log_type.as_deref() == Some(TAIL);
    let log = if asked {
        log(&answer, &request_id, call.now)
    } else {
        String::new()
    };
    let (result, status) = match &answer.outcome {
        Ok(response) => (result(response).to_string(), 200),
        Err(failure) => (
            json!({"errorMessage": failure.message}).to_string(),
            i64::from(failure.status),
        ),
    };
    let headers = headers(&answer, &request_id, &log);
    let as_json = input.x_cff_request_version.as_deref() == Some(AS_JSON);
    Ok(Answered {
        text: (!as_json).then(|| result.clone()),
        output: Invocation {
            request_id,
            result,
            log,
            status,
        },
        headers,
    })
}

fn no_runtime(runtime: &str) -> String {
    format!("the local cloud has no runtime `{runtime}`: it runs HTTP functions only")
}

fn check_size(event: &Value, most: usize) -> Result<(), Refusal> {
    let size = event.to_string().len();
    match size > most {
        true => Err(Refusal::because(
            BODY_TOO_LARGE,
            format!("{size} bytes, more than {most}"),
        )),
        false => Ok(()),
    }
}

fn check_memory(memory: Option<&str>) -> Result<(), Refusal> {
    let Some(memory) = memory.filter(|memory| !memory.is_empty()) else {
        return Ok(());
    };
    let size = memory
        .parse()
        .map_err(|_| Refusal::because(MEMORY, format!("`{memory}` is no number")))?;
    rule::memory_size(size).map_err(|broken| Refusal::because(MEMORY, broken))
}

fn refused(fault: CallFault) -> Refusal {
    match fault {
        CallFault::Missing(detail) => Refusal::because(FUNCTION_NOT_FOUND, detail),
        CallFault::Overload(detail) => Refusal::because(TOO_MANY_REQUESTS, detail),
        CallFault::Unavailable(detail) => Refusal::because(UNAVAILABLE, detail),
        CallFault::Internal(detail) => Refusal::because(INTERNAL, detail),
    }
}

/// What the function's server gets: the event reads as an API gateway's request.
fn request(event: &Value) -> Result<Request<Bytes>, Refusal> {
    let bad = |detail: String| Refusal::because(INVALID_PARAMETER, format!("the event of an HTTP function: {detail}"));
    let text = |member: &str| event[member].as_str().map(str::to_owned);
    let method = text("httpMethod").ok_or_else(|| bad("`httpMethod` is missing".to_owned()))?;
    let path = text("path").filter(|path| path.starts_with('/'));
    let path = path.ok_or_else(|| bad("`path` is missing, or does not begin with `/`".to_owned()))?;
    let body = text("body").unwrap_or_default();
    let body = match event["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD
            .decode(body)
            .map_err(|error| bad(format!("`body` is no Base64: {error}")))?,
        _ => body.into_bytes(),
    };
    let target = format!("{path}{}", query(event["queryStringParameters"].as_object()));
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = method.parse::<Method>().map_err(|error| bad(error.to_string()))?;
    *request.uri_mut() = target.parse::<Uri>().map_err(|error| bad(error.to_string()))?;
    for (name, value) in event["headers"].as_object().into_iter().flatten() {
        for value in values(value) {
            let name = name.parse::<HeaderName>().map_err(|error| bad(error.to_string()))?;
            let value = value.parse::<HeaderValue>().map_err(|error| bad(error.to_string()))?;
            request.headers_mut().append(name, value);
        }
    }
    Ok(request)
}

/// One text, or several.
fn values(value: &Value) -> Vec<&str> {
    let several = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    value.as_str().into_iter().chain(several).collect()
}

fn query(parameters: Option<&Map<String, Value>>) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = parameters.into_iter().flatten().flat_map(|(name, value)| {
        let pair = move |value: &str| format!("{}={}", encode(name), encode(value));
        values(value).into_iter().map(pair).collect::<Vec<_>>()
    });
    let pairs = pairs.collect::<Vec<_>>().join("&");
    if pairs.is_empty() { pairs } else { format!("?{pairs}") }
}

/// The function's answer in the form of an API gateway: each header a list, the body Base64.
fn result(response: &Response<Bytes>) -> Value {
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in response.headers() {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let list = headers.entry(name.as_str()).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(value.into());
        }
    }
    json!({
        "statusCode": response.status().as_u16(),
        "headers": headers,
        "body": STANDARD.encode(response.body()),
        "isBase64Encoded": true,
    })
}

/// The log of one call, its end if it is long. How much memory was used is not measured here, and not told.
fn log(answer: &FunctionAnswer, request_id: &str, began: Timestamp) -> String {
    let time = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let took = answer.duration.as_secs_f64() * 1000.0;
    let ended = began + SignedDuration::try_from(answer.duration).unwrap_or_default();
    let start = format!(
        "{} Start invoke request '{request_id}', version: {}",
        time(began),
        answer.version
    );
    let end = format!(
        "{} Finish invoke request '{request_id}', duration: {took:.3}ms, billing duration: {}ms, billing memory: {}MB",
        time(ended),
        billed(answer),
        answer.memory,
    );
    let lines = [start].into_iter().chain(answer.log.iter().cloned()).chain([end]);
    tail(&lines.collect::<Vec<_>>().join("\n"), LOG.0).to_owned()
}

fn billed(answer: &FunctionAnswer) -> u128 {
    answer.duration.as_micros().div_ceil(1000)
}

/// The last `bytes` of `text`, from a character's start on.
fn tail(text: &str, bytes: usize) -> &str {
    let mut from = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

fn headers(answer: &FunctionAnswer, request_id: &str, log: &str) -> Vec<(&'static str, String)> {
    let failure: Option<&Failure> = answer.outcome.as_ref().err();
    let summary = json!({
        "duration": answer.duration.as_secs_f64() * 1000.0,
        "billingDuration": billed(answer),
        "memorySize": answer.memory,
    });
    let mut headers = vec![
        ("X-Cff-Request-Id", request_id.to_owned()),
        ("X-Cff-Invoke-Summary", summary.to_string()),
        ("X-CFF-Billing-Duration", billed(answer).to_string()),
        ("X-Cff-Response-Version", AS_JSON.to_owned()),
        ("X-Func-Err-Code", failure.map_or(0, |failure| failure.code).to_string()),
        ("X-Is-Func-Err", failure.is_some().to_string()),
    ];
    if !log.is_empty() {
        headers.push(("X-Cff-Function-Log", STANDARD.encode(tail(log, LOG.1))));
    }
    headers
}

/// AsyncInvokeFunction: of an event function, it is taken and fails, which the list of such calls tells.
pub(super) async fn invoke_async(call: Call, input: AsyncInvokeFunction) -> Result<Accepted, Refusal> {
    check_size(&input.body, ASYNC_EVENT)?;
    check_memory(input.x_cff_instance_memory.as_deref())?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let found = function::find(context, writer, &input.function_urn)?;
            if found.record.function.is_http() {
                let detail = "an HTTP function cannot be called asynchronously";
                return Err(Refusal::because(INVALID_PARAMETER, detail));
            }
            take(writer, &found, now)
        })
    })
    .await
}

/// Takes an asynchronous call of a function that was found: it fails, because there is no runtime for it.
pub(super) fn take(writer: &Writer, found: &Found, now: Timestamp) -> Result<Accepted, Refusal> {
    let invocation = AsyncInvocation {
        request_id: new_uuid(),
        status: "FAIL".to_owned(),
        error_message: no_runtime(&found.record.function.runtime),
        error_code: NO_RUNTIME,
        start_time: clock::in_utc(now),
        end_time: clock::in_utc(now),
    };
    let request_id = invocation.request_id.clone();
    remember(writer, &found.key, &invocation)?;
    Ok(Accepted { request_id })
}

/// Keeps `invocation`, and forgets the oldest of too many.
fn remember(writer: &Writer, key: &str, invocation: &AsyncInvocation) -> Result<(), Refusal> {
    let mut before = writer.scan(&ASYNC_INVOCATIONS, &format!("{key}:"))?;
    before.sort_by_key(|invocation| Reverse(invocation.start_time.clone()));
    for old in before.into_iter().skip(REMEMBERED - 1) {
        writer.remove(&ASYNC_INVOCATIONS, &format!("{key}:{}", old.request_id))?;
    }
    Ok(writer.put(
        &ASYNC_INVOCATIONS,
        &format!("{key}:{}", invocation.request_id),
        invocation,
    )?)
}

/// ListAsyncInvocations: those of the last hour unless the caller says, the newest first.
pub(super) async fn list_async(call: Call, input: ListAsyncInvocations) -> Result<AsyncInvocations, Refusal> {
    let begin = time(input.query_begin_time.as_deref())?;
    let begin = begin.unwrap_or_else(|| clock::in_utc(call.now - SignedDuration::from_hours(1)));
    let end = time(input.query_end_time.as_deref())?;
    let context = &call.context;
    let mut all = context.store.read(|reader| of(context, reader, &input))?;
    let asked = |wanted: &Option<String>, own: &str| wanted.as_ref().is_none_or(|v| v.is_empty() || v == own);
    all.retain(|invocation| {
        asked(&input.request_id, &invocation.request_id)
            && asked(&input.status, &invocation.status)
            && invocation.start_time >= begin
            && end.as_ref().is_none_or(|end| invocation.start_time <= *end)
    });
    all.sort_by_key(|invocation| Reverse(invocation.start_time.clone()));
    let page = page::by_short_marker(all, input.marker.as_deref(), input.limit.as_deref())?;
    Ok(AsyncInvocations {
        count: page.total,
        next_marker: page.next,
        invocations: page.items,
    })
}

/// This operation has a code of its own for a function that is not there.
fn of(context: &Context, view: &impl Read, input: &ListAsyncInvocations) -> Result<Vec<AsyncInvocation>, Refusal> {
    let urn = &input.function_urn;
    let found = function::find(context, view, urn).map_err(|refusal| match refusal {
        Refusal::Coded { code, .. } if code == FUNCTION_NOT_FOUND.code => Refusal::Coded {
            code: NOT_FOUND.code,
            status: NOT_FOUND.status,
            message: format!("can not find function: `{urn}`"),
        },
        other => other,
    })?;
    Ok(view.scan(&ASYNC_INVOCATIONS, &format!("{}:", found.key))?)
}

/// A time as the caller writes it, checked; the form sorts as text.
fn time(text: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let plain = text.trim_end_matches('Z').split('+').next().unwrap_or(text);
    plain
        .parse::<jiff::civil::DateTime>()
        .map_err(|error| Refusal::because(QUERY, error))?;
    Ok(Some(plain.to_owned()))
}
