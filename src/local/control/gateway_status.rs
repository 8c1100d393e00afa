//! What a gateway is at a moment. It follows from the time alone: nothing has to run for a gateway to change.

use super::clock;
use super::refusal::Refusal;
use crate::codes::apig::{GATEWAY_NOT_READY, INSTANCE_NOT_FOUND};
use crate::local::store::records::{GATEWAYS, GatewayRecord};
use crate::local::store::{Read, StoreError};
use crate::wire::gateway::{Gateway, GatewayProgress, RUNNING};
use jiff::Timestamp;

/// Where a gateway is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not usable yet.
    Creating,
    /// Serves.
    Running,
    /// Not usable any more.
    Deleting,
    /// Nobody knows it any more.
    Gone,
}

impl Stage {
    /// The stage of `record` at `now`.
    pub(super) fn of(record: &GatewayRecord, now: Timestamp) -> Self {
        let now = now.as_millisecond();
        match record.gone_at {
            Some(gone_at) if gone_at <= now => Self::Gone,
            Some(_) => Self::Deleting,
            None if record.running_at <= now => Self::Running,
            None => Self::Creating,
        }
    }

    /// `status` and `instance_status` of it.
    fn words(self) -> (&'static str, i64) {
        match self {
            Self::Creating => ("Creating", 1),
            Self::Running => (RUNNING, 6),
            Self::Deleting | Self::Gone => ("Deleting", 23),
        }
    }
}

/// The gateway of `record` as it is at `now`: addresses come with its running.
pub(super) fn shown(record: &GatewayRecord, now: Timestamp) -> Gateway {
    let stage = Stage::of(record, now);
    let (status, number) = stage.words();
    let mut gateway = record.gateway.clone();
    gateway.status = status.to_owned();
    gateway.instance_status = number;
    if stage != Stage::Running {
        gateway.publicips = Some(Vec::new());
    }
    gateway
}

/// How far the creation of `record` is at `now`.
pub(super) fn progress(record: &GatewayRecord, now: Timestamp) -> GatewayProgress {
    let (begun, ends) = (record.gateway.create_time, record.running_at);
    let elapsed = now.as_millisecond() - begun;
    let quarters = match ends - begun {
        ..=0 => 4,
        whole => (elapsed * 4 / whole).clamp(0, 4),
    };
    let progress = match quarters {
        0 => 30,
        1 => 50,
        2 => 80,
        3 => 90,
        _ => 100,
    };
    GatewayProgress {
        progress,
        status: if progress == 100 { "success" } else { "creating" }.to_owned(),
        start_time: begun,
        end_time: if progress == 100 { ends } else { begun },
        ..GatewayProgress::default()
    }
}

/// When the environment that every gateway has was made: with it.
pub(super) fn created_at(record: &GatewayRecord) -> String {
    clock::from_milliseconds(record.gateway.create_time)
}

/// The gateway `id`, unless it is gone at `now`.
pub(super) fn living(view: &impl Read, id: &str, now: Timestamp) -> Result<Option<GatewayRecord>, StoreError> {
    let record = view.get(&GATEWAYS, id)?;
    Ok(record.filter(|record| Stage::of(record, now) != Stage::Gone))
}

/// The gateway `id` for an operation that reads what is on it.
///
/// # Errors
/// 404 `APIG.3030`.
pub(super) fn known(view: &impl Read, id: &str, now: Timestamp) -> Result<GatewayRecord, Refusal> {
    living(view, id, now)?.ok_or_else(|| Refusal::because(INSTANCE_NOT_FOUND, format!("id:{id}")))
}

/// The gateway `id` for an operation that changes what is on it.
///
/// # Errors
/// 404 `APIG.3030`, 409 `APIC.7710`.
pub(super) fn usable(view: &impl Read, id: &str, now: Timestamp) -> Result<GatewayRecord, Refusal> {
    let record = known(view, id, now)?;
    match Stage::of(&record, now) {
        Stage::Running => Ok(record),
        stage => {
            let detail = format!("its status is {}", stage.words().0);
            Err(Refusal::because(GATEWAY_NOT_READY, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Stage, progress, shown};
    use crate::local::store::records::GatewayRecord;
    use crate::wire::gateway::{Gateway, GatewayAddress};
    use jiff::Timestamp;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    fn record(gone_at: Option<i64>) -> GatewayRecord {
        GatewayRecord {
            gateway: Gateway {
                create_time: 1000,
                publicips: Some(vec![GatewayAddress::default()]),
                ..Gateway::default()
            },
            running_at: 2000,
            gone_at,
            features: Vec::new(),
            tags: Vec::new(),
        }
    }

    #[test]
    fn a_gateway_is_created_runs_is_deleted_and_is_gone() {
        for (now, expected) in [(1000, Stage::Creating), (1999, Stage::Creating), (2000, Stage::Running)] {
            assert_eq!(Stage::of(&record(None), at(now)), expected, "{now}");
        }
        for (now, expected) in [(2999, Stage::Deleting), (3000, Stage::Gone)] {
            assert_eq!(Stage::of(&record(Some(3000)), at(now)), expected, "{now}");
        }
        let creating = shown(&record(None), at(1500));
        assert_eq!((creating.status.as_str(), creating.instance_status), ("Creating", 1));
        assert_eq!(creating.publicips.unwrap().len(), 0);
        let running = shown(&record(None), at(2500));
        assert_eq!((running.status.as_str(), running.instance_status), ("Running", 6));
        assert_eq!(running.publicips.unwrap().len(), 1);
    }

    #[test]
    fn progress_goes_by_the_services_steps() {
        for (now, expected) in [
            (900, 30),
            (1000, 30),
            (1250, 50),
            (1500, 80),
            (1750, 90),
            (1999, 90),
            (2000, 100),
        ] {
            let progress = progress(&record(None), at(now));
            assert_eq!(progress.progress, expected, "{now}");
            assert_eq!(progress.status == "success", expected == 100, "{now}");
        }
        let at_once = GatewayRecord {
            running_at: 1000,
            ..record(None)
        };
        assert_eq!(progress(&at_once, at(1000)).progress, 100);
    }
}
