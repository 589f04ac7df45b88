// Rows selected in a list: by their boxes, from page to page, or all that match. The server says which steps fit them.
// Kept for the tab (sessionStorage) under the address of the list, so that a page, a sort or a filter loses nothing.

const bar = document.getElementById("list-selection");
if (bar) {
  const place = `selection:${window.location.pathname}`;
  const [singular, plural] = bar.dataset.noun.split(",");
  const counted = (number) => `${number.toLocaleString("fr-FR")}\u00a0${number >= 2 ? plural : singular}`;
  const results = () => document.getElementById("list-results");
  const boxes = () => [...document.querySelectorAll("[data-select]")];
  const read = () => {
    try {
      return JSON.parse(sessionStorage.getItem(place)) ?? {};
    } catch {
      return {};
    }
  };
  const kept = read();
  const chosen = new Set(kept.ids ?? []);
  let query = kept.query ?? null; // of "all that match"; null: those that are chosen
  let last = null; // the box that was pressed last, where a range begins
  let asking = null;
  let waiting = null;

  const all = () => query !== null;
  const count = () => (all() ? Number(results().dataset.count) : chosen.size);
  const keep = () => sessionStorage.setItem(place, JSON.stringify({ ids: [...chosen], query }));

  const show = () => {
    if (all() && query !== results().dataset.query) query = null; // other filters: other rows would match
    const shown = boxes();
    for (const box of shown) {
      box.checked = all() || chosen.has(box.value);
      box.closest("tr").toggleAttribute("data-selected", box.checked);
    }
    const page = document.querySelector("[data-select-page]");
    const checked = shown.filter((box) => box.checked).length;
    if (page) {
      page.checked = shown.length > 0 && checked === shown.length;
      page.indeterminate = checked > 0 && checked < shown.length;
    }
    bar.hidden = count() === 0;
    bar.querySelector("[data-selection-count]").textContent = `Sélection\u00a0: ${counted(count())}`;
    const more = bar.querySelector("[data-select-all]");
    const matching = Number(results().dataset.count);
    more.hidden = count() >= matching;
    more.textContent = `Sélectionner les ${counted(matching)} de la liste`;
    keep();
    clearTimeout(waiting);
    waiting = setTimeout(offer, 200);
  };

  const offer = async () => {
    asking?.abort();
    const target = bar.querySelector("[data-selection-offers]");
    if (count() === 0) {
      target.replaceChildren();
      return;
    }
    asking = new AbortController();
    const body = new URLSearchParams(all() ? { all: "1", query } : { ids: [...chosen].join(",") });
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}"), "HX-Request": "true" };
    try {
      const answer = await fetch(bar.dataset.offers, { method: "POST", body, headers, signal: asking.signal });
      if (answer.redirected) window.location.reload(); // the session is closed
      else if (answer.ok) target.innerHTML = await answer.text();
    } catch {
      // A question that a newer one stopped, or a silent server: the next change asks again
    }
  };

  const only = () => {
    // Out of "all that match" by one box: what is left are the rows of this page
    if (!all()) return;
    query = null;
    chosen.clear();
    for (const box of boxes()) chosen.add(box.value);
  };
  const mark = (box, checked) => (checked ? chosen.add(box.value) : chosen.delete(box.value));

  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-select]");
    if (box) {
      only();
      const shown = boxes();
      const from = event.shiftKey && last ? shown.findIndex((one) => one.value === last) : -1;
      const to = shown.indexOf(box);
      const range = from < 0 ? [box] : shown.slice(Math.min(from, to), Math.max(from, to) + 1);
      for (const one of range) mark(one, box.checked);
      last = box.value;
      show();
    } else if (event.target.closest("[data-select-page]")) {
      const { checked } = event.target;
      only();
      for (const one of boxes()) mark(one, checked);
      show();
    } else if (event.target.closest("[data-select-all]")) {
      query = results().dataset.query;
      chosen.clear();
      show();
    } else if (event.target.closest("[data-select-none]")) {
      query = null;
      chosen.clear();
      show();
    }
  });
  // A step was pressed: what it takes is with the server; the list starts anew
  bar.addEventListener("submit", () => sessionStorage.removeItem(place));
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    const now = read();
    query = now.query ?? null;
    chosen.clear();
    for (const id of now.ids ?? []) chosen.add(id);
    show();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "list-results") show();
  });
  // Told by the result of an operation: exactly the rows of this address are meant
  if (window.location.hash === "#tout-selectionner") {
    query = results().dataset.query;
    chosen.clear();
    history.replaceState(null, "", window.location.pathname + window.location.search);
  }
  show();
}
