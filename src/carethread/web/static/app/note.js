// The note's editor: choosing diagnoses by keyboard, their order, and never losing what was typed.
(() => {
  const form = document.getElementById("note-form");
  const find = document.getElementById("dx-find");
  const list = document.getElementById("dx-list");
  const chosen = document.getElementById("diagnoses");
  const say = (words) => window.carethread.say(words);
  const changed = () => { dirty = true; document.getElementById("draft").dispatchEvent(new Event("changed")); };
  let dirty = false;

  // ---- the search box
  const options = () => [...list.querySelectorAll("[data-code]")];
  const current = () => list.querySelector('[aria-selected="true"][data-code]');
  const close = () => { list.replaceChildren(); find.setAttribute("aria-expanded", "false"); find.removeAttribute("aria-activedescendant"); };
  const point = (option) => {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (!option) return;
    find.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const add = (option) => {
    const { code, pointed, words } = option.dataset;
    if (chosen.querySelector(`input[value="${code}"]`)) say(`${pointed} is chosen already`);
    else {
      const row = document.getElementById("dx-row").content.cloneNode(true);
      row.querySelector("input").value = code;
      row.querySelector(".code").textContent = pointed;
      row.querySelector(".words").textContent = words;
      row.querySelector('[data-move="up"]').setAttribute("aria-label", `Move ${pointed} up`);
      row.querySelector('[data-move="out"]').setAttribute("aria-label", `Remove ${pointed}`);
      chosen.append(row);
      say(`${pointed} added`);
      changed();
    }
    find.value = "";
    close();
    find.focus();
  };
  list.addEventListener("htmx:afterSwap", () => {
    find.setAttribute("aria-expanded", String(options().length > 0));
    point(options()[0]);
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[data-code]");
    event.preventDefault();
    if (option) add(option);
  });
  find.addEventListener("keydown", (event) => {
    const all = options();
    const place = all.indexOf(current());
    if (event.key === "ArrowDown" && all.length) point(all[(place + 1) % all.length]);
    else if (event.key === "ArrowUp" && all.length) point(all[(place - 1 + all.length) % all.length]);
    else if (event.key === "Enter") { if (current()) add(current()); }
    else if (event.key === "Escape" && all.length) close();
    else return;
    event.preventDefault();
  });
  find.addEventListener("blur", () => setTimeout(close, 100));
  // What is typed into the search box is not part of the note.
  find.addEventListener("input", (event) => event.stopPropagation());

  // ---- the order
  chosen.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("li");
    if (button.dataset.move === "out") {
      (row.nextElementSibling || row.previousElementSibling)?.querySelector('[data-move="out"]').focus();
      row.remove();
    } else if (row.previousElementSibling) {
      row.previousElementSibling.before(row);
      // The first row's "up" is hidden, and what is hidden cannot hold the focus.
      (row.previousElementSibling ? button : row.querySelector('[data-move="out"]')).focus();
    }
    changed();
  });

  // ---- never losing text
  form.addEventListener("input", (event) => { if (event.target.name !== "password") dirty = true; });
  // A signature follows the draft that is on its way, and nothing follows a signature: either one
  // would find the note saved by the other, and take it for another window.
  let saving = false, waits = false, signing = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id !== "draft") return;
    if (waits || signing) { event.preventDefault(); return; }
    dirty = false;
    saving = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id !== "draft") return;
    saving = false;
    const go = waits;
    waits = false;
    if (go && event.detail.successful) form.requestSubmit();
  });
  const unsaved = (event) => {
    if (event.target.id !== "draft") return;
    dirty = true;
    const line = document.querySelector("#live .saved span");
    if (line) line.textContent = "Not saved";
    retry();
  };
  const retry = () => setTimeout(() => { if (dirty) changed(); }, 5000);
  document.addEventListener("htmx:sendError", unsaved);
  document.addEventListener("htmx:responseError", unsaved);
  form.addEventListener("submit", (event) => {
    if (saving) { event.preventDefault(); waits = true; return; }
    dirty = false;
    signing = true;
  });
  window.addEventListener("pageshow", () => { signing = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
})();
