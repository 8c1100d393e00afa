//! Two texts compared line by line.

/// The largest product of line counts that is compared exactly; beyond, all lines of both are shown.
const EXACT: usize = 4_000_000;

/// The lines of both, those of `old` alone after `- `, those of `new` alone after `+ `.
pub(crate) fn diff(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut text = String::new();
    let mut say = |sign: &str, line: &str| text.push_str(&format!("{sign} {line}\n"));
    let lengths = match old.len().saturating_mul(new.len()) > EXACT {
        true => Vec::new(),
        false => common(&old, &new),
    };
    let (mut i, mut j) = (0, 0);
    let longest = |i: usize, j: usize| lengths.get(i * (new.len() + 1) + j).copied().unwrap_or(0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            say(" ", old[i]);
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || longest(i + 1, j) >= longest(i, j + 1)) {
            say("-", old[i]);
            i += 1;
        } else {
            say("+", new[j]);
            j += 1;
        }
    }
    text
}

/// The length of the longest common subsequence of each pair of rests, row by row.
fn common(old: &[&str], new: &[&str]) -> Vec<u32> {
    let width = new.len() + 1;
    let mut lengths = vec![0; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            lengths[i * width + j] = match old[i] == new[j] {
                true => lengths[(i + 1) * width + j + 1] + 1,
                false => lengths[(i + 1) * width + j].max(lengths[i * width + j + 1]),
            };
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::diff;
    use proptest::prelude::{prop_assert_eq, proptest};

    #[test]
    fn what_is_in_both_is_shown_once() {
        assert_eq!(diff("a\nb\nc\n", "a\nx\nc\nd\n"), "  a\n- b\n+ x\n  c\n+ d\n");
        assert_eq!(diff("", ""), "");
        assert_eq!(diff("", "a"), "+ a\n");
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_out_of_it(old in "([ab]\n){0,8}", new in "([abc]\n){0,8}") {
            let both = diff(&old, &new);
            let side = |sign: &str| -> String {
                both.lines()
                    .filter(|line| line.starts_with(sign) || line.starts_with("  "))
                    .map(|line| format!("{}\n", &line[2..]))
                    .collect()
            };
            prop_assert_eq!(side("- "), old);
            prop_assert_eq!(side("+ "), new);
        }
    }
}
