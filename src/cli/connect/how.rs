//! How to connect: what every command that opens WebSockets can be told about the handshake.

use super::super::error::CommandError;
use super::super::global::Context;
use super::destination::{Destination, parameter};
use super::identity::Identity;
use crate::config;
use crate::local::Runtime;
use crate::socket::{Connector, Options, Proxies, Target, Trust};
use clap::Args;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::path::PathBuf;

#[derive(Debug, Default, Args)]
pub(in super::super) struct How {
    /// Header of the handshake (can be repeated)
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = header)]
    pub(in super::super) header: Vec<(HeaderName, HeaderValue)>,
    /// Parameter to add to the URL's query, encoded as needed (can be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    pub(in super::super) param: Vec<(String, String)>,
    /// Subprotocol to offer (can be repeated)
    #[arg(short, long, value_name = "NAME")]
    pub(in super::super) subprotocol: Vec<String>,
    /// Origin, as a browser sends it
    #[arg(long, value_name = "URL")]
    pub(in super::super) origin: Option<String>,
    /// Trust the authorities in this PEM file, and no others
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    pub(in super::super) ca: Option<PathBuf>,
    /// Accept any certificate
    #[arg(short = 'k', long)]
    pub(in super::super) insecure: bool,
    #[command(flatten)]
    pub(in super::super) identity: Identity,
}

impl How {
    /// Finds where to go, and gets ready to go there.
    ///
    /// # Errors
    /// No URL, an unknown name or several triggers; a proof of who calls that cannot be made.
    pub(in super::super) async fn prepare(
        &self,
        target: &str,
        context: &Context,
    ) -> Result<(Destination, Connector), CommandError> {
        let (destination, options) = self.find(target, context).await?;
        Ok((destination, Connector::new(options)))
    }

    /// Finds where to go, and what the handshake there holds.
    ///
    /// # Errors
    /// As [`How::prepare`].
    pub(in super::super) async fn find(
        &self,
        target: &str,
        context: &Context,
    ) -> Result<(Destination, Options), CommandError> {
        let mut destination = Destination::find(target, context).await?;
        destination.add(&self.param);
        let options = self.options(&destination, context).await?;
        Ok((destination, options))
    }

    async fn options(&self, destination: &Destination, context: &Context) -> Result<Options, CommandError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.header {
            headers.append(name.clone(), value.clone());
        }
        let found = config::proxies(&|name| context.env.get(name).map(|value| value.into_owned()));
        let mut options = Options {
            headers,
            subprotocols: self.subprotocol.clone(),
            origin: self.origin.clone(),
            trust: self.trust(&destination.target, context).await?,
            proxies: Proxies {
                https: found.https,
                http: found.http,
                direct: found.direct,
            },
            ..Options::default()
        };
        let place = destination.place.as_ref();
        self.identity.prove(&mut options, place, context).await?;
        Ok(options)
    }

    /// Whom to trust: whom the user says, else the local cloud on this machine, else whom the system trusts.
    async fn trust(&self, target: &Target, context: &Context) -> Result<Trust, CommandError> {
        if self.insecure {
            return Ok(Trust::Anyone);
        }
        if let Some(ca_file) = self.ca.clone().or_else(|| context.ca_file()) {
            return Ok(Trust::CaFile(ca_file));
        }
        if target.secure
            && is_this_machine(&target.host)
            && let Ok(runtime) = Runtime::find(&context.local_state(None)?).await
        {
            return Ok(Trust::CaFile(runtime.ca_file));
        }
        Ok(Trust::System)
    }
}

/// Reads `Name: value`.
pub(in super::super) fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("it should read NAME: VALUE")?;
    let name = name
        .trim()
        .parse()
        .map_err(|_| format!("`{name}` is no header's name"))?;
    let value = value
        .trim()
        .parse()
        .map_err(|_| "the value holds a character that no header may have".to_owned())?;
    Ok((name, value))
}

/// Whether it is a name or an address of this machine and of no other.
pub(in super::super) fn is_this_machine(host: &str) -> bool {
    match host.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::header;
    use proptest::prelude::{any, prop_assert, proptest};

    #[test]
    fn a_header_is_a_name_and_a_value() {
        let (name, value) = header("X-Stage:  test:1 ").unwrap();
        assert_eq!((name.as_str(), value.to_str().unwrap()), ("x-stage", "test:1"));
        for bad in ["", "x", ": x", "a b: x", "x: a\nb", "x: \u{7f}"] {
            assert!(header(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(text in any::<String>(), value in any::<String>()) {
            let _ = header(&text);
            if let Ok((_, value)) = header(&format!("x: {value}")) {
                prop_assert!(!value.as_bytes().contains(&b'\n'));
            }
        }
    }
}
