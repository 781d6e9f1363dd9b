/**
 * The page's language. English is the msgid; another language's catalogue comes from static/i18n/<language>.js.
 * scripts/messages collects every string passed to _() here.
 */

const catalogue = globalThis.allianceMessages ?? {};

/** The message in the page's language, with {name} filled from `values`. */
export function _(message, values = {}) {
  return (catalogue[message] ?? message).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
