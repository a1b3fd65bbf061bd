import type { paths } from "./schema";
import type * as T from "./types";

type Base = "/console/api";
type Method = "get" | "post" | "put" | "patch" | "delete";

type Json<Content> = Content extends { "application/json": infer Body } ? Body : unknown;

// Of the described answers only those that went well; 204 has no body.
type Answer<Responses> =
  Responses extends Record<200, { content: infer Content }>
    ? Json<Content>
    : Responses extends Record<201, { content: infer Content }>
      ? Json<Content>
      : Responses extends Record<204, unknown>
        ? void
        : unknown;

type BodyOf<Operation> = Operation extends { requestBody: { content: infer Content } } ? { body: Json<Content> } : unknown;
type QueryOf<Operation> = Operation extends { parameters: { query?: infer Asked } }
  ? [Asked] extends [never | undefined]
    ? unknown
    : { query: NonNullable<Asked> }
  : unknown;

type Described = {
  [Path in keyof paths as Path extends `${Base}${string}` ? Path : never]: {
    [M in Method as paths[Path][M] extends { responses: unknown } ? M : never]: paths[Path][M];
  };
};

type Name = {
  [Path in keyof Described]: Path extends `${Base}${infer Rest}`
    ? keyof Described[Path] extends infer M extends Method
      ? `${Uppercase<M>} ${Rest}`
      : never
    : never;
}[keyof Described];

type OperationOf<Endpoint> = Endpoint extends `${infer M} ${infer Rest}`
  ? `${Base}${Rest}` extends infer Path extends keyof paths
    ? Lowercase<M> extends infer Verb extends keyof paths[Path]
      ? paths[Path][Verb]
      : never
    : never
  : never;

/** What each endpoint takes and answers, by its method and path below `/console/api`: as the document says. */
export type Endpoints = {
  [Endpoint in Name]: BodyOf<OperationOf<Endpoint>> &
    QueryOf<OperationOf<Endpoint>> & {
      response: OperationOf<Endpoint> extends { responses: infer Responses } ? Answer<Responses> : never;
    };
} & Omit<Pending, Name>;

type Credential = PublicKeyCredentialJSON;

