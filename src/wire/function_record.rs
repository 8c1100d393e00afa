//! What a function has done: where its log is, and how often it was called.
//! Source: FunctionGraph API v2, "Function Logs" and "Function Metrics".

use super::operation::{Method, Operation, Service};
use super::urn::FunctionUrn;
use serde::{Deserialize, Serialize};

/// Tells where a function's log goes. Source: ShowLtsLogDetails.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowLtsLogDetails {
    /// The function.
    pub(crate) function_urn: FunctionUrn,
}

/// A group and a stream of LTS; empty while the function's log goes nowhere.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LogPlace {
    /// The group's name.
    pub(crate) group_name: String,
    /// The group's id.
    pub(crate) group_id: String,
    /// The stream's name.
    pub(crate) stream_name: String,
    /// The stream's id.
    pub(crate) stream_id: String,
}

/// Makes the log group of the project. Source: EnableLtsLogs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EnableLtsLogs {}

/// Tells how often a function was called lately. Source: ListFunctionStatistics.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListFunctionStatistics {
    /// The function.
    pub(crate) function_urn: FunctionUrn,
    /// How far back, in minutes.
    pub(crate) period: String,
}

/// Tells how often functions were called. Source: ListStatistics.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListStatistics {
    /// `monitor_data` or `monthly_report`.
    pub(crate) filter: String,
    /// How far back, in minutes.
    pub(crate) period: Option<String>,
    /// 0 this month, 1 the last, 2 the last three, 3 the last six.
    pub(crate) option: Option<String>,
}

/// The answer of [`ListStatistics`]: the one part that was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum ProjectStatistics {
    /// `monitor_data`.
    Monitor {
        /// Of all functions together.
        statistics: Box<Statistics>,
    },
    /// `monthly_report`.
    Months {
        /// Calls.
        count: Vec<MonthValue>,
        /// Gigabytes times seconds.
        gbs: Vec<MonthValue>,
        /// The same of GPUs.
        gpu_gbs: Vec<MonthValue>,
    },
}

/// A number of a month.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MonthValue {
    /// `2026-08`.
    pub(crate) date: String,
    /// The number.
    pub(crate) value: f64,
}

/// A number of a minute; -1 is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    /// Unix milliseconds.
    pub(crate) timestamp: i64,
    /// The number.
    pub(crate) value: f64,
}

/// What was counted, each by the minute.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Statistics {
    /// Calls.
    pub(crate) count: Vec<Point>,
    /// Milliseconds on average.
    pub(crate) duration: Vec<Point>,
    /// Calls that failed.
    pub(crate) fail_count: Vec<Point>,
    /// Milliseconds of the longest call.
    pub(crate) max_duration: Vec<Point>,
    /// Milliseconds of the shortest call.
    pub(crate) min_duration: Vec<Point>,
    /// Calls that no instance was left for.
    pub(crate) reject_count: Vec<Point>,
    /// Calls that the function itself failed.
    pub(crate) function_error_count: Vec<Point>,
    /// Calls that the platform failed.
    pub(crate) system_error_count: Vec<Point>,
    /// Instances that are reserved.
    pub(crate) reserved_instance_num: Vec<Point>,
    /// Instances that run.
    pub(crate) concurrency_num: Vec<Point>,
}

impl Operation for ShowLtsLogDetails {
    const NAME: &'static str = "ShowLtsLogDetails";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/lts-log-detail";
    const SUCCESS: &'static [u16] = &[200];
    type Output = LogPlace;
}

impl Operation for EnableLtsLogs {
    const NAME: &'static str = "EnableLtsLogs";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/enable-lts-logs";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ();
}

impl Operation for ListFunctionStatistics {
    const NAME: &'static str = "ListFunctionStatistics";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/statistics/{period}";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["how far apart the numbers are: here a minute, and only those with a call"];
    type Output = Statistics;
}

impl Operation for ListStatistics {
    const NAME: &'static str = "ListStatistics";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/statistics";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ProjectStatistics;
}
