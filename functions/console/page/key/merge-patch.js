/**
 * JSON Merge Patch, RFC 7396: what turns one JSON value into another.
 *
 * @module
 */

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Whether two JSON values are the same, whatever the order of their members. */
export function same(one, other) {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((entry, at) => same(entry, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return Object.is(one, other);
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && same(one[name], other[name]));
}

/**
 * The patch that makes `after` of `before`: only what differs. A member that is to become null cannot be told by a patch, where
 * null takes a member away; compare `merged(before, patch)` with what was wanted.
 *
 * @param {object} before
 * @param {object} after
 * @returns {object}
 */
export function patchOf(before, after) {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const changed = Object.keys(after).filter((name) => !Object.hasOwn(before, name) || !same(before[name], after[name]));
  const change = (name) => {
    const nested = Object.hasOwn(before, name) && isObject(before[name]) && isObject(after[name]);
    return nested ? patchOf(before[name], after[name]) : after[name];
  };
  // `fromEntries` makes a member of any name, `__proto__` included.
  return Object.fromEntries([...gone.map((name) => [name, null]), ...changed.map((name) => [name, change(name)])]);
}

/**
 * What a patch makes of a value.
 *
 * @param {any} target
 * @param {any} patch
 * @returns {any}
 */
export function merged(target, patch) {
  if (!isObject(patch)) return patch;
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, merged(members.get(name), value));
  }
  return Object.fromEntries(members);
}
