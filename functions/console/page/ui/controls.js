/**
 * Small controls: buttons, icons, switches.
 *
 * @module
 */

import { html } from "../html.js";

/** What an icon is drawn with: one path in a box of 16 by 16, stroked. */
const PATHS = {
  alert: "M8 2.2 1.8 13.2h12.4L8 2.2ZM8 6.5v3.2M8 11.6v.1",
  apis: "M2.5 4h11M2.5 8h11M2.5 12h7",
  audit: "M8 4.5V8l2.5 1.5M2.5 8a5.5 5.5 0 1 0 1.6-3.9L2.5 5.7M2.5 2.5v3.2h3.2",
  check: "M3 8.5 6.5 12 13 4.5",
  chevron: "M4 6l4 4 4-4",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  download: "M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11",
  edit: "M10.5 3 13 5.5 5.5 13H3v-2.5L10.5 3Z",
  filter: "M2 4h12M4.5 8h7M6.5 12h3",
  keys: "M10.2 8.8a3.3 3.3 0 1 0-3-3L2.5 10.5v3h3V12H7v-1.5l3.2-1.7ZM10.7 5.3v.1",
  minus: "M3.5 8h9",
  moon: "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6Z",
  more: "M3 8h.1M8 8h.1M13 8h.1",
  plus: "M8 3v10M3 8h10",
  restore: "M3 3v3.5h3.5M3.3 6.3A5.2 5.2 0 1 1 2.8 9",
  revoke: "M3.9 3.9l8.2 8.2M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Z",
  rotate: "M13 3v3.5H9.5M3 13V9.5h3.5M12.6 6.3A5 5 0 0 0 3.7 5M3.4 9.7a5 5 0 0 0 8.9 1.3",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3l3.2 3.2",
  "sign-out": "M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6",
  sun: "M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  system: "M2 3h12v8.5H2zM5.5 14h5M8 11.5V14",
  trash: "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9",
  try: "M8 1.8 13 4v3.6c0 3-2 5.3-5 6.6-3-1.3-5-3.6-5-6.6V4l5-2.2ZM5.7 8l1.7 1.7 3-3.2",
};

/** An icon, which screen readers skip. Its names are those of `PATHS`. */
export const Icon = ({ name }) =>
  html`<svg class=${`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;

/** A mark that something is under way. */
export const Spinner = () => html`<span class="spinner" aria-hidden="true"></span>`;

/**
 * A button. `kind`: "primary", "danger", "plain" (the default), "quiet" (without a border) or "icon" (an icon alone; give it
 * a `label`). While `busy` it keeps the focus and does nothing.
 */
export function Button({ kind = "plain", type = "button", icon, label, busy = false, onClick, children, ...rest }) {
  const swallow = (event) => event.preventDefault();
  return html`<button
    type=${type}
    class=${`button ${kind}`}
    aria-label=${label}
    title=${kind === "icon" ? label : undefined}
    aria-disabled=${busy ? "true" : undefined}
    onClick=${busy ? swallow : onClick}
    ...${rest}
  >${busy ? html`<${Spinner} />` : icon && html`<${Icon} name=${icon} />`}${children && html`<span>${children}</span>`}</button>`;
}

/** A switch. `label` says what is on or off; while `busy` it does nothing. */
export function Switch({ checked, label, onChange, busy = false, disabled = false, title }) {
  return html`<button type="button" class="switch" role="switch" aria-checked=${String(checked)} aria-label=${label} title=${title}
    aria-disabled=${busy ? "true" : undefined} disabled=${disabled} onClick=${() => !busy && onChange(!checked)}
  ><span class="switch-track"><span class="switch-thumb"></span></span></button>`;
}

/** The states of a key, in words. */
export const STATES = { active: "Active", disabled: "Disabled", expired: "Expired", revoked: "Revoked" };

/** A key's state as a dot, told apart by shape as well as by colour. With `text`, the word stands beside it. */
export const StateDot = ({ state, text = false }) =>
  html`<span class="state" title=${text ? undefined : STATES[state]}><span class=${`dot ${state}`}></span
    ><span class=${text ? "" : "unseen"}>${STATES[state]}</span></span>`;
