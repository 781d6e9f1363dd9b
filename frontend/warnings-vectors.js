/** Runs tests/vectors/warnings against warnings.js, in Node by tests/privacy/test_warnings.py, in a browser by tests/browser/test_vectors.py. */

import { Refused } from "./kinds.js";
import { Stoplist, readEntry } from "./warnings.js";

function read({ kind, written, label }) {
  try {
    return readEntry(kind, written, label);
  } catch (error) {
    if (error instanceof Refused) return { refused: error.code };
    throw error;
  }
}

/** `file`: the parsed vector file. Returns {count, failures: [{name, got, wanted}]}. */
export function runVectors(file) {
  const stoplist = new Stoplist(file.documents.map(({ document }) => document));
  const checks = [
    ...file.entries.map((one) => [`entry ${one.written}`, read(one), one.read]),
    ...file.lookups.map(({ kind, value, found }) => {
      const got = stoplist.find(kind, value);
      return [`lookup ${value}`, got && { list: got.document.code, entry: got.entry.value }, found];
    }),
  ];
  const failures = checks.filter(([, got, wanted]) => JSON.stringify(got) !== JSON.stringify(wanted));
  return { count: checks.length, failures: failures.map(([name, got, wanted]) => ({ name, got, wanted })) };
}
