//! `fgctl.toml`: what a project wants to have in the cloud, read and checked before anything is asked of it.
//!
//! The way of a text: [`node`] reads it and keeps where each value stands, [`overlay`] lays one environment over it,
//! [`variable`] puts `${NAME}` in, [`check`] holds it against the one table of [`schema`]. What comes out is a
//! [`Manifest`] whose every value has its type and range, or all that is wrong with the text, each with its place.
//!
//! It opens no file and reads no variable of the process: both are handed in.

mod check;
mod document;
mod edit;
mod fault;
mod json_schema;
mod node;
mod overlay;
mod schema;
mod tables;
#[cfg(test)]
mod tests;
mod variable;

pub(crate) use document::markdown;
pub(crate) use edit::{Edit, Edited, edit};
pub(crate) use fault::Faults;
pub(crate) use json_schema::json_schema;
pub(crate) use overlay::DEFAULT;

use node::{Node, Table};
use schema::{Default, Section};
use std::collections::BTreeMap;

/// A manifest, resolved for one environment.
pub(crate) struct Manifest {
    /// The stack's name.
    pub(crate) name: String,
    /// The environment's name; [`DEFAULT`] where the manifest is taken as it stands.
    pub(crate) environment: String,
    /// The region, where the manifest names one.
    pub(crate) region: Option<String>,
    sections: BTreeMap<&'static str, BTreeMap<String, Entry>>,
}

impl Manifest {
    /// Reads `text` for `environment`; `variable` tells the variables of the process.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub(crate) fn read(
        text: &str,
        environment: Option<&str>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Faults> {
        let whole = node::read(text)?;
        let mut faults = Vec::new();
        let (base, overlays) = overlay::split(whole, &mut faults);
        for overlay in overlays.values() {
            check::part(overlay, &mut faults);
        }
        let chosen = overlay::choose(base, overlays, environment, &mut faults);
        let resolved = variable::resolve(chosen, variable, &mut faults);
        let checked = check::whole(&resolved, &mut faults);
        match faults.is_empty() {
            true => Ok(Self::of(checked, environment.unwrap_or(DEFAULT))),
            false => Err(Faults::new(text, faults)),
        }
    }

    fn of(mut checked: Table, environment: &str) -> Self {
        let mut text = |name| checked.remove(name).and_then(|member| member.node.into_text());
        let (name, region) = (text("name").unwrap_or_default(), text("region"));
        let entries = |section: &'static Section, table: Table| {
            let each = table.into_iter().map(|(name, member)| {
                let values = member.node.into_table().unwrap_or_default();
                (name, Entry { section, values })
            });
            each.collect()
        };
        let sections = schema::SECTIONS.iter().map(|section| {
            let table = checked.remove(section.name).and_then(|member| member.node.into_table());
            (section.name, entries(section, table.unwrap_or_default()))
        });
        let sections: BTreeMap<_, BTreeMap<_, _>> = sections.collect();
        Self {
            name,
            environment: environment.to_owned(),
            region,
            sections,
        }
    }

    /// What `section` declares, by name: `functions`, `dependencies`, `gateways`, `groups`, `environments`, `apps` or
    /// `triggers`.
    pub(crate) fn section(&self, section: &str) -> impl Iterator<Item = (&str, &Entry)> {
        let entries = self.sections.get(section).into_iter().flatten();
        entries.map(|(name, entry)| (name.as_str(), entry))
    }

    /// What `section` declares as `name`.
    pub(crate) fn find(&self, section: &str, name: &str) -> Option<&Entry> {
        self.sections.get(section)?.get(name)
    }

    /// What `key` of `entry` refers to: what is named, or the only one that there is.
    pub(crate) fn reference(&self, entry: &Entry, key: &str) -> String {
        entry.text(key).unwrap_or_else(|| {
            let section = entry.section.key(key).and_then(schema::Key::refers_to);
            let mut declared = section.into_iter().flat_map(|section| self.section(section));
            declared.next().map_or_else(String::new, |(name, _)| name.to_owned())
        })
    }
}

/// One declared thing, every value of its type and in its range. Never shown whole: it may hold secrets.
pub(crate) struct Entry {
    section: &'static Section,
    values: Table,
}

impl Entry {
    fn node(&self, key: &str) -> Option<&Node> {
        debug_assert!(
            self.section.key(key).is_some(),
            "{} has no key {key}",
            self.section.name
        );
        self.values.get(key).map(|member| &member.node)
    }

    fn default(&self, key: &str) -> Option<Default> {
        Some(self.section.key(key)?.default)
    }

    /// A text, or the default.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        match (self.node(key), self.default(key)) {
            (Some(node), _) => node.text().map(str::to_owned),
            (None, Some(Default::Text(text))) => Some(text.to_owned()),
            (None, _) => None,
        }
    }

    /// A whole number, or the default.
    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        match (self.node(key), self.default(key)) {
            (Some(node), _) => node.number(),
            (None, Some(Default::Number(number))) => Some(number),
            (None, _) => None,
        }
    }

    /// Yes or no, or the default.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match (self.node(key), self.default(key)) {
            (Some(node), _) => node.flag(),
            (None, Some(Default::Flag(flag))) => Some(flag),
            (None, _) => None,
        }
    }

    /// A list of texts, where there is one.
    pub(crate) fn texts(&self, key: &str) -> Option<Vec<String>> {
        let list = self.node(key)?.list()?;
        Some(list.iter().filter_map(Node::text).map(str::to_owned).collect())
    }

    /// Names with texts, such as environment variables.
    pub(crate) fn pairs(&self, key: &str) -> Vec<(String, String)> {
        let table = self.node(key).and_then(Node::table);
        let members = table.into_iter().flatten();
        members
            .filter_map(|(name, member)| Some((name.clone(), member.node.text()?.to_owned())))
            .collect()
    }
}
