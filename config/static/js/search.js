// The search everywhere: Ctrl+K or its button opens the dialog; arrows choose, Enter opens, Escape closes.
// What is found comes from the server; without script its button leads to the page of the search.

const finder = document.getElementById("finder");
if (finder) {
  const input = document.getElementById("finder-input");
  const choices = document.getElementById("finder-choices");
  const said = document.getElementById("finder-said");
  const options = () => [...choices.querySelectorAll("[role=option]")];
  const chosen = () => choices.querySelector("[aria-selected=true]");

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    input.removeAttribute("aria-activedescendant");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };
  const open = () => {
    if (document.querySelector("dialog[open]")) return;
    finder.showModal();
    input.focus();
    input.select();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault(); // in some browsers the address line
    open();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-search]");
    if (opener && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open();
    }
    if (event.target === finder) finder.close(); // a press beside it
  });

  input.addEventListener("input", () => choose(null)); // what is shown answers what was typed before
  input.addEventListener("keydown", (event) => {
    const all = options();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      const place = all.indexOf(chosen());
      choose(place < 0 ? all.at(step > 0 ? 0 : -1) : all[(place + step + all.length) % all.length]);
    }
    if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      chosen().click();
    }
  });

  choices.addEventListener("htmx:afterSwap", () => {
    const found = options();
    said.textContent = choices.querySelector("[data-said]")?.dataset.said ?? "";
    input.setAttribute("aria-expanded", String(found.length > 0));
    choices.scrollTop = 0;
    choose(found[0]);
  });
}
