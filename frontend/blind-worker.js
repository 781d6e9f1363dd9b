/**
 * The Web Worker that blinds, verifies and finalises. Plain values and blinds exist in it and in the page, and leave
 * neither; the page only carries blinded elements out and answers in (blinder.js is its other end).
 *
 * In:  {id, step: "blind", transcript: JSON, fingerprint: pinned, items: [{label, canonical}]}
 *      {id, step: "finalise", quorum: [int], answer: JSON}    may be sent again with another quorum after a refusal
 *      {id, step: "forget"}
 * Out: {id, step: "blinded", elements: base64url, count}
 *      {id, step: "finalised", digests: [base64url]}          in the order of the items; the blinds are gone
 *      {id, step: "progress", done, total}
 *      {id, step: "refused", code, custodian, message}        codes as in oprf.js, "fingerprint" and "unknown"
 */

import { message } from "./kinds.js";
import {
  ProtocolError, blind, checkTranscript, finalise, isFingerprintOf, readTranscript, toBase64url, verifiedParts,
} from "./oprf.js";

const SIZE = 32;
const STEP = 25;
const sessions = new Map();

function pinned(json, fingerprint) {
  const transcript = readTranscript(json);
  if (!isFingerprintOf(fingerprint, transcript)) {
    throw new ProtocolError("fingerprint", "the ceremony is not the one that was pinned");
  }
  checkTranscript(transcript);
  return transcript;
}

function begin({ id, transcript: json, fingerprint, items }) {
  const transcript = pinned(json, fingerprint);
  const elements = new Uint8Array(items.length * SIZE);
  const blinds = [];
  for (let at = 0; at < items.length; at += STEP) {
    const some = blind(items.slice(at, at + STEP).map(({ label, canonical }) => message(label, canonical)));
    elements.set(some.elements, at * SIZE);
    blinds.push(...some.blinds);
    self.postMessage({ id, step: "progress", done: blinds.length, total: items.length });
  }
  sessions.set(id, { transcript, elements, blinds });
  return { step: "blinded", elements: toBase64url(elements), count: items.length };
}

function end({ id, quorum, answer }) {
  const session = sessions.get(id);
  if (!session) throw new ProtocolError("unknown", "nothing was blinded under this id");
  const parts = verifiedParts(session.transcript, quorum, session.elements, answer);
  const digests = finalise(session.blinds, parts);
  sessions.delete(id);
  const split = session.blinds.map((_, index) => toBase64url(digests.subarray(index * SIZE, (index + 1) * SIZE)));
  return { step: "finalised", digests: split };
}

const STEPS = { blind: begin, finalise: end };

self.onmessage = ({ data }) => {
  if (data.step === "forget") {
    sessions.delete(data.id);
    return;
  }
  try {
    self.postMessage({ id: data.id, ...STEPS[data.step](data) });
  } catch (error) {
    const { code = "failed", custodian = null } = error;
    self.postMessage({ id: data.id, step: "refused", code, custodian, message: error.message });
  }
};
