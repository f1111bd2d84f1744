// Light or dark before the first paint: what was chosen here, else what the system asks for.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const show = () => { root.dataset.bsTheme = chosen() || (dark.matches ? "dark" : "light"); };
  root.classList.add("has-script");
  show();
  dark.addEventListener("change", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", next); } catch { /* private window: for this page only */ }
    root.dataset.bsTheme = next;
  });
})();
