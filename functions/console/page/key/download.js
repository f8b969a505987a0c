/**
 * Saving a text as a file.
 *
 * @module
 */

/** How long a browser may take to begin with a download, in milliseconds. */
const TAKES = 10_000;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** The addresses that are on offer, and what ends each offer. */
const offers = new Map();

/**
 * A name that every file system takes: letters, digits and `. _ -`.
 *
 * @param {string} name
 * @param {string} otherwise the name when nothing of it is left
 * @returns {string}
 */
export function fileName(name, otherwise) {
  const plain = name.normalize("NFC").replace(/[^\p{L}\p{N}._-]+/gu, "-");
  const short = [...plain.replace(/^[.-]+/, "")].slice(0, 60).join("").replace(/[.-]+$/, "");
  if (!short) return otherwise;
  return RESERVED.test(short) ? `key-${short}` : short;
}

/**
 * Has the browser save a text.
 *
 * @param {string} name the file's
 * @param {string} type its media type
 * @param {string} text
 */
export function offer(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  offers.set(url, setTimeout(() => end(url), TAKES));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** Ends every offer: the text is no longer in the page. */
export const withdraw = () => [...offers.keys()].forEach(end);

function end(url) {
  clearTimeout(offers.get(url));
  offers.delete(url);
  URL.revokeObjectURL(url);
}
