-- Level 11: timelines without an index of the audit log by users, which each login had to write to.
--
-- Instead, each part of a tenant's log, of some 256 rows, has two bytes for each of its users. Who reads a user's timeline
-- asks these, and looks at the rows of the parts that have the user's (audit_blocks.rs).

CREATE TABLE audit_blocks (
    tenant_id BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    until     INTEGER NOT NULL, -- the time of its last row; it begins after the block before
    marks     BLOB NOT NULL,    -- of its users
    PRIMARY KEY (tenant_id, until)
) STRICT, WITHOUT ROWID;

-- Each block ends with the 256th row after the one before. The newest rows are in none.
WITH RECURSIVE blocks (tenant_id, after, until) AS (
    SELECT id, NULL, (
        SELECT created_at
        FROM audit_logs AS row
        WHERE row.tenant_id = tenants.id
        ORDER BY created_at
        LIMIT 1 OFFSET 255
    )
    FROM tenants
    UNION ALL
    SELECT tenant_id, until, (
        SELECT created_at
        FROM audit_logs AS row
        WHERE row.tenant_id = blocks.tenant_id AND created_at > until
        ORDER BY created_at
        LIMIT 1 OFFSET 255
    )
    FROM blocks
    WHERE until IS NOT NULL
)
INSERT INTO audit_blocks (tenant_id, until, marks)
SELECT tenant_id, until, (
    SELECT audit_marks(actor_user_id)
    FROM audit_logs AS row
    WHERE row.tenant_id = blocks.tenant_id
        AND created_at > coalesce(after, -9223372036854775808)
        AND created_at <= until
)
FROM blocks
WHERE until IS NOT NULL;

DROP INDEX audit_logs_by_actor;

ALTER TABLE audit_logs DROP COLUMN block;
