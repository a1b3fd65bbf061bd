import { Dialog as Kobalte } from "@kobalte/core/dialog";
import { createComputed, on, Show, type JSX } from "solid-js";

interface DialogProps {
  readonly open: boolean;
  readonly title: string;
  readonly description?: JSX.Element;
  readonly large?: boolean;
  /** Whether Escape and a click beside it leave it open: for what is shown once. */
  readonly insistent?: boolean;
  /** Whether it may come while another is open, and then lies before it. */
  readonly above?: boolean;
  readonly onClose: () => void;
  readonly children: JSX.Element;
}

/** A question or a form before everything else. The focus stays in it and goes back when it closes. */
export function Dialog(props: DialogProps) {
  const stay = (event: Event) => {
    if (props.insistent) event.preventDefault();
  };
  let opener: Element | null = null;
  createComputed(
    on(
      () => props.open,
      (open) => {
        if (open) opener = document.activeElement;
      },
    ),
  );
  const giveFocusBack = (event: Event) => {
    event.preventDefault();
    // What opened it may be gone: a row that was just deleted, say.
    const to = opener?.isConnected ? opener : document.querySelector("h1");
    if (to instanceof HTMLElement) to.focus({ preventScroll: true });
  };
  return (
    <Kobalte open={props.open} onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="veil" classList={{ above: props.above === true }} />
        <div class="dialog-place" classList={{ above: props.above === true }}>
          <Kobalte.Content
            class="dialog"
            classList={{ large: props.large === true }}
            onCloseAutoFocus={giveFocusBack}
            onEscapeKeyDown={stay}
            onPointerDownOutside={stay}
            onInteractOutside={stay}
          >
            <div class="stack tight">
              <Kobalte.Title as="h2">{props.title}</Kobalte.Title>
              <Show when={props.description !== undefined}>
                <Kobalte.Description as="div" class="quiet">
                  {props.description}
                </Kobalte.Description>
              </Show>
            </div>
            {props.children}
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte>
  );
}
