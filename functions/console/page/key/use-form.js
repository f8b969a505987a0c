/**
 * Forms: what is typed, what is wrong with it, and sending it.
 *
 * @module
 */

import { html, useCallback, useEffect, useRef, useState } from "../html.js";
import { useAction } from "../ui.js";

/** Everything that says of itself that it is wrong. */
const WRONG = '[aria-invalid="true"], [data-wrong]';
const FOCUSABLE = "input:checked, input, select, textarea, button";

/**
 * A form. Errors of its own are shown at fields that were edited, and everywhere after an attempt to send it; the server's stay at a
 * field until it is edited. `body` is to be the `ref` of what its fields are in.
 *
 * @param {object} props
 * @param {object} props.initial what stands in it at first
 * @param {(draft: object) => Record<string, string>} props.check what is wrong with a draft, by field
 * @param {(draft: object) => Promise<void>} props.send
 * @param {Record<string, string>} [props.names] fields of the API that have another name in the draft
 */
export function useForm({ initial, check, send, names = {} }) {
  const body = useRef(null);
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  /** What was edited at all, and since the server's last word. */
  const [edited, setEdited] = useState({ ever: new Set(), since: new Set() });
  const [busy, failure, run] = useAction(() => send(draft));

  const set = useCallback((field, value) => {
    setDraft((before) => ({ ...before, [field]: value }));
    setEdited(({ ever, since }) => ({ ever: new Set(ever).add(field), since: new Set(since).add(field) }));
  }, []);
  const found = check(draft);
  const told = failure ? messages(failure, names) : {};
  const error = (field) => {
    if (found[field] && (tried || edited.ever.has(field))) return found[field];
    return edited.since.has(field) ? undefined : told[field];
  };
  useEffect(() => {
    // After the summary has taken the focus, as effects of children come first.
    if (failure) focusFirstWrong(body.current);
  }, [failure]);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (turn > 0) focusFirstWrong(body.current);
  }, [turn]);
  const submit = () => {
    if (Object.keys(found).length > 0 || unadded(body.current)) {
      setTried(true);
      setTurn(turn + 1);
      return;
    }
    setEdited(({ ever }) => ({ ever, since: new Set() }));
    run();
  };
  return { body, draft, setDraft, set, error, busy, failure, submit, wrong: tried ? Object.keys(found).length : 0 };
}

/** Tells screen readers how much is wrong, when somebody has tried to send a form that cannot be sent. */
export const HowMuch = ({ form: { wrong } }) =>
  html`<p class="unseen" role="alert">${wrong > 0 && `${wrong === 1 ? "One field is" : `${wrong} fields are`} to be corrected.`}</p>`;

/** What the server says of each field of the draft: `permissions[2]` and `metadata.team` belong to their lists and objects. */
function messages(failure, names) {
  const all = failure.errors.map(({ field, message }) => {
    const base = field.split(/[.[]/, 1)[0];
    return [names[base] ?? base, base === field ? message : `${field}: ${message}`];
  });
  return Object.fromEntries(all.toReversed());
}

/** An input of chips in which something was left. What fits is added when the input is left, so this does not. */
const unadded = (root) => [...root.querySelectorAll(".chips-add input")].find((input) => input.value.trim() !== "");

/**
 * Puts the focus on the first thing that is wrong, unfolding what it is in.
 *
 * @param {Element | null} root
 */
function focusFirstWrong(root) {
  const wrong = root && (root.querySelector(WRONG) ?? unadded(root));
  if (!wrong) return;
  for (let fold = wrong.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const target = wrong.matches(FOCUSABLE) ? wrong : wrong.querySelector(FOCUSABLE);
  target?.focus();
  target?.scrollIntoView({ block: "center" });
}
