import { scaleBand, scaleLinear } from "d3-scale";
import { createMemo, createSignal, For, Show } from "solid-js";
import type { Insights } from "../../../api/types";
import { plural } from "../../../parts/plural";

type Day = Insights["days"][number];

const KINDS = ["logins", "registrations"] as const;

const HEIGHT = 180;
const WIDTH = 1000;
/** About how many numbers stand beside the chart. */
const TICKS = 3;
const DAY_FORMAT = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const SHORT_FORMAT = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact" });

/** Sign-ins and registrations of each day, as bars; the same as a table for who can't see them. */
export function DayChart(props: { readonly days: readonly Day[] }) {
  const [pointed, setPointed] = createSignal<number>();
  const across = createMemo(() => scaleBand([...props.days.keys()], [0, WIDTH]));
  const ofDay = createMemo(() => scaleBand(KINDS, [0, across().bandwidth()]).paddingOuter(0.4));
  const up = createMemo(() => {
    const most = Math.max(1, ...props.days.flatMap((day) => KINDS.map((kind) => day[kind])));
    return scaleLinear([0, most], [HEIGHT, 0]).nice(TICKS);
  });
  /** Numbers beside the chart, from its bottom to its top. */
  const ticks = createMemo(() => up().ticks(TICKS).filter(Number.isInteger));
  /** Where a bar begins; what happened once is seen beside what happened a thousand times, too. */
  const top = (count: number) => (count === 0 ? HEIGHT : Math.min(HEIGHT - 2, up()(count)));
  const total = (of: "logins" | "registrations") => props.days.reduce((sum, day) => sum + day[of], 0);
  const shown = () => {
    const at = pointed();
    return at === undefined ? undefined : props.days[at];
  };
  const move = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = Math.floor(((event.clientX - box.left) / box.width) * props.days.length);
    setPointed(Math.min(props.days.length - 1, Math.max(0, at)));
  };
  const key = (event: KeyboardEvent) => {
    const from = pointed() ?? (event.key === "ArrowLeft" ? props.days.length : -1);
    if (event.key === "ArrowRight") setPointed(Math.min(props.days.length - 1, from + 1));
    else if (event.key === "ArrowLeft") setPointed(Math.max(0, from - 1));
    else return;
    event.preventDefault();
  };
  return (
    <section class="card" aria-labelledby="days">
      <div class="card-head">
        <div>
          <h2 id="days">Per day</h2>
          <p aria-live="polite">
            <Show
              when={shown()}
              fallback={`${plural(total("logins"), "sign-in")}, ${plural(total("registrations"), "registration")} in all`}
            >
              {(day) => (
                <>
                  {DAY_FORMAT.format(dateOf(day().day))}: {plural(day().logins, "sign-in")},{" "}
                  {plural(day().registrations, "registration")}
                </>
              )}
            </Show>
          </p>
        </div>
        <ul class="legend-row" aria-hidden="true">
          <li class="logins">Sign-ins</li>
          <li class="registrations">Registrations</li>
        </ul>
      </div>
      <div class="chart">
        <div class="scale" aria-hidden="true">
          <For each={ticks().toReversed()}>{(count) => <span>{COMPACT.format(count)}</span>}</For>
        </div>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label="Sign-ins and registrations per day. Arrow keys go from day to day; a table follows."
          tabindex="0"
          onPointerMove={move}
          onPointerLeave={() => setPointed(undefined)}
          onBlur={() => setPointed(undefined)}
          onKeyDown={key}
        >
          <path
            class="grid"
            d={ticks()
              .map((count) => `M0 ${Math.min(HEIGHT - 0.5, Math.max(0.5, up()(count)))}H${WIDTH}`)
              .join("")}
          />
          <For each={props.days}>
            {(day, index) => (
              <g data-pointed={pointed() === index()}>
                <rect
                  class="hit"
                  x={across()(index()) ?? 0}
                  y="0"
                  width={across().bandwidth()}
                  height={HEIGHT}
                />
                <For each={KINDS}>
                  {(kind) => (
                    <rect
                      class={kind}
                      x={(across()(index()) ?? 0) + (ofDay()(kind) ?? 0)}
                      width={ofDay().bandwidth()}
                      y={top(day[kind])}
                      height={HEIGHT - top(day[kind])}
                    />
                  )}
                </For>
              </g>
            )}
          </For>
        </svg>
        <div class="axis" aria-hidden="true">
          <span>{edge(props.days.at(0))}</span>
          <span>{edge(props.days[Math.floor(props.days.length / 2)])}</span>
          <span>{edge(props.days.at(-1))}</span>
        </div>
      </div>
      <details class="as-table">
        <summary>As a table</summary>
        <div class="table-wrap" tabindex="0" role="region" aria-label="Per day, as a table">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col">Sign-ins</th>
                <th scope="col">Registrations</th>
              </tr>
            </thead>
            <tbody>
              <For each={props.days.toReversed()}>
                {(day) => (
                  <tr>
                    <td>{DAY_FORMAT.format(dateOf(day.day))}</td>
                    <td>{day.logins}</td>
                    <td>{day.registrations}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}

function edge(day: Day | undefined): string {
  return day ? SHORT_FORMAT.format(dateOf(day.day)) : "";
}

/** A day of the viewer's zone: noon, which no change of clocks moves to another day. */
function dateOf(day: string): Date {
  return new Date(`${day}T12:00:00`);
}
