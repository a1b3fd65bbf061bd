import { Dialog as Kobalte } from "@kobalte/core/dialog";
import { Show, type JSX } from "solid-js";

interface DialogProps {
  readonly open: boolean;
  readonly title: string;
  readonly description?: JSX.Element;
  readonly large?: boolean;
  /** Whether Escape and a click beside it leave it open: for what is shown once. */
  readonly insistent?: boolean;
  readonly onClose: () => void;
  readonly children: JSX.Element;
}

/** A question or a form before everything else. The focus stays in it and goes back when it closes. */
export function Dialog(props: DialogProps) {
  const stay = (event: Event) => {
    if (props.insistent) event.preventDefault();
  };
  return (
    <Kobalte open={props.open} onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="veil" />
        <div class="dialog-place">
          <Kobalte.Content
            class="dialog"
            classList={{ large: props.large === true }}
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
