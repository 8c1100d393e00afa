//! What packing did, for the user to see.

use crate::package::{Archive, LeftOut};
use crate::ui::{Report, Ui};
use serde_json::json;
use std::path::Path;

/// Says what packing repaired and left out.
pub(super) fn packed(ui: &Ui, archive: &Archive) {
    for note in &archive.notes {
        ui.status(note);
    }
    for LeftOut { name, file, rule } in &archive.left_out {
        ui.verbose(format_args!("left out {name}: {rule} in {file}"));
    }
    ui.verbose(format_args!(
        "packed {} files of {} bytes to {} bytes",
        archive.files,
        archive.unpacked,
        archive.bytes.len()
    ));
}

/// What there is to show of an archive that was written to `file`; `sum` is what the service would call it by.
pub(super) fn packed_report(archive: &Archive, file: &Path, (name, sum): (&str, &str)) -> Report {
    let file = file.display().to_string();
    let data = json!({
        "file": file,
        "files": archive.files,
        "size": archive.bytes.len(),
        "unpacked": archive.unpacked,
        name: sum,
    });
    Report::item(
        &data,
        &file,
        vec![
            ("File", Some(file.clone())),
            ("Files", Some(archive.files.to_string())),
            ("Size", Some(format!("{} bytes", archive.bytes.len()))),
            ("Unpacked", Some(format!("{} bytes", archive.unpacked))),
            (if name == "etag" { "Etag" } else { "Digest" }, Some(sum.to_owned())),
        ],
    )
}
