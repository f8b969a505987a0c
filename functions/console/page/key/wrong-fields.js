/**
 * Which errors of the API stand at their fields in the forms of a key.
 *
 * @module
 */

const SHOWN = ["name", "description", "owner", "client_type", "provider", "region", "apis", "permissions", "allowed_cidrs", "expires_at", "expires_in",
  "value", "hash", "prefix", "postback_url", "metadata", "admin_key", "overlap"];

/**
 * The fields of a problem that show their own errors, as `Failure` wants them.
 *
 * @param {import("../api.js").Problem} problem
 * @returns {string[]}
 */
export const exceptions = ({ errors }) => errors.map(({ field }) => field).filter((field) => SHOWN.includes(field.split(/[.[]/, 1)[0]));
