/**
 * Choosing when a key ends.
 *
 * @module
 */

import { html, useId } from "../html.js";
import { seconds } from "../shapes.js";
import { Field, Icon, Tabs } from "../ui.js";
import { relative, useNow } from "../words.js";
import { Wrong } from "../ui/field.js";
import { bothZones, endOf, inputOf, zone } from "./expiry.js";

/**
 * The lifetimes that can be chosen.
 *
 * @param {{expires_in: string | null, name: string}[]} presets the catalogue's
 * @param {string | null} latest when the chooser's own key ends, beyond which it can give nothing; null if that is no matter
 * @param {number} now milliseconds
 * @returns {{value: string, label: string}[]}
 */
export function choices(presets, latest, now) {
  const left = latest ? Date.parse(latest) - now : Infinity;
  const fits = ({ expires_in: length }) => (length === null ? left === Infinity : seconds(length) * 1000 <= left);
  return presets.filter(fits).map(({ expires_in: length, name }) => ({ value: length ?? "never", label: capital(name) }));
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Presets, a date and a time, or never; and what that means, in words.
 *
 * @param {object} props
 * @param {{choice: string, at: string}} props.value
 * @param {(value: {choice: string, at: string}) => void} props.onChange
 * @param {{expires_in: string | null, name: string}[]} props.presets
 * @param {string | null} [props.latest] see {@link choices}
 * @param {{label: string, end: string | null}} [props.keep] offers to leave the end as it is
 * @param {string} [props.error]
 * @param {string} [props.label]
 */
export function ExpiryField({ value, onChange, presets, latest = null, keep, error, label = "Expires" }) {
  const name = useId();
  const now = useNow();
  const options = [keep && { value: "keep", label: keep.label }, ...choices(presets, latest, now), { value: "at", label: "Date…" }];
  const choose = (choice) => {
    // The date begins where the choice before would have ended.
    const at = choice === "at" && !value.at ? inputOf(endOf(value, now) ?? Date.parse(keep?.end ?? latest ?? "")) : value.at;
    onChange({ choice, at });
  };
  const isWrong = Boolean(error);
  return html`<div class="field expiry" data-wrong=${isWrong && value.choice !== "at" ? "" : undefined}>
    <div class="field-label"><span class="label" aria-hidden="true">${label}</span></div>
    <${Tabs} label=${label} name=${name} options=${options.filter(Boolean)} value=${value.choice} onChange=${choose} />
    ${value.choice === "at" &&
    html`<${Field} label=${`Date and time in ${zone()}`} error=${error}>
      ${(wired) => html`<input ...${wired} class="date" type="datetime-local" min=${inputOf(now)} max="9999-12-31T23:59" value=${value.at}
        onInput=${(event) => onChange({ choice: "at", at: event.target.value })} />`}
    <//>`}
    <${Meaning} value=${value} keep=${keep} now=${now} />
    ${value.choice !== "at" && html`<${Wrong} text=${error} />`}
    ${latest && html`<p class="hint">Your own key ends ${relative(latest, now)}; a key that you make cannot outlive it.</p>`}
  </div>`;
}

/** What a choice means, in words. */
function Meaning({ value, keep, now }) {
  const end = value.choice === "keep" ? keep.end && Date.parse(keep.end) : endOf(value, now);
  const never = value.choice === "never" || (value.choice === "keep" && !keep.end);
  if (never && value.choice === "never") {
    return html`<div class="notice warn" role="status"><${Icon} name="alert" />
      <p><strong>This key will never expire.</strong> If its text leaks, it works until somebody notices and revokes it. Take an end, and rotate.</p>
    </div>`;
  }
  const words = never ? "Never expires." : end ? `${end > now ? "Ends" : "Ended"} ${relative(new Date(end).toISOString(), now)}: ${bothZones(end)}` : value.choice === "at" ? "Choose a date and a time." : "";
  return html`<p class="hint" role="status">${words}</p>`;
}
