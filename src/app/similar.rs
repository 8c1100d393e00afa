//! Names that are almost another one.

use std::cmp::Reverse;

/// Those of `there_are` that `name` may be a slip of, at most three: the nearest first, and of those equally near the
/// one that begins alike for longer.
pub(crate) fn similar(name: &str, there_are: Vec<String>) -> Vec<String> {
    let alike = |other: &str| name.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let mut similar: Vec<(usize, Reverse<usize>, String)> = there_are
        .into_iter()
        .map(|other| {
            let distance = strsim::levenshtein(&name.to_lowercase(), &other.to_lowercase());
            (distance, Reverse(alike(&other)), other)
        })
        .filter(|(distance, _, other)| *distance <= other.chars().count().div_ceil(3))
        .collect();
    similar.sort();
    similar.truncate(3);
    similar.into_iter().map(|(_, _, other)| other).collect()
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn the_nearest_come_first_and_strangers_not_at_all() {
        let names = ["FSS.1002", "FSS.1061", "FSS.1062", "APIG.0101"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(similar("FSS.1063", names), ["FSS.1061", "FSS.1062", "FSS.1002"]);
    }
}
