// Sorts, filters and pages the tables of `publish.tables`. Cells are set as text, never as markup; the view's
// state lives in the address (#id?q=late&team=Ops&sort=-auc&page=2), so that it can be linked to.
"use strict";
(() => {
  const PRINTED = 500;
  const make = (tag, text, name) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (name) node.className = name;
    return node;
  };

  const pill = ([colour, shape, word]) => {
    const node = make("span", undefined, `mb-pill mb-pill--${colour}`);
    const mark = make("span", shape, "mb-shape");
    mark.setAttribute("aria-hidden", "true");
    node.append(mark, word);
    return node;
  };

  const cell = (column, row, first, pills) => {
    const node = make(first ? "th" : "td");
    if (first) node.scope = "row";
    const text = column.text[row], extra = column.extra && column.extra[row];
    const names = [text === "not available" && "mb-none", { number: "mb-num", prose: "mb-text" }[column.kind]].filter(Boolean);
    if (names.length) node.className = names.join(" ");
    if (column.label) node.dataset.label = column.label;
    if (column.kind !== "link" && pills[extra]) node.append(pill(pills[extra]));
    else if (extra && /^(https?:|mailto:|[^:]*([/?#]|$))/i.test(extra)) {
      const link = make("a", text);
      link.setAttribute("href", extra);
      node.append(link);
    } else node.textContent = text;
    return node;
  };

  const compare = (column) => {
    const keys = column.sort || column.text.map((text) => text.toLowerCase());
    return (a, b, sign) => {
      const x = keys[a], y = keys[b];
      if (x === y) return a - b;
      if (x === null) return 1;
      if (y === null) return -1;
      return (x < y ? -1 : 1) * sign;
    };
  };

  const wake = (root) => {
    const { columns, pills } = JSON.parse(root.querySelector("script").textContent);
    const body = root.querySelector("tbody"), note = root.querySelector("[role=status]");
    const controls = root.querySelector(".mb-controls"), heads = [...root.querySelectorAll("thead th")];
    const size = Number(root.dataset.page), noun = root.dataset.noun;
    const readable = columns.filter((column) => column.text);
    const total = readable[0].text.length, ready = [...body.rows];
    const words = Array.from({ length: total }, (_, i) => readable.map((c) => c.text[i]).join("\n").toLowerCase());
    const given = heads.find((head) => head.hasAttribute("aria-sort"));
    const initial = given ? (given.getAttribute("aria-sort") === "descending" ? "-" : "") + given.dataset.key : "";
    const inputs = controls ? [...controls.querySelectorAll("input, select")] : [];
    let sort = "", page = 1, atOnce = size;

    const row = (i) => ready[i] || (ready[i] = make("tr"),
      ready[i].append(...columns.map((column, at) => cell(column, i, at === 0, pills))), ready[i]);

    const chosen = () => {
      const tests = inputs.filter((input) => input.value).map((input) => {
        const value = input.value;
        if (input.name === "q") {
          const parts = value.toLowerCase().split(/\s+/);
          return (i) => parts.every((part) => words[i].includes(part));
        }
        const column = columns.find((c) => c.key === input.name);
        return (i) => column.text[i] === value;
      });
      const rows = [];
      for (let i = 0; i < total; i++) if (tests.every((test) => test(i))) rows.push(i);
      const column = columns.find((c) => c.key === sort.replace(/^-/, ""));
      if (column && sort !== initial) {
        const order = compare(column), sign = sort.startsWith("-") ? -1 : 1;
        rows.sort((a, b) => order(a, b, sign));
      }
      return rows;
    };

    const pager = make("nav", undefined, "mb-pager");
    pager.setAttribute("aria-label", `Pages of ${noun}`);
    const turn = [["Previous", -1], ["Next", 1]].map(([word, by]) => {
      const button = make("button", word);
      button.type = "button";
      button.addEventListener("click", () => { page += by; show(); save(); });
      pager.append(button);
      return button;
    });
    if (total > size) root.append(pager);

    const figure = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
    const show = () => {
      const rows = chosen(), pages = Math.max(1, Math.ceil(rows.length / atOnce));
      page = Math.min(Math.max(1, page), pages);
      const from = (page - 1) * atOnce, shown = rows.slice(from, from + atOnce);
      body.replaceChildren(...shown.map(row));
      const part = rows.length > shown.length ? `, showing ${figure(from + 1)} to ${figure(from + shown.length)}` : "";
      note.textContent = `${rows.length === total ? "" : `${figure(rows.length)} of `}${figure(total)} ${noun}${part}`;
      turn[0].disabled = page === 1;
      turn[1].disabled = page === pages;
      for (const head of heads) {
        if (head.dataset.key !== sort.replace(/^-/, "")) head.removeAttribute("aria-sort");
        else head.setAttribute("aria-sort", sort.startsWith("-") ? "descending" : "ascending");
      }
    };

    const save = () => {
      const state = new URLSearchParams();
      for (const input of inputs) if (input.value) state.set(input.name, input.value);
      if (sort !== initial) state.set("sort", sort);
      if (page > 1) state.set("page", page);
      history.replaceState(history.state, "", `#${root.id}${state.size ? `?${state}` : ""}`);
    };

    const load = () => {
      const [name, query] = location.hash.slice(1).split(/\?(.*)/s);
      const mine = name === root.id, state = new URLSearchParams(mine ? query : "");
      for (const input of inputs) input.value = state.get(input.name) || "";
      for (const input of inputs) if (input.selectedIndex === -1) input.value = "";
      sort = state.get("sort") || initial;
      page = Number(state.get("page")) || 1;
      show();
      if (mine && query) root.scrollIntoView();
    };

    for (const head of heads) {
      const button = head.querySelector("button");
      if (!button) continue;
      button.disabled = false;
      button.addEventListener("click", () => {
        sort = sort === head.dataset.key ? `-${sort}` : head.dataset.key;
        page = 1;
        show();
        save();
      });
    }
    for (const input of inputs) input.addEventListener("input", () => { page = 1; show(); save(); });
    if (controls) controls.hidden = false;
    window.addEventListener("hashchange", load);
    load();

    // There is no next page on paper: all chosen rows are printed, up to about ten sheets.
    let before = page;
    window.addEventListener("beforeprint", () => { before = page; atOnce = Math.max(size, PRINTED); page = 1; show(); });
    window.addEventListener("afterprint", () => { atOnce = size; page = before; show(); });
  };

  for (const root of document.querySelectorAll(".mb-data-table")) wake(root);

  // The theme makes wide tables of hand-written pages scroll sideways; this makes that work without a mouse.
  const reachable = () => {
    for (const box of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", [...box.querySelectorAll("th")].map((head) => head.textContent).join(", "));
    }
  };
  const written = document.querySelector(".md-content__inner > table, .md-content__inner > .md-typeset__scrollwrap");
  if (written) {
    reachable();
    new MutationObserver(reachable).observe(document.querySelector(".md-content__inner"), { childList: true });
  }
})();
