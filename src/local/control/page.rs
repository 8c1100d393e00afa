//! Pages of lists: by marker as FunctionGraph counts, by offset as API Gateway does, by last id as VPC does.

use super::refusal::Refusal;
use crate::codes::{functiongraph, vpc};
use crate::wire::security_group::PageInfo;
use std::ops::Range;

/// The most items of a page of FunctionGraph, and how many there are unless the caller says.
const MOST_BY_MARKER: usize = 400;
/// The most items of a page of FunctionGraph's newer lists.
const MOST_BY_SHORT_MARKER: usize = 500;
/// How many items such a page has unless the caller says.
const USUAL_BY_SHORT_MARKER: usize = 100;
/// The most items of a page of API Gateway.
const MOST_BY_OFFSET: i64 = 500;
/// How many items a page of API Gateway has unless the caller says.
const USUAL_BY_OFFSET: i64 = 20;
/// The most items of a page of VPC, and how many there are unless the caller says.
const MOST_BY_ID: i64 = 2000;

/// One page.
pub(super) struct Page<T> {
    /// What is on it.
    pub(super) items: Vec<T>,
    /// How many there are in all.
    pub(super) total: usize,
    /// The offset after the page's last item.
    pub(super) next: usize,
}

impl<T> Page<T> {
    fn cut(items: Vec<T>, from: usize, most: usize) -> Self {
        let total = items.len();
        let items: Vec<T> = items.into_iter().skip(from).take(most).collect();
        let next = from + items.len();
        Self { items, total, next }
    }
}

/// The page from the offset `marker` on, of at most `limit` items.
///
/// # Errors
/// Either is no whole number, or negative.
pub(super) fn by_marker<T>(items: Vec<T>, marker: Option<&str>, limit: Option<&str>) -> Result<Page<T>, Refusal> {
    let window = window(marker, limit)?;
    Ok(Page::cut(items, window.start, window.len()))
}

/// The places of the items on that page, as far as there are so many.
///
/// # Errors
/// Either is no whole number, or negative.
pub(super) fn window(marker: Option<&str>, limit: Option<&str>) -> Result<Range<usize>, Refusal> {
    let from = number("marker", marker)?.unwrap_or(0);
    let most = match number("maxitems", limit)? {
        Some(most) if (1..=MOST_BY_MARKER).contains(&most) => most,
        _ => MOST_BY_MARKER,
    };
    Ok(from..from.saturating_add(most))
}

/// The page from the offset `marker` on, of 100 items unless `limit` says, at most 500.
///
/// # Errors
/// Either is no whole number, or negative.
pub(super) fn by_short_marker<T>(items: Vec<T>, marker: Option<&str>, limit: Option<&str>) -> Result<Page<T>, Refusal> {
    let from = number("marker", marker)?.unwrap_or(0);
    let most = match number("limit", limit)? {
        None | Some(0) => USUAL_BY_SHORT_MARKER,
        Some(most) => most.min(MOST_BY_SHORT_MARKER),
    };
    Ok(Page::cut(items, from, most))
}

fn number(name: &str, text: Option<&str>) -> Result<Option<usize>, Refusal> {
    let bad = |text| {
        let detail = format!("{name} `{text}` is no whole number from 0");
        Refusal::because(functiongraph::QUERY, detail)
    };
    text.filter(|text| !text.is_empty())
        .map(|text| text.parse().map_err(|_| bad(text)))
        .transpose()
}

/// The page from `offset` on, of at most `limit` items; what is out of range counts as the nearest that is not.
pub(super) fn by_offset<T>(items: Vec<T>, offset: Option<i64>, limit: Option<i64>) -> Page<T> {
    let limit = match limit.unwrap_or(USUAL_BY_OFFSET) {
        ..=0 => USUAL_BY_OFFSET,
        limit => limit.min(MOST_BY_OFFSET),
    };
    Page::cut(items, size(offset.unwrap_or(0)), size(limit))
}

/// The page after the item whose id is `marker`, of at most `limit` items, and whether more follow.
///
/// # Errors
/// The limit is out of range.
pub(super) fn by_id<T>(
    items: Vec<T>,
    marker: Option<&str>,
    limit: Option<i64>,
    id: impl Fn(&T) -> &str,
) -> Result<(Vec<T>, bool), Refusal> {
    let limit = limit.unwrap_or(MOST_BY_ID);
    if !(0..=MOST_BY_ID).contains(&limit) {
        return Err(Refusal::because(
            vpc::PARAMETER,
            format!("limit `{limit}` is not 0 to {MOST_BY_ID}"),
        ));
    }
    let from = match marker {
        None => 0,
        Some(marker) => items
            .iter()
            .position(|item| id(item) == marker)
            .map_or(items.len(), |at| at + 1),
    };
    let page = Page::cut(items, from, size(limit));
    Ok((page.items, page.next < page.total))
}

/// The page that [`by_id`] cuts, and where it lies, as the API v3 of VPC tells it.
///
/// # Errors
/// As [`by_id`].
pub(super) fn by_id_with_info<T>(
    items: Vec<T>,
    marker: Option<&str>,
    limit: Option<i64>,
    id: impl Fn(&T) -> &str,
) -> Result<(Vec<T>, PageInfo), Refusal> {
    let (items, more) = by_id(items, marker, limit, &id)?;
    let info = PageInfo {
        previous_marker: items.first().map(|item| id(item).to_owned()),
        current_count: u64::try_from(items.len()).unwrap_or(u64::MAX),
        next_marker: items.last().filter(|_| more).map(|item| id(item).to_owned()),
    };
    Ok((items, info))
}

/// `number` as a size; a negative one is 0.
fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// `number` as JSON counts.
pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{by_id, by_marker, by_offset};

    fn items() -> Vec<String> {
        (0..5).map(|n| n.to_string()).collect()
    }

    #[test]
    fn a_marker_is_an_offset_and_the_next_one_stands_after_the_last_item() {
        let page = by_marker(items(), Some("3"), Some("4")).unwrap();
        assert_eq!((page.items.len(), page.next, page.total), (2, 5, 5));
        let page = by_marker(items(), Some("9"), Some("0")).unwrap();
        assert_eq!((page.items.len(), page.next), (0, 9));
        for (marker, limit) in [("-1", "1"), ("0", "-1"), ("x", "1")] {
            assert!(
                by_marker(items(), Some(marker), Some(limit)).is_err(),
                "{marker} {limit}"
            );
        }
        let many: Vec<u16> = (0..500).collect();
        assert_eq!(by_marker(many, None, Some("401")).unwrap().items.len(), 400);
    }

    #[test]
    fn an_offset_out_of_range_is_no_error() {
        assert_eq!(by_offset(items(), Some(-4), Some(2)).items, ["0", "1"]);
        let many: Vec<u16> = (0..600).collect();
        for (limit, expected) in [
            (None, 20),
            (Some(0), 20),
            (Some(-1), 20),
            (Some(900), 500),
            (Some(7), 7),
        ] {
            assert_eq!(by_offset(many.clone(), None, limit).items.len(), expected, "{limit:?}");
        }
    }

    #[test]
    fn a_page_by_id_begins_after_it() {
        let (page, more) = by_id(items(), Some("1"), Some(2), |item| item).unwrap();
        assert_eq!((page, more), (vec!["2".to_owned(), "3".to_owned()], true));
        assert!(by_id(items(), None, Some(2001), |item| item).is_err());
    }
}
