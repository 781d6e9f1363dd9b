/** Runs tests/vectors/oprf against oprf.js: in Node by tests/privacy/test_oprf_js.py, in Chromium by the browser tests. */

import * as oprf from "./oprf.js";
import { message } from "./kinds.js";

const SIZE = 32;
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const number = (text) => BigInt(`0x${hex(bytes(text).reverse())}`);
const numbers = (text) => (text.match(/.{64}/g) ?? []).map(number);
const little = (value) => hex(bytes(value.toString(16).padStart(2 * SIZE, "0")).reverse());

/** What running gives, or the code (and the custodian) of its refusal. */
function outcome(run) {
  try {
    return run();
  } catch (error) {
    if (error instanceof oprf.ProtocolError) return { error: error.code, custodian: error.custodian };
    throw error;
  }
}

const refusal = (vector) => ({ error: vector.error, custodian: vector.custodian ?? null });

const RUN = {
  blinding(vector) {
    const input = message(vector.kind, vector.canonical);
    const blinded = oprf.blindWith([input], [number(vector.blind)]);
    return [
      [hex(input), vector.input],
      [hex(oprf.hashToGroup(input).toBytes()), vector.hashed],
      [hex(blinded.elements), vector.element],
    ];
  },
  lagrange(vector) {
    return vector.quorum.map((index, place) => [
      outcome(() => little(oprf.lagrange(index, vector.quorum))), vector.error ? refusal(vector) : vector.factors[place],
    ]);
  },
  evaluation(vector) {
    vector.quorum.forEach((_, place) => oprf.verify(
      bytes(vector.weighted_keys[place]), bytes(vector.blinded), bytes(vector.parts[place]), bytes(vector.proofs[place]),
    ));
    return [[hex(oprf.finalise(numbers(vector.blinds), vector.parts.map(bytes))), vector.digests]];
  },
  proofs(vector) {
    const given = ["public_key", "blinded", "evaluated", "proof"].map((name) => bytes(vector[name]));
    return [[outcome(() => oprf.verify(...given)), vector.error ? refusal(vector) : undefined]];
  },
  transcripts(vector) {
    const read = outcome(() => oprf.readTranscript(vector.transcript));
    if (read.error) return [[read.error, vector.error]];
    return [
      [hex(oprf.canonical(read)), vector.canonical],
      [oprf.fingerprint(read), vector.fingerprint],
      [oprf.isFingerprintOf(vector.fingerprint.toUpperCase().replace(/-/g, " "), read), true],
      [outcome(() => oprf.checkTranscript(read) ?? {}).error ?? null, vector.error],
    ];
  },
  quorums(vector) {
    const transcript = oprf.readTranscript(vector.transcript);
    const got = outcome(() => [...oprf.checkQuorum(transcript, vector.quorum).keys()]);
    return [[got, vector.error ? refusal(vector) : vector.quorum]];
  },
  answers(vector, files) {
    const { transcript: json } = files.get("transcripts").vectors[0];
    const transcript = oprf.readTranscript(json);
    const got = outcome(() => hex(oprf.finalise(
      numbers(vector.blinds), oprf.verifiedParts(transcript, vector.quorum, bytes(vector.blinded), vector.answer),
    )));
    return [[got, vector.error ? refusal(vector) : vector.digests]];
  },
};

/**
 * `files`: the parsed vector files, each {file, vectors}; those of the server's own bytes are passed over.
 * Returns {count, failures: [{name, got, wanted}]}.
 */
export function runVectors(files) {
  const byName = new Map(files.map((file) => [file.file, file]));
  const failures = [];
  let count = 0;
  for (const { file, vectors } of files) {
    for (const vector of RUN[file] ? vectors : []) {
      for (const [got, wanted] of RUN[file](vector, byName)) {
        if (JSON.stringify(got) !== JSON.stringify(wanted)) {
          failures.push({ name: `${file} ${vector.name ?? JSON.stringify(vector.quorum ?? "")}`, got, wanted });
        }
      }
      count += 1;
    }
  }
  return { count, failures };
}
