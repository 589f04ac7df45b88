// Sections that save themselves (form[data-saves-itself]): what is not saved yet is known, told, and tried again.

const AGAIN_AFTER = 10_000; // milliseconds, while the server does not answer
let typed = 0;

const answersOf = (form) => {
  const given = new URLSearchParams(new FormData(form));
  for (const name of ["csrfmiddlewaretoken", "version"]) given.delete(name);
  return given.toString();
};
const ownForm = (element) => element?.closest?.("form[data-saves-itself]");

// --- Each change has its number; a save that comes back clears the mark only if nothing was typed meanwhile
for (const name of ["input", "change"]) {
  document.addEventListener(name, (event) => {
    const form = ownForm(event.target);
    if (form && form.sent !== answersOf(form)) form.dataset.unsaved = String(++typed);
  });
}
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = ownForm(event.detail.elt);
  if (!form || form !== event.detail.elt) return;
  // What was sent already is not sent twice; a conflict waits for the person's choice, under a panel that stays put.
  const byItself = ["input", "change"].includes(event.detail.requestConfig.triggeringEvent?.type);
  if (byItself && (form.querySelector(".conflict") || form.sent === answersOf(form))) {
    event.preventDefault();
    return;
  }
  form.sent = answersOf(form);
  form.dataset.sending = form.dataset.unsaved ?? "";
});
document.addEventListener("htmx:afterOnLoad", (event) => {
  const form = ownForm(event.detail.elt);
  if (!form || form !== event.detail.elt) return;
  const saved = form.querySelector(".said [data-saved]");
  if (saved && form.dataset.sending === (form.dataset.unsaved ?? "")) delete form.dataset.unsaved;
  for (const place of form.querySelectorAll("[data-errors-of]")) {
    const wrong = place.childElementCount > 0;
    for (const input of place.parentElement.querySelectorAll("input, textarea, select")) {
      input.classList.toggle("is-invalid", wrong && !["checkbox", "radio"].includes(input.type));
      if (wrong) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }
});

// --- The server is silent or in trouble: say so in the section, and try again
const failed = (event) => {
  const form = ownForm(event.detail.elt);
  if (!form || form !== event.detail.elt) return;
  const said = document.createElement("p");
  said.className = "field-error";
  said.setAttribute("role", "alert");
  said.textContent =
    "Pas encore enregistré : le serveur ne répond pas. Votre texte reste ici, un nouvel essai suit dans quelques secondes.";
  form.querySelector(".said").replaceChildren(said);
  form.sent = null;
  clearTimeout(form.again);
  form.again = setTimeout(() => window.htmx.trigger(form, "again"), AGAIN_AFTER);
};
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:responseError", failed);

// --- The panel of the submission, read again after a save, does not take away a dialog that was opened meanwhile
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id === "depot" && event.target.querySelector("dialog[open]")) event.detail.shouldSwap = false;
});
document.addEventListener(
  "close",
  (event) => {
    if (event.target.matches("#depot dialog")) window.htmx.trigger(document.body, "project-saved");
  },
  true,
);

// --- Leaving with something unsaved asks once more
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-unsaved]")) event.preventDefault();
});
