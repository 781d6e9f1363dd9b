/**
 * What a file may be shown as, by its first bytes alone: images, audio and text from a short list, nothing else.
 *
 *   sniff(first) -> { shows: "image" | "audio", type: "image/png" } | { shows: "text" } | null
 *
 * HTML, SVG and everything else that a browser would run are text at most: they are shown as characters.
 */

const starts = (bytes, at, ...wanted) => wanted.every((byte, place) => bytes[at + place] === byte);
const says = (bytes, at, text) => starts(bytes, at, ...Array.from(text, (sign) => sign.charCodeAt(0)));

const KNOWN = [
  ["image", "image/png", (bytes) => starts(bytes, 0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  ["image", "image/jpeg", (bytes) => starts(bytes, 0, 0xff, 0xd8, 0xff)],
  ["image", "image/gif", (bytes) => says(bytes, 0, "GIF87a") || says(bytes, 0, "GIF89a")],
  ["image", "image/webp", (bytes) => says(bytes, 0, "RIFF") && says(bytes, 8, "WEBP")],
  ["audio", "audio/wav", (bytes) => says(bytes, 0, "RIFF") && says(bytes, 8, "WAVE")],
  ["audio", "audio/ogg", (bytes) => says(bytes, 0, "OggS")],
  ["audio", "audio/flac", (bytes) => says(bytes, 0, "fLaC")],
  ["audio", "audio/mp4", (bytes) => says(bytes, 4, "ftypM4A")],
  ["audio", "audio/mpeg", (bytes) => says(bytes, 0, "ID3") || (bytes[0] === 0xff && (bytes[1] & 0xe6) === 0xe2 && bytes[1] !== 0xff)],
];

export function sniff(first) {
  const known = KNOWN.find(([, , is]) => is(first));
  if (known) return { shows: known[0], type: known[1] };
  return first.includes(0) ? null : { shows: "text" };
}

/** Bytes as text: UTF-8, else GB18030 as chat exports often are; null if they are neither. */
export function textOf(bytes) {
  for (const encoding of ["utf-8", "gb18030"]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // Not this one.
    }
  }
  return null;
}
