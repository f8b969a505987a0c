/**
 * A choice between a few views or values.
 *
 * @module
 */

import { html } from "../html.js";

/**
 * Tabs that choose a value: a group of radio buttons in the shape of tabs, so that arrow keys and forms work.
 * `options`: `[{value, label}]`; `name` is the group's, unique in the page; `label` names it for screen readers.
 */
export const Tabs = ({ label, name, options, value, onChange }) =>
  html`<div class="tabs" role="radiogroup" aria-label=${label}>${options.map(
    (option) => html`<label key=${option.value} class="tab"><input type="radio" name=${name} value=${option.value}
      checked=${option.value === value} onChange=${() => onChange(option.value)} /><span>${option.label}</span></label>`,
  )}</div>`;
