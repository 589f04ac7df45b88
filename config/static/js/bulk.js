// An operation was started: the rows that it took are no longer selected in their list.
if (window.location.hash === "#lancee") {
  const { list } = document.querySelector("[data-list]").dataset;
  try {
    sessionStorage.removeItem(`selection:${list}`);
  } catch {
    // storage is forbidden: nothing was kept
  }
  history.replaceState(null, "", window.location.pathname);
}
