// Lists: panels of filters, rows by keyboard, a selection that outlives the page, and the row one comes back to.
// The addresses and the rows come from the server; nothing here knows what a list is about.

const list = () => document.getElementById("list-results");
const form = document.getElementById("list-form");
const bar = document.getElementById("selection");
const rowsOf = () => [...document.querySelectorAll("#list-results tr[data-row]")];
const place = window.location.pathname;
const focusRow = (key) => rowsOf().find((row) => row.dataset.row === key)?.focus();

const keep = {
  get: (name) => {
    try {
      return JSON.parse(sessionStorage.getItem(`${name}:${place}`));
    } catch {
      return null; // storage is forbidden, or holds what somebody else wrote
    }
  },
  set: (name, value) => {
    try {
      if (value === null) sessionStorage.removeItem(`${name}:${place}`);
      else sessionStorage.setItem(`${name}:${place}`, JSON.stringify(value));
    } catch {
      // storage is forbidden or full: the selection lasts as long as the page
    }
  },
};

// --- Panels: one is open at a time; a press outside or Escape closes it; its summary counts what is chosen
const closePanels = (but) => {
  for (const panel of document.querySelectorAll(".list-pick[open]")) if (panel !== but) panel.open = false;
};
document.addEventListener("click", (event) => closePanels(event.target.closest(".list-pick")));
// A panel opens where the page has room for it, whichever line its button fell on
document.addEventListener(
  "toggle",
  (event) => {
    const pick = event.target;
    if (!pick.matches?.(".list-pick[open]")) return;
    const panel = pick.querySelector(".list-panel");
    const [all, room] = [panel.getBoundingClientRect(), pick.closest(".list-bar").getBoundingClientRect()];
    if (all.left < room.left) pick.classList.add("list-pick-start");
    if (all.right > room.right + 1) pick.classList.add("list-pick-end");
  },
  true,
);
const count = (panel) => {
  const place = panel.querySelector(".list-pick-count");
  if (!place) return;
  const chosen = [...panel.querySelectorAll("input")].filter((input) =>
    input.type === "checkbox" ? input.checked : input.value.trim(),
  ).length;
  place.textContent = String(chosen);
  place.hidden = !chosen;
};
form?.addEventListener("change", (event) => {
  const panel = event.target.closest(".list-pick");
  if (panel) count(panel);
});

// --- A filter in force is taken away where it was set, so that the tool bar and the rows keep saying the same
document.addEventListener("click", (event) => {
  const chip = event.target.closest("a.list-chip");
  if (!chip || !form || event.ctrlKey || event.metaKey) return;
  const inputs = [...form.querySelectorAll(`[name="${CSS.escape(chip.dataset.filter)}"]`)];
  const input =
    inputs.find((one) => ["checkbox", "radio"].includes(one.type) && one.value === chip.dataset.value) ??
    inputs.find((one) => !["checkbox", "radio", "hidden"].includes(one.type));
  if (!input) return;
  event.preventDefault();
  if (["checkbox", "radio"].includes(input.type)) input.checked = false;
  else input.value = "";
  document.addEventListener("htmx:afterSettle", () => document.querySelector(".list-count")?.focus(), { once: true });
  input.dispatchEvent(new Event(input.id === "list-search" ? "input" : "change", { bubbles: true }));
});

// --- Columns change places
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  const column = button?.closest("li");
  if (!column) return;
  const up = button.dataset.move === "up";
  const other = up ? column.previousElementSibling : column.nextElementSibling;
  if (!other) return;
  if (up) other.before(column);
  else other.after(column);
  button.focus();
  column.querySelector("input").dispatchEvent(new Event("change", { bubbles: true }));
});

// --- A model of columns is put on what is shown now, not on what was shown when the page came
document.addEventListener("click", (event) => {
  const model = event.target.closest("a[data-columns]");
  if (!model) return;
  const query = new URLSearchParams(window.location.search);
  for (const name of ["col", "page", "tout"]) query.delete(name);
  for (const name of new URLSearchParams(model.dataset.columns).getAll("col")) query.append("col", name);
  model.href = `?${query}`;
});

// --- The selection: keys of rows, or all that answer (`all`) but some (`but`); kept while one turns the pages
const nothing = () => ({ ids: [], all: null, but: [] });
const kept = () => ({ ...nothing(), ...keep.get("selection") });
let selection = kept();
let lastTouched = null;
const boxOf = (row) => row.querySelector("input[form=selection]");
const isSelected = (key) => (selection.all !== null ? !selection.but.includes(key) : selection.ids.includes(key));
const word = (name, number) =>
  bar.dataset[number >= 2 ? `${name}Many` : `${name}One`].replace("#", number.toLocaleString("fr-FR"));

