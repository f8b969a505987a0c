/**
 * The page where a key is tried: what would be answered to a call with it.
 *
 * The key's text is in its input and nowhere else, and goes when the page does.
 *
 * @module
 */

import { call } from "./api.js";
import { html, useEffect, useId, useRef, useState } from "./html.js";
import { PROVIDERS } from "./key-filters.js";
import { can } from "./rights.js";
import { checkAddress, checkPath, checkPermission, METHODS } from "./shapes.js";
import { Button, Chips, CopyButton, Disclosure, EmptyState, Failure, Field, PageHead, Select, useAction } from "./ui.js";
import { Verdict } from "./verdict.js";

const INTRO = "Paste a key or a token and see what a call with it would be answered.";
const EMPTY = { method: "", path: "", ip: "", provider: "", region: "", permissions: [] };
/** The fields that show their own errors. */
const FIELDS = ["key", "method", "path", "ip", "provider", "region", "permissions"];
const ANY_METHOD = { value: "", label: "Any" };
const REQUESTS = [ANY_METHOD, ...METHODS.filter((method) => method !== "ANY").map((method) => ({ value: method, label: method }))];

/** The page. */
export function TryPage({ session, catalogue }) {
  if (!can(session, "keys:verify")) {
    return html`<${PageHead} title="Try a key" />
      <${EmptyState} icon="alert" title="Your key may not check keys">It takes the permission <code>keys:verify</code> and the API set <code>latchkey</code>.<//>`;
  }
  return html`<${Try} session=${session} catalogue=${catalogue} />`;
}

function Try({ session, catalogue }) {
  const key = useRef(null);
  const form = useRef(null);
  const outcome = useRef(null);
  const [question, setQuestion] = useState(EMPTY);
  const [verdict, setVerdict] = useState(null);
  const [refused, setRefused] = useState({});
  const sent = useRef(null);
  const asked = bodyOf(question);
  const [busy, failed, run] = useAction(async () => {
    const text = key.current.value.trim();
    const wrong = { ...(!text && { key: "must not be empty" }), ...incomplete(asked), ...wrongOf(question) };
    sent.current = question;
    setVerdict(null);
    setRefused(wrong);
    if (Object.keys(wrong).length > 0) return;
    setVerdict(await call("POST", ["verify"], { body: { key: text, ...asked } }));
  });
  useEffect(() => {
    if (Object.keys(refused).length > 0) form.current.querySelector("[aria-invalid]")?.focus();
  }, [refused]);
  useEffect(() => {
    // On a phone the verdict is below the form.
    if (verdict && outcome.current.getBoundingClientRect().top > innerHeight / 2) outcome.current.scrollIntoView();
  }, [verdict]);
  // A verdict is about what was asked: anything else makes it void.
  const change = (changes) => {
    setQuestion((before) => ({ ...before, ...changes }));
    setVerdict(null);
    setRefused({});
  };
  const submit = (event) => {
    event.preventDefault();
    run();
  };
  // What the server said of another question does not hold for this one.
  const failure = sent.current === question ? failed : null;
  const errors = { ...failure?.fields, ...refused, ...wrongOf(question) };
  return html`
    <${PageHead} title="Try a key" intro=${INTRO} />
    <div class="try">
      <form class="card try-form" ref=${form} novalidate onSubmit=${submit}>
        <${Failure} problem=${failure} except=${FIELDS} />
        <${KeyInput} input=${key} error=${errors.key} onChange=${() => change({})} />
        <${Question} question=${question} errors=${errors} catalogue=${catalogue} onChange=${change} />
        <div class="try-actions"><${Button} kind="primary" type="submit" busy=${busy}>Check<//></div>
      </form>
      <section class="card verdict" ref=${outcome} aria-label="Verdict"><${Verdict} verdict=${verdict} asked=${asked} session=${session} /></section>
    </div>
    <${Backend} asked=${asked} />
  `;
}

/** What a question is sent as: without what is empty. */
const bodyOf = ({ permissions, ...texts }) => ({
  ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.trim()]).filter(([, text]) => text)),
  ...(permissions.length > 0 && { permissions }),
});

/** What is wrong with what has been typed. */
function wrongOf({ path, ip }) {
  const wrong = { path: path.trim() && checkPath(path.trim()), ip: ip.trim() && checkAddress(ip.trim()) };
  return Object.fromEntries(Object.entries(wrong).filter(([, message]) => message));
}

/** Routes are looked at with both a method and a path. */
function incomplete({ method, path }) {
  if (method && !path) return { path: "is required together with a method" };
  return path && !method ? { method: "is required together with a path" } : {};
}

