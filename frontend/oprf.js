/**
 * The member's side of the private evaluation: RFC 9497, ristretto255-SHA512, mode 0x01, with a key shared among
 * custodians. Twin of privacy/oprf.py, shares.py and ceremony.py; both run tests/vectors/oprf (vectors.js).
 *
 *   transcript = readTranscript(json); checkTranscript(transcript); await fingerprint(transcript) === pinned
 *   blinded = blind([message, ...])             -> {elements: blob, blinds: [bigint]}; elements travel, blinds stay
 *   parts = verifiedParts(transcript, quorum, blinded.elements, answer)   throws unless every proof holds
 *   digests = finalise(blinded.blinds, parts)   -> blob
 *
 * A blob is one Uint8Array of n concatenated 32-byte encodings. Refusals are ProtocolError with the code that the
 * Python names too, and `custodian` where one is at fault.
 */

import { ed25519, ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { mulAddUnsafe } from "@noble/curves/abstract/curve.js";
import { bytesToNumberLE, concatBytes, equalBytes, numberToBytesBE, randomBytes } from "@noble/curves/utils.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { ProtocolError } from "./protocol-error.js";

export { ProtocolError };

const { Point } = ristretto255;
const { Fn } = Point;
const SIZE = 32;
const SUITE = 1;
const FORMAT = "alliance-ceremony/1";
const MOST = 255;
const utf8 = new TextEncoder();
const CONTEXT = concatBytes(utf8.encode("OPRFV1-"), Uint8Array.of(1), utf8.encode("-ristretto255-SHA512"));
const tagged = (name) => concatBytes(utf8.encode(name), CONTEXT);
const GROUP = tagged("HashToGroup-");
const SCALAR = tagged("HashToScalar-");
const SEED = tagged("Seed-");

/** Bytes to base64url without padding. */
export function toBase64url(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** base64url without padding, in its one canonical spelling, to bytes. Throws ProtocolError("malformed"). */
export function fromBase64url(text, field, size = null) {
  const refused = new ProtocolError("malformed", `${field} is not base64url of the right length`);
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text)) throw refused;
  let binary;
  try {
    binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  } catch {
    throw refused;
  }
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  if (toBase64url(bytes) !== text || (size !== null && bytes.length !== size)) throw refused;
  return bytes;
}

const pieces = (blob) => Array.from({ length: blob.length / SIZE }, (_, i) => blob.subarray(i * SIZE, (i + 1) * SIZE));
const prefixed = (part) => concatBytes(numberToBytesBE(part.length, 2), part);

/** An element off the wire; an invalid encoding and the identity are refused. */
function element(bytes, code) {
  try {
    const point = Point.fromBytes(bytes);
    if (!point.equals(Point.ZERO)) return point;
  } catch {
    // Falls through: the library's own message says nothing more to the reader.
  }
  throw new ProtocolError(code, "an element is not a valid ristretto255 element");
}

function scalar(bytes) {
  const value = bytesToNumberLE(bytes);
  if (value <= 0n || value >= Fn.ORDER) throw new ProtocolError("scalar", "the proof's scalars are not canonical");
  return value;
}

/** A uniform non-zero scalar: 64 random bytes, reduced. */
function randomScalar() {
  const value = bytesToNumberLE(randomBytes(64)) % Fn.ORDER;
  if (value === 0n) throw new ProtocolError("random", "the random generator returned zero");
  return value;
}

/** Hides each message (Uint8Array, see kinds.js) behind a random scalar of its own. */
export function blind(messages) {
  return blindWith(messages, messages.map(randomScalar));
}

/** `blind` with given scalars. For vectors: a blind that is used twice links two values. */
export function blindWith(messages, blinds) {
  const elements = messages.map((message, index) => {
    if (message.length > 0xffff) throw new ProtocolError("length", "an input has at most 65,535 bytes");
    return hashToGroup(message).multiply(blinds[index]).toBytes();
  });
  return { elements: concatBytes(...elements), blinds };
}

/** H(x): a message to its point (RFC 9497, section 4.1). */
export function hashToGroup(message) {
  return ristretto255_hasher.hashToCurve(message, { DST: GROUP });
}

const hashToScalar = (message) => ristretto255_hasher.hashToScalar(message, { DST: SCALAR });

function weights(publicKey, blinded, evaluated) {
  const seed = prefixed(sha512(concatBytes(prefixed(publicKey), prefixed(SEED))));
  return blinded.map((one, index) => hashToScalar(concatBytes(
    seed, numberToBytesBE(index, 2), prefixed(one), prefixed(evaluated[index]), utf8.encode("Composite"),
  )));
}

/**
 * Checks a batched DLEQ proof (RFC 9497, section 2.2.2) against a custodian's weighted public key.
 * Throws ProtocolError: "length", "element", "scalar" or "proof".
 */