const show = () => {
  if (!bar || !list()) return;
  const rows = rowsOf();
  for (const row of rows) {
    const box = boxOf(row);
    if (!box) continue;
    box.checked = isSelected(row.dataset.row);
    row.toggleAttribute("data-selected", box.checked);
  }
  const whole = document.getElementById("select-page");
  const onPage = rows.filter((row) => isSelected(row.dataset.row)).length;
  if (whole) {
    whole.checked = rows.length > 0 && onPage === rows.length;
    whole.indeterminate = onPage > 0 && onPage < rows.length;
  }
  const total = Number(list().dataset.total);
  const number = selection.all !== null ? total - selection.but.length : selection.ids.length;
  const elsewhere = number - onPage;
  const said = number ? word("selected", number) + (elsewhere > 0 ? `, dont ${elsewhere.toLocaleString("fr-FR")} hors de cette page` : "") : "";
  const line = bar.querySelector("[data-selection-count]");
  if (line.textContent !== said) line.textContent = said;
  const all = bar.querySelector("[data-select-all]");
  all.textContent = list().dataset.all;
  all.hidden = total <= rows.length || number >= total;
  bar.toggleAttribute("data-some", number > 0);
  const elsewhereIds = selection.all !== null ? [] : selection.ids.filter((id) => !rows.some((row) => row.dataset.row === id));
  const inputs = elsewhereIds.length ? [["id", elsewhereIds.join(",")]] : []; // one field: a server counts fields
  if (selection.all !== null) inputs.push(["all", "1"], ["but", selection.but.join(",")]);
  bar.querySelector("[data-selection-inputs]").replaceChildren(
    ...inputs.map(([name, value]) => Object.assign(document.createElement("input"), { type: "hidden", name, value })),
  );
};
const changed = () => {
  keep.set("selection", selection.ids.length || selection.all !== null ? selection : null);
  show();
  // What may be done with it is asked of the server: it knows the states of rows that are on other pages.
  if (bar?.hasAttribute("data-some")) window.htmx?.trigger(bar, "selected");
  else bar?.querySelector("#selection-steps")?.replaceChildren();
};
const select = (rows, on) => {
  const keys = rows.map((row) => row.dataset.row);
  const change = (known, added) => [...known.filter((key) => !keys.includes(key)), ...(added ? keys : [])];
  if (selection.all === null) selection.ids = change(selection.ids, on);
  else selection.but = change(selection.but, !on);
  if (selection.all !== null && selection.but.length >= Number(list().dataset.total)) selection = nothing();
  changed();
};
document.addEventListener("click", (event) => {
  const box = event.target.closest("input[form=selection]");
  const row = box?.closest("tr[data-row]");
  if (row) {
    const rows = rowsOf();
    const [from, to] = [rows.indexOf(lastTouched), rows.indexOf(row)].sort((a, b) => a - b);
    select(event.shiftKey && from >= 0 ? rows.slice(from, to + 1) : [row], box.checked);
    lastTouched = row;
  }
  if (event.target.id === "select-page") select(rowsOf(), event.target.checked);
  if (event.target.closest("[data-select-all]")) {
    selection = { ...nothing(), all: list().dataset.query };
    changed();
  }
  if (event.target.closest("[data-select-none]")) forget();
});
const forget = () => {
  selection = nothing();
  changed();
};
const arrived = () => {
  // "All that answer" is said of one question: another one ends it.
  if (selection.all !== null && selection.all !== list()?.dataset.query) selection = nothing();
  if (bar) changed();
};
// Rows that come while one walks through them leave one where one was
let walkedTo = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const at = document.activeElement;
  if (event.detail.target?.id === "list-results") walkedTo = at.matches("tr[data-row]") ? at.dataset.row : null;
});
document.addEventListener("htmx:afterSettle", (event) => {
  document.querySelectorAll(".list-pick").forEach(count); // names that were typed have become choices
  if (event.detail.target?.id !== "list-results" && event.detail.elt?.id !== "list-results") return;
  arrived();
  if (walkedTo !== null && document.activeElement === document.body) focusRow(walkedTo);
  walkedTo = null;
});
// Leaving the search line changes nothing: what was typed was asked for while it was typed
document.getElementById("list-search")?.addEventListener("change", (event) => event.stopPropagation());

// --- The row that one left by is the row one comes back to
document.addEventListener("click", (event) => {
  const row = event.target.closest("a[href]")?.closest("tr[data-row]");
  if (row) keep.set("row", row.dataset.row);
});
const comeBack = () => {
  const key = keep.get("row");
  if (key === null) return;
  keep.set("row", null);
  focusRow(key);
};
// The result of an operation leads here: exactly the rows of this address are meant
if (bar && window.location.hash === "#tout-selectionner") {
  keep.set("selection", { ...nothing(), all: list().dataset.query });
  history.replaceState(null, "", place + window.location.search);
}
window.addEventListener("pageshow", () => {
  selection = kept();
  arrived();
  comeBack();
});

// --- Keyboard
const typesText = (element) =>
  element.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])");
const goTo = (row, event) => {
  if (!row) return;
  event.preventDefault();
  row.focus();
};
document.addEventListener("keydown", (event) => {
  const at = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const panel = at.closest(".list-pick[open]");
  if (event.key === "Escape" && panel) {
    panel.open = false;
    panel.querySelector("summary").focus();
    return;
  }
  const rows = rowsOf();
  if (at.id === "list-search" && event.key === "ArrowDown") return goTo(rows[0], event);
  if (typesText(at) || (panel && !at.matches("summary"))) return;
  const search = document.getElementById("list-search");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
    return;
  }
  if (event.key === "?") {
    event.preventDefault();
    document.getElementById("list-keys")?.showModal();
    return;
  }
  const row = at.closest("#list-results tr[data-row]");
  const isFree = row || at === document.body || at.matches("main");
  if (["ArrowDown", "ArrowUp"].includes(event.key) && isFree) {
    const place = row ? rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1) : 0;
    if (row && place < 0 && search) return goTo(search, event);
    goTo(rows[place], event);
    if (event.shiftKey && row && rows[place] && bar) select([row, rows[place]], true);
    return;
  }
  if (at !== row || !row) return;
  if (event.key === " " && boxOf(row)) {
    event.preventDefault();
    lastTouched = row;
    select([row], !isSelected(row.dataset.row));
  }
  if (event.key === "Enter") {
    event.preventDefault();
    row.querySelector("td:not(.list-box) a[href]")?.click();
  }
});
