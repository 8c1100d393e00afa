//! What a stack is made of, as its manifest says it, with all that it takes to make each part.

use super::super::build::BuildInput;
use super::super::code::CodeInput;
use super::super::{FunctionKind, FunctionSettings, NewGatewayInput};
use crate::plan::Address;
use crate::sign::Secret;
use std::path::PathBuf;

/// All that one manifest declares in one environment.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    /// `NAME/ENV`: what its resources are marked with.
    pub(crate) name: String,
    /// Its parts.
    pub(crate) parts: Vec<Part>,
    /// Until when it is wanted, where that was said now.
    pub(crate) until: Option<String>,
}

impl Stack {
    /// Whether a function of it is to have WebSocket.
    pub(crate) fn wants_websocket(&self) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(&part.material, Material::Function(function) if function.websocket == Some(true)))
    }
}

/// A part of a stack.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Which.
    pub(crate) address: Address,
    /// What it is made of.
    pub(crate) material: Material,
}

/// What a part is made of.
#[derive(Clone, Debug)]
pub(crate) enum Material {
    /// Somebody else's, which only has to be there.
    Existing,
    /// A dedicated gateway.
    Gateway(Box<NewGatewayInput>),
    /// A dependency.
    Dependency(DependencyMaterial),
    /// A function.
    Function(Box<FunctionMaterial>),
    /// The published version of a function: the alias that leads to it.
    Release {
        /// The function.
        function: String,
        /// The alias.
        alias: String,
    },
    /// An API group, with its remark.
    Group(String),
    /// An environment, with its remark.
    Environment(String),
    /// An app, with its remark.
    App(String),
    /// A trigger.
    Trigger(Box<TriggerMaterial>),
    /// An app may call a trigger's API.
    Authorization {
        /// The app.
        app: Address,
        /// The trigger.
        trigger: Address,
    },
}

/// What a dependency is made of.
#[derive(Clone, Debug)]
pub(crate) struct DependencyMaterial {
    /// The runtime that it is for.
    pub(crate) runtime: String,
    /// Free text.
    pub(crate) description: String,
    /// Its archive.
    pub(crate) content: Content,
}

/// Where an archive comes from.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A ZIP, and the bucket for a large one.
    Zip(PathBuf, Option<String>),
    /// An object's URL.
    Obs(String),
    /// Made from packages when it is needed.
    Build(BuildInput),
}

/// What a function is made of.
#[derive(Clone, Debug)]
pub(crate) struct FunctionMaterial {
    /// HTTP or event.
    pub(crate) kind: FunctionKind,
    /// Its code.
    pub(crate) code: CodeInput,
    /// What it is set to; the description is the user's own.
    pub(crate) settings: FunctionSettings,
    /// What is laid over its code, in this order; nothing leaves it as it is.
    pub(crate) dependencies: Option<Vec<Laid>>,
    /// Whether WebSocket is on; nothing leaves it as it is.
    pub(crate) websocket: Option<bool>,
}

impl FunctionMaterial {
    /// The secrets, with their names.
    pub(super) fn secrets(&self) -> &[(String, Secret)] {
        &self.settings.secrets.set
    }
}

/// A dependency that is laid over a function's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Laid {
    /// The newest version of one of this stack.
    Own(String),
    /// A version of somebody else's; the newest where there is no number.
    Existing(String, Option<i64>),
}

/// What a trigger is made of.
#[derive(Clone, Debug)]
pub(crate) struct TriggerMaterial {
    /// The function behind it.
    pub(crate) function: String,
    /// The alias of it that is called; nothing calls the editable copy.
    pub(crate) alias: Option<String>,
    /// The group's name.
    pub(crate) group: String,
    /// The environment's name.
    pub(crate) environment: String,
    /// `APP`, `IAM` or `NONE`.
    pub(crate) auth: String,
    /// `HTTP` or `HTTPS`.
    pub(crate) protocol: String,
    /// `GET` … `ANY`.
    pub(crate) method: String,
    /// Begins with `/`.
    pub(crate) path: String,
    /// `SWA` or `NORMAL`.
    pub(crate) match_mode: String,
    /// Backend timeout in ms.
    pub(crate) timeout: i64,
    /// Whether it is fit for WebSocket: network architecture V2, synchronous.
    pub(crate) websocket: bool,
}
