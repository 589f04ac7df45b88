// The rapid grid: a keyboard like a spreadsheet's, rows saved one by one, and nothing that is lost by leaving.

const ROLES = ["", "participant", "redacteur"];
const SHORT = { "": "", participant: "P", redacteur: "R" };
const WORDS = { "": "absent", participant: "participant", redacteur: "rédacteur" };
const grid = document.querySelector(".rapid");
const rowOf = (element) => element?.closest?.(".rapid-row");

// --- A cell of a member: nobody, participant, rédacteur
const give = (tick, role) => {
  const [person, part] = tick.parentElement.querySelectorAll("input");
  part.value = role;
  person.disabled = part.disabled = !role;
  tick.textContent = SHORT[role];
  tick.setAttribute("aria-label", `${tick.dataset.name} : ${WORDS[role]}`);
  tick.dispatchEvent(new Event("change", { bubbles: true }));
};
const roleOf = (tick) => tick.parentElement.querySelectorAll("input")[1].value;

// --- What is not saved yet is known, counted and told
const state = document.getElementById("rapid-state");
const tell = () => {
  const count = grid.querySelectorAll("[data-unsaved]").length;
  if (state) state.textContent = count ? `${count} ${count > 1 ? "lignes non enregistrées" : "ligne non enregistrée"}` : "";
};
const touched = (event) => {
  const row = rowOf(event.target);
  if (!row) return;
  row.dataset.unsaved = "";
  tell();
};

// --- Moving about: the same place in the row above or below, the place before or after
const placesOf = (row) => [...row.querySelectorAll("tr:first-child td :is(input:not([type=hidden]), select, [data-tick])")];
const rows = () => [...grid.querySelectorAll(".rapid-row:not(.is-done)")];
const go = (from, down, along) => {
  const row = rowOf(from);
  const place = placesOf(row).indexOf(from) + along;
  const all = rows();
  const next = all[all.indexOf(row) + down];
  const target = next && placesOf(next)[place];
  target?.focus();
  if (target?.select && target.type === "text") target.select();
  return Boolean(target);
};
const copyFromAbove = (cell) => {
  const row = rowOf(cell);
  const all = [...grid.querySelectorAll(".rapid-row:not(.is-done)")];
  const above = all[all.indexOf(row) - 1];
  const from = above && placesOf(above)[placesOf(row).indexOf(cell)];
  if (!from) return;
  if (cell.matches("[data-tick]")) return give(cell, roleOf(from));
  if (cell.type === "checkbox") cell.checked = from.checked;
  else cell.value = from.value;
  cell.dispatchEvent(new Event("change", { bubbles: true }));
};

const withControl = (event, row) => {
  if (event.key === "Enter") row.querySelector("[data-declare]")?.click();
  else if (event.key.toLowerCase() === "s") row.querySelector("[data-draft]")?.click();
  else if (event.key.toLowerCase() === "d") copyFromAbove(event.target);
  else return;
  event.preventDefault();
};
const inTick = (event) => {
  const tick = event.target;
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0] };
  const roles = { p: "participant", r: "redacteur", Delete: "", Backspace: "" };
  if (event.key in moves) go(tick, ...moves[event.key]);
  else if (event.key === " ") give(tick, ROLES[(ROLES.indexOf(roleOf(tick)) + 1) % ROLES.length]);
  else if ((event.key.length === 1 ? event.key.toLowerCase() : event.key) in roles) {
    give(tick, roles[event.key.length === 1 ? event.key.toLowerCase() : event.key]);
  } else return;
  event.preventDefault();
};
const inField = (event) => {
  const field = event.target;
  const plain = ["text", "number"].includes(field.type);
  if (event.key === "Enter") go(field, 1, 0);
  else if (event.key === "ArrowDown" && (plain || field.type === "checkbox")) go(field, 1, 0);
  else if (event.key === "ArrowUp" && (plain || field.type === "checkbox")) go(field, -1, 0);
  else if (field.type === "checkbox" && event.key === "ArrowRight") go(field, 0, 1);
  else if (field.type === "checkbox" && event.key === "ArrowLeft") go(field, 0, -1);
  else return;
  event.preventDefault();
};

// --- Many rows at once: one after the other, each with its own answer
let queue = [];
const next = () => {
  const row = queue.shift();
  const button = row && document.contains(row.button) ? row.button : null;
  if (button) button.click();
  else if (row) next();
};
const saveAll = (name) => {
  queue = [...grid.querySelectorAll(".rapid-row[data-unsaved]")].map((row) => ({
    button: row.querySelector(`[data-${name}]`),
  }));
  next();
};

if (grid) {
  grid.addEventListener("input", touched);
  grid.addEventListener("change", touched);
  grid.addEventListener("click", (event) => {
    const tick = event.target.closest("[data-tick]");
    if (tick) give(tick, ROLES[(ROLES.indexOf(roleOf(tick)) + 1) % ROLES.length]);
  });
  grid.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    if (!row || event.target.closest(".rapid-do")) return;
    if (event.ctrlKey || event.metaKey) withControl(event, row);
    else if (event.altKey) return;
    else if (event.target.matches("[data-tick]")) inTick(event);
    else if (event.target.matches("input, select")) inField(event);
  });
  // A space has ticked already; some browsers would press the button once more when the key comes up.
  grid.addEventListener("keyup", (event) => {
    if (event.key === " " && event.target.matches("[data-tick]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const all = event.target.closest("[data-all]");
    if (all) saveAll(all.dataset.all);
  });
  // While a row is on its way nothing can be typed into it: the answer takes its place.
  const onItsWay = (event, is) => {
    const row = event.detail.requestConfig?.verb === "post" && rowOf(event.detail.elt);
    if (row) row.inert = is;
  };
  document.addEventListener("htmx:beforeRequest", (event) => onItsWay(event, true));
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => onItsWay(event, false));
  }
  // A row that was answered: the cursor goes to the next one, or to what is wrong in it.
  document.addEventListener("htmx:afterSettle", (event) => {
    const row = rowOf(event.detail.elt);
    if (!row || event.detail.requestConfig.verb !== "post") return;
    tell();
    if (queue.length) return next();
    if (row.querySelector("[role=alert]")) (row.querySelector("[aria-invalid]") ?? placesOf(row)[0])?.focus();
    else (rows().find((one) => !one.querySelector("[name=action]")) ?? rows()[0])?.querySelector("[type=date]")?.focus();
  });
  document.addEventListener("htmx:sendError", () => (queue = []));
  document.addEventListener("htmx:responseError", () => (queue = []));
  window.addEventListener("beforeunload", (event) => {
    if (grid.querySelector("[data-unsaved]")) event.preventDefault();
  });
}
