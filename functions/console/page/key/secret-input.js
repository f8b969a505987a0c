/**
 * Inputs for texts that nobody should see or keep. What is typed lives in the input alone, and in no state.
 *
 * @module
 */

import { html, useEffect, useState } from "../html.js";
import { Button, Field, Icon } from "../ui.js";

/**
 * A password-type input with a button that shows what is typed.
 *
 * @param {object} props
 * @param {{current: HTMLInputElement | null}} props.input where the caller reads the text, and empties it
 * @param {(text: string) => string | null} [props.check] what is wrong with a text; asked at every keystroke
 * @param {(wrong: string | null) => void} [props.onCheck] told what is wrong with what is typed now
 */
export function SecretInput({ input, label, hint, error, aside, required, check = () => null, onCheck = () => {} }) {
  const [shown, show] = useState(false);
  const [wrong, setWrong] = useState(null);
  const [isEdited, setEdited] = useState(false);
  // The server's word counts until something else is typed.
  useEffect(() => setEdited(false), [error]);
  const onInput = (event) => {
    const found = event.target.value ? check(event.target.value) : null;
    setWrong(found);
    setEdited(true);
    onCheck(event.target.value ? found : "must not be empty");
  };
  return html`<${Field} label=${label} hint=${hint} aside=${aside} required=${required} error=${wrong ?? (isEdited ? null : error)}>
    ${(wired) => html`<div class="secret">
      <input ...${wired} ref=${input} type=${shown ? "text" : "password"} class="mono" autocomplete="off" autocapitalize="off" spellcheck=${false}
        data-1p-ignore data-lpignore="true" onInput=${onInput} />
      <${Button} aria-pressed=${String(shown)} label="Show what is typed" onClick=${() => show(!shown)}>${shown ? "Hide" : "Show"}<//>
    </div>`}
  <//>`;
}

/**
 * Takes the text out of an input, which is empty afterwards.
 *
 * @param {{current: HTMLInputElement | null}} input
 * @returns {string}
 */
export function take(input) {
  const text = input.current?.value.trim() ?? "";
  if (input.current) input.current.value = "";
  return text;
}

/**
 * Asks for the administrator's key again, which some actions take. `action` says which: "Creating a super-user key"; `isSuper`,
 * whether what it leads to can do everything.
 */
export const AdminKey = ({ input, action, error, isSuper = true }) => html`<div class="again">
  ${isSuper && html`<div class="notice warn">
    <${Icon} name="alert" />
    <p><strong>A super-user key can do everything.</strong> Whoever has its text can make, change and revoke every key, read the audit and call every
      API, in every owner's name. Give it to nobody who can do with a fine-grained key.</p>
  </div>`}
  <${SecretInput} input=${input} label=${isSuper ? "Your super-user key, again" : "Your key, again"} required error=${error}
    hint=${`${action} takes the key itself, not the session. It goes along with this one request and is not kept.`} />
</div>`;

/** Why the key that somebody typed again was refused; null if that was not it. */
export const refusedAgain = (problem) =>
  problem?.status === 401 ? "This key is not accepted: it is unknown, revoked, disabled or expired. Paste it again." : null;
