export interface AuditFilterValues {
  readonly start_time: string | undefined;
  readonly end_time: string | undefined;
  readonly type: readonly string[] | undefined;
  readonly actor: string | undefined;
  readonly actor_user_id: string | undefined;
  readonly meta_source_ip: string | undefined;
  readonly q: string | undefined;
}

/** The filters that an address names: the API's own. */
export function filtersOf(
  search: Readonly<Record<string, string | string[] | undefined>>,
): AuditFilterValues & Record<string, string | readonly string[] | undefined> {
  const text = (name: string) => {
    const value = search[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const type = typeof search.type === "string" ? [search.type] : search.type;
  return {
    start_time: text("start_time"),
    end_time: text("end_time"),
    type: type && type.length > 0 ? type : undefined,
    actor: text("actor"),
    actor_user_id: text("actor_user_id"),
    meta_source_ip: text("meta_source_ip"),
    q: text("q"),
  };
}
