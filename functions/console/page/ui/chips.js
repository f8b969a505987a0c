/**
 * A list of short texts that are typed one by one: permissions, networks, routes.
 *
 * @module
 */

import { html, useId, useRef, useState } from "../html.js";
import { Button, Icon } from "./controls.js";
import { Wrong } from "./field.js";

/** What ends a text while typing or pasting. */
const BREAKS = /[\s,;]+/;

/**
 * Chips with + and ×. Enter, a comma or a blank adds what was typed; Backspace in the empty input takes the last one.
 *
 * @param {object} props
 * @param {string} props.label
 * @param {string[]} props.values
 * @param {(values: string[]) => void} props.onChange
 * @param {(text: string) => string | null} [props.check] what is wrong with a text; asked at every keystroke
 * @param {string[]} [props.suggestions] offered while typing
 * @param {string} [props.placeholder]
 * @param {any} [props.hint]
 * @param {string} [props.error] the server's
 * @param {any} [props.aside]
 * @param {string} [props.noun] what one of them is called: "permission"
 * @param {boolean} [props.blanks] a text may have blanks: only Enter and + add it
 * @param {number} [props.most]
 */
export function Chips({ label, values, onChange, check = () => null, suggestions = [], noun = "entry", blanks = false, most = 100, ...rest }) {
  const { placeholder, hint, error, aside } = rest;
  const id = useId();
  const input = useRef(null);
  const [text, setText] = useState("");
  const [said, say] = useState("");
  const typed = text.trim();
  const wrong = typed ? refusal(typed, values, check, most) : null;

  /** Adds those of `texts` that fit; the first that does not stays to be corrected. */
  const add = (texts) => {
    const next = [...values];
    const bad = texts.find((one) => {
      const refused = refusal(one, next, check, most);
      if (!refused) next.push(one);
      return refused;
    });
    const added = next.slice(values.length);
    if (added.length > 0) {
      onChange(next);
      say(`Added ${added.join(", ")}`);
    }
    setText(bad ?? "");
  };
  const remove = (value) => {
    onChange(values.filter((one) => one !== value));
    say(`Removed ${value}`);
    input.current.focus();
  };
  const onInput = (event) => {
    const parts = event.target.value.split(BREAKS).filter(Boolean);
    // One text at a time may be wrong while it is typed; a break says that it is complete.
    if (!blanks && BREAKS.test(event.target.value) && parts.length > 0) add(parts);
    else setText(event.target.value);
  };
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      // Not even an empty input sends the form: one Enter too many is soon typed.
      event.preventDefault();
      if (typed) add([typed]);
    } else if (event.key === "Backspace" && !text && values.length > 0) {
      event.preventDefault();
      remove(values.at(-1));
    }
  };
  const onFocusOut = (event) => {
    // What was typed and left counts. The button beside it is no place to leave for.
    if (typed && !wrong && !event.currentTarget.contains(event.relatedTarget)) add([typed]);
  };
  const message = wrong ?? error;
  const described = [hint && `${id}-hint`, message && `${id}-error`].filter(Boolean).join(" ");
  return html`<div class=${`field chips-field${message ? " wrong" : ""}`}>
    <div class="field-label"><label for=${id}>${label}</label>${aside && html`<span class="quiet">${aside}</span>`}</div>
    ${values.length > 0 && html`<ul class="chips" aria-label=${label}>${values.map((value) => html`<${Chip} key=${value} value=${value} onRemove=${remove} />`)}</ul>`}
    <div class="chips-add" onFocusOut=${onFocusOut}>
      <input id=${id} ref=${input} type="text" autocomplete="off" autocapitalize="off" spellcheck=${false} list=${`${id}-list`}
        placeholder=${placeholder} value=${text} onInput=${onInput} onKeyDown=${onKeyDown}
        aria-describedby=${described || undefined} aria-invalid=${message ? "true" : undefined} />
      <${Button} kind="icon" icon="plus" label=${`Add ${noun}`} disabled=${!typed || Boolean(wrong)} onClick=${() => add([typed])} />
    </div>
    <datalist id=${`${id}-list`}>${suggestions.filter((one) => !values.includes(one)).map((one) => html`<option key=${one} value=${one} />`)}</datalist>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    <${Wrong} id=${`${id}-error`} text=${message} />
    <span class="unseen" role="status">${said}</span>
  </div>`;
}

function refusal(text, values, check, most) {
  if (values.includes(text)) return "is there already";
  if (values.length >= most) return `no more than ${most}`;
  return check(text);
}

const Chip = ({ value, onRemove }) =>
  html`<li class="chip"><span class="mono">${value}</span
    ><button type="button" aria-label=${`Remove ${value}`} onClick=${() => onRemove(value)}><${Icon} name="close" /></button></li>`;
