import { For, Show, type Accessor, type JSX } from "solid-js";
import type { Load } from "../load/createLoad";
import { Button } from "./Button";
import { ProblemNotice } from "./ProblemNotice";

interface LoadedProps<T> {
  readonly load: Load<T>;
  /** As many lines as are probably coming, so that nothing jumps. */
  readonly lines?: number;
  readonly children: (value: Accessor<T>) => JSX.Element;
}

/** What was loaded; until then its outline, or why it isn't there and a button to try again. */
export function Loaded<T>(props: LoadedProps<T>) {
  const present = () => {
    const value = props.load.value();
    return value === undefined ? undefined : { value };
  };
  return (
    <>
      <Show when={props.load.problem()}>
        <div class="loaded-problem">
          <ProblemNotice problem={props.load.problem()}>
            <Button size="small" busy={props.load.loading()} onClick={() => void props.load.reload()}>
              Try again
            </Button>
          </ProblemNotice>
        </div>
      </Show>
      <Show
        when={present()}
        fallback={
          <Show when={!props.load.problem()}>
            <div class="skeleton" role="status" aria-label="Loading">
              <For each={Array.from({ length: props.lines ?? 4 })}>{() => <i />}</For>
            </div>
          </Show>
        }
      >
        {(found) => props.children(() => found().value)}
      </Show>
    </>
  );
}
