//! A tenant's rows, table by table, as a source.

use std::collections::VecDeque;

use passgate_core::transfer::TransferRecord;
use tokio_postgres::{Portal, Row};

use super::api_key::{self, ApiKeyRow};
use super::audit_row::{self, AuditLogRow};
use super::credential::{self, CredentialRow};
use super::database::{HankoError, HankoTenant, Snapshot};
use super::transaction::{self, TransactionRow};
use super::user::{self, UserRow};
use crate::kind::Kind;
use crate::report::{Note, Place};
use crate::source::{Arrival, Progress, Source, SourceTenant, Unit};
use crate::unusable::Unusable;

/// How many rows are asked for at once: what is held in memory.
const ROWS: i32 = 1000;

/// The tables, in the order in which they can be imported.
#[derive(Debug, Clone, Copy)]
enum Table {
    Secrets,
    Users,
    Credentials,
    Transactions,
    AuditLogs,
}

impl Table {
    const ALL: [Self; 5] =
        [Self::Secrets, Self::Users, Self::Credentials, Self::Transactions, Self::AuditLogs];

    const fn query(self) -> &'static str {
        match self {
            Self::Secrets => api_key::QUERY,
            Self::Users => user::QUERY,
            Self::Credentials => credential::QUERY,
            Self::Transactions => transaction::QUERY,
            Self::AuditLogs => audit_row::QUERY,
        }
    }
}

/// One tenant's things.
pub struct HankoSource<'a> {
    snapshot: &'a Snapshot<'a>,
    tenant: HankoTenant,
    total: u64,
    done: u64,
    tables: std::array::IntoIter<Table, 5>,
    /// The table that is being read.
    current: Option<(Table, Portal)>,
    rows: VecDeque<Row>,
}

impl<'a> HankoSource<'a> {
    pub(super) fn new(snapshot: &'a Snapshot<'a>, tenant: HankoTenant, total: u64) -> Self {
        let tables = Table::ALL.into_iter();
        Self { snapshot, tenant, total, done: 0, tables, current: None, rows: VecDeque::new() }
    }

    /// The next row and its table; none after the last row of the last table.
    async fn row(&mut self) -> Result<Option<(Table, Row)>, tokio_postgres::Error> {
        loop {
            if let Some((table, _)) = self.current
                && let Some(row) = self.rows.pop_front()
            {
                return Ok(Some((table, row)));
            }
            let transaction = self.snapshot.transaction();
            if let Some((_, portal)) = &self.current {
                self.rows = transaction.query_portal(portal, ROWS).await?.into();
                if !self.rows.is_empty() {
                    continue;
                }
            }
            let Some(table) = self.tables.next() else { return Ok(None) };
            let portal = transaction.bind(table.query(), &[self.tenant.tenant.id.as_uuid()]).await?;
            self.current = Some((table, portal));
        }
    }
}

impl Source for HankoSource<'_> {
    type Error = HankoError;

    fn tenant(&self) -> &SourceTenant {
        &self.tenant.tenant
    }

    fn tenant_changes(&self) -> &[Note] {
        &self.tenant.changes
    }

    async fn next(&mut self) -> Result<Option<Arrival>, HankoError> {
        let Some((table, row)) = self.row().await? else { return Ok(None) };
        self.done += 1;
        let tenant_id = self.tenant.tenant.id;
        let (place, kind, record) = match table {
            Table::Secrets => {
                let row = ApiKeyRow::read(&row)?;
                (row.place(), Kind::ApiKey, row.record())
            }
            Table::Users => {
                let row = UserRow::read(&row)?;
                (row.place(), Kind::User, row.record(tenant_id))
            }
            Table::Credentials => {
                let row = CredentialRow::read(&row)?;
                (row.place(), Kind::Credential, row.record())
            }
            Table::Transactions => {
                let row = TransactionRow::read(&row)?;
                (row.place(), Kind::Transaction, row.record())
            }
            Table::AuditLogs => {
                let row = AuditLogRow::read(&row)?;
                (row.place(), Kind::AuditLog, row.record())
            }
        };
        Ok(Some(arrival(place, kind, record)))
    }

    fn progress(&self) -> Progress {
        Progress { done: self.done, total: Some(self.total), unit: Unit::Rows }
    }
}

fn arrival(place: Place, kind: Kind, record: Result<(TransferRecord, Vec<Note>), Unusable>) -> Arrival {
    match record {
        Ok((record, changes)) => Arrival::Record { place, record, changes },
        Err(Unusable { code, detail }) => Arrival::Refused(Note::refused(place, kind, code, detail)),
    }
}
