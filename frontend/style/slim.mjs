/**
 * Slims Tabler's stylesheet: a page may load at most 300 KB of our own assets.
 *
 * A rule is dropped when every one of its selectors names a component or a variant that the portal does not
 * use. What stays is the whole of the rest, so a template may use any other Tabler class without a rebuild.
 */

const DROPPED = [
  // components
  "accordion", "carousel", "ribbon", "chat", "star", "gl-star", "calendar", "litepicker", "datepicker", "signature",
  "markdown", "otp", "signal", "sparkline", "tracking", "social", "form-colorinput", "form-imagecheck",
  "popover", "tooltip", "bs-tooltip", "bs-popover", "toast", "offcanvas", "modal", "divider-vertical-lg",
  "switch-icon", "sortable", "pattern", "chart-sparkline", "apexcharts", "browser", "legend-", "segmented",
  "placeholder-glow", "placeholder-wave", "ratio", "form-floating", "form-range", "form-selectgroup-pills",
  "form-selectgroup-boxes", "dropzone", "plyr", "jvm", "ts-", "noUi", "icon-pulse", "icon-tada", "icon-rotate",
  "img-", "figure", "blockquote", "navbar-overlap", "navbar-side", "layout-boxed", "typed-cursor", "cover",
  "btn-facebook", "btn-twitter", "btn-google", "btn-youtube", "btn-vimeo", "btn-dribbble", "btn-github",
  "btn-instagram", "btn-pinterest", "btn-vk", "btn-rss", "btn-flickr", "btn-bitbucket", "btn-tabler", "btn-x",
  "form-check-highlight", "ui-", "demo-", "flag", "payment", "card-rotate", "card-cover", "card-img", "tag",
  "gradient", "bg-gradient", "focus-ring", "link-opacity", "link-offset", "link-underline", "divide",
  "border-opacity", "bg-opacity", "object-", "translate-middle", "user-select", "pe-none", "z-", "stretched-link",
  "columns-", "column-gap", "antialiased", "table-dark", "table-light", "navbar-dark", "bg-pattern", "prose", "card-gradient", "was-validated", "legend",
  "dropdown-menu-dark", "text-bg", "list-group-item-", "avatar-list", "card-stamp", "page-cover", "nav-segmented",
  "form-selectgroup", "navbar-floating", "btn-animate", "btn-group-vertical", "table-sort", "mention", "strength",
  "dropend", "dropstart", "dropup", "step-vertical", "steps-vertical", "steps-counter", "row-cols", "navbar-expand",
  "navbar-vertical", "navbar-toggler", "card-tabs", "nav-pills", "form-check-description", "hr-text", "spinner-grow",
  "btn-ghost", "cursor", "opacity", "rounded-start", "rounded-end", "rounded-top", "rounded-bottom", "align-content",
  "grid", "theme", "hover", "offset", "order", "space", "list-group-horizontal", "list-timeline", "list-separated", "link-",
  "is-valid", "valid-", "dropdown-menu-card", "dropdown-menu-columns", "card-status", "card-chart", "card-sponsor", "card-link",
  "progressbg", "card-avatar", "card-group", "btn-loading", "btn-check", "input-group-flat", "step-item", "steps",
  "navbar", "navbar-nav", "page-item", "page-link", "pagination", "callout", "status-indicator", "avatar", "placeholder",
  "timeline", "loader", "icon-filled", "card-active", "card-inactive", "nav-bordered", "nav-underline", "form-select-sm",
  "table-mobile", "list-group", "form-switch", "btn-group", "nav-", "card-progress", "btn-link", "input-icon", "breadcrumb",
  "btn-action", "card-table", "table-primary", "table-secondary", "table-success", "table-danger", "table-warning", "table-info",
  "col-form", "page-", "status", "progress", "container", "card-stacked", "card-btn", "border-y", "d-print", "card-code", "nav",
  "table-selectable", "card-list", "form-fieldset", "form-help", "alert-icon", "dropdown-toggle", "skip-link", "card-options",
  "badge", "datagrid", "dimmer", "display", "animated-dots", "btn-pill", "btn-floating", "btn-xl", "btn-toolbar", "float", "collapse",
  "col-lg-", "col-md-", "col-separator", "align-self", "card-note",
];
const FAMILIES = [
  /\.(col|row-cols|offset|order|g|gx|gy|m|mx|my|mt|mb|ms|me|p|px|py|pt|pb|ps|pe|d|flex|justify-content|align-items|align-content|align-self|float|gap|row-gap|text|w|h|sticky|navbar-expand|table-responsive|container|list-group-horizontal|modal-fullscreen|dropdown-menu|border|border-start|border-end|border-top|border-bottom|columns|space|start|end|ms|me|steps|hidden|page)-(xs|sm|xl|xxl)\b/,
  /\.(m|mx|my|mt|mb|ms|me|p|px|py|pt|pb|ps|pe|g|gx|gy|row|flex|justify-content|align-items|align-self|align-content|gap|row-gap)-(md|lg)\b/,
  /\.(bg|text|border|btn|btn-outline|btn-ghost|alert|badge-outline|list-group-item|link|status|avatar|card-status|steps|nav)-(indigo|purple|pink|orange|lime|teal|cyan|facebook|twitter|x|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket|tabler|gray-\d+)\b/,
  /\.(bg|text)-(indigo|purple|pink|orange|lime|teal|cyan|facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket|tabler)(-lt|-fg|-soft)?\b/,
  /data-bs-theme-(base|font|primary|radius)/, /data-bs-navbar/, /data-bs-layout/, /data-bs-sidebar/, /data-bs-offcanvas/,
  /\.(btn|btn-outline|bg|text|border|status|avatar|alert|table|progress-bar)-(azure|linkedin|muted|light|dark|black|blue|yellow|gray)\b/,
  /\[dir=rtl\]/, /:host/, /\[data-vc/,
];

const dropped = (selector) =>
  DROPPED.some((name) => new RegExp(`\\.${name.endsWith("-") ? name : `${name}(?![a-z])`}`).test(selector)) ||
  FAMILIES.some((family) => family.test(selector));

/** Splits a stylesheet (or the inside of an at-rule) into [prelude, body] pairs; body is null for statements. */
function* blocks(css) {
  let at = 0;
  while (at < css.length) {
    let end = at;
    let quote = "";
    for (; end < css.length; end += 1) {
      const c = css[end];
      if (quote) { if (c === quote && css[end - 1] !== "\\") quote = ""; }
      else if (c === '"' || c === "'") quote = c;
      else if (c === "{" || c === ";") break;
    }
    const prelude = css.slice(at, end);
    if (css[end] !== "{") { yield [prelude, null]; at = end + 1; continue; }
    let depth = 1;
    let close = end + 1;
    quote = "";
    for (; depth > 0; close += 1) {
      const c = css[close];
      if (quote) { if (c === quote && css[close - 1] !== "\\") quote = ""; }
      else if (c === '"' || c === "'") quote = c;
      else if (c === "{") depth += 1;
      else if (c === "}") depth -= 1;
    }
    yield [prelude, css.slice(end + 1, close - 1)];
    at = close;
  }
}

/** Splits at top-level commas or semicolons. */
function split(text, separator) {
  const parts = [];
  let depth = 0;
  let quote = "";
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quote) { if (c === quote) quote = ""; }
    else if (c === '"' || c === "'") quote = c;
    else if (c === "(" || c === "[") depth += 1;
    else if (c === ")" || c === "]") depth -= 1;
    else if (c === separator && depth === 0) { parts.push(text.slice(from, i)); from = i + 1; }
  }
  return [...parts, text.slice(from)];
}

