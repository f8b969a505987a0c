/**
 * The sign that a call takes its time.
 *
 * @module
 */

import { running } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { useStore } from "../store.js";

/** What is faster needs no sign, in milliseconds. */
const PATIENCE = 300;

/** A thin bar at the top while any call takes longer than 300 ms. */
export function ProgressBar() {
  const busy = useStore(running) > 0;
  const [slow, setSlow] = useState(false);
  const bar = useRef(null);
  useEffect(() => {
    if (!busy) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [busy]);
  useEffect(() => {
    // A popover lies above dialogs.
    if (slow) bar.current.showPopover();
    else bar.current.hidePopover();
  }, [slow]);
  return html`<div class="progress" popover="manual" role="progressbar" aria-label="Loading" ref=${bar}></div>
    <span class="unseen" role="status">${slow ? "Loading" : ""}</span>`;
}
