// The form of an action. What somebody wrote of a session, and the ticket of a file, are sent by no part of it that only
// reads: an address has a length, and they stay where they are.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get" || !document.getElementById("declaration")) return;
  for (const name of [...event.detail.formData.keys()]) {
    if (/^(session_\d+-minutes|kept_file)$/.test(name)) event.detail.formData.delete(name);
  }
});
