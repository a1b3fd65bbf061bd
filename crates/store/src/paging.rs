//! Lists in pages.

use passgate_core::credential::PageRequest;

/// How many rows come before a page.
pub(crate) fn offset(page: PageRequest) -> i64 {
    i64::from(page.page.saturating_sub(1)) * i64::from(page.per_page)
}

/// How many rows a page has, of so many in all.
pub(crate) fn rows_of_page(page: PageRequest, total: u64) -> u32 {
    let left = total.saturating_sub(offset(page).cast_unsigned());
    page.per_page.min(u32::try_from(left).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use passgate_core::credential::Order;

    use super::*;

    #[test]
    fn a_page_has_what_is_left_and_no_more_than_fits() {
        let page = |page| PageRequest { page, per_page: 20, order: Order::Descending };
        for (asked, total, rows) in
            [(1, 0, 0), (1, 7, 7), (1, 20, 20), (1, 21, 20), (2, 21, 1), (2, 20, 0), (9, 21, 0)]
        {
            assert_eq!(rows_of_page(page(asked), total), rows, "page {asked} of {total}");
        }
    }
}
