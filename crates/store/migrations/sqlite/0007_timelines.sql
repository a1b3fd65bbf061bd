-- Level 7: an index of the audit log by users that costs logins little.
--
-- In the index before, each login wrote to the page of its user: one that no other login had just written to. Now the log
-- of a tenant has blocks of about 256 rows, by time, and the index is by block first: the rows that a commit adds lie
-- together. Who reads a user's timeline asks each block in turn.
--
-- A block's number is the time from which on its rows are, in milliseconds since 1970. A new row is in the newest block
-- that is not after it, so that whatever is later is in no earlier block.

DROP INDEX audit_logs_by_actor;

ALTER TABLE audit_logs ADD COLUMN block INTEGER NOT NULL DEFAULT 0;

CREATE INDEX audit_logs_by_actor ON audit_logs (tenant_id, block, actor_user_id, created_at, id)
WHERE actor_user_id IS NOT NULL;
