//! The form of a manifest as data: one table that the check, the JSON Schema and the documentation are made from.

pub(super) use super::tables::{SECTIONS, TOP};
use crate::wire::rule::Broken;

/// A kind of thing that a manifest declares: `[functions.NAME]`.
pub(super) struct Section {
    /// Its name in the file.
    pub(super) name: &'static str,
    /// What one of it is called.
    pub(super) noun: &'static str,
    /// What it is.
    pub(super) about: &'static str,
    /// The rule of its names.
    pub(super) named: fn(&str) -> Result<(), Broken>,
    /// What it may hold.
    pub(super) keys: &'static [Key],
    /// What holds between keys.
    pub(super) rules: &'static [Rule],
}

impl Section {
    /// The key of this name.
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A key with its value.
pub(super) struct Key {
    /// Its name, that of the command line's option with underscores.
    pub(super) name: &'static str,
    /// What its value is.
    pub(super) shape: Shape,
    /// What it means, with unit and range.
    pub(super) about: &'static str,
    /// What counts where it is left out.
    pub(super) default: Default,
}

impl Key {
    pub(super) const fn new(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self {
            name,
            shape,
            about,
            default: Default::None,
        }
    }

    pub(super) const fn or(self, default: Default) -> Self {
        Self { default, ..self }
    }

    /// The section that its value names something of.
    pub(super) fn refers_to(&self) -> Option<&'static str> {
        match self.shape {
            Shape::Reference(section) | Shape::References(section) => Some(section),
            _ => None,
        }
    }
}

/// What a value is.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Any text.
    Text,
    /// A text of a rule.
    Ruled(fn(&str) -> Result<(), Broken>),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number of this range.
    Number(i64, i64),
    /// One of these numbers.
    Numbers(&'static [i64]),
    /// Yes or no.
    Flag,
    /// A list of texts.
    Texts,
    /// Names with texts.
    Pairs,
    /// The same, never shown.
    Secrets,
    /// The name of something that this section declares.
    Reference(&'static str),
    /// A list of such names.
    References(&'static str),
}

/// What counts where a key is left out.
#[derive(Clone, Copy)]
pub(super) enum Default {
    /// Nothing.
    None,
    /// It may not be left out.
    Required,
    /// The only thing that the section declares; where there are more, it may not be left out.
    Only,
    Text(&'static str),
    Number(i64),
    Flag(bool),
}

/// What holds between the keys of one thing.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// Just one of these is there.
    One(&'static [&'static str]),
    /// All of these are there, or none.
    Together(&'static [&'static str]),
    /// Where the first key has this word, the keys are there.
    Needs(&'static str, &'static str, &'static [&'static str]),
    /// Where the first key is true, no key but these is there.
    Alone(&'static str, &'static [&'static str]),
    /// Unless the first key is true, the keys are there.
    Unless(&'static str, &'static [&'static str]),
    /// Where the first key is not false, the second has one of these words.
    Only(&'static str, &'static str, &'static [&'static str]),
}
