//! Lists come in pages: `page`, `per_page` and `order` in the query, `Link` and `X-Total-Count` in the answer.

use std::convert::Infallible;
use std::fmt::Write;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use passgate_core::credential::{Order, PageRequest};

use crate::error::ApiError;

const DEFAULT_PER_PAGE: u32 = 20;
const MAX_PER_PAGE: u32 = 100;
/// The last page that may be asked for: a database steps over all rows before it.
const MAX_PAGE: u32 = 100_000;

/// A list's query, decoded. Unknown parameters are ignored.
pub(crate) struct ListQuery(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl ListQuery {
    /// The value of a parameter; an empty one counts as absent, for clients send those that fill in nothing.
    pub(crate) fn value(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let value = values.next().filter(|value| !value.is_empty());
        // Whichever of two were taken, somebody meant the other.
        match values.next() {
            None => Ok(value),
            Some(_) => Err(ApiError::validation(format!("{name}: must not be given twice"))),
        }
    }

    /// All values of a parameter that may repeat, but for empty ones.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Which page is asked for; the order stands in the parameter of that name.
    pub(crate) fn page(&self, order: &str) -> Result<PageRequest, ApiError> {
        let number = |name: &str, default: u32, max: u32| match self.value(name)? {
            None => Ok(default),
            Some(text) => match text.parse() {
                Ok(number) if (1..=max).contains(&number) => Ok(number),
                _ => Err(ApiError::validation(format!("{name}: must be a number from 1 to {max}"))),
            },
        };
        let direction = match self.value(order)? {
            None | Some("desc") => Order::Descending,
            Some("asc") => Order::Ascending,
            Some(_) => return Err(ApiError::validation(format!("{order}: must be asc or desc"))),
        };
        Ok(PageRequest {
            page: number("page", 1, MAX_PAGE)?,
            per_page: number("per_page", DEFAULT_PER_PAGE, MAX_PER_PAGE)?,
            order: direction,
        })
    }
}

/// `Link` (RFC 8288) and `X-Total-Count`. Links are made from the public URL, never from the Host header.
pub(crate) fn page_headers(public_url: &str, uri: &Uri, page: PageRequest, total: u64) -> HeaderMap {
    let last = total.div_ceil(u64::from(page.per_page)).max(1);
    let current = u64::from(page.page);
    let mut links = String::new();
    let mut link = |rel: &str, number: u64| {
        let separator = if links.is_empty() { "" } else { ", " };
        let target = page_target(uri, number, page.per_page);
        // Writing to a String can't fail.
        let _ = write!(links, "{separator}<{public_url}{target}>; rel=\"{rel}\"");
    };
    if current > 1 || last == 1 {
        link("first", 1);
    }
    if current < last {
        link("last", last);
        link("next", current + 1);
    }
    if current > 1 {
        link("prev", (current - 1).min(last));
    }
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&links) {
        headers.insert(header::LINK, value);
    }
    headers.insert(HeaderName::from_static("x-total-count"), HeaderValue::from(total));
    headers
}

/// The same list, another page.
fn page_target(uri: &Uri, page: u64, per_page: u32) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if key != "page" && key != "per_page" {
            query.append_pair(&key, &value);
        }
    }
    query.append_pair("page", &page.to_string());
    query.append_pair("per_page", &per_page.to_string());
    format!("{}?{}", uri.path(), query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rels(page: u32, total: u64) -> Vec<String> {
        let request = PageRequest { page, per_page: 10, order: Order::Descending };
        let headers = page_headers(
            "https://passgate.example",
            &"/t/credentials?order=asc".parse().unwrap(),
            request,
            total,
        );
        headers[header::LINK].to_str().unwrap().split(", ").map(str::to_owned).collect()
    }

    fn link(rel: &str, page: u32) -> String {
        format!("<https://passgate.example/t/credentials?order=asc&page={page}&per_page=10>; rel=\"{rel}\"")
    }

    #[test]
    fn each_page_links_to_those_around_it() {
        assert_eq!(rels(1, 0), [link("first", 1)]);
        assert_eq!(rels(1, 10), [link("first", 1)]);
        assert_eq!(rels(1, 25), [link("last", 3), link("next", 2)]);
        assert_eq!(rels(2, 25), [link("first", 1), link("last", 3), link("next", 3), link("prev", 1)]);
        assert_eq!(rels(3, 25), [link("first", 1), link("prev", 2)]);
        assert_eq!(rels(9, 25), [link("first", 1), link("prev", 3)]);
    }

    #[test]
    fn a_query_can_not_break_out_of_the_link() {
        let request = PageRequest { page: 1, per_page: 10, order: Order::Descending };
        let uri = "/t/credentials?user_id=%3E%3B%20rel%3D%22next%22".parse().unwrap();
        let headers = page_headers("https://p.example", &uri, request, 20);
        assert_eq!(headers[header::LINK].to_str().unwrap().matches("rel=\"next\"").count(), 1);
        assert_eq!(headers["x-total-count"], "20");
    }
}
