// What the pages need beyond HTML: dialogs, one submission per press, and fragments that meet a closed session.

// --- Dialogs: [data-dialog="id"] opens, [data-dialog-close] closes, [data-dialog-open] is open from the start
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) closer.closest("dialog").close();
});
for (const dialog of document.querySelectorAll("dialog[data-dialog-open]")) dialog.showModal();

// --- A second press of the same button sends nothing (the server would refuse it; the page need not ask)
const release = (form) => {
  delete form.dataset.sent;
  form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(release, 8000, form); // the answer was a file, or the reader pressed stop
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

// --- A file that was chosen shows its name in the drop zone
document.addEventListener("change", (event) => {
  const name = event.target.closest(".dropzone")?.querySelector("[data-file-name]");
  if (name && event.target.files.length) name.textContent = event.target.files[0].name;
});

// --- Fragments: a closed session leads to the sign-in page, a silent server is said once
document.addEventListener("htmx:beforeSwap", (event) => {
  const answer = new URL(event.detail.xhr.responseURL, window.location.href);
  if (answer.pathname === document.body.dataset.loginUrl) {
    event.detail.shouldSwap = false;
    window.location.reload();
  }
});
const silence = document.getElementById("server-silent");
document.addEventListener("htmx:sendError", () => silence?.removeAttribute("hidden"));
document.addEventListener("htmx:afterOnLoad", () => silence?.setAttribute("hidden", ""));
