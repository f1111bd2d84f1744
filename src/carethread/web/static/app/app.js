// Small helps that every page shares. Pages work without them; htmx does the rest.
(() => {
  const say = (words) => { document.getElementById("announce").textContent = words; };

  // The menu on narrow screens.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle]");
    if (!button) return;
    const open = document.getElementById(button.dataset.toggle).classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
  });

  // A form that is on its way cannot be sent a second time by a second click.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
    busy(true);
  });
  // Coming back with the browser's own button shows the page as it was: open it for another try.
  window.addEventListener("pageshow", () => {
    busy(false);
    for (const form of document.forms) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });

  // The proof against forged requests is read at the last moment: signing in again renews it.
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  // Django believes the form's field before the header, so both are renewed.
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters } = event.detail;
    if (!token()) return;
    headers["X-CSRFToken"] = token();
    if (parameters.csrfmiddlewaretoken) parameters.csrfmiddlewaretoken = token();
  });
  document.addEventListener("submit", (event) => {
    const field = event.target.elements.csrfmiddlewaretoken;
    if (field && token()) field.value = token();
  }, true);

  // Signed out under somebody's hands: what was typed stays, and a link opens the sign-in beside it.
  document.addEventListener("htmx:responseError", (event) => {
    if (![401, 403].includes(event.detail.xhr.status) || document.getElementById("signed-out")) return;
    const note = document.getElementById("signed-out-note").content.cloneNode(true);
    document.getElementById("messages").append(note);
  });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) document.getElementById("signed-out")?.remove(); });

  // What was said about a password is not true of the next one.
  document.addEventListener("input", (event) => {
    const field = event.target.type === "password" && event.target.closest(".has-errors");
    if (!field) return;
    field.classList.remove("has-errors");
    field.querySelector(".field-errors")?.remove();
    for (const name of ["aria-invalid", "aria-describedby"]) event.target.removeAttribute(name);
  });

  // Tabs that do not fit into a line are scrolled to the one that is open.
  for (const tab of document.querySelectorAll(".tabs > [aria-current]")) {
    const line = tab.parentElement;
    line.scrollLeft = tab.offsetLeft - (line.clientWidth - tab.offsetWidth) / 2;
  }

  // Long work shows that it goes on.
  const line = document.getElementById("progress");
  let waiting = 0, timer = 0;
  const busy = (on) => {
    waiting = Math.max(0, waiting + (on ? 1 : -1));
    clearTimeout(timer);
    if (waiting) timer = setTimeout(() => line.classList.add("is-busy"), 250);
    else line.classList.remove("is-busy");
  };
  document.addEventListener("htmx:beforeRequest", () => busy(true));
  document.addEventListener("htmx:afterRequest", () => busy(false));
  document.addEventListener("htmx:sendError", () => say("The server cannot be reached. What you typed is still here."));

  // The first thing that is wrong gets the focus, so that nobody has to look for it.
  document.querySelector(".has-errors input, .has-errors select, .has-errors textarea, .field:has(> .field-errors p) :is(input, select, textarea), [data-focus]")?.focus();

  window.carethread = { say };
})();
