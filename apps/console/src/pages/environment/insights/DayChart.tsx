import { createMemo, createSignal, For, Show } from "solid-js";
import type { Insights } from "../../../api/types";
import { plural } from "../../../parts/plural";

type Day = Insights["days"][number];

const HEIGHT = 180;
const WIDTH = 1000;
const DAY_FORMAT = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const SHORT_FORMAT = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact" });

/** Sign-ins and registrations of each day, as bars; the same as a table for who can't see them. */
export function DayChart(props: { readonly days: readonly Day[] }) {
  const [pointed, setPointed] = createSignal<number>();
  const most = createMemo(() =>
    niceCeiling(Math.max(1, ...props.days.map((day) => Math.max(day.logins, day.registrations)))),
  );
  const step = () => WIDTH / Math.max(1, props.days.length);
  const height = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most()) * HEIGHT));
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
          <span>{COMPACT.format(most())}</span>
          <span>{COMPACT.format(most() / 2)}</span>
          <span>0</span>
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
          <path class="grid" d={`M0 0.5H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}`} />
          <For each={props.days}>
            {(day, index) => (
              <g data-pointed={pointed() === index()}>
                <rect class="hit" x={index() * step()} y="0" width={step()} height={HEIGHT} />
                <rect
                  class="logins"
                  x={index() * step() + step() * 0.14}
                  width={step() * 0.36}
                  y={HEIGHT - height(day.logins)}
                  height={height(day.logins)}
                />
                <rect
                  class="registrations"
                  x={index() * step() + step() * 0.5}
                  width={step() * 0.36}
                  y={HEIGHT - height(day.registrations)}
                  height={height(day.registrations)}
                />
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

/** The next number that reads well at the top of a scale, and whose half is whole. */
function niceCeiling(count: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return ([2, 4, 6, 8, 10, 12, 16, 20, 30, 40, 60, 80, 100].find((times) => times * power >= count) ?? 100) * power;
}
