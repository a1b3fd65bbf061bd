//! Where the list is fetched from: a file, or an https URL.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use reqwest::{Response, redirect, retry};
use url::Url;

/// The largest list that is fetched, in bytes. The service's had 9 million in 2025.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How long connecting may take, and how long everything.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TOTAL_TIMEOUT: Duration = Duration::from_mins(2);

/// Where the list is fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MetadataSource {
    /// A file that somebody else keeps up to date.
    File(PathBuf),
    /// An https URL.
    Url(Box<Url>),
}

/// What tells one state of a file from another, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileState {
    modified: SystemTime,
    length: u64,
}

/// Text that names no source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a file's path, or an https URL without credentials and fragment")]
pub(crate) struct SourceError;

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// The file can't be read.
    #[error("the file can't be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is longer than a list may be.
    #[error("it has more than {MAX_BYTES} bytes")]
    TooLarge,
    /// It is no text.
    #[error("it is no text")]
    NotText,
    /// The request failed.
    #[error("the request failed: {}", with_causes(.0))]
    Request(#[from] reqwest::Error),
    /// The answer is no list. Redirections are not followed.
    #[error("it answered {0}")]
    Status(u16),
    /// A thread panicked while reading.
    #[error("reading panicked")]
    Panicked,
}

/// An error of the HTTP client says little without what caused it.
fn with_causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl MetadataSource {
    /// Text with a scheme is a URL, and any other a path.
    pub(crate) fn parse(text: &str) -> Result<Self, SourceError> {
        if !text.contains("://") {
            return if text.is_empty() { Err(SourceError) } else { Ok(Self::File(text.into())) };
        }
        let url = Url::parse(text).map_err(|_| SourceError)?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if url.scheme() == "https" && is_plain { Ok(Self::Url(url.into())) } else { Err(SourceError) }
    }

    /// What the file is like now; none where there is none, or the source is a URL.
    pub(crate) fn file_state(&self) -> Option<FileState> {
        let Self::File(path) = self else { return None };
        let metadata = path.metadata().ok()?;
        Some(FileState { modified: metadata.modified().ok()?, length: metadata.len() })
    }

    /// Fetches the list, of whatever it may consist.
    pub(crate) async fn fetch(&self) -> Result<String, FetchError> {
        let bytes = match self {
            Self::File(path) => {
                let path = path.clone();
                tokio::task::spawn_blocking(move || read(&path)).await.map_err(|_| FetchError::Panicked)??
            }
            Self::Url(url) => download(url).await?,
        };
        String::from_utf8(bytes).map_err(|_| FetchError::NotText)
    }
}

impl fmt::Display for MetadataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(url) => url.fmt(f),
        }
    }
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES { Err(FetchError::TooLarge) } else { Ok(bytes) }
}

async fn download(url: &Url) -> Result<Vec<u8>, FetchError> {
    // Made for each of a few requests a day: the machine's CA certificates are read anew.
    let client = reqwest::Client::builder()
        .user_agent("Passgate")
        .https_only(true)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .build()?;
    let response = client.get(url.clone()).send().await?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    body(response).await
}

/// The body, no more of which is read than a list may have, whatever its length is said to be.
async fn body(mut response: Response) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(FetchError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_path_or_an_https_url() {
        for path in ["blob.jwt", "/var/lib/blob.jwt", "../a b"] {
            assert_eq!(MetadataSource::parse(path), Ok(MetadataSource::File(path.into())));
        }
        let url = MetadataSource::parse("https://mds3.fidoalliance.org/").unwrap();
        assert_eq!(url.to_string(), "https://mds3.fidoalliance.org/");
        for refused in [
            "",
            "http://mds3.fidoalliance.org/",
            "http://localhost/",
            "https://a:b@c/",
            "https://a/#b",
            "file:///a",
        ] {
            assert_eq!(MetadataSource::parse(refused), Err(SourceError), "{refused}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_too_large_or_no_text_is_no_list() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let source = MetadataSource::File(file.path().to_owned());
        std::fs::write(file.path(), "x".repeat(MAX_BYTES)).unwrap();
        assert_eq!(source.fetch().await.unwrap().len(), MAX_BYTES);
        std::fs::write(file.path(), "x".repeat(MAX_BYTES + 1)).unwrap();
        assert!(matches!(source.fetch().await, Err(FetchError::TooLarge)));
        std::fs::write(file.path(), [0xff]).unwrap();
        assert!(matches!(source.fetch().await, Err(FetchError::NotText)));
        let missing = MetadataSource::File("/nowhere/blob.jwt".into());
        assert!(matches!(missing.fetch().await, Err(FetchError::Unreadable(_))));
    }

    /// Serves one answer, a part of which has no length, at an address that only the test's client asks.
    async fn answer(status: &'static str, length: usize) -> Response {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&vec![b'x'; length]).await;
        });
        reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap()
    }

    #[tokio::test]
    async fn no_more_of_an_answer_is_read_than_a_list_may_have() {
        assert_eq!(body(answer("200 OK", 100_000).await).await.unwrap().len(), 100_000);
        assert!(matches!(body(answer("200 OK", MAX_BYTES + 1).await).await, Err(FetchError::TooLarge)));
    }
}
