"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const { charts, looks } = JSON.parse(document.getElementById("data").textContent);
  const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
  const NARROW = 760;
  const MANY = 8; // rows from which on a table can be filtered
  let printing = false;

  // --- charts: drawn when they come into view, anew when the colours change ---
  const drawn = new Map(); // element -> what it was drawn as

  const theme = () => {
    if (printing) return "light";
    return root.dataset.theme || (systemDark.matches ? "dark" : "light");
  };

  async function draw(element) {
    const spec = charts[element.dataset.chart];
    const narrow = element.clientWidth < NARROW && !printing;
    const wanted = `${theme()} ${narrow}`;
    if (!spec || drawn.get(element) === wanted) return;
    drawn.set(element, wanted);
    const fitted = narrow && "concat" in spec ? { ...spec, columns: 1 } : spec;
    await vegaEmbed(element, fitted, { actions: false, renderer: "svg", config: looks[theme()] });
    element.dataset.drawn = "true";
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
  }, { rootMargin: "300px" });
  const plots = [...document.querySelectorAll(".chart")];
  plots.forEach((plot) => seen.observe(plot));

  const drawAgain = () => {
    for (const plot of drawn.keys()) draw(plot);
  };
  window.addEventListener("resize", drawAgain);
  systemDark.addEventListener("change", () => { label(); drawAgain(); });
  window.addEventListener("beforeprint", () => { printing = true; plots.forEach(draw); });
  window.addEventListener("afterprint", () => { printing = false; drawAgain(); });

  // --- light and dark ---
  const button = document.getElementById("theme");
  const label = () => { button.textContent = theme() === "dark" ? "Light" : "Dark"; };
  button.hidden = false;
  label();
  button.addEventListener("click", () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    label();
    drawAgain();
  });

  // --- tabs ---
  for (const list of document.querySelectorAll('[role="tablist"]')) {
    const tabs = [...list.querySelectorAll('[role="tab"]')];
    const select = (chosen) => {
      for (const tab of tabs) {
        const is = tab === chosen;
        tab.setAttribute("aria-selected", String(is));
        tab.tabIndex = is ? 0 : -1;
        document.getElementById(tab.getAttribute("aria-controls")).classList.toggle("unselected", !is);
      }
    };
    tabs.forEach((tab, index) => {
      tab.addEventListener("click", () => select(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = tabs[(index + step + tabs.length) % tabs.length];
        select(next);
        next.focus();
        event.preventDefault();
      });
    });
  }

  // --- tables: sorted by a column, filtered by a text ---
  const number = (text) => {
    const found = /-?[\d,]*\.?\d+(e[+-]?\d+)?/i.exec(text);
    return found ? Number(found[0].replaceAll(",", "")) : NaN;
  };
  const compare = (one, other, numeric) => {
    if (!numeric) return one.localeCompare(other, "en", { numeric: true });
    const [a, b] = [number(one), number(other)];
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
    return Number.isNaN(b) ? -1 : a - b;
  };

  for (const table of document.querySelectorAll(".table table")) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    if (rows.length < 2) continue;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const sort = document.createElement("button");
      sort.type = "button";
      sort.textContent = head.textContent;
      head.replaceChildren(sort);
      sort.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const numeric = head.classList.contains("number");
        const text = (row) => row.cells[column].textContent.trim();
        const sorted = [...rows].sort((one, other) => compare(text(one), text(other), numeric));
        body.replaceChildren(...(down ? sorted.reverse() : sorted));
      });
    });
    if (rows.length < MANY) continue;
    const filter = document.createElement("label");
    filter.className = "filter";
    const input = document.createElement("input");
    input.type = "search";
    filter.append("Show rows with ", input);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    });
    table.parentElement.before(filter);
  }
})();
