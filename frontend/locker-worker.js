/**
 * The Web Worker that computes the checksums of a file, a chunk at a time (locker.js is its other end).
 *
 * In:  {file: File or Blob}
 * Out: {step: "progress", done, total} ... {step: "sums", sha256, sm3} (bytes), or {step: "refused", message}
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { Sm3 } from "./sm3.js";

const STEP = 4 << 20;

async function sums(file) {
  const first = sha256.create();
  const second = new Sm3();
  for (let at = 0; at < file.size; at += STEP) {
    const some = new Uint8Array(await file.slice(at, at + STEP).arrayBuffer());
    first.update(some);
    second.update(some);
    self.postMessage({ step: "progress", done: Math.min(at + STEP, file.size), total: file.size });
  }
  return { step: "sums", sha256: first.digest(), sm3: second.digest() };
}

self.onmessage = ({ data }) => {
  sums(data.file).then((found) => self.postMessage(found), (error) => self.postMessage({ step: "refused", message: error.message }));
};
