/** What goes into the backend's `.env`. */
export function envFile(baseUrl: string, tenantId: string, secret: string): string {
  return `PASSKEYS_BASE_URL=${baseUrl}\nPASSKEYS_TENANT_ID=${tenantId}\nPASSKEYS_API_KEY=${secret}`;
}
