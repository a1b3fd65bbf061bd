-- Level 9: what a login reads of a credential stands in its row. Users and handles are elsewhere in the file: to read
-- them too takes more pages than the credential itself, which of millions are not in memory.

-- The app's own id of the user, which never changes.
ALTER TABLE credentials ADD COLUMN app_user_id TEXT NOT NULL DEFAULT '';

-- The user's handle, as long as the user has only the one.
ALTER TABLE credentials ADD COLUMN only_handle BLOB;

UPDATE credentials
SET app_user_id = (
        SELECT app_user_id
        FROM users AS u
        WHERE u.tenant_id = credentials.tenant_id AND u.id = credentials.user_id
    ),
    only_handle = (
        SELECT handle
        FROM user_handles AS h
        WHERE h.tenant_id = credentials.tenant_id AND h.user_id = credentials.user_id AND h.position = 0
            AND NOT EXISTS (
                SELECT 1
                FROM user_handles AS other
                WHERE other.tenant_id = h.tenant_id AND other.user_id = h.user_id AND other.position > 0
            )
    );
