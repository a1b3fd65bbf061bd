-- Level 3: which environment somebody's activity concerned, and when an API key ends.

-- No reference: it is still told which environment it was when that is gone.
ALTER TABLE activities ADD COLUMN environment_id uuid;

ALTER TABLE api_keys ADD COLUMN expires_at bigint; -- none: never

-- When a kind of ceremony was first seen, and how often one failed for a reason, without reading every minute.
CREATE INDEX ceremony_minutes_by_kind ON ceremony_minutes (tenant_id, ceremony, outcome, code, minute);
