/**
 * Asking before what was typed is lost.
 *
 * @module
 */

import { html } from "../html.js";
import { Button, Dialog, openDialog } from "../ui.js";

/**
 * What closes a form: at once when nothing was typed, and otherwise when that is confirmed.
 *
 * @param {() => void} close
 * @param {boolean} isDirty
 * @param {boolean} isSending whether it is on its way, so that it may be done all the same
 */
export const guarded = (close, isDirty, isSending) => () => {
  if (!isDirty) return close();
  openDialog((closeQuestion) => html`<${Discard} isSending=${isSending} onDiscard=${() => {
    closeQuestion();
    close();
  }} onKeep=${closeQuestion} />`);
};

const Discard = ({ isSending, onDiscard, onKeep }) => html`<${Dialog} title="Discard what you typed?" size="small" onClose=${onKeep}
  footer=${html`<${Button} onClick=${onKeep} data-autofocus>Keep editing<//><${Button} kind="danger" onClick=${onDiscard}>Discard<//>`}>
  <p>${isSending ? "It is being sent at this moment, and may be done all the same." : "Nothing has been sent yet."}</p>
<//>`;
