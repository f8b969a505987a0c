/**
 * Where a new key is valid, and of which type it is.
 *
 * @module
 */

import { html, useId } from "../html.js";
import { PROVIDERS } from "../key-filters.js";
import { Field, Select } from "../ui.js";

/** Provider, and its regions. A fine-grained session gives no more than its own scope. */
export function Scope({ form, session, catalogue }) {
  const { draft } = form;
  const isBound = session.type !== "super-user";
  const providers = catalogue.providers.filter(({ provider }) => !isBound || provider === session.provider);
  const all = providers.find(({ provider }) => provider === draft.provider)?.regions ?? [];
  const regions = all.filter(({ region }) => !isBound || session.region === "*" || region === session.region);
  const chooseProvider = (provider) => {
    form.set("provider", provider);
    // Another provider's region is none of this one.
    if (provider !== draft.provider) form.set("region", draft.region === "*" ? "*" : "");
  };
  const label = ({ region, name }) => (region === "*" ? "Any region (*)" : `${region} · ${name}`);
  return html`<div class="pair">
    <${Field} label="Provider" required>
      ${(wired) => html`<${Select} ...${wired} value=${draft.provider} onChange=${chooseProvider}
        options=${providers.map(({ provider }) => ({ value: provider, label: PROVIDERS[provider] ?? provider }))} />`}
    <//>
    <${Field} label="Region" required error=${form.error("region")}>
      ${(wired) => html`<${Select} ...${wired} value=${draft.region} onChange=${(region) => form.set("region", region)}
        options=${[{ value: "", label: "Choose a region" }, ...regions.map((one) => ({ value: one.region, label: label(one) }))]} />`}
    <//>
  </div>`;
}

const KINDS = [
  { value: "fine-grained", label: "Fine-grained", about: "May do what you grant it here. The right one for every client." },
  { value: "super-user", label: "Super-user", about: "May do everything, for every owner: for administrators alone." },
];

/** The type of the key. */
export function Kind({ form }) {
  const id = useId();
  return html`<fieldset class="field">
    <legend class="label">Type</legend>
    <div class="kinds">
      ${KINDS.map(
        ({ value, label, about }) => html`<label key=${value} class="kind"><input type="radio" name=${id} value=${value} checked=${form.draft.type === value}
          onChange=${() => form.set("type", value)} /><span><strong>${label}</strong><span class="quiet">${about}</span></span></label>`,
      )}
    </div>
  </fieldset>`;
}
