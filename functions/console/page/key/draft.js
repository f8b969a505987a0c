/**
 * What stands in the form of a key, and what it asks the API for.
 *
 * @module
 */

import { checkCidr, checkLabel, checkName, checkPermission, checkText, checkUrl } from "../shapes.js";
import { checkExpiry, expiryBody } from "./expiry.js";
import { patchOf, same } from "./merge-patch.js";
import { checkDraft, checkSendable, metadataDraft, valueOf } from "./metadata.js";

/** The fields that are sent as they are typed, and in the order in which errors are told. */
const PLAIN = ["name", "description", "client_type", "permissions", "apis", "allowed_cidrs", "postback_url", "off_the_record", "enabled"];
/** Of these, an empty text is none. */
const NULLABLE = ["description", "client_type", "postback_url"];

/**
 * What stands in the form at first.
 *
 * @param {object} record the key that is to be edited
 */
export const draftOf = (record) => ({
  name: record.name,
  description: record.description ?? "",
  client_type: record.client_type ?? "",
  permissions: record.permissions,
  apis: record.apis,
  allowed_cidrs: record.allowed_cidrs,
  postback_url: record.postback_url ?? "",
  off_the_record: record.off_the_record,
  enabled: record.enabled,
  metadata: metadataDraft(record.metadata),
  expiry: { choice: "keep", at: "" },
});

/**
 * What stands in the form of a new key. A fine-grained session can give no more than it has, so its own limits stand there.
 *
 * @param {object} session
 * @param {{value: string}[]} lifetimes what can be chosen
 */
export function blankDraft(session, lifetimes) {
  const isSuper = session.type === "super-user";
  const blank = { name: "", description: null, client_type: isSuper ? null : session.client_type, permissions: [], apis: [], metadata: {}, enabled: true };
  const choice = lifetimes.find(({ value }) => value === "90d") ?? lifetimes.findLast(({ value }) => value !== "never");
  return {
    ...draftOf({ ...blank, allowed_cidrs: isSuper ? [] : session.allowed_cidrs, postback_url: null, off_the_record: false }),
    owner: "",
    provider: session.provider,
    region: isSuper || session.region === "*" ? "" : session.region,
    type: "fine-grained",
    expiry: { choice: choice?.value ?? "at", at: "" },
    source: "generated",
    prefix: "",
  };
}

const optional = (text, check) => (text.trim() ? check(text.trim()) : null);
const firstWrong = (texts, check) => {
  const wrong = texts.find((text) => check(text));
  return wrong === undefined ? null : `"${wrong}" ${check(wrong)}`;
};

/**
 * What is wrong with a draft: messages by field, as the API tells them.
 *
 * @param {object} draft
 * @param {object} [before] the record's metadata, when a key is edited
 * @returns {Record<string, string>}
 */
export function checkKey(draft, before) {
  const found = {
    name: checkName(draft.name),
    description: checkText(draft.description, 500),
    owner: optional(draft.owner ?? "", checkLabel),
    client_type: optional(draft.client_type, checkLabel),
    region: draft.region === "" ? "choose a region" : null,
    permissions: firstWrong(draft.permissions, checkPermission),
    allowed_cidrs: firstWrong(draft.allowed_cidrs, checkCidr),
    expiry: checkExpiry(draft.expiry, Date.now()),
    postback_url: optional(draft.postback_url, checkUrl),
    metadata: checkDraft(draft.metadata) ?? checkSendable(before ?? {}, valueOf(draft.metadata), Boolean(before)),
    prefix: draft.source === "generated" ? optional(draft.prefix, checkPrefix) : null,
  };
  return Object.fromEntries(Object.entries(found).filter(([, message]) => message));
}

const checkPrefix = (text) =>
  /^[a-z]([a-z0-9_]{0,14}[a-z0-9])?$/.test(text) ? null : "must be 1 to 16 of a-z 0-9 _, start with a letter and not end in _";

/** A field as the API takes it. */
function plain(draft, field) {
  const value = draft[field];
  if (typeof value !== "string") return value;
  const text = value.trim();
  return text === "" && NULLABLE.includes(field) ? null : text;
}

/**
 * The body that makes a key.
 *
 * @param {object} draft
 * @param {{value?: string, hash?: {sha256: string}}} text where the key's text comes from, unless it is generated
 */
export function bodyOf(draft, text) {
  const fields = draft.type === "super-user" ? PLAIN.filter((field) => !["permissions", "apis"].includes(field)) : PLAIN;
  const given = fields.map((field) => [field, plain(draft, field)]).filter(([, value]) => value !== null && value?.length !== 0);
  const metadata = valueOf(draft.metadata);
  return {
    ...Object.fromEntries(given),
    provider: draft.provider,
    region: draft.region,
    type: draft.type,
    ...(draft.owner?.trim() && { owner: draft.owner.trim() }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...expiryBody(draft.expiry),
    ...(draft.source === "generated" && draft.prefix.trim() && { prefix: draft.prefix.trim() }),
    ...text,
  };
}

/**
 * The JSON Merge Patch that makes of a record what stands in the form.
 *
 * @param {object} record
 * @param {object} draft
 * @returns {object} empty when nothing differs
 */
export function changesOf(record, draft) {
  const before = draftOf(record);
  const changed = PLAIN.filter((field) => !same(sorted(plain(draft, field)), sorted(plain(before, field))));
  const metadata = patchOf(record.metadata, valueOf(draft.metadata));
  const end = expiryBody(draft.expiry);
  const keepsNone = end.expires_at === null && record.expires_at === null;
  return {
    ...Object.fromEntries(changed.map((field) => [field, plain(draft, field)])),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(keepsNone ? {} : end),
  };
}

/** The order of API sets, permissions and networks means nothing. */
const sorted = (value) => (Array.isArray(value) ? value.toSorted() : value);

/** What people see of a record, and what it is called. */
export const LABELS = {
  name: "Name",
  description: "Description",
  client_type: "Client type",
  permissions: "Permissions",
  apis: "API sets",
  allowed_cidrs: "Networks",
  postback_url: "Postback URL",
  off_the_record: "Off the record",
  enabled: "Enabled",
  metadata: "Metadata",
  expires_at: "Expiry",
  hint: "Text",
  state: "State",
};

/**
 * What stands in the form after a key was changed in between: what was typed, and otherwise what the key has become.
 *
 * @param {object} draft
 * @param {object} before the record that the draft was made of
 * @param {object} now the record as it has become
 * @returns {{draft: object, changes: {field: string, from: any, to: any, isKept: boolean}[]}} `isKept`: something else was typed
 */
export function rebase(draft, before, now) {
  const typed = changesOf(before, draft);
  const isTyped = (field) => Object.hasOwn(typed, field) || (field === "expires_at" && draft.expiry.choice !== "keep");
  const fresh = draftOf(now);
  const next = Object.fromEntries(
    Object.keys(draft).map((field) => [field, isTyped(field) || field === "expiry" ? draft[field] : fresh[field]]),
  );
  return { draft: next, changes: differences(before, now).map((one) => ({ ...one, isKept: isTyped(one.field) })) };
}

/**
 * In what two records of a key differ.
 *
 * @param {object} before
 * @param {object} now
 * @returns {{field: string, from: any, to: any}[]}
 */
export const differences = (before, now) =>
  Object.keys(LABELS)
    .filter((field) => !same(before[field], now[field]))
    .map((field) => ({ field, from: before[field], to: now[field] }));