export function verify(publicKey, blinded, evaluated, proof) {
  const number = blinded.length / SIZE;
  if (proof.length !== 2 * SIZE || blinded.length !== evaluated.length || !Number.isInteger(number)
    || number < 1 || number > 0xffff) throw new ProtocolError("length", "the lengths of a proof do not fit");
  const factors = weights(publicKey, pieces(blinded), pieces(evaluated));
  // Everything here is public, so the fast, variable-time sums are safe.
  const composite = mulAddUnsafe(Point, pieces(blinded).map((one) => element(one, "element")), factors);
  const moved = mulAddUnsafe(Point, pieces(evaluated).map((one) => element(one, "element")), factors);
  const key = element(publicKey, "element");
  const c = scalar(proof.subarray(0, SIZE));
  const s = scalar(proof.subarray(SIZE));
  const first = mulAddUnsafe(Point, [Point.BASE, key], [s, c]);
  const second = mulAddUnsafe(Point, [composite, moved], [s, c]);
  const challenge = hashToScalar(concatBytes(
    ...[publicKey, ...[composite, moved, first, second].map((point) => point.toBytes())].map(prefixed),
    utf8.encode("Challenge"),
  ));
  if (challenge !== c) {
    throw new ProtocolError("proof", "the proof does not hold: these values were not made with the pinned key");
  }
}

/** λ_i of custodian `index` in `quorum`, a bigint. Throws ProtocolError("quorum"). */
export function lagrange(index, quorum) {
  if (!quorum.includes(index) || new Set(quorum).size !== quorum.length || quorum.some((other) => !(other > 0))) {
    throw new ProtocolError("quorum", `custodian ${index} has no factor in this quorum`);
  }
  let [above, below] = [1n, 1n];
  for (const other of quorum) {
    if (other === index) continue;
    above = Fn.mul(above, Fn.create(BigInt(other)));
    below = Fn.mul(below, Fn.create(BigInt(other - index)));
  }
  return Fn.div(above, below);
}

/** N = r⁻¹ · Σ E_i for each value: the blob of digests. Every part must have been verified before. */
export function finalise(blinds, parts) {
  if (!parts.length || parts.some((part) => part.length !== blinds.length * SIZE)) {
    throw new ProtocolError("length", "each part needs one element for each blind");
  }
  const split = parts.map(pieces);
  return concatBytes(...blinds.map((secret, index) => {
    const sum = split.map((part) => element(part[index], "element")).reduce((left, right) => left.add(right));
    return sum.multiply(Fn.inv(secret)).toBytes();
  }));
}

const whole = (value, field, low, high) => {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new ProtocolError("malformed", `${field} must be an integer of ${low} to ${high}`);
};

const FIELDS = ["format", "suite", "key", "epoch", "generation", "t", "n", "commitments", "public_key", "public_keys",
  "identities", "signatures"];

function exactly(json, names, what) {
  const given = json && typeof json === "object" && !Array.isArray(json) ? Object.keys(json) : [];
  if (given.length !== names.length || !names.every((name) => given.includes(name))) {
    throw new ProtocolError("malformed", `${what} does not have exactly its fields`);
  }
}

/** A ceremony transcript from its parsed JSON, strictly; its form only. Throws ProtocolError("malformed"). */
export function readTranscript(json) {
  exactly(json, FIELDS, "the transcript");
  if (json.format !== FORMAT) throw new ProtocolError("malformed", `format must be ${FORMAT}`);
  if (typeof json.key !== "string" || !/^[a-z]{1,16}$/.test(json.key)) {
    throw new ProtocolError("malformed", "key is no name of a key");
  }
  const t = whole(json.t, "t", 1, MOST);
  const n = whole(json.n, "n", t, MOST);
  const list = (name, size) => {
    if (!Array.isArray(json[name]) || json[name].length !== n) {
      throw new ProtocolError("malformed", `${name} must be a list of ${n}`);
    }
    return json[name].map((value) => fromBase64url(value, name, size));
  };
  return {
    suite: whole(json.suite, "suite", SUITE, SUITE),
    key: json.key,
    epoch: whole(json.epoch, "epoch", 1, 0xffffffff),
    generation: whole(json.generation, "generation", 0, 0xffffffff),
    t,
    n,
    commitments: fromBase64url(json.commitments, "commitments", t * SIZE),
    publicKey: fromBase64url(json.public_key, "public_key", SIZE),
    publicKeys: list("public_keys", SIZE),
    identities: list("identities", SIZE),
    signatures: list("signatures", 2 * SIZE),
  };
}

