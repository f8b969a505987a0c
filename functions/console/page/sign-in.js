/**
 * The page where somebody signs in with a key.
 *
 * @module
 */

import { Brand } from "./frame.js";
import { html, useEffect, useRef } from "./html.js";
import { leave, signIn } from "./session.js";
import { Button, Dialog, Field, useAction } from "./ui.js";

/** The sign-in page. `message` says why somebody is here again, or is "". */
export function SignIn({ message }) {
  const { input, busy, failure, submit } = useSignIn();
  useEffect(() => {
    document.title = "Sign in · Latchkey";
  }, []);
  return html`<main class="sign-in">
    <div class="sign-in-card">
      <${Brand} />
      <h1>Sign in to the console</h1>
      <p class="quiet">Use any of your keys. You can do here what that key may do.</p>
      ${message && html`<div class="notice" role="status"><p>${message}</p></div>`}
      <form novalidate onSubmit=${submit}>
        <${KeyField} input=${input} failure=${failure} />
        <${Button} kind="primary" type="submit" busy=${busy}>Sign in<//>
      </form>
      <p class="hint">The key is exchanged for a session of one hour and not kept in this page. On your own machine, the root key
        is in the file <code>.latchkey/root-key</code>; deployed, it is in the secret that the stack's output names.</p>
    </div>
  </main>`;
}

/** The same above what is open, which is there again afterwards. Whoever signs in with another key starts anew. */
export function SignInAgain({ message, close }) {
  const { input, busy, failure, submit } = useSignIn(close);
  const giveUp = () => {
    close();
    leave(message);
  };
  return html`<${Dialog} title="Sign in again" size="small" onClose=${giveUp} onSubmit=${submit}
    footer=${html`<${Button} onClick=${giveUp}>Give it up<//><${Button} kind="primary" type="submit" busy=${busy}>Sign in<//>`}>
    <p>${message} What you have typed is still there.</p>
    <${KeyField} input=${input} failure=${failure} />
  <//>`;
}

/** An input for a key, and what exchanges the key for a session. */
function useSignIn(done = () => {}) {
  const input = useRef(null);
  const [busy, failure, run] = useAction(async () => {
    // The key leaves the page at once; a wrong one is pasted again.
    const key = input.current.value.trim();
    input.current.value = "";
    if (!key) return input.current.focus();
    try {
      await signIn(key);
      done();
    } finally {
      input.current?.focus();
    }
  });
  useEffect(() => input.current.focus(), []);
  const submit = (event) => {
    event.preventDefault();
    run();
  };
  return { input, busy, failure, submit };
}

const KeyField = ({ input, failure }) => html`<${Field} label="Key" error=${failure && reason(failure)}>
  ${(wired) => html`<input ...${wired} ref=${input} type="password" name="key" class="mono" autocomplete="off" autocapitalize="off"
    spellcheck=${false} data-1p-ignore data-lpignore="true" />`}
<//>`;

/** Why a key does not open the console, in words. */
function reason({ status, title, detail }) {
  if (status === 401) return "This key is not accepted: it is unknown, revoked, disabled or expired.";
  if (status === 403) return "This key may not be used here: its scope or its networks do not cover this console.";
  return detail || title;
}
