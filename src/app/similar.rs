//! Names that are almost another one.

/// Those of `there_are` that `name` may be a slip of, the nearest first, at most three.
pub(crate) fn similar(name: &str, there_are: Vec<String>) -> Vec<String> {
    let mut similar: Vec<(usize, String)> = there_are
        .into_iter()
        .map(|other| (distance(&name.to_lowercase(), &other.to_lowercase()), other))
        .filter(|(distance, other)| *distance <= other.chars().count().div_ceil(3))
        .collect();
    similar.sort();
    similar.truncate(3);
    similar.into_iter().map(|(_, other)| other).collect()
}

/// Levenshtein's distance: how many characters have to change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn the_distance_counts_changes() {
        for (a, b, changes) in [
            ("", "", 0),
            ("a", "", 1),
            ("kitten", "sitting", 3),
            ("apig-ws", "apig-ws", 0),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(a, b), changes, "{a} {b}");
            assert_eq!(distance(b, a), changes, "{b} {a}");
        }
    }
}
