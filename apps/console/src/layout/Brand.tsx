import { A } from "@solidjs/router";

export function Brand() {
  return (
    <A href="/" class="brand" end aria-label="Passgate: start">
      <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <circle cx="12.5" cy="13" r="4.5" />
        <path d="M16 16l8 8m-3-3l2.5-2.5" />
      </svg>
      <span class="name">Passgate</span>
    </A>
  );
}
