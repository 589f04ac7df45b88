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

// --- The entry of the menu where one is stands in sight, however low the window
const nav = document.querySelector(".side-nav");
const here = nav && [...nav.querySelectorAll("[aria-current]")].pop();
if (here) {
  const below = here.getBoundingClientRect().bottom - nav.getBoundingClientRect().bottom;
  if (below > 0) nav.scrollTop += below + here.offsetHeight;
}

// --- A file that was chosen shows its name in the drop zone
document.addEventListener("change", (event) => {
  const name = event.target.closest(".dropzone")?.querySelector("[data-file-name]");
  if (name && event.target.files.length) name.textContent = event.target.files[0].name;
});

// --- Names are suggested while one types ([data-suggestions]); what is asked for last is what is shown
const suggest = async (input) => {
  const list = document.getElementById(input.getAttribute("list"));
  const typed = input.value.trim();
  if (!list || typed.length < 2 || [...list.options].some((option) => option.value === typed)) return;
  list.asked?.abort();
  list.asked = new AbortController();
  try {
    const address = `${input.dataset.suggestions}?${new URLSearchParams({ q: typed })}`;
    const answer = await fetch(address, { signal: list.asked.signal, headers: { "X-Requested-With": "fetch" } });
    if (answer.ok && !answer.redirected) list.innerHTML = await answer.text();
  } catch {
    // An older question that was stopped, or a silent server: the input works without suggestions
  }
};
document.addEventListener("input", (event) => {
  const input = event.target.closest("[data-suggestions]");
  if (!input) return;
  clearTimeout(input.waiting);
  input.waiting = setTimeout(suggest, 150, input);
  const lines = input.closest("[data-lines]")?.querySelectorAll("input") ?? [];
  if (input.value && input === lines[lines.length - 1]) addLine(input, lines.length + 1);
});
const addLine = (last, number) => {
  const line = last.cloneNode();
  line.value = "";
  line.id = last.id.replace(/\d+$/, number);
  line.setAttribute("aria-label", last.getAttribute("aria-label").replace(/\d+$/, number));
  last.after(line);
};

// --- What only some choose from ([data-only-for="10 21"]) shows once the choice before it ([data-decides]) is one of these.
// What is filled in stays in sight: the server says what is wrong with it.
const narrow = (decider) => {
  for (const input of decider.closest("form").querySelectorAll("[data-only-for]")) {
    const filled = input.type === "checkbox" ? input.checked : input.value;
    input.closest(".field").hidden = !filled && !input.dataset.onlyFor.split(" ").includes(decider.value);
  }
};
for (const decider of document.querySelectorAll("[data-decides]")) narrow(decider);
document.addEventListener("change", (event) => {
  const decider = event.target.closest("form")?.querySelector("[data-decides]");
  if (decider) narrow(decider);
});

// --- The way to the sections of a dossier: the one that is read is marked; a section that loads late keeps the place
const ways = new Map([...document.querySelectorAll(".dossier-nav a")].map((way) => [way.hash.slice(1), way]));
if (ways.size) {
  let moved = false;
  for (const name of ["wheel", "touchmove", "keydown"]) {
    window.addEventListener(name, () => (moved = true), { passive: true });
  }
  const mark = () => {
    const read = [...ways.keys()].filter((id) => document.getElementById(id)?.getBoundingClientRect().top < 160).at(-1);
    for (const [id, way] of ways) {
      if (id === read) way.setAttribute("aria-current", "true");
      else way.removeAttribute("aria-current");
    }
  };
  window.addEventListener("scroll", mark, { passive: true });
  document.addEventListener("htmx:afterSettle", () => {
    if (!moved && ways.has(window.location.hash.slice(1))) document.querySelector(window.location.hash)?.scrollIntoView();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest(".dossier-nav a")) moved = false;
  });
  mark();
}

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
