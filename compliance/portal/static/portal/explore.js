"use strict";
// A chart that can be moved, magnified and read point by point, in place of the one that the server drew and from the
// same specification. Expressions are interpreted from their syntax tree: the content policy allows no evaluation.
(function () {
  const scripts = document.currentScript.dataset.scripts.split(" ");
  const FIGURES = ["value", "lower", "upper"].map((field) => ({ field, type: "quantitative", format: ".3~g" }));
  const MOVES = [
    (from, to) => [from - (to - from) / 2, to - (to - from) / 2],
    (from, to) => [from + (to - from) / 2, to + (to - from) / 2],
    (from, to) => [from + (to - from) / 4, to - (to - from) / 4],
    (from, to) => [from - (to - from) / 2, to + (to - from) / 2],
  ];
  // What lies along the axis that moves: moments of a history, or values of a result's parts.
  const MOMENTS = {
    told: [
      { field: "at", timeUnit: "utcyearmonthdatehoursminutes", title: "at (UTC)", format: "%Y-%m-%d %H:%M" },
      { field: "verdict", type: "nominal" },
      ...FIGURES,
    ],
    moves: ["Earlier", "Later", "Closer", "Wider"],
    height: 260,
    read: Date.parse,
    written: moment,
    said: (from, to) => `From ${minutes(from)} to ${minutes(to)} UTC`,
  };
  const VALUES = {
    told: [{ field: "part", type: "nominal" }, ...FIGURES],
    moves: ["Lower", "Higher", "Closer", "Wider"],
    height: { step: 26 },
    read: Number,
    written: Number,
    said: (from, to) => `From ${Number(from.toPrecision(3))} to ${Number(to.toPrecision(3))}`,
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

  const minutes = (time) => new Date(time).toISOString().slice(0, 16).replace("T", " ");

  // Only one axis moves; every layer that has it says the same, and draws nothing beside it.
  function specified(spec, along, span, width) {
    const drawn = structuredClone(spec);
    drawn.width = width;
    drawn.autosize = { type: "fit-x", contains: "padding" };
    drawn.height = along.height;
    for (const layer of drawn.layer) {
      const mark = typeof layer.mark === "string" ? { type: layer.mark } : layer.mark;
      layer.mark = { ...mark, clip: mark.type !== "text" };
      if (mark.type === "point") layer.encoding.tooltip = along.told;
    }
    for (const layer of layersOf(drawn, "x")) layer.encoding.x.scale.domain = span.map(along.written);
    return drawn;
  }

  async function explorer(figure, address, title) {
    const [spec] = await Promise.all([fetch(address).then((answer) => answer.json()), libraries()]);
    const { type, scale } = layersOf(spec, "x")[0].encoding.x;
    const along = type === "temporal" ? MOMENTS : VALUES;
    const whole = scale.domain.map(along.read);
    const room = element("div", { className: "explored-chart" });
    const said = element("p", { className: "text-secondary", role: "status" });
    let span = whole;
    let view = null;

    async function draw() {
      view?.finalize();
      const width = Math.max(240, room.clientWidth);
      const compiled = vegaLite.compile(specified(spec, along, span, width)).spec;
      view = new vega.View(vega.parse(compiled, null, { ast: true }), {
        expr: vega.expressionInterpreter,
        renderer: "svg",
        container: room,
        hover: true,
      });
      await view.runAsync();
      said.textContent = along.said(...span);
    }

    const buttons = along.moves.map((label, place) => [label, () => MOVES[place](...span)]);
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
    const { title } = figure.dataset;
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
