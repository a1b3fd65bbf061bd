// What the console's API takes and answers, by the document's names.
export type {
  Activity,
  ApiKey,
  ApiKeyCreated,
  Attachment,
  AttestationPreference,
  AttestationTrust,
  AuditLog,
  ConfigWarning,
  CreationOptions,
  Credential,
  CredentialStorage,
  Derivation,
  DeviationPolicy,
  Environment,
  EnvironmentInfo,
  Insights,
  Invitation,
  LinkInfo,
  Member,
  Operator,
  Organization,
  Passkey,
  Project,
  RequestOptions,
  RequestOverrides,
  ResidentKeyRequirement,
  Role,
  Session,
  SessionInfo,
  SigningAlgorithm,
  SigningKey,
  State,
  Steps,
  Tenant,
  TenantConfig,
  Transaction,
  TrialResult,
  TrustPolicy,
  UserDetails,
  UserVerification,
  Webhook,
  WebhookCreate,
  WebhookDelivery,
  WebhookEvent,
  WebhookSecret,
  WebhookUpdate,
} from "./schema";

/** A setting that two environments of a project have differently. */
export interface Difference {
  readonly member: string;
  readonly here: unknown;
  readonly there: unknown;
  /** Whether it may be taken over: a domain and its origins may not. */
  readonly promotable: boolean;
}
