// The form of an action. What somebody wrote of a session, and the ticket of a file, are sent by no part of it that only
// reads: an address has a length, and they stay where they are.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get" || !document.getElementById("declaration")) return;
  for (const name of [...event.detail.formData.keys()]) {
    if (/^(session_\d+-minutes|kept_file)$/.test(name)) event.detail.formData.delete(name);
  }
});

// The sessions are drawn again while somebody goes on typing: what was typed since the question was asked stays.
const valueOf = (input) => (input.type === "checkbox" ? input.checked : input.value);
const sessionInputs = () =>
  document.querySelectorAll("#seances :is(input:not([type=hidden]), textarea)[id]");
const valuesNow = () => new Map([...sessionInputs()].map((input) => [input.id, valueOf(input)]));
const asked = new WeakMap(); // what stood there when each question was asked
let typedSince = new Map();
document.addEventListener("htmx:beforeSend", (event) => {
  if (event.detail.target?.id === "seances") asked.set(event.detail.xhr, valuesNow());
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const before = asked.get(event.detail.xhr);
  if (!before) return;
  typedSince = new Map([...valuesNow()].filter(([id, value]) => before.get(id) !== value));
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (!asked.has(event.detail.xhr)) return;
  for (const [id, value] of typedSince) {
    const input = document.getElementById(id);
    if (!input) continue;
    if (input.type === "checkbox") input.checked = value;
    else input.value = value;
  }
  typedSince = new Map();
});
