//! What in an archive takes the most room.

use std::collections::BTreeMap;
use std::io::Cursor;
use zip::ZipArchive;

/// The `count` folders of the ZIP `archive` that take the most bytes in it, largest first. A package below
/// `node_modules` counts for itself, whatever lies in it; every other folder is one at the root.
pub(crate) fn largest(archive: &[u8], count: usize) -> Vec<(String, u64)> {
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    let Ok(zip) = ZipArchive::new(Cursor::new(archive)) else {
        return Vec::new();
    };
    for index in 0..zip.len() {
        let Ok(entry) = zip.by_index_data(index) else { continue };
        let Ok(name) = entry.name() else { continue };
        *sizes.entry(super::entry::shown(&unit(&name))).or_default() += entry.compressed_size();
    }
    let mut sizes: Vec<(String, u64)> = sizes.into_iter().collect();
    sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    sizes.truncate(count);
    sizes
}

/// What the file `name` is a part of.
fn unit(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').collect();
    let depth = match parts.as_slice() {
        ["node_modules", scope, _, _, ..] if scope.starts_with('@') => 3,
        ["node_modules", _, _, ..] => 2,
        _ => 1,
    };
    parts[..depth].join("/")
}

#[cfg(test)]
mod tests {
    use super::largest;
    use crate::package::handmade::{Entry, zip};

    #[test]
    fn packages_count_for_themselves() {
        let bytes = zip(&[
            Entry::file("node_modules/ws/a/b.js", b"12345"),
            Entry::file("node_modules/ws/c.js", b"1"),
            Entry::file("node_modules/@x/y/z.js", b"123"),
            Entry::file("lib/a/b", b"1234"),
            Entry::file("index.js", b"1"),
        ]);
        let found = largest(&bytes, 3);
        let names: Vec<(&str, u64)> = found.iter().map(|(name, size)| (name.as_str(), *size)).collect();
        assert_eq!(names, [("node_modules/ws", 6), ("lib", 4), ("node_modules/@x/y", 3)]);
        assert_eq!(largest(b"no archive", 3), []);
    }
}
