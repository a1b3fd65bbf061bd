import { createUniqueId, For, Show } from "solid-js";

const NUMBER = new Intl.NumberFormat("en");
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

interface Part {
  readonly name: string;
  readonly under?: string;
  readonly count: number;
}

interface SharesProps {
  readonly title: string;
  readonly words: string;
  readonly empty: string;
  readonly parts: readonly Part[];
}

/** Parts of a whole, most first, as bars with their numbers. */
export function Shares(props: SharesProps) {
  const id = createUniqueId();
  const all = () => props.parts.reduce((sum, { count }) => sum + count, 0);
  return (
    <section class="card" aria-labelledby={id}>
      <div class="card-head">
        <div>
          <h2 id={id}>{props.title}</h2>
          <p>{props.words}</p>
        </div>
      </div>
      <Show when={all() > 0} fallback={<p class="card-body quiet">{props.empty}</p>}>
        <ul class="shares">
          <For each={props.parts.slice(0, 10)}>
            {(part) => (
              <li>
                <span class="share-name">
                  {part.name}
                  <Show when={part.under}>
                    <span class="quiet small"> {part.under}</span>
                  </Show>
                </span>
                <span class="count">
                  {NUMBER.format(part.count)} <span class="quiet">{PERCENT.format(part.count / all())}</span>
                </span>
                <span class="track">
                  <span class="bar done" style={{ width: `${(part.count / all()) * 100}%` }} />
                </span>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}
