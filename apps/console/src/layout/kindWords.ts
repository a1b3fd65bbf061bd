import type { EnvironmentInfo } from "../api/types";

export function kindWords(kind: EnvironmentInfo["kind"]): string {
  return kind === "development" ? "Development" : "Production";
}
