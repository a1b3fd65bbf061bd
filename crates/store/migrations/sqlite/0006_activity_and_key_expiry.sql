-- Level 6: which environment somebody's activity concerned, and when an API key ends.

-- No reference: it is still told which environment it was when that is gone.
ALTER TABLE activities ADD COLUMN environment_id BLOB;

ALTER TABLE api_keys ADD COLUMN expires_at INTEGER; -- none: never
