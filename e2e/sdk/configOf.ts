import type { Passgate } from "../stack/startPassgate.ts";

/** What the published SDK's `tenant()` takes, for the tenant that was there before the first start. */
export function configOf({ publicUrl, tenant }: Passgate): { tenantId: string; apiKey: string; baseUrl: string } {
  return { tenantId: tenant.id, apiKey: tenant.apiKey, baseUrl: publicUrl };
}
