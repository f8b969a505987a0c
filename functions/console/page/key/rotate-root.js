/**
 * How the root key is rotated, which is not done here.
 *
 * @module
 */

import { html } from "../html.js";
import { Button, CopyButton, Dialog } from "../ui.js";

const COMMAND = "cargo run -- rotate-root";

/** Says how. */
export const RotateRoot = ({ close }) => html`<${Dialog} title="The root key is rotated with its secret" onClose=${close}
  footer=${html`<${Button} kind="primary" onClick=${close} data-autofocus>Close<//>`}>
  <p>The root key is in a secret of AWS Secrets Manager, whose rotation gives it a new text. A text made here would be unknown to that secret.</p>
  <ul class="ways">
    <li><strong>On AWS</strong> it is rotated on the schedule of the stack. To do so now, choose “Rotate secret immediately” for the secret that the stack's output names.</li>
    <li><strong>On your machine</strong>, in the folder of Latchkey:
      <span class="command"><code>${COMMAND}</code><${CopyButton} text=${COMMAND} label="Copy the command" /></span></li>
  </ul>
<//>`;
