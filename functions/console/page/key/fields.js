/**
 * The parts of the form of a key that making and editing it share. `form` is what `useForm` gives.
 *
 * @module
 */

import { call } from "../api.js";
import { html, useId } from "../html.js";
import { can } from "../rights.js";
import { checkCidr, checkPermission } from "../shapes.js";
import { Button, Chips, Field, useLoaded } from "../ui.js";
import { Wrong } from "../ui/field.js";
import { ApiPicker, offered } from "./api-picker.js";
import { MetadataField } from "./metadata-field.js";

/** A part of a form, with its title and what it is about at the side. */
export function Part({ title, about, children }) {
  const id = useId();
  return html`<section class="part" aria-labelledby=${id}>
    <div class="part-head"><h3 id=${id}>${title}</h3>${about && html`<p class="quiet">${about}</p>`}</div>
    <div class="part-body">${children}</div>
  </section>`;
}

/** A check box with its words and what they mean. */
export function Check({ label, hint, error, checked, onChange, disabled = false }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<div class="check-field">
    <label class="check"><input type="checkbox" checked=${checked} disabled=${disabled} aria-describedby=${described || undefined}
      aria-invalid=${error ? "true" : undefined} onChange=${(event) => onChange(event.target.checked)} /><span>${label}</span></label>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error !== undefined && html`<${Wrong} id=${`${id}-error`} text=${error} />`}
  </div>`;
}

/** A line of text. What else is given goes to the <input>. */
export const TextField = ({ form, field, label, hint, aside, required, ...rest }) =>
  html`<${Field} label=${label} hint=${hint} aside=${aside} required=${required} error=${form.error(field)}>
    ${(wired) => html`<input ...${wired} type="text" autocomplete="off" spellcheck=${false} value=${form.draft[field]}
      onInput=${(event) => form.set(field, event.target.value)} ...${rest} />`}
  <//>`;

/**
 * The API sets that there are, as far as the session may know.
 *
 * @param {object} session
 * @returns {{sets: object[] | null, loading: boolean}}
 */
export function useSets(session) {
  const mayRead = can(session, "apis:read");
  const { value, loading } = useLoaded(async (signal) => (mayRead ? (await call("GET", ["apis"], { signal })).apis : []), [mayRead]);
  return { sets: value, loading };
}

/** Name, description, owner, client type. */
export function Naming({ form, session, sets, children }) {
  const id = useId();
  const { draft } = form;
  const isSuper = session.type === "super-user";
  const types = [...new Set((sets ?? []).flatMap(({ client_types: types }) => types))].toSorted();
  const own = isSuper ? null : session.client_type;
  return html`
    <${TextField} form=${form} field="name" label="Name" required data-autofocus placeholder="orders service, production" />
    <${Field} label="Description" aside="optional" error=${form.error("description")}>
      ${(wired) => html`<textarea ...${wired} class="short" rows="2" value=${draft.description} onInput=${(event) => form.set("description", event.target.value)}></textarea>`}
    <//>
    <div class="pair">
      ${children}
      <${TextField} form=${form} field="client_type" label="Client type" aside="optional" autocapitalize="off" list=${`${id}-types`} placeholder="mobile, partner, …"
        hint=${own ? `Your own key is of type ${own}; a key that you make is, too, or of none.` : "Some API sets admit only certain types."} />
    </div>
    <datalist id=${`${id}-types`}>${(own ? [own] : types).map((type) => html`<option key=${type} value=${type} />`)}</datalist>
  `;
}

/** API sets and permissions. */
export function Grants({ form, session, catalogue, sets, loading }) {
  const { draft } = form;
  const rights = catalogue?.rights ?? [];
  const suggestions = session.type === "super-user" ? rights : session.permissions;
  const hasLatchkey = draft.apis.includes("latchkey");
  const hasRights = draft.permissions.some((one) => rights.includes(one));
  const free = hasLatchkey ? suggestions.filter((one) => rights.includes(one) && !draft.permissions.includes(one)) : [];
  const hint = hasRights && !hasLatchkey
    ? html`<span class="bad">Permissions of the admin API open nothing without the API set <code>latchkey</code>.</span>`
    : html`A resource and an action, such as <code>orders:read</code>. Your backend is told of them; those of Latchkey's own API are suggested.`;
  return html`
    <${ApiPicker} options=${offered(session, sets)} values=${draft.apis} loading=${loading} clientType=${draft.client_type.trim()}
      error=${form.error("apis")} onChange=${(apis) => form.set("apis", apis)} />
    <${Chips} label="Permissions" noun="permission" values=${draft.permissions} check=${checkPermission} suggestions=${suggestions} aside="optional"
      placeholder="resource:action" hint=${hint} error=${form.error("permissions")} onChange=${(values) => form.set("permissions", values)} />
    ${free.length > 0 &&
    html`<div class="suggestions" role="group" aria-label="Rights of the admin API">
      ${free.map((right) => html`<${Button} key=${right} icon="plus" onClick=${() => form.set("permissions", [...draft.permissions, right])}>${right}<//>`)}
    </div>`}
  `;
}

/** From where the key may be used. */
export const Networks = ({ form, session }) => {
  const limits = session.type === "super-user" ? [] : session.allowed_cidrs;
  return html`<${Chips} label="Allowed networks" noun="network" most=${50} values=${form.draft.allowed_cidrs} check=${checkCidr} aside="optional"
    placeholder="192.0.2.0/24 or 2001:db8::/32" error=${form.error("allowed_cidrs")} onChange=${(values) => form.set("allowed_cidrs", values)}
    hint=${limits.length > 0
      ? `Your own key works from ${limits.join(", ")} alone; one that you make must be within that.`
      : "IPv4 and IPv6 addresses and networks from which the key works. Without any, it works from anywhere."} />`;
};

/** What is seldom changed. */
export const Rare = ({ form, fixedEnabled = false }) => html`
  <${TextField} form=${form} field="postback_url" label="Postback URL" aside="optional" type="url" inputmode="url" autocapitalize="off" placeholder="https://example.com/hooks/keys"
    hint="An address of yours that is kept with the key, for your own services to call. It must be on a public host and start with https://." />
  <${Check} label="Off the record" checked=${form.draft.off_the_record} onChange=${(value) => form.set("off_the_record", value)}
    hint="The use of this key leaves no trace: no log line names it, nothing is counted. What administrators do to it is still in the audit." />
  ${!fixedEnabled &&
  html`<${Check} label="Enabled" checked=${form.draft.enabled} onChange=${(value) => form.set("enabled", value)}
    hint="A disabled key is refused until somebody enables it." />`}
  <${MetadataField} value=${form.draft.metadata} error=${form.error("metadata")} onChange=${(value) => form.set("metadata", value)} />
`;
