import { createSignal, type JSX } from "solid-js";
import { TextArea } from "./TextArea";

interface LinesFieldProps {
  readonly label: string;
  readonly value: readonly string[];
  readonly onChange: (lines: string[]) => void;
  readonly hint?: JSX.Element;
  readonly complaint?: string | undefined;
  readonly rows?: number;
}

/** A list of texts, one a line. Blank lines and blanks around are the typist's, not the list's. */
export function LinesField(props: LinesFieldProps) {
  const [typed, setTyped] = createSignal("");
  // What was typed stays as it is, until the list is another by some other way.
  const shown = () => {
    const list = props.value.join("\n");
    return linesOf(typed()).join("\n") === list ? typed() : list;
  };
  return (
    <TextArea
      label={props.label}
      value={shown()}
      onInput={(text) => {
        setTyped(text);
        props.onChange(linesOf(text));
      }}
      hint={props.hint}
      complaint={props.complaint}
      {...(props.rows === undefined ? {} : { rows: props.rows })}
    />
  );
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
