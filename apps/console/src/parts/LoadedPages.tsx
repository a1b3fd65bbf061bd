import { For, Show, type Accessor, type JSX } from "solid-js";
import type { Pages } from "../load/createPages";
import { Button } from "./Button";
import { Empty } from "./Empty";
import { ProblemNotice } from "./ProblemNotice";

interface LoadedPagesProps<T> {
  readonly pages: Pages<T>;
  readonly empty: JSX.Element;
  readonly children: (items: Accessor<readonly T[]>) => JSX.Element;
}

/** A list as far as it is fetched, with a button for more; its outline before, its emptiness, or what went wrong. */
export function LoadedPages<T>(props: LoadedPagesProps<T>) {
  return (
    <>
      <Show when={props.pages.problem()}>
        <div class="loaded-problem">
          <ProblemNotice problem={props.pages.problem()}>
            <Button size="small" busy={props.pages.loading()} onClick={() => void props.pages.reload()}>
              Try again
            </Button>
          </ProblemNotice>
        </div>
      </Show>
      <Show
        when={props.pages.items()}
        fallback={
          <Show when={!props.pages.problem()}>
            <div class="skeleton" role="status" aria-label="Loading">
              <For each={Array.from({ length: 8 })}>{() => <i />}</For>
            </div>
          </Show>
        }
      >
        {(items) => (
          <Show
            when={items().length > 0}
            fallback={
              <Show when={props.pages.hasMore()} fallback={props.empty}>
                <Empty
                  title="Nothing found so far"
                  actions={
                    <Button busy={props.pages.loading()} onClick={() => void props.pages.more()}>
                      Look further back
                    </Button>
                  }
                >
                  The newest were looked through; older ones are left.
                </Empty>
              </Show>
            }
          >
            {props.children(items)}
            <Show when={props.pages.hasMore()}>
              <div class="card-foot">
                <span class="quiet small">{items().length} shown</span>
                <Button size="small" busy={props.pages.loading()} onClick={() => void props.pages.more()}>
                  Show more
                </Button>
              </div>
            </Show>
          </Show>
        )}
      </Show>
    </>
  );
}
