//! The console's API, as its pages call it.

mod accounts;
mod activity;
mod browser;
mod cross_site;
mod environments;
mod matrix;
mod organizations;
mod projects;
mod recovery;
mod related_origins;
mod reserved_tenant;
