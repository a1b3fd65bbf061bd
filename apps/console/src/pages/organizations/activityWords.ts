import { eventWords } from "../../parts/eventWords";

const WORDS: Partial<Record<string, string>> = {
  api_key_created: "Created an API key",
  api_key_revoked: "Revoked an API key",
  api_key_rolled: "Rolled an API key",
  config_changed: "Changed settings",
  config_promoted: "Took settings over",
  credential_deleted: "Deleted a passkey",
  credential_renamed: "Renamed a passkey",
  credentials_deleted: "Deleted all passkeys of a user",
  environment_changed: "Set the app’s URL",
  environment_renamed: "Renamed an environment",
  invitation_made: "Made an invitation",
  invitation_withdrawn: "Withdrew an invitation",
  member_joined: "Joined",
  member_removed: "Removed a member",
  member_role_changed: "Changed a member’s role",
  organization_created: "Created the organization",
  organization_renamed: "Renamed the organization",
  project_created: "Created a project",
  project_deleted: "Deleted a project",
  project_renamed: "Renamed a project",
  signing_key_deleted: "Deleted a signing key",
  signing_key_rotated: "Rotated the signing key",
  trial_registered: "Registered a passkey to try it",
  user_deleted: "Deleted a user",
  webhook_changed: "Changed a webhook",
  webhook_created: "Added a webhook",
  webhook_deleted: "Deleted a webhook",
  webhook_redelivered: "Sent a webhook’s message again",
  webhook_secret_replaced: "Replaced a webhook’s secret",
};

/** What somebody did for an organization, in words. */
export function activityWords(type: string): string {
  return WORDS[type] ?? eventWords(type);
}
