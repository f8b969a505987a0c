/**
 * Asking before what was typed is lost.
 *
 * @module
 */

import { html, useLayoutEffect } from "./html.js";
import { Button, Dialog, openDialog, warnOfLeaving } from "./ui.js";

/**
 * What closes a form: at once when nothing was typed, and otherwise when that is confirmed. The browser asks as well before
 * it leaves the page.
 *
 * @param {() => void} close
 * @param {boolean} isDirty
 * @param {boolean} isSending whether it is on its way, so that it may be done all the same
 */
export function useGuarded(close, isDirty, isSending) {
  // At once with what was typed, not a frame later: the browser may be told to leave in between.
  useLayoutEffect(() => (isDirty ? warnOfLeaving() : undefined), [isDirty]);
  return () => {
    if (!isDirty) return close();
    openDialog((closeQuestion) => html`<${Discard} isSending=${isSending} onDiscard=${() => {
      closeQuestion();
      close();
    }} onKeep=${closeQuestion} />`);
  };
}

const Discard = ({ isSending, onDiscard, onKeep }) => html`<${Dialog} title="Discard what you typed?" size="small" onClose=${onKeep}
  footer=${html`<${Button} onClick=${onKeep} data-autofocus>Keep editing<//><${Button} kind="danger" onClick=${onDiscard}>Discard<//>`}>
  <p>${isSending ? "It is being sent at this moment, and may be done all the same." : "Nothing has been sent yet."}</p>
<//>`;
