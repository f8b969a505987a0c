/**
 * Short messages at the edge of the window.
 *
 * @module
 */

import { html, useEffect, useRef } from "../html.js";
import { createStore, useStore } from "../store.js";
import { Button, Icon } from "./controls.js";

const shown = createStore([]);
/** How long a message stays, in milliseconds. One about a failure stays until it is closed. */
const STAYS = 6000;
let lastId = 0;

const drop = (id) => shown.set(shown.get().filter((one) => one.id !== id));

/**
 * Shows a message.
 *
 * @param {string} text
 * @param {{tone?: "good" | "bad"}} [options]
 */
export function toast(text, { tone = "good" } = {}) {
  const rest = shown.get().filter((one) => one.text !== text);
  shown.set([...rest.slice(-2), { id: ++lastId, text, tone }]);
}

/** Where messages are shown; once in the page. */
export function ToastRegion() {
  const toasts = useStore(shown);
  const element = useRef(null);
  useEffect(() => {
    // Above the dialogs that have been opened since.
    element.current.hidePopover();
    if (toasts.length > 0) element.current.showPopover();
  }, [toasts]);
  return html`<div class="toasts" popover="manual" role="status" ref=${element}>
    ${toasts.map((one) => html`<${Toast} key=${one.id} ...${one} />`)}
  </div>`;
}

function Toast({ id, text, tone }) {
  const timer = useRef(null);
  const stop = () => clearTimeout(timer.current);
  const start = () => {
    stop();
    if (tone === "good") timer.current = setTimeout(() => drop(id), STAYS);
  };
  useEffect(() => {
    start();
    return stop;
  }, []);
  return html`<div class=${`toast toast-${tone}`} onMouseEnter=${stop} onMouseLeave=${start} onFocusIn=${stop} onFocusOut=${start}>
    <${Icon} name=${tone === "good" ? "check" : "alert"} /><p>${text}</p>
    <${Button} kind="icon" icon="close" label="Dismiss" onClick=${() => drop(id)} />
  </div>`;
}