/** What the document doesn't have yet. */
interface Pending {
  "GET /state": { response: T.State };
  "POST /links/inspect": { body: { link: string }; response: T.LinkInfo };
  "POST /sign-up/begin": { body: { link?: string; name: string; email: string }; response: { options: T.CreationOptions } };
  "POST /sign-up/finish": { body: { link?: string; name: string; email: string; credential: Credential }; response: T.Session };
  "POST /sign-in/begin": { body: object; response: { options: T.RequestOptions } };
  "POST /sign-in/finish": { body: { credential: Credential }; response: T.Session };
  "POST /step-up/begin": { body: object; response: { options: T.RequestOptions } };
  "POST /step-up/finish": { body: { credential: Credential }; response: T.Session };
  "GET /session": { response: T.Session };
  "DELETE /session": { response: void };
  "GET /sessions": { response: T.SessionInfo[] };
  "DELETE /sessions/{session_id}": { response: void };
  "DELETE /sessions": { response: { ended: number } };
  "PATCH /operator": { body: { name?: string; email?: string }; response: T.Operator };
  "GET /passkeys": { response: T.Passkey[] };
  "POST /passkeys/begin": { body: object; response: { options: T.CreationOptions } };
  "POST /passkeys/finish": { body: { credential: Credential; name?: string }; response: T.Passkey };
  "PATCH /passkeys/{credential_id}": { body: { name: string }; response: T.Passkey };
  "DELETE /passkeys/{credential_id}": { response: void };
  "POST /recovery-codes": { body: object; response: { codes: string[] } };
  "POST /recovery/code": { body: { email: string; code: string }; response: T.Session };
  "POST /recovery/link": { body: { link: string }; response: T.Session };
  "GET /activity": { response: T.Activity[] };
  "GET /organizations": { response: T.Organization[] };
  "POST /organizations": { body: { name: string }; response: T.Organization };
  "GET /organizations/{organization_id}": { response: T.Organization };
  "PATCH /organizations/{organization_id}": { body: { name: string }; response: T.Organization };
  "DELETE /organizations/{organization_id}": { response: void };
  "GET /organizations/{organization_id}/members": { response: T.Member[] };
  "PATCH /organizations/{organization_id}/members/{operator_id}": { body: { role: T.Role }; response: T.Member };
  "DELETE /organizations/{organization_id}/members/{operator_id}": { response: void };
  "GET /organizations/{organization_id}/invitations": { response: T.Invitation[] };
  "POST /organizations/{organization_id}/invitations": {
    body: { role: T.Role; email?: string; days?: number };
    response: { invitation: T.Invitation; url: string };
  };
  "DELETE /organizations/{organization_id}/invitations/{invitation_id}": { response: void };
  "POST /invitations/accept": { body: { link: string }; response: T.Organization };
  "POST /projects/preview": { body: { app_url: string }; response: T.Derivation };
  "GET /organizations/{organization_id}/projects": { response: T.Project[] };
  "POST /organizations/{organization_id}/projects": { body: { name: string; app_url: string }; response: T.Project };
  "GET /projects/{project_id}": { response: T.Project };
  "PATCH /projects/{project_id}": { body: { name: string }; response: T.Project };
  "DELETE /projects/{project_id}": { response: void };
  "GET /environments/{tenant_id}": { response: T.Environment };
  "GET /environments/{tenant_id}/steps": { response: T.Steps };
  "PUT /environments/{tenant_id}/app-url": { body: { app_url: string }; response: T.Environment };
  "GET /environments/{tenant_id}/api-keys": { response: T.ApiKey[] };
  "POST /environments/{tenant_id}/api-keys": { body: { name: string }; response: T.ApiKeyCreated };
  "DELETE /environments/{tenant_id}/api-keys/{secret_id}": { response: void };
  "POST /environments/{tenant_id}/try/registration/begin": { body: { username: string }; response: { options: T.CreationOptions } };
  "POST /environments/{tenant_id}/try/registration/finish": { body: { credential: Credential }; response: T.TryOutcome };
  "POST /environments/{tenant_id}/try/login/begin": { body: object; response: { options: T.RequestOptions } };
  "POST /environments/{tenant_id}/try/login/finish": { body: { credential: Credential }; response: T.TryOutcome };
  "GET /environments/{tenant_id}/config": { response: T.Tenant };
  "PUT /environments/{tenant_id}/config": { body: T.TenantConfig; response: unknown };
  "PUT /environments/{tenant_id}/name": { body: { display_name: string }; response: unknown };
  "GET /environments/{tenant_id}/signing-keys": { response: T.SigningKey[] };
  "POST /environments/{tenant_id}/signing-keys": { body: { alg?: T.SigningAlgorithm; now?: boolean }; response: T.SigningKey };
  "DELETE /environments/{tenant_id}/signing-keys/{secret_id}": { response: void };
  "GET /environments/{tenant_id}/related-origins": { response: { origins: string[] } };
  "GET /environments/{tenant_id}/users": { query: { q?: string; after?: string; limit?: number }; response: { users: T.UserRow[]; next?: string } };
  "GET /environments/{tenant_id}/users/{user_id}": { response: T.UserDetails };
  "DELETE /environments/{tenant_id}/users/{user_id}": { response: void };
  "GET /environments/{tenant_id}/credentials/{credential_id}": { response: T.Credential };
  "PATCH /environments/{tenant_id}/credentials/{credential_id}": { body: { name: string }; response: unknown };
  "DELETE /environments/{tenant_id}/credentials/{credential_id}": { response: unknown };
  "GET /environments/{tenant_id}/audit-log": { query: Query; response: { rows: T.AuditLog[]; next?: string } };
  "GET /environments/{tenant_id}/webhooks": { response: T.Webhook[] };
  "POST /environments/{tenant_id}/webhooks": { body: T.WebhookCreate; response: T.WebhookSecret };
  "PATCH /environments/{tenant_id}/webhooks/{webhook_id}": { body: T.WebhookUpdate; response: void };
  "DELETE /environments/{tenant_id}/webhooks/{webhook_id}": { response: void };
  "POST /environments/{tenant_id}/webhooks/{webhook_id}/secret": { body: { now?: boolean }; response: T.WebhookSecret };
  "GET /environments/{tenant_id}/webhooks/{webhook_id}/deliveries": { response: T.WebhookDelivery[] };
  "POST /environments/{tenant_id}/webhooks/{webhook_id}/deliveries/{event_id}/redeliver": { response: void };
  "GET /audit-types": { response: string[] };
  "GET /environments/{tenant_id}/insights": { query: { from: string; to: string; offset: number }; response: T.Insights };
  "GET /environments/{tenant_id}/stale-passkeys": { query: { unused_days: number; after?: string; limit?: number }; response: T.StalePasskeys };
  "GET /environments/{tenant_id}/deleted-attempts": { response: { code: string; count: number; last_at: string | null } };
  "GET /environments/{tenant_id}/config/compare": { query: { from: string }; response: { differences: T.Difference[] } };
  "POST /environments/{tenant_id}/config/promote": { body: { from: string; members: string[] }; response: T.Tenant };
}

/** Parameters of a query: an array is given as often as it is long. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;