/** The input of the key. Its text is never kept by anything else. */
function KeyInput({ input, error, onChange }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const element = input.current;
    const drop = () => (element.value = "");
    // The browser may keep a page that is left, to come back to it.
    addEventListener("pagehide", drop);
    return () => {
      removeEventListener("pagehide", drop);
      drop();
    };
  }, []);
  return html`<${Field} label="Key or token" required error=${error} hint="It stays in this field until you leave the page.">
    ${(wired) => html`<div class="key-input">
      <input ...${wired} ref=${input} type=${isShown ? "text" : "password"} class="mono" autocomplete="off" autocapitalize="off" spellcheck=${false}
        data-1p-ignore data-lpignore="true" onInput=${onChange} />
      <button type="button" class="button" onClick=${() => setShown(!isShown)}>${isShown ? "Hide" : "Show"}<span class="unseen"> the key</span></button>
    </div>`}
  <//>`;
}

/** What the key is held against. */
function Question({ question, errors, catalogue, onChange }) {
  const { method, path, ip, provider, region, permissions } = question;
  const set = (name) => (event) => onChange({ [name]: event.target.value });
  return html`<fieldset class="try-question">
    <legend><h2>Against</h2><span class="quiet">All of it is optional</span></legend>
    <div class="try-pair narrow">
      <${Field} label="Method" error=${errors.method}>
        ${(wired) => html`<${Select} ...${wired} value=${method} options=${REQUESTS} onChange=${(value) => onChange({ method: value })} />`}
      <//>
      <${Field} label="Path" error=${errors.path}>
        ${(wired) => html`<input ...${wired} type="text" class="mono" autocomplete="off" autocapitalize="off" spellcheck=${false} placeholder="/orders/7" value=${path}
          onInput=${set("path")} />`}
      <//>
    </div>
    <${Field} label="Address" hint="Where the call comes from. A key with networks is refused without one." error=${errors.ip}>
      ${(wired) => html`<input ...${wired} type="text" class="mono" autocomplete="off" spellcheck=${false} placeholder="192.0.2.7" value=${ip} onInput=${set("ip")} />`}
    <//>
    <div class="try-pair">
      <${Field} label="Provider" error=${errors.provider}>
        ${(wired) => html`<${Select} ...${wired} value=${provider} options=${providers(catalogue)} disabled=${!catalogue}
          onChange=${(value) => onChange({ provider: value, region: firstRegion(catalogue, value) })} />`}
      <//>
      <${Field} label="Region" error=${errors.region}>
        ${(wired) => html`<${Select} ...${wired} value=${region} options=${regions(catalogue, provider)} disabled=${!provider}
          onChange=${(value) => onChange({ region: value })} />`}
      <//>
    </div>
    <${Chips} label="Permissions" noun="permission" values=${permissions} check=${checkPermission} suggestions=${catalogue?.rights ?? []} placeholder="orders:read"
      hint="It must have all of them." error=${errors.permissions} onChange=${(values) => onChange({ permissions: values })} />
  </fieldset>`;
}

const providers = (catalogue) => [
  { value: "", label: "This deployment" },
  ...(catalogue?.providers ?? []).map(({ provider }) => ({ value: provider, label: PROVIDERS[provider] ?? provider })),
];

/** Regions of their own: a call comes from one. */
const regionsOf = (catalogue, provider) =>
  (catalogue?.providers.find((entry) => entry.provider === provider)?.regions ?? []).filter(({ region }) => region !== "*");

const firstRegion = (catalogue, provider) => regionsOf(catalogue, provider)[0]?.region ?? "";

const regions = (catalogue, provider) =>
  provider
    ? regionsOf(catalogue, provider).map(({ region, name }) => ({ value: region, label: `${region} · ${name}` }))
    : [{ value: "", label: "Its region" }];

/** How a program asks the same. */
function Backend({ asked }) {
  const id = useId();
  const url = new URL("verify", new URL(".", document.baseURI)).href;
  const body = JSON.stringify({ key: "KEY TO CHECK", ...asked }, null, 2).replaceAll("'", "'\\''");
  const command = `curl ${url} \\\n  -H "Authorization: Bearer $YOUR_KEY" \\\n  -d '${body}'`;
  return html`<div class="card try-backend"><${Disclosure} summary="Ask from a program">
    <p>A backend that does not stand behind the authorizer can ask <code>POST /verify</code> itself, with a key of its own that has the permission
      ${" "}<code>keys:verify</code>. The answer is always 200, with <code>valid</code> and the code; the first check that fails gives the code.</p>
    <div class="sample"><pre class="mono" id=${id} tabindex="0" aria-label="Example">${command}</pre><${CopyButton} text=${command} label="Copy the example" /></div>
  <//></div>`;
}
