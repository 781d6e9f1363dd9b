/** Runs tests/vectors/kinds against kinds.js: in Node by tests/privacy/test_kinds.py, in Chromium by the browser tests. */

import { KINDS, REASONS, Refused, WARNINGS, looksLikeIndicator, message, normalise, voiceLibrary } from "./kinds.js";

function outcome(label, input) {
  try {
    return normalise(label, input);
  } catch (error) {
    if (error instanceof Refused) return { refused: error.code };
    throw error;
  }
}

function compare(failures, name, got, wanted) {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) failures.push({ name, got, wanted });
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * `files`: the parsed vector files, each {kind, vectors} or {registry, reasons, warnings} or {references} or
 * {messages}. Returns {count, failures: [{name, got, wanted}]}.
 */
export function runVectors(files) {
  const failures = [];
  let count = 0;
  for (const file of files) {
    for (const { input, ...wanted } of file.vectors ?? []) {
      const got = outcome(file.kind, input);
      compare(failures, `${file.kind} ${JSON.stringify(input)}`, got, wanted);
      if (wanted.value) compare(failures, `again ${wanted.value}`, outcome(file.kind, wanted.value).value, wanted.value);
      count += 1;
    }
    for (const { text, holds } of file.references ?? []) {
      compare(failures, `reference ${text}`, looksLikeIndicator(text), holds);
      count += 1;
    }
    for (const { kind, value, bytes, library } of file.messages ?? []) {
      compare(failures, `message ${value}`, hex(message(kind, value)), bytes);
      if (library) compare(failures, `library ${value}`, voiceLibrary(value), library);
      count += 1;
    }
    if (file.registry) {
      compare(failures, "registry", [...KINDS.values()].map((kind) => Object.values(kind)), file.registry);
      compare(failures, "reasons", REASONS, file.reasons);
      compare(failures, "warnings", WARNINGS, file.warnings);
      count += 3;
    }
  }
  return { count, failures };
}
