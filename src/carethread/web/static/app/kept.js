// Pages whose parts are kept while one types: what is not kept is said, tried again, and not left.
(() => {
  const dirty = new Set();
  const changed = (part) => part.dispatchEvent(new Event("changed"));
  document.addEventListener("input", (event) => {
    const part = event.target.closest("[data-saves]");
    if (part) dirty.add(part.id);
  });
  document.addEventListener("htmx:beforeRequest", (event) => dirty.delete(event.target.id));
  const unsaved = (event) => {
    const part = event.target;
    if (!part.matches?.("[data-saves]")) return;
    dirty.add(part.id);
    part.querySelector(".kept").textContent = "Not saved";
    setTimeout(() => { if (dirty.has(part.id) && part.isConnected) changed(part); }, 5000);
  };
  document.addEventListener("htmx:sendError", unsaved);
  document.addEventListener("htmx:responseError", unsaved);
  document.addEventListener("submit", (event) => { if (event.target.id === "sign") dirty.clear(); });
  window.addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });
})();
