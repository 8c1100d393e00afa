//! Whether a list that is read page by page gets on.

use super::error::{ApiError, ReadError};
use crate::wire::Listing;
use std::collections::HashSet;

/// The most pages that a list is followed for.
const PAGES: usize = 10_000;

/// What was read of a list so far, as far as it takes to see that it goes in a circle.
#[derive(Default)]
pub(super) struct Progress {
    /// Each request so far, as JSON: the same one would be answered by the same page.
    requests: HashSet<String>,
    /// The page before, as JSON: a service that ignores where to begin gives the same page for ever.
    page: String,
}

impl Progress {
    /// Takes note of `page`, the answer to `request`.
    ///
    /// # Errors
    /// [`ApiError::Unreadable`] when either was there before, or when there are far too many.
    pub(super) fn check<L: Listing>(&mut self, request: &L, page: &L::Output) -> Result<(), ApiError> {
        let request = json(request)?;
        let page = json(page)?;
        let number = self.requests.len() + 1;
        let same = page == self.page;
        self.page = page;
        if !self.requests.insert(request) || same {
            return Err(self.stopped::<L>(ReadError::Repeats(number)));
        }
        if number > PAGES {
            return Err(self.stopped::<L>(ReadError::Endless(PAGES)));
        }
        Ok(())
    }

    fn stopped<L: Listing>(&self, source: ReadError) -> ApiError {
        ApiError::Unreadable {
            operation: L::NAME,
            method: L::METHOD.as_str(),
            status: L::SUCCESS.first().copied().unwrap_or(200),
            start: self.page.chars().take(100).collect(),
            source,
        }
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(|error| ApiError::Shape {
        operation: "paging",
        source: error.into(),
    })
}