/** light-dark(a, b) in a value becomes a or b; browsers before 2024 do not know it. */
function pick(value, which) {
  const start = value.indexOf("light-dark(");
  if (start < 0) return value;
  let depth = 0;
  let end = start + "light-dark".length;
  do { if (value[end] === "(") depth += 1; else if (value[end] === ")") depth -= 1; end += 1; } while (depth);
  const sides = split(value.slice(start + "light-dark(".length, end - 1), ",");
  return pick(value.slice(0, start) + sides[which].trim() + value.slice(end), which);
}

/** One rule, or two where its values differ between light and dark. */
function rule(kept, body) {
  const two = split(body, ";").filter((declaration) => declaration.includes("light-dark("));
  const light = `${kept.join(",")}{${split(body, ";").map((d) => pick(d, 0)).join(";")}}`;
  if (!two.length) return light;
  const dark = kept.map((s) => (s.startsWith(":root") || s.startsWith("[data-") ? "[data-bs-theme=dark]" : `[data-bs-theme=dark] ${s}`));
  return `${light}${[...new Set(dark)].join(",")}{${two.map((d) => pick(d, 1)).join(";")}}`;
}

/** The stylesheet without what the portal does not use. */
export function slim(css) {
  let out = "";
  for (const [prelude, body] of blocks(css.replace(/\/\*[\s\S]*?\*\//g, ""))) {
    const head = prelude.trim();
    if (body === null) { if (head && !head.startsWith("@charset")) out += `${head};`; continue; }
    if (/^@(media|supports|layer|container)/.test(head)) {
      const inner = slim(body);
      if (inner) out += `${head}{${inner}}`;
    } else if (head.startsWith("@")) {
      if (!head.startsWith("@font-face")) out += `${head}{${body}}`;
    } else {
      const kept = split(head, ",").filter((selector) => !dropped(selector));
      if (kept.length) out += rule(kept, body);
    }
  }
  return out;
}

/** Drops custom properties that nothing in the stylesheet, nor in `others`, reads; repeats until none is left. */
export function dropUnread(css, others) {
  for (let before = ""; before !== css;) {
    before = css;
    const read = new Set(`${css}\n${others}`.match(/(?<=var\(\s*|["'`])--tblr-[\w-]+/g));
    const body = (text) => split(text, ";").filter((d) => !/^\s*--tblr-/.test(d) || read.has(d.split(":")[0].trim())).join(";");
    const walk = (text) => [...blocks(text)].map(([head, inner]) => {
      if (inner === null) return head.trim() && `${head};`;
      if (/^@(media|supports|layer|container)/.test(head.trim())) return `${head}{${walk(inner)}}`;
      const kept = head.trim().startsWith("@") ? inner : body(inner);
      return kept ? `${head}{${kept}}` : "";
    }).join("");
    css = walk(css);
  }
  return css;
}
