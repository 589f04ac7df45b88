// The queue of actions by keyboard: V validates, R sends back, J turns down, the arrows go to the one before or after.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
  if (document.querySelector("dialog[open]") || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
  const asked = target.dataset.dialog && document.getElementById(target.dataset.dialog);
  asked?.querySelector("textarea")?.focus();
});
