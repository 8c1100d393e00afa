//! pip: the packages at the root, where Python looks for a function's modules.

use super::super::AppError;
use super::program::remove;
use super::{BuildInput, Program, temporary};
use crate::ui::Ui;
use std::path::Path;
use std::{fs, io};

/// Python itself, because a `pip` on PATH may be another one's.
const PYTHON: Program = Program {
    name: "python3",
    install: "install Python 3 with pip: https://www.python.org, or your system's packages `python3` and `python3-pip`",
};
/// Wheels that run where functions do: nothing is told of the system's libraries, so what asks for the oldest.
const PLATFORMS: [&str; 3] = ["manylinux2014_x86_64", "manylinux1_x86_64", "manylinux2010_x86_64"];

/// Installs `requirements` below `folder`, for the runtime of `input`, from wheels alone unless it trusts packages.
///
/// # Errors
/// There is no pip, or it fails.
pub(super) async fn install(
    requirements: &[String],
    folder: &Path,
    (input, ui): (&BuildInput, &Ui),
) -> Result<(), AppError> {
    let mut arguments: Vec<String> = ["-m", "pip", "install", "--target", "."].map(str::to_owned).to_vec();
    arguments.extend(["--no-compile", "--no-input", "--disable-pip-version-check"].map(str::to_owned));
    let version = input.runtime.trim_start_matches("Python");
    if input.trusted {
        // pip builds for the Python that runs it, so that has to be the runtime's.
        check_python(version, folder).await?;
    } else {
        arguments.extend(
            [
                "--only-binary=:all:",
                "--implementation",
                "cp",
                "--python-version",
                version,
            ]
            .map(str::to_owned),
        );
        arguments.extend(
            PLATFORMS
                .iter()
                .flat_map(|name| ["--platform".to_owned(), (*name).to_owned()]),
        );
    }
    let has_file = requirements.first().is_some_and(|first| first == "--requirement");
    arguments.extend((!has_file).then(|| "--".to_owned()));
    arguments.extend(requirements.iter().cloned());
    let step = ui.step(format!("pip install {} for {}", requirements.join(" "), input.runtime));
    PYTHON
        .run(&arguments, folder)
        .await
        .map_err(|error| explained(error, input))?;
    step.done("");
    clean(folder).map_err(temporary)
}

async fn check_python(wanted: &str, folder: &Path) -> Result<(), AppError> {
    const SAY: &str = "import sys; print('%d.%d' % sys.version_info[:2])";
    let version = PYTHON.run(&["-c".to_owned(), SAY.to_owned()], folder).await?;
    match version.trim() == wanted {
        true => Ok(()),
        false => {
            let text = format!(
                "`python3` is {}, and builds nothing from source for Python {wanted}",
                version.trim()
            );
            Err(AppError::refused(
                text,
                &["put the right one on PATH, or leave out --allow-scripts to take wheels"],
            ))
        }
    }
}

/// Adds what helps where pip is missing, or has no wheel.
fn explained(error: AppError, input: &BuildInput) -> AppError {
    let AppError::Program { text, said } = &error else {
        return error;
    };
    let says = |words: &str| said.iter().any(|line| line.contains(words));
    if says("No module named pip") {
        return AppError::refused(
            "`python3` has no pip",
            &["python3 -m ensurepip, or install `python3-pip`"],
        );
    }
    if !input.trusted && says("No matching distribution found") {
        let said = said.iter().cloned().chain([format!(
            "only wheels for Linux on x86-64 and {} were looked for; --allow-scripts builds from source",
            input.runtime
        )]);
        return AppError::Program {
            text: text.clone(),
            said: said.collect(),
        };
    }
    error
}

/// Removes what names this machine: programs with the path of its Python, and where a package came from. The record
/// of each package forgets them too, and is sorted.
fn clean(folder: &Path) -> io::Result<()> {
    remove(&folder.join("bin"))?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "dist-info") {
            remove(&path.join("direct_url.json"))?;
            let record = path.join("RECORD");
            if record.is_file() {
                fs::write(&record, plain_record(&fs::read_to_string(&record)?))?;
            }
        }
    }
    Ok(())
}

/// A `RECORD` without what [`clean`] removes, sorted.
fn plain_record(text: &str) -> String {
    let gone = |line: &&str| {
        ["../../bin/", "bin/"].iter().any(|start| line.starts_with(start))
            || ["/direct_url.json,", "__pycache__/"]
                .iter()
                .any(|part| line.contains(part))
    };
    let mut lines: Vec<&str> = text.lines().filter(|line| !gone(line)).collect();
    lines.sort_unstable();
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::plain_record;

    #[test]
    fn a_record_forgets_what_is_removed() {
        let text = "b.py,sha256=1,1\n../../bin/tool,sha256=2,2\na/__pycache__/x.pyc,,\na.dist-info/direct_url.json,,\na.py,,\n";
        assert_eq!(plain_record(text), "a.py,,\nb.py,sha256=1,1\n");
    }
}
