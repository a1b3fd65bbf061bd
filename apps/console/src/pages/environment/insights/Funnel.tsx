const NUMBER = new Intl.NumberFormat("en");
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

interface FunnelProps {
  readonly title: string;
  readonly begun: number;
  readonly done: number;
  readonly failed: number;
}

/** One ceremony from begun to done, and the share that succeeded of those that were answered. */
export function Funnel(props: FunnelProps) {
  const ended = () => props.done + props.failed;
  const most = () => Math.max(1, props.begun, ended());
  return (
    <div class="funnel">
      <div class="funnel-head">
        <h3>{props.title}</h3>
        <p>
          <strong>{ended() === 0 ? "–" : PERCENT.format(props.done / ended())}</strong>{" "}
          <span class="quiet small">of those answered succeeded</span>
        </p>
      </div>
      <dl>
        <Bar name="Begun" count={props.begun} of={most()} kind="begun" />
        <Bar name="Answered" count={ended()} of={most()} kind="ended" />
        <Bar name="Succeeded" count={props.done} of={most()} kind="done" />
      </dl>
    </div>
  );
}

function Bar(props: { readonly name: string; readonly count: number; readonly of: number; readonly kind: string }) {
  return (
    <div class="bar-row">
      <dt>{props.name}</dt>
      <dd>
        <span class={`bar ${props.kind}`} style={{ width: `${(props.count / props.of) * 100}%` }} />
        <span class="count">{NUMBER.format(props.count)}</span>
      </dd>
    </div>
  );
}
