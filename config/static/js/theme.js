// Light, dark or as the machine says. Loaded without `defer`, so that the page is never painted in the wrong one.
(() => {
  const KEY = "theme";
  const root = document.documentElement;
  const machineIsDark = window.matchMedia("(prefers-color-scheme: dark)");

  const chosen = () => {
    try {
      return localStorage.getItem(KEY) || "auto";
    } catch {
      return "auto"; // storage is forbidden: follow the machine
    }
  };

  const paint = () => {
    const choice = chosen();
    const dark = choice === "dark" || (choice === "auto" && machineIsDark.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };

  paint();
  machineIsDark.addEventListener("change", paint);
  document.addEventListener("DOMContentLoaded", paint);
  window.addEventListener("storage", paint); // another tab has chosen
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    try {
      localStorage.setItem(KEY, button.dataset.themeChoice);
    } catch {
      return;
    }
    paint();
  });
})();
