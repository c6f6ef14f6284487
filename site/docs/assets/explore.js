// Opens a figure's own data in Vega: zoom over days, exact values. Without this script the static picture and its
// table say the same. Vega is loaded when a figure is first opened; data come from the page itself, so this works from
// a folder. Specifications are compiled beforehand (explore-charts.js) and read without eval.
"use strict";
(() => {
  const here = new URL(".", document.currentScript.src);
  const loaded = {};

  const load = (name) => (loaded[name] ||= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(name, here);
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${name} cannot be read`));
    document.head.append(script);
  }));

  const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();

  const dates = (days) => Array.isArray(days) ? days : Array.from({ length: days.n }, (_, at) =>
    new Date(Date.parse(days.from) + at * days.every * 86400000).toISOString().slice(0, 10));

  const rows = ({ days, columns }) => dates(days).map((day, at) => Object.fromEntries([["day", day],
    ...Object.entries(columns).map(([name, values]) => [name, Array.isArray(values) ? values[at] : values])]));

  const specification = (data) => {
    const spec = structuredClone(window.mbCharts[data.kind]);
    spec.background = "transparent";
    spec.data.find((each) => each.name === "figure").values = rows(data);
    const given = {
      fmt: data.format, measure: data.unit,
      actual: colour("--mb-actual"), interval: colour("--mb-interval"), routine: colour("--mb-routine"), ink: colour("--mb-ink"),
    };
    for (const signal of spec.signals) if (given[signal.name]) signal.value = given[signal.name];
    const line = colour("--mb-axis"), font = getComputedStyle(document.body).fontFamily;
    const axis = { labelColor: colour("--mb-soft"), labelFont: font, labelFontSize: 12, gridColor: colour("--mb-line"), domainColor: line, tickColor: line };
    spec.config = { ...spec.config, axis };
    return spec;
  };

  const wake = (figure, source) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "mb-explore";
    button.textContent = "Explore";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-label", `Explore: ${figure.querySelector(".mb-figure-title").textContent}`);
    const place = document.createElement("div");
    place.className = "mb-explored";
    place.hidden = true;
    const note = document.createElement("p");
    note.className = "mb-note";
    note.setAttribute("role", "status");
    const drawing = document.createElement("div");
    place.append(note, drawing);
    source.after(button, place);
    let view;

    const draw = async () => {
      note.textContent = "Loading…";
      try {
        await Promise.all([load("vega.js"), load("explore-charts.js")]);
        if (view) view.finalize();
        const tooltip = { disableDefaultStyle: true, theme: "modelboard" };
        const options = { mode: "vega", ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip, logLevel: 1 };
        view = await window.mbVega(drawing, specification(JSON.parse(source.textContent)), options);
        note.textContent = "Scroll to zoom into days, drag to move, double-click to see all again; point at a day for its figures.";
      } catch (error) {
        note.textContent = `The chart cannot be opened: ${error.message}.`;
      }
    };

    button.addEventListener("click", () => {
      place.hidden = !place.hidden;
      button.setAttribute("aria-expanded", String(!place.hidden));
      if (!place.hidden) draw();
    });
    new MutationObserver(() => !place.hidden && draw()).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  };

  for (const source of document.querySelectorAll(".mb-figure > script.mb-columns")) wake(source.closest(".mb-figure"), source);
})();
