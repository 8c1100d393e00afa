//! Ten thousand functions: more than an account may have, so they come with a saved state.

use crate::cloud::LocalCloud;
use crate::process::{fgctl, timed};
use crate::{LISTED, Load, Outcome, STATE, load, memory, say, signature, url};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const MANY: usize = 10_000;
/// The table of contents of a saved state, and its functions.
const CONTENTS: &str = "contents.json";
const FUNCTIONS: &str = "records/functions.json";

/// Shows what so many cost.
pub(crate) fn figures(cloud: &LocalCloud) -> Outcome<()> {
    let (saved, larger) = (cloud.home().join("saved"), cloud.home().join("larger"));
    run(cloud, &["local", "save"], &saved)?;
    multiply(&saved, &larger)?;
    run(cloud, &["local", "load", "--yes"], &larger)?;
    say(format_args!(
        "memory after {MANY} functions were loaded: {}",
        memory(cloud)?
    ));
    let mut list = fgctl(cloud.home());
    let took = timed(cloud.aim(list.args(["function", "list"]))?)?;
    say(format_args!(
        "`fgctl function list` of {MANY}, all pages: {:.0} ms",
        took.as_secs_f64() * 1000.0
    ));
    if load::found() {
        let query = format!("maxitems={LISTED}");
        let page = Load::on(&format!("{}?{query}", url(cloud)?), &signature::headers(cloud, &query)?)?;
        page.show("20 of so many");
    }
    say(format_args!("memory afterwards: {}", memory(cloud)?));
    Ok(())
}

fn run(cloud: &LocalCloud, command: &[&str], file: &Path) -> Outcome<()> {
    let mut fgctl = fgctl(cloud.home());
    fgctl
        .args(command)
        .arg(file)
        .arg("--state")
        .arg(cloud.home().join(STATE));
    timed(&mut fgctl).map(drop)
}

/// Copies a saved state, with one of its functions so many times.
fn multiply(from: &Path, to: &Path) -> Outcome<()> {
    let mut saved = ZipArchive::new(File::open(from)?)?;
    let mut larger = ZipWriter::new(File::create(to)?);
    for index in 0..saved.len() {
        let mut entry = saved.by_index(index)?;
        let name = entry.name()?.into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        let changed = match name.as_str() {
            CONTENTS => Some(contents(serde_json::from_slice(&bytes)?)),
            FUNCTIONS => Some(functions(&serde_json::from_slice(&bytes)?)?),
            _ => None,
        };
        larger.start_file(name, SimpleFileOptions::default())?;
        larger.write_all(&changed.map_or(bytes, |value| value.to_string().into_bytes()))?;
    }
    larger.finish()?;
    Ok(())
}

fn contents(mut contents: Value) -> Value {
    contents["records"]["functions"] = json!(MANY);
    contents
}

fn functions(saved: &Map<String, Value>) -> Outcome<Value> {
    let (key, record) = saved.iter().next().ok_or("there is no function")?;
    let name = key.rsplit(':').next().unwrap_or(key);
    let text = record.to_string();
    let copies = (0..MANY).map(|number| {
        let copy = format!("copy-{number:05}");
        Ok((
            key.replace(name, &copy),
            serde_json::from_str(&text.replace(name, &copy))?,
        ))
    });
    Ok(Value::Object(copies.collect::<Outcome<_>>()?))
}
