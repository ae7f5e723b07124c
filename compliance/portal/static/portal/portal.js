"use strict";
(function () {
  const root = document.documentElement;
  const toggle = document.querySelector("[data-theme-toggle]");

  function label() {
    const other = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    toggle.setAttribute("aria-label", `Use ${other} colours`);
  }

  if (toggle) {
    label();
    toggle.addEventListener("click", () => {
      const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      root.setAttribute("data-bs-theme", next);
      localStorage.setItem("assay-theme", next);
      label();
    });
  }

  // Whoever signs out leaves no page behind: those that stay open in other tabs ask anew.
  const session = new BroadcastChannel("assay-session");
  if (document.querySelector("[data-signed-in]")) session.addEventListener("message", () => location.reload());
  else session.postMessage("ended");

  // A menu closes by Escape and by a click elsewhere.
  document.querySelectorAll("details[data-closing]").forEach((menu) => {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
