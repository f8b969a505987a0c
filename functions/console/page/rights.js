/**
 * What a session may do. It decides only what is offered; the server decides what happens.
 *
 * @module
 */

/**
 * Whether a session has a right of the admin API.
 *
 * @param {{type: string, permissions: string[], apis: string[]}} session
 * @param {string} right such as "keys:create"
 * @returns {boolean}
 */
export function can(session, right) {
  if (session.type === "super-user") return true;
  return session.apis.includes("latchkey") && session.permissions.some((held) => covers(held, right));
}

/** Rights have one segment before the colon, so a `*` there stands for all of it. */
function covers(held, right) {
  const [resource, action] = held.split(":");
  const [wantedResource, wantedAction] = right.split(":");
  return (resource === "*" || resource === wantedResource) && (action === "*" || action === wantedAction);
}

/**
 * Whether a key is the deployment's root key, which cannot be revoked, disabled or narrowed.
 *
 * @param {{owner: string, created_by: string, type: string}} record
 * @returns {boolean}
 */
export const isRoot = ({ owner, created_by: maker, type }) => owner === "root" && maker === "latchkey" && type === "super-user";
