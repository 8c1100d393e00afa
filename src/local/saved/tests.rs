//! Saved states: there and back, to another account, and damaged in every way.

use super::super::store::records::{ENVIRONMENTS, EnvironmentRecord, FUNCTIONS, FunctionRecord};
use super::super::store::whole::Records;
use super::super::store::{Lifetime, Store, StoreError};
use super::super::{Account, control};
use super::{Saved, SavedError, save};
use crate::sign::{Credentials, Secret};
use crate::wire::environment::Environment;
use crate::wire::function::Function;
use serde_json::{Value, json};
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

struct State {
    folder: tempfile::TempDir,
    store: Store,
    account: Account,
}

fn account(digit: &str) -> Account {
    Account {
        region: "cn-east-3".to_owned(),
        project_id: digit.repeat(32),
        domain_id: format!("{}0", digit.repeat(31)),
        credentials: Credentials {
            access_key: format!("LOCAL{digit}"),
            secret_key: Secret::new(format!("secret-{digit}")),
            security_token: None,
        },
    }
}

impl State {
    fn new(digit: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Lifetime::Ephemeral).unwrap();
        Self {
            folder,
            store,
            account: account(digit),
        }
    }

    /// With a function, whose record names ids of the account, and an environment.
    fn filled() -> Self {
        let state = Self::new("a");
        let blob = state.store.keep(b"the function's archive").unwrap();
        let [project, _, vpc, ..] = control::own_ids(&state.account);
        let mut function = Function {
            func_name: "f".to_owned(),
            ..Function::default()
        };
        function
            .other
            .insert("seen".to_owned(), json!([{"vpc": vpc, "project": project}]));
        let record = FunctionRecord {
            function,
            encrypted_user_data: format!("{{\"in\":\"{project}\"}}"),
            blob,
            ..FunctionRecord::default()
        };
        let environment = EnvironmentRecord {
            instance_id: "g".to_owned(),
            environment: Environment::default(),
        };
        let put = state.store.write(|writer| {
            writer.put(&FUNCTIONS, "default:f", &record)?;
            writer.put(&ENVIRONMENTS, "g:1", &environment)
        });
        put.unwrap_or_else(|error: StoreError| panic!("{error}"));
        state
    }

    fn records(&self) -> Records {
        self.store.records().unwrap()
    }

    fn save(&self, with_keys: bool) -> PathBuf {
        let path = self.folder.path().join("saved");
        save(&self.store, &self.account, &path, with_keys).unwrap();
        path
    }
}

/// The entries of a ZIP.
fn entries(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut entry = zip.by_index(index).unwrap();
            let name = entry.name().unwrap().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (name, bytes)
        })
        .collect()
}

fn write(path: &Path, entries: &[(String, Vec<u8>)]) {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    fs::write(path, zip.finish().unwrap().into_inner()).unwrap();
}

#[test]
fn a_state_comes_back_whole_in_another_account() {
    let (from, to) = (State::filled(), State::new("b"));
    let path = from.save(false);
    let summary = Saved::read(&path).unwrap().put_into(&to.store, &to.account).unwrap();
    assert_eq!(
        (summary.records["functions"], summary.files, summary.keys),
        (1, 1, false)
    );
    let text = serde_json::to_string(&to.records()).unwrap();
    let (old, new) = (control::own_ids(&from.account), control::own_ids(&to.account));
    assert!(!old.iter().any(|id| text.contains(id)), "{text}");
    assert!(text.contains(&new[0]) && text.contains(&new[2]), "{text}");
    let back = old
        .iter()
        .zip(&new)
        .fold(text, |text, (old, new)| text.replace(new, old));
    assert_eq!(serde_json::from_str::<Records>(&back).unwrap(), from.records());
    let digest = to.records()["functions"]["default:f"].value().unwrap()["blob"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(fs::read(to.store.blob(&digest)).unwrap(), b"the function's archive");
}

#[test]
fn keys_go_only_where_they_are_asked_to() {
    let (from, to) = (State::filled(), State::new("b"));
    let path = from.save(false);
    let bare = entries(&path);
    assert!(
        bare.iter()
            .all(|(_, bytes)| !String::from_utf8_lossy(bytes).contains("secret-a"))
    );
    let path = from.save(true);
    Saved::read(&path).unwrap().put_into(&to.store, &to.account).unwrap();
    assert_eq!(to.records(), from.records());
    drop(to.store);
    let store = Store::open(to.folder.path(), Lifetime::Ephemeral).unwrap();
    let account = super::super::account::open(to.folder.path(), &store).unwrap();
    assert_eq!(account.project_id, from.account.project_id);
    assert_eq!(account.credentials.secret_key, from.account.credentials.secret_key);
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let state = State::filled();
    let mode = fs::metadata(state.save(true)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing() {
    let state = State::filled();
    let path = state.folder.path().join("missing/saved");
    let error = save(&state.store, &state.account, &path, false).unwrap_err();
    assert!(matches!(error, SavedError::File { .. }), "{error}");
    let path = state.save(false);
    let before = fs::read(&path).unwrap();
    let digest = state.records()["functions"]["default:f"].value().unwrap()["blob"]
        .as_str()
        .unwrap()
        .to_owned();
    fs::remove_file(state.store.blob(&digest)).unwrap();
    save(&state.store, &state.account, &path, false).unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), before);
    let names = fs::read_dir(state.folder.path()).unwrap();
    assert!(
        names
            .into_iter()
            .all(|name| !name.unwrap().path().to_string_lossy().ends_with(".part"))
    );
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let state = State::filled();
    let path = state.save(false);
    let bytes = fs::read(&path).unwrap();
    for length in 0..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(Saved::read(&path).is_err(), "{length} of {}", bytes.len());
    }
}

