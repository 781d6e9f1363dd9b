/** The fields of forms that scripts send: what is wrong with one is said beside it until it is typed into again. */

/** Says it beside the field and puts the keyboard there. */
export function beside(field, text) {
  clear(field);
  const note = Object.assign(document.createElement("div"), { className: "invalid-feedback d-block", id: `${field.id}-mistake`, textContent: text });
  field.parentElement.append(note);
  field.classList.add("is-invalid");
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [field.getAttribute("aria-describedby"), note.id].filter(Boolean).join(" "));
  field.addEventListener("input", () => clear(field), { once: true });
  field.focus();
}

/** Says each thing a refusal has against a field of the box (`errors` of RFC 9457); whether it was against one there. */
export function besideEach(box, error) {
  const named = Object.entries(error.problem?.errors ?? {})
    .map(([name, texts]) => [box.querySelector(`[name="${CSS.escape(name)}"]`), [texts].flat().join(" ")])
    .filter(([field]) => field);
  for (const [field, text] of named.reverse()) beside(field, text);
  return named.length > 0;
}

/**
 * Enter in the field presses the button, as in a form; not where it only ends the spelling of a Chinese character. Safari
 * says that the spelling is over before it tells of the key, whose code is 229 then.
 */
export function enterPresses(field, button) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229) button.click();
  });
}

/** The keyboard back to a button that was off while it worked, unless it has gone elsewhere. */
export function backTo(button) {
  if (document.activeElement === document.body) button.focus();
}

function clear(field) {
  document.getElementById(`${field.id}-mistake`)?.remove();
  field.classList.remove("is-invalid");
  field.removeAttribute("aria-invalid");
  const said = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== `${field.id}-mistake`).join(" ");
  if (said) field.setAttribute("aria-describedby", said);
  else field.removeAttribute("aria-describedby");
}
