/**
 * What can be told of a text while it is being typed. Each function answers with what is wrong, in the server's words,
 * or with null. The server stays the judge: what passes here may still be refused there.
 *
 * @module
 */

const LABEL = /^[A-Za-z0-9._@-]+$/;
const SEGMENT = /^(\*|[A-Za-z0-9._-]+)$/;
const PATH_SEGMENT = /^[A-Za-z0-9\-._~!$&'()+,;=:@]+$/;
const PLACEHOLDER = /^\{[A-Za-z0-9._:-]+\+?\}$/;
/** The methods of routes. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ANY"];
const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A free text of at most `most` characters. */
export const checkText = (text, most) => ([...text].length > most ? `must have at most ${most} characters` : null);

/** A name of a key. */
export const checkName = (text) => (text.trim() ? checkText(text, 100) : "must not be empty");

/** An owner or a client type. */
export function checkLabel(text) {
  if (!LABEL.test(text)) return "may only contain letters, digits and . _ @ -";
  return text.length > 64 ? "must have at most 64 characters" : null;
}

/** A permission: `resource:action`. */
export function checkPermission(text) {
  const parts = text.split(":");
  if (parts.length !== 2) return 'must be a resource and an action with a colon between them, such as "orders:read"';
  const segments = [...parts[0].split("/"), parts[1]];
  if (segments.includes("")) return "must not have an empty part";
  const wrong = segments.find((segment) => !SEGMENT.test(segment));
  if (wrong?.includes("*")) return "a * must stand for a whole segment or for the action";
  if (wrong) return "may only contain letters, digits and . _ - between its slashes, and * for a whole segment";
  return text.length > 128 ? "must have at most 128 characters" : null;
}

/** The name of an API set. */
export const checkApiName = (text) => (/^[a-z0-9-]{1,64}$/.test(text) ? null : "must be 1 to 64 of a-z 0-9 -");

/** A route of an API set: a method or ANY, and a path. */
export function checkRoute(text) {
  const [method, path, ...rest] = text.split(" ");
  if (!path || rest.length > 0) return 'must be a method and a path with one space between them, such as "GET /orders/{id}"';
  if (!METHODS.includes(method)) return "must begin with GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ANY, in capitals";
  if (!path.startsWith("/")) return "the path must begin with a slash";
  if (path !== "/" && /\/(\/|$)/.test(path)) return "the path must not have an empty segment, nor a slash at its end";
  if (/(\*|\+\})\//.test(path)) return "* and {x+} stand for the rest of the path: nothing may follow them";
  const wrong = path.slice(1).split("/").filter(Boolean).map(checkSegment).find(Boolean);
  if (wrong) return wrong;
  return text.length > 256 ? "must have at most 256 characters" : null;
}

/** One segment of a route's path. */
function checkSegment(segment) {
  if (segment === "*" || PLACEHOLDER.test(segment)) return null;
  if (segment === "." || segment === "..") return "the path must not have a segment . or ..";
  if (/^:|[{}]/.test(segment)) return "a placeholder is a whole segment, {name} or {name+}, named with letters, digits and . _ : -";
  if (PATH_SEGMENT.test(segment)) return null;
  return "a segment may only contain letters, digits and - . _ ~ ! $ & ' ( ) + , ; = : @, or be {x}, or * at the end";
}

/** An address or a network: IPv4 or IPv6. Host bits are left to the server. */
export function checkCidr(text) {
  const [address, length, ...rest] = text.split("/");
  const bits = isIpv4(address) ? 32 : isIpv6(address) ? 128 : 0;
  if (!bits || rest.length > 0) return "must be an IPv4 or IPv6 address or network, such as 192.0.2.0/24";
  if (length === undefined) return null;
  const fits = /^(0|[1-9]\d{0,2})$/.test(length) && Number(length) <= bits;
  return fits ? null : `must have a prefix length of 0 to ${bits} after the /`;
}

const isIpv4 = (text) => /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/.test(text);

/** The URL parser knows IPv6 in all its notations. */
const isIpv6 = (text) => /^[0-9A-Fa-f:.]+$/.test(text) && text.includes(":") && URL.canParse(`http://[${text}]/`);

/** A postback address. Whether its host is public is left to the server. */
export function checkUrl(text) {
  if (!/^https:\/\//i.test(text)) return "must be a URL that starts with https://";
  if (/\s/.test(text) || !URL.canParse(text)) return "is not a valid URL";
  const { username, password, hash } = new URL(text);
  if (username || password) return "must not contain a user name or a password";
  if (hash) return "must not contain a fragment";
  return checkText(text, 512);
}

/** A length of time in seconds: `90d`, `12h`, `30m`, `45s`; null if it is none. */
export function seconds(text) {
  const [, number, unit] = /^(\d{1,12})([smhd])$/.exec(text) ?? [];
  return unit ? Number(number) * SECONDS[unit] : null;
}

/** A length of time of at most `most` (such as "30d"). */
export function checkDuration(text, most = "36525d") {
  const length = seconds(text);
  const fits = length !== null && length <= seconds(most);
  return fits ? null : `must be a whole number and a unit (s, m, h or d) such as 90d or 12h, at most ${most}`;
}

/** Metadata: a JSON object of at most 4 KiB. */
export function checkMetadata(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return "must be JSON";
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return "must be a JSON object";
  return new TextEncoder().encode(JSON.stringify(value)).length > 4096 ? "must have at most 4096 bytes, written compactly" : null;
}

/** A text of one's own for a key. How easily it is guessed is left to the server. */
export function checkOwnValue(text) {
  if (!/^[\x21-\x7e]*$/.test(text)) return "must have only visible ASCII characters, and no blanks";
  return text.length < 16 || text.length > 256 ? "must have 16 to 256 characters" : null;
}

/** A key's id. */
export const checkKeyId = (text) => (/^[0-9A-Za-z]{16}$/.test(text) ? null : "must be 16 letters and digits");

/** An address: IPv4 or IPv6. */
export const checkAddress = (text) => (isIpv4(text) || isIpv6(text) ? null : "must be an IPv4 or IPv6 address, such as 192.0.2.7");

/** A path as a client calls it. */
export function checkPath(text) {
  if (!text.startsWith("/")) return "must begin with a slash";
  return /[?#]/.test(text) ? "must be without ? and #: a path alone" : checkText(text, 2048);
}
