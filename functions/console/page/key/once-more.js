/**
 * What to do when a key was made already by an attempt whose answer got lost.
 *
 * @module
 */

import { html, useEffect, useRef } from "../html.js";
import { can } from "../rights.js";
import { go, href } from "../router.js";
import { Button, Icon } from "../ui.js";

/** Says so, and offers the ways on. `onAgain` makes another key. */
export function OnceMore({ problem, session, close, onAgain }) {
  const element = useRef(null);
  useEffect(() => element.current.focus(), [problem]);
  const id = problem.body.key_id;
  const look = () => {
    close();
    go(href(id ? ["keys", id] : ["keys"]));
  };
  const words = id
    ? "An attempt before this one has made this very key, but its answer did not arrive here. The text is shown once and is lost with it: rotate that key to get a new text, or revoke it."
    : "An attempt before this one has made a key with what was typed then, but its answer did not arrive here, and the text is lost with it. Look for it in the list, and revoke it if you do not need it.";
  return html`<div class="notice warn" role="alert" tabindex="-1" ref=${element}>
    <${Icon} name="alert" />
    <div>
      <p><strong>${id ? "This key has been created already." : "Another key has been created already."}</strong> ${words}</p>
      <p class="notice-actions">
        ${can(session, "keys:list") && html`<${Button} onClick=${look}>${id ? "Open that key" : "Look in the list"}<//>`}
        <${Button} onClick=${onAgain}>Create another key<//>
      </p>
    </div>
  </div>`;
}
