// What the console's API takes and answers.
export type {
  ApiKey,
  ApiKeyCreated,
  AuditLog,
  ConfigWarning,
  Credential,
  CredentialStorage,
  SigningAlgorithm,
  SigningKey,
  Tenant,
  TenantConfig,
  Transaction,
  UserDetails,
  Webhook,
  WebhookCreate,
  WebhookDelivery,
  WebhookEvent,
  WebhookSecret,
  WebhookUpdate,
  AttestationTrust,
  TrustPolicy,
  DeviationPolicy,
  UserVerification,
  ResidentKeyRequirement,
  AttestationPreference,
  Attachment,
  RequestOverrides,
} from "./adminSchema";
export type { State, Operator, Session, LinkInfo, SessionInfo, Passkey, Activity, Role, CreationOptions, RequestOptions } from "./schema";
import type { Role } from "./schema";
import type { Credential } from "./adminSchema";

export interface Organization { id: string; name: string; role: Role; created_at: string; members: number; projects: number }
export interface Member { operator_id: string; name: string; email: string; role: Role; joined_at: string }
export interface Invitation { id: string; role: Role; email?: string; invited_by: string; created_at: string; expires_at: string }
export interface EnvironmentInfo { tenant_id: string; kind: "development" | "production"; app_url: string | null; rp_id: string }
export interface Project { id: string; organization_id: string; name: string; created_at: string; role: Role; environments: EnvironmentInfo[] }
export interface Derivation { kind: "development" | "production"; rp_id?: string; origins: string[]; cors: string[]; problem?: string; code?: string; notes: { code: string; message: string }[] }
export interface Steps { api_key_created: string | null; registration_begun: string | null; registration_finished: string | null; login_begun: string | null; login_finished: string | null }
export interface Environment extends EnvironmentInfo {
  project: { id: string; name: string }; organization: { id: string; name: string }; role: Role;
  api_url: string; jwks_url: string; origins: string[]; warnings: { code: string; message: string }[]; steps: Steps;
  try_here: { possible: boolean; reason?: string };
}
export interface UserRow { id: string; user_id: string; name: string; display_name: string | null; icon: string | null; created_at: string; passkeys: number; last_used_at: string | null }
export interface Insights {
  days: { day: string; registrations: number; logins: number }[];
  funnels: { ceremony: "registration" | "login" | "mfa_registration" | "mfa_login" | "transaction"; begun: number; done: number; failed: number }[];
  failures: { ceremony: string; code: string; count: number }[];
  authenticators: { name: string; count: number }[]; browsers: { name: string; count: number }[];
  storage: { synced: number; syncable: number; device_bound: number };
}
export interface StalePasskeys { passkeys: Credential[]; next?: string }
export interface Difference { member: string; here: unknown; there: unknown; promotable: boolean }
export interface TryOutcome { token: string; claims: Record<string, unknown> }
