//! Vectors of others, from ../shared/conformance. Where that folder is missing, each test says that it was
//! skipped.

mod vectors;
mod w3c;