/** The bytes that custodians sign and whose SHA-256 is the fingerprint. */
export function canonical(transcript) {
  const key = utf8.encode(transcript.key);
  return concatBytes(
    utf8.encode(FORMAT), Uint8Array.of(0, transcript.suite, key.length), key,
    numberToBytesBE(transcript.epoch, 4), numberToBytesBE(transcript.generation, 4),
    Uint8Array.of(transcript.t, transcript.n), transcript.commitments, transcript.publicKey,
    ...transcript.publicKeys.flatMap((own, index) => [own, transcript.identities[index]]),
  );
}

/** SHA-256 of the canonical bytes as 16 groups of four hexadecimal digits, joined by hyphens. */
export function fingerprint(transcript) {
  const hex = [...sha256(canonical(transcript))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.match(/.{4}/g).join("-");
}

/** Whether a fingerprint in any case and with any separators is this transcript's. */
export function isFingerprintOf(pinned, transcript) {
  return pinned.replace(/[\s:-]/g, "").toLowerCase() === fingerprint(transcript).replace(/-/g, "");
}

function publicShare(commitments, index) {
  const terms = pieces(commitments).map((one) => element(one, "commitment"));
  return terms.reduceRight((sum, term) => sum.multiplyUnsafe(BigInt(index)).add(term), Point.ZERO).toBytes();
}

/** Throws ProtocolError unless all keys follow from the commitments and every custodian signed. */
export function checkTranscript(transcript) {
  pieces(transcript.commitments).forEach((one) => element(one, "commitment"));
  if (!equalBytes(transcript.publicKey, transcript.commitments.subarray(0, SIZE))) {
    throw new ProtocolError("public_key", "the public key is not the first commitment");
  }
  transcript.publicKeys.forEach((own, index) => {
    if (!equalBytes(own, publicShare(transcript.commitments, index + 1))) {
      throw new ProtocolError("custodian_key", "a custodian's key does not follow from the commitments", index + 1);
    }
  });
  if (new Set(transcript.identities.map(toBase64url)).size !== transcript.n) {
    throw new ProtocolError("identity", "two custodians have one identity key");
  }
  const signed = canonical(transcript);
  transcript.signatures.forEach((signature, index) => {
    if (!isSigned(signature, signed, transcript.identities[index])) {
      throw new ProtocolError("signature", "a custodian's signature does not hold", index + 1);
    }
  });
}

function isSigned(signature, message, key) {
  try {
    return ed25519.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}

/**
 * The weighted keys λ_i·PK_i of a quorum (Map of custodian to bytes), having checked that they add up to the public
 * key. Throws ProtocolError: "quorum" or "sum".
 */
export function checkQuorum(transcript, quorum) {
  const ascending = Array.isArray(quorum) && quorum.every((index, place) => Number.isInteger(index) && index >= 1
    && index <= transcript.n && (place === 0 || index > quorum[place - 1]));
  if (!ascending || quorum.length < transcript.t) {
    throw new ProtocolError("quorum", "a quorum names enough custodians, each once, in ascending order");
  }
  let sum = Point.ZERO;
  const keys = new Map();
  for (const index of quorum) {
    const key = element(transcript.publicKeys[index - 1], "custodian_key").multiplyUnsafe(lagrange(index, quorum));
    sum = sum.add(key);
    keys.set(index, key.toBytes());
  }
  if (!equalBytes(sum.toBytes(), transcript.publicKey)) {
    throw new ProtocolError("sum", "the custodians' keys do not add up to the public key");
  }
  return keys;
}

/**
 * The evaluated blobs of an answer ({epoch, generation, quorum, parts}) in the order of the quorum that was asked,
 * once every proof holds; nothing is returned otherwise, for an unverified value is a leaked value.
 * Throws ProtocolError: "generation", "custodians", "malformed" or what `verify` throws, with the custodian at fault.
 */
export function verifiedParts(transcript, quorum, blinded, answer) {
  const keys = checkQuorum(transcript, quorum);
  if (answer?.epoch !== transcript.epoch || answer.generation !== transcript.generation
    || JSON.stringify(answer.quorum) !== JSON.stringify(quorum)) {
    throw new ProtocolError("generation", "the answer is of another epoch, generation or quorum");
  }
  const parts = new Map((Array.isArray(answer.parts) ? answer.parts : []).map((part) => [part?.custodian, part]));
  if (parts.size !== answer.parts?.length || parts.size !== quorum.length || !quorum.every((index) => parts.has(index))) {
    throw new ProtocolError("custodians", "the answer does not hold one part of each custodian asked");
  }
  return quorum.map((index) => {
    const part = parts.get(index);
    try {
      const evaluated = fromBase64url(part.elements, "elements");
      verify(keys.get(index), blinded, evaluated, fromBase64url(part.proof, "proof"));
      return evaluated;
    } catch (error) {
      throw error instanceof ProtocolError ? new ProtocolError(error.code, error.message, index) : error;
    }
  });
}
