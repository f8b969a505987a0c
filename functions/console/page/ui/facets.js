/**
 * What lists are narrowed by: selects and inputs in a row, which unfold on a phone.
 *
 * @module
 */

import { html, useEffect, useId, useState } from "../html.js";
import { Icon } from "./controls.js";
import { Select } from "./field.js";

/**
 * A row of facets.
 *
 * @param {object} props
 * @param {string} props.label names what is narrowed, for screen readers
 * @param {number} props.set how many facets are set
 * @param {any} [props.lead] stands before the facets, and on a phone stays in sight
 */
export function Facets({ label, set, lead, children }) {
  const [unfolded, setUnfolded] = useState(false);
  const panel = useId();
  return html`<div class="filters" role="search" aria-label=${label}>
    ${lead}
    <button type="button" class="button filters-more" aria-expanded=${String(unfolded)} aria-controls=${panel}
      onClick=${() => setUnfolded(!unfolded)}><${Icon} name="filter" /><span>Filters${set > 0 ? ` (${set})` : ""}</span></button>
    <div class=${`facets${unfolded ? " unfolded" : ""}`} id=${panel}>${children}</div>
  </div>`;
}

/** A facet that is chosen. `all` is what it says when it is not set; `options` as those of a {@link Select}. */
export const Facet = ({ label, value = "", all, options, onChange }) =>
  html`<${Select} class=${`facet${value ? " set" : ""}`} aria-label=${label} value=${value} onChange=${onChange}
    options=${[{ value: "", label: all }, ...withOwn(options, value)]} />`;

/** What the address asks for is shown even if the options do not have it, or not yet. */
function withOwn(options, value) {
  const known = options.flatMap((option) => option.options ?? [option]);
  return !value || known.some((option) => option.value === value) ? options : [...options, { value, label: value }];
}

/**
 * A facet that is typed. The server compares the whole text, so it is sent when it is complete: with Enter, on leaving,
 * or when it is one of `known`. `check` says what is wrong with a text.
 */
export function TextFacet({ label, all, value, known = [], check, most = 64, onChange }) {
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const wrong = text && check(text);
  const commit = (next) => next !== value && !(next && check(next)) && onChange(next);
  const onInput = (event) => {
    const next = event.target.value.trim();
    setText(next);
    if (next === "" || known.includes(next)) commit(next);
  };
  return html`<input type="text" class=${`facet${value ? " set" : ""}`} aria-label=${label} placeholder=${all} title=${wrong || undefined} list=${id}
      autocomplete="off" autocapitalize="off" spellcheck=${false} maxlength=${most} value=${text} aria-invalid=${wrong ? "true" : undefined}
      onInput=${onInput} onBlur=${() => commit(text)} onKeyDown=${(event) => event.key === "Enter" && commit(text)} />
    <datalist id=${id}>${known.map((one) => html`<option key=${one} value=${one} />`)}</datalist>`;
}
