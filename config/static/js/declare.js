// The form of an action. What somebody wrote of a session is asked for by no part of it that only reads: an address has
// a length, and the text stays where it is.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get" || !document.getElementById("declaration")) return;
  for (const name of [...event.detail.formData.keys()]) {
    if (/^session_\d+-minutes$/.test(name)) event.detail.formData.delete(name);
  }
});
