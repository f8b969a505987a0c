/**
 * Fields of forms: label, control, hint and error, wired for screen readers.
 *
 * @module
 */

import { html, useEffect, useId, useRef } from "../html.js";
import { Icon } from "./controls.js";

/**
 * A field. Its child is a function that draws the control with what it is given: `id`, `aria-describedby`, `aria-invalid`,
 * `aria-required`.
 *
 * @param {object} props
 * @param {any} props.label
 * @param {any} [props.hint] said below the control, always
 * @param {string} [props.error] what is wrong
 * @param {boolean} [props.required]
 * @param {any} [props.aside] small words at the right of the label, such as "optional"
 */
export function Field({ label, hint, error, required = false, aside, children }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const wired = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? "true" : undefined,
    "aria-required": required ? "true" : undefined,
  };
  const draw = Array.isArray(children) ? children.find((child) => typeof child === "function") : children;
  return html`<div class=${`field${error ? " wrong" : ""}`}>
    <div class="field-label"><label for=${id}>${label}</label>${aside && html`<span class="quiet">${aside}</span>`}</div>
    ${draw(wired)}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    <${Wrong} id=${`${id}-error`} text=${error} />
  </div>`;
}

/** What is wrong with a field. */
export const Wrong = ({ id, text }) =>
  html`<p class="wrong-text" id=${id} role="alert">${text && html`<${Icon} name="alert" /><span>${sentence(text)}</span>`}</p>`;

/** The server's messages go on after the field's name: "must not be empty". */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * A select. `options`: `[{value, label}]` or groups `[{label, options}]`. What else is given goes to the <select>.
 */
export function Select({ options, value, onChange, ...rest }) {
  const draw = (option) =>
    option.options
      ? html`<optgroup key=${option.label} label=${option.label}>${option.options.map(draw)}</optgroup>`
      : html`<option key=${option.value} value=${option.value} selected=${option.value === value}>${option.label}</option>`;
  return html`<select value=${value} onChange=${(event) => onChange(event.target.value)} ...${rest}>${options.map(draw)}</select>`;
}

/**
 * What is wrong with a whole form, at its top. Fields in `except` show their own errors; those of others are listed.
 * It takes the focus, so that nobody misses it.
 */
export function Failure({ problem, except = [] }) {
  const element = useRef(null);
  useEffect(() => element.current?.focus(), [problem]);
  if (!problem) return null;
  const others = problem.errors.filter(({ field }) => !except.includes(field));
  const atFields = problem.errors.length > others.length;
  return html`<div class="notice bad" role="alert" tabindex="-1" ref=${element}>
    <${Icon} name="alert" />
    <div>
      <p><strong>${problem.title}.</strong> ${problem.errors.length === 0 ? problem.detail : atFields && "See the fields below."}</p>
      ${others.length > 0 && html`<ul>${others.map(({ field, message }) => html`<li key=${field}><code>${field}</code> ${message}</li>`)}</ul>`}
    </div>
  </div>`;
}

/** Something that unfolds. */
export const Disclosure = ({ summary, open = false, children }) =>
  html`<details class="disclosure" open=${open}><summary><${Icon} name="chevron" /><span>${summary}</span></summary>
    <div class="disclosure-body">${children}</div></details>`;
