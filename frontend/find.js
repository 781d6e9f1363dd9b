/** "Find by retyping": a value is digested here and the digest opens what it collides with. */

import { Mistake, indicator, kindName } from "./clues.js";
import { Evaluator, explain } from "./evaluator.js";
import { post } from "./http.js";
import { KINDS } from "./kinds.js";
import { _ } from "./words.js";

const box = document.getElementById("find");
const field = (name) => box.querySelector(`[data-field="${name}"]`);
const libraries = JSON.parse(document.getElementById("libraries").textContent);
let evaluator = null;

function say(kind, text) {
  field("answer").className = `preview ${kind}`;
  field("answer").textContent = text;
}

function draw(found) {
  const list = field("found");
  list.replaceChildren(...found.map(({ href, text }) => {
    const link = Object.assign(document.createElement("a"), { href, textContent: text });
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
}

async function find() {
  draw([]);
  try {
    const { label, value } = indicator(field("kind").value, field("value").value, libraries);
    evaluator ??= new Evaluator();
    say("", _("Blinding in your browser, asking the custodians …"));
    const [digest] = await evaluator.digests([{ label, canonical: value }]);
    const { collisions, clues } = await post(box.dataset.url, { kind: label, digest, epoch: evaluator.epoch });
    draw([...collisions, ...clues]);
    if (collisions.length) say("ok", _("It collides:"));
    else if (clues.length) say("ok", _("Your institution filed it; nobody else holds it yet:"));
    else say("warn", _("Your institution has not filed it. What others hold is not shown by asking."));
  } catch (error) {
    say("bad", error instanceof Mistake ? error.message : explain(error));
    field("accept").hidden = error.code !== "fingerprint";
  }
}

field("kind").replaceChildren(...[...KINDS.keys()].map((label) => new Option(kindName(label), label)));
box.addEventListener("submit", (event) => { event.preventDefault(); find(); });
field("accept").addEventListener("click", () => { evaluator.accept(); field("accept").hidden = true; find(); });
field("kind").addEventListener("change", () => { field("value").placeholder = KINDS.get(field("kind").value).example; });
field("value").placeholder = KINDS.get(field("kind").value).example;
field("go").disabled = false;
