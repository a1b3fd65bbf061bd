import { Tabs } from "@kobalte/core/tabs";
import { createEffect, createSignal, For, on, onCleanup, Show } from "solid-js";
import { call } from "../../../api/call";
import type { Environment, Steps } from "../../../api/types";
import { Button } from "../../../parts/Button";
import { CodeBlock } from "../../../parts/CodeBlock";
import { Icon } from "../../../parts/Icon";
import { Time } from "../../../parts/Time";
import { atLeast } from "../../../session/atLeast";
import { consoleState } from "../../../session/session";
import { guideCode, type Language, type Step } from "./guideCode";

const STEPS: readonly (readonly [step: Step, title: string, words: string])[] = [
  [
    "api_key_created",
    "Create an API key and put it into your backend",
    "Three lines in its .env, and one client made at start.",
  ],
  [
    "registration_begun",
    "Begin a registration",
    "Your backend asks for options when a signed-in user wants a passkey.",
  ],
  [
    "registration_finished",
    "Finish the registration",
    "The page asks the device; your backend passes on what it made.",
  ],
  ["login_begun", "Begin a sign-in", "No user is named: the device knows its passkeys."],
  ["login_finished", "Finish the sign-in", "You get a token. Verify it, and start your own session for its subject."],
];

const LANGUAGES: readonly (readonly [Language, string])[] = [
  ["javascript", "JavaScript"],
  ["rust", "Rust"],
  ["http", "Plain HTTP"],
];

const POLL_MS = 2_000;

interface GuideProps {
  readonly environment: Environment;
  /** A key that was just made on this page, to stand in the code. */
  readonly secret: string | undefined;
  readonly onCreateKey: () => void;
}

/** The five steps of an integration, each ticked off when the server has seen it happen. */
export function Guide(props: GuideProps) {
  const [steps, setSteps] = createSignal<Steps>(props.environment.steps);
  createEffect(
    on(
      () => props.environment.steps,
      (now) => setSteps(now),
    ),
  );
  const [language, setLanguage] = createSignal<Language>("javascript");
  const [opened, setOpened] = createSignal<Step>();
  const done = () => STEPS.filter(([step]) => Boolean(steps()[step])).length;
  const next = () => STEPS.find(([step]) => !steps()[step])?.[0];
  const isOpen = (step: Step) => (opened() ?? next() ?? "") === step;

  const poll = window.setInterval(() => {
    if (document.visibilityState !== "visible" || next() === undefined) return;
    const path = { tenant_id: props.environment.tenant_id };
    // What fails here is tried again in two seconds.
    call("GET /environments/{tenant_id}/steps", { path }).then(setSteps, () => undefined);
  }, POLL_MS);
  onCleanup(() => window.clearInterval(poll));

  const values = () => ({
    baseUrl: consoleState()?.public_url ?? "",
    tenantId: props.environment.tenant_id,
    rpId: props.environment.rp_id,
    secret: props.secret ?? "<your API key>",
  });

  return (
    <section class="card" aria-labelledby="guide">
      <div class="card-head">
        <div>
          <h2 id="guide">Integrate in five steps</h2>
          <p role="status">
            {next() === undefined ? "All five were seen. Your app has passkeys." : `${done()} of 5 seen by the server`}
          </p>
        </div>
        <Tabs value={language()} onChange={(value) => setLanguage(value as Language)}>
          <Tabs.List class="tabs-list bare" aria-label="Language of the code">
            <For each={LANGUAGES}>
              {([value, text]) => (
                <Tabs.Trigger class="tab" value={value} aria-controls="guide-steps">
                  {text}
                </Tabs.Trigger>
              )}
            </For>
          </Tabs.List>
        </Tabs>
      </div>
      <ol class="steps" id="guide-steps">
        <For each={STEPS}>
          {([step, title, words], index) => (
            <li data-done={Boolean(steps()[step])} data-open={isOpen(step)}>
              <button
                type="button"
                class="step-head"
                aria-expanded={isOpen(step)}
                onClick={() => setOpened(isOpen(step) ? ("none" as Step) : step)}
              >
                <span class="tick" aria-hidden="true">
                  <Show when={Boolean(steps()[step])} fallback={index() + 1}>
                    <Icon name="check" size={14} />
                  </Show>
                </span>
                <span class="step-title">{title}</span>
                <span class="quiet small">
                  <Show when={steps()[step]} fallback={step === next() ? "Waiting for it…" : ""}>
                    {(at) => (
                      <>
                        <span class="sr">Done: </span>
                        <Time at={at()} />
                      </>
                    )}
                  </Show>
                </span>
                <Icon name="chevron" />
              </button>
              <Show when={isOpen(step)}>
                <div class="step-body">
                  <p class="quiet">{words}</p>
                  <Show
                    when={step === "api_key_created" && !steps()[step] && atLeast(props.environment.role, "developer")}
                  >
                    <div>
                      <Button size="small" onClick={props.onCreateKey}>
                        Create API key
                      </Button>
                    </div>
                  </Show>
                  <For each={guideCode(step, language(), values())}>
                    {(piece) => (
                      <div class="stack tight">
                        <h3 class="small quiet">{piece.where}</h3>
                        <CodeBlock code={piece.code} what={piece.where} />
                      </div>
                    )}
                  </For>
                </div>
              </Show>
            </li>
          )}
        </For>
      </ol>
    </section>
  );
}
