/**
 * Dialogs, on the browser's own <dialog>.
 *
 * @module
 */

import { Fragment, html, useId, useLayoutEffect, useRef, useState } from "../html.js";
import { standInTheWay } from "../router.js";
import { createStore, useStore } from "../store.js";
import { Button } from "./controls.js";
import { Field } from "./field.js";

const open = createStore([]);
let lastId = 0;

/**
 * Shows a dialog above what there is.
 *
 * @param {(close: () => void) => any} draw draws a {@link Dialog}; `close` takes it away
 * @returns {() => void} closes it as well
 */
export function openDialog(draw) {
  const id = ++lastId;
  const close = () => open.set(open.get().filter((dialog) => dialog.id !== id));
  open.set([...open.get(), { id, draw, close }]);
  return close;
}

/** Closes every dialog but those that hold something that is shown once. */
export function closeDialogs() {
  open.set(open.get().filter(({ id }) => document.querySelector(`[data-dialog="${id}"] > dialog[data-locked]`)));
}

/** Whether any is open. */
export const hasDialogs = () => open.get().length > 0;

/**
 * Lets the browser ask before it leaves the page.
 *
 * @returns {() => void} ends that
 */
export function warnOfLeaving() {
  const warn = (event) => event.preventDefault();
  addEventListener("beforeunload", warn);
  return () => removeEventListener("beforeunload", warn);
}

/** Where dialogs are drawn; once in the page. */
export const DialogHost = () =>
  useStore(open).map(({ id, draw, close }) => html`<div key=${id} data-dialog=${id}><${Drawn} draw=${draw} close=${close} /></div>`);

/** A component of its own, so that what `draw` makes is drawn anew without the other dialogs. */
const Drawn = ({ draw, close }) => html`<${Fragment}>${draw(close)}<//>`;

/**
 * A modal dialog. `size`: "small", "medium" (the default) or "wide". With `onSubmit`, its body and footer are a form.
 */
export function Dialog({ title, onClose, onSubmit, footer, size = "medium", locked = false, children }) {
  const element = useRef(null);
  const titleId = useId();
  useModal(element);
  const back = useRef(null);
  back.current = () => locked || onClose();
  useLayoutEffect(() => standInTheWay(() => back.current()), []);
  const onKeyDown = (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    // The browser would close a dialog that ignores Escape when it is pressed twice.
    event.preventDefault();
    event.stopPropagation();
    if (!locked) onClose();
  };
  const onCancel = (event) => {
    // A file picker's cancel event bubbles through here, too.
    if (event.target !== element.current) return;
    event.preventDefault();
    if (!locked) onClose();
  };
  const submit = (event) => {
    event.preventDefault();
    onSubmit(event);
  };
  const inside = html`<div class="dialog-body">${children}</div>${footer && html`<footer class="dialog-foot">${footer}</footer>`}`;
  return html`<dialog ref=${element} class=${`dialog ${size}`} aria-labelledby=${titleId} data-locked=${locked ? "" : undefined}
    onKeyDown=${onKeyDown} onCancel=${onCancel}>
    <header class="dialog-head">
      <h2 id=${titleId} tabindex="-1">${title}</h2>
      ${!locked && html`<${Button} kind="icon" icon="close" label="Close" onClick=${onClose} />`}
    </header>
    ${onSubmit ? html`<form class="dialog-form" novalidate onSubmit=${submit}>${inside}</form>` : inside}
  </dialog>`;
}

const FIELDS = ".dialog-body :is(input, select, textarea):not([disabled], [type=hidden])";

/** Opens the dialog and puts the focus into it; gives it back when the dialog goes. */
function useModal(element) {
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog.showModal();
    const first = dialog.querySelector("[data-autofocus]") ?? dialog.querySelector(FIELDS) ?? dialog.querySelector("h2");
    first.focus();
    return () => {
      dialog.close();
      // What opened the dialog may be gone, like the row of a key that no longer matches.
      const back = before?.isConnected && before !== document.body ? before : document.querySelector("main h1");
      queueMicrotask(() => (back?.isConnected ? back : document.querySelector("main h1"))?.focus());
    };
  }, []);
}

/**
 * Asks to type a word before something that cannot be undone easily.
 *
 * @param {object} props
 * @param {string} props.word what must be typed
 * @param {(matches: boolean) => void} props.onMatch told whenever it does or no longer does
 */
export function ConfirmByTyping({ word, onMatch }) {
  const [typed, setTyped] = useState("");
  const type = (event) => {
    setTyped(event.target.value);
    onMatch(event.target.value.trim() === word.trim());
  };
  return html`<${Field} label=${html`Type <strong class="to-type">${word}</strong> to confirm`}>
    ${(wired) => html`<input ...${wired} type="text" autocomplete="off" autocapitalize="off" spellcheck=${false} value=${typed} onInput=${type} />`}
  <//>`;
}
