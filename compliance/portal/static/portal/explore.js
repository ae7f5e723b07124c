"use strict";
// A chart that can be moved, magnified and read point by point, in place of the one that the server drew and from the
// same specification. Expressions are interpreted from their syntax tree: the content policy allows no evaluation.
(function () {
  const scripts = document.currentScript.dataset.scripts.split(" ");
  const TOLD = [
    { field: "at", timeUnit: "utcyearmonthdatehoursminutes", title: "at (UTC)", format: "%Y-%m-%d %H:%M" },
    { field: "verdict", type: "nominal" },
    ...["value", "lower", "upper"].map((field) => ({ field, type: "quantitative", format: ".3~g" })),
  ];
  const MOVES = {
    Earlier: (from, to) => [from - (to - from) / 2, to - (to - from) / 2],
    Later: (from, to) => [from + (to - from) / 2, to + (to - from) / 2],
    Closer: (from, to) => [from + (to - from) / 4, to - (to - from) / 4],
    Wider: (from, to) => [from - (to - from) / 2, to + (to - from) / 2],
  };
  let loaded = null;

  function script(address) {
    return new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = address;
      element.addEventListener("load", resolve);
      element.addEventListener("error", () => reject(new Error(`${address} did not load`)));
      document.head.append(element);
    });
  }

  function libraries() {
    loaded = loaded ?? scripts.reduce((before, one) => before.then(() => script(one)), Promise.resolve());
    return loaded;
  }

  function element(kind, properties, ...children) {
    const made = Object.assign(document.createElement(kind), properties);
    made.append(...children);
    return made;
  }

  const layersOf = (spec, channel) => spec.layer.filter((layer) => layer.encoding?.[channel]?.scale?.domain);

  // In parts: the interpreter reads a moment in one piece otherwise than code that is evaluated does.
  function moment(time) {
    const [year, month, date, hours, minutes, seconds, milliseconds] = new Date(time).toISOString().match(/\d+/g).map(Number);
    return { utc: true, year, month, date, hours, minutes, seconds, milliseconds };
  }

  // Only the time axis moves; every layer that has one says the same, and draws nothing beside it.
  function specified(spec, span, width) {
    const drawn = structuredClone(spec);
    drawn.width = width;
    drawn.height = 260;
    for (const layer of drawn.layer) {
      const mark = typeof layer.mark === "string" ? { type: layer.mark } : layer.mark;
      layer.mark = { ...mark, clip: mark.type !== "text" };
      if (mark.type === "point") layer.encoding.tooltip = TOLD;
    }
    for (const layer of layersOf(drawn, "x")) layer.encoding.x.scale.domain = span.map(moment);
    return drawn;
  }

  async function explorer(figure, address, title) {
    const [spec] = await Promise.all([fetch(address).then((answer) => answer.json()), libraries()]);
    const whole = layersOf(spec, "x")[0].encoding.x.scale.domain.map((one) => Date.parse(one));
    const room = element("div", { className: "explored-chart" });
    const said = element("p", { className: "text-secondary", role: "status" });
    let span = whole;
    let view = null;

    async function draw() {
      view?.finalize();
      const width = Math.max(200, room.clientWidth - 70);
      const compiled = vegaLite.compile(specified(spec, span, width)).spec;
      view = new vega.View(vega.parse(compiled, null, { ast: true }), {
        expr: vega.expressionInterpreter,
        renderer: "svg",
        container: room,
        hover: true,
      });
      await view.runAsync();
      const [from, to] = span.map((one) => new Date(one).toISOString().slice(0, 16).replace("T", " "));
      said.textContent = `From ${from} to ${to} UTC`;
    }

    const buttons = Object.entries(MOVES).map(([label, move]) => [label, () => move(...span)]);
    const bar = element("div", { className: "btn-list", role: "group", ariaLabel: `Move ${title}` });
    for (const [label, next] of [...buttons, ["Everything", () => whole]]) {
      const button = element("button", { type: "button", className: "btn btn-sm", textContent: label });
      button.addEventListener("click", () => {
        span = next();
        draw();
      });
      bar.append(button);
    }
    const found = element("div", { className: "explored" }, bar, room, said);
    figure.append(found);
    await draw();
    return found;
  }

  document.querySelectorAll("[data-explore]").forEach((figure) => {
    const still = figure.querySelector("svg.assay-chart");
    if (!still) return;
    const title = figure.querySelector("figcaption :is(h2, h3)").textContent.trim();
    const button = element("button", { type: "button", className: "btn btn-sm explore", textContent: "Explore" });
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-label", `Explore ${title}`);
    let opened = null;
    button.addEventListener("click", async () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      button.textContent = open ? "Explore" : "As it was";
      still.style.display = open ? "" : "none";
      if (opened) opened.hidden = open;
      else if (!open) {
        try {
          opened = await explorer(figure, figure.dataset.explore, title);
        } catch (error) {
          still.style.display = "";
          button.replaceWith(element("p", { className: "text-secondary", textContent: "It cannot be explored now." }));
          throw error;
        }
      }
    });
    figure.querySelector("figcaption").append(button);
  });
})();