/// Some bytes of a ZIP mean nothing, such as an entry's time: then what is read is what was saved.
#[test]
fn a_byte_that_was_changed_is_refused_or_means_nothing() {
    let state = State::filled();
    let path = state.save(true);
    let bytes = fs::read(&path).unwrap();
    let mut refused = 0;
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x41;
        fs::write(&path, damaged).unwrap();
        match Saved::read(&path) {
            Ok(saved) => assert_eq!(saved.records, state.records(), "{at}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > bytes.len() / 2, "{refused} of {}", bytes.len());
}

type Change = fn(&mut Vec<(String, Vec<u8>)>);

fn edit(entries: &mut [(String, Vec<u8>)], name: &str, change: impl FnOnce(&mut Value)) {
    let (_, bytes) = entries.iter_mut().find(|(other, _)| other == name).unwrap();
    let mut value = serde_json::from_slice(bytes).unwrap();
    change(&mut value);
    *bytes = value.to_string().into_bytes();
}

#[test]
fn each_way_of_not_being_a_state_is_told() {
    let state = State::filled();
    let whole = entries(&state.save(true));
    let cases: &[(&str, Change)] = &[
        ("schema 9, and this fgctl reads", |all| {
            edit(all, "contents.json", |contents| contents["schema"] = json!(9));
        }),
        ("its format is", |all| {
            edit(all, "contents.json", |contents| contents["format"] = json!("other"))
        }),
        ("it has no schema", |all| {
            edit(all, "contents.json", |contents| contents["schema"] = Value::Null)
        }),
        ("`novel`, which this fgctl does not know", |all| {
            edit(all, "contents.json", |contents| contents["records"]["novel"] = json!(0));
        }),
        ("does not hold what its contents promise", |all| {
            all.push(("strange".to_owned(), Vec::new()))
        }),
        ("is not in its contents", |all| all[2].0 = "../../strange".to_owned()),
        ("has 1 records, not 2", |all| {
            edit(all, "contents.json", |contents| {
                contents["records"]["functions"] = json!(2)
            });
        }),
        ("`default:f` of records/functions.json", |all| {
            edit(all, "records/functions.json", |records| {
                records["default:f"]["blob"] = json!(1)
            });
        }),
        ("is missing", |all| {
            edit(all, "records/functions.json", |records| {
                records["default:f"]["blob"] = json!("0")
            });
        }),
        ("has another content", |all| all.last_mut().unwrap().1.push(b'x')),
        ("the account is damaged", |all| {
            edit(all, "account.json", |account| account["region"] = json!("x"))
        }),
    ];
    let path = state.folder.path().join("changed");
    for (expected, change) in cases {
        let mut changed = whole.clone();
        change(&mut changed);
        write(&path, &changed);
        let error = Saved::read(&path)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(error.contains(expected), "{error:?} does not say {expected:?}");
    }
    write(&path, &whole);
    assert!(Saved::read(&path).is_ok());
    assert!(matches!(Saved::read(state.folder.path()), Err(SavedError::File { .. })));
}
