/** Asking and posting to the platform: JSON out, JSON or a named refusal in. */

import { _ } from "./words.js";

/** A refusal of the platform (RFC 9457): `code`, `status`, `detail`, `failed` custodians, `retryAfter` seconds. */
export class PlatformRefused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? problem.title ?? _("The platform did not answer as expected."));
    this.name = "PlatformRefused";
    this.status = status;
    this.code = problem.code ?? "unexpected";
    this.failed = problem.failed;
    this.problem = problem;
    this.retryAfter = Number(retryAfter) || null;
  }
}

/** The token that every request which changes something carries. */
export function token() {
  return JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRFToken"];
}

/** GETs and resolves to the parsed answer. Rejects with PlatformRefused. */
export async function get(url) {
  return answered(fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } }));
}

/** POSTs `body` (an object becomes JSON) and resolves to the parsed answer. Rejects with PlatformRefused. */
export async function post(url, body, headers = {}) {
  return answered(fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": token(), "Content-Type": "application/json", Accept: "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  }));
}

async function answered(asking) {
  let answer;
  try {
    answer = await asking;
  } catch {
    throw new PlatformRefused(0, { code: "network", detail: _("The network does not answer. Nothing was lost: try again.") });
  }
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new PlatformRefused(answer.status, json, answer.headers.get("Retry-After"));
  return json;
}
