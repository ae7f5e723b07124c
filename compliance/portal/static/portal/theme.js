// Runs before the first paint, so that no page flashes in the wrong colours.
"use strict";
(function () {
  const chosen = localStorage.getItem("assay-theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = (theme) => document.documentElement.setAttribute("data-bs-theme", theme);
  apply(chosen || (system.matches ? "dark" : "light"));
  system.addEventListener("change", (event) => {
    if (!localStorage.getItem("assay-theme")) apply(event.matches ? "dark" : "light");
  });
})();
