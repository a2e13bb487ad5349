// What pages need of JavaScript: progress, the keyboard of the review, charts.
// Everything else works without it.
"use strict";
(() => {
  const $ = (s, root = document) => root.querySelector(s);
  const $$ = (s, root = document) => [...root.querySelectorAll(s)];

  // Filters apply at once; forms that cannot be undone ask first.
  document.addEventListener("change", e => { if (e.target.matches("[data-auto]")) e.target.form.submit(); });
  document.addEventListener("submit", e => { const q = e.submitter?.dataset.confirm || e.target.dataset.confirm; if (q && !confirm(q)) e.preventDefault(); });

  // On a phone the menu begins closed.
  const menu = $(".side details"), narrow = matchMedia("(max-width: 760px)");
  if (menu) {
    menu.open = !narrow.matches;
    narrow.addEventListener("change", () => { menu.open = !narrow.matches; });
  }

  // Progress of a job: the page is loaded anew when it has ended, or left for what
  // came of it.
  for (const box of $$("[data-events]")) {
    const source = new EventSource(box.dataset.events);
    source.onmessage = e => {
      const s = JSON.parse(e.data), bar = $("progress", box);
      $("[data-detail]", box).textContent = s.detail;
      if (s.total > 0) { bar.max = s.total; bar.value = s.done; } else bar.removeAttribute("value");
      if (s.status === "running") return;
      source.close();
      if (s.next && "go" in box.dataset && /^(done|partial)$/.test(s.status)) location.replace(s.next); else location.reload();
    };
  }

  // Review: j and k move, c x u judge, 1–5 reject with a reason, n goes to the
  // note, Enter in it saves it and decides nothing. Of a whole review, the arrows
  // move over its clauses, space marks one, and Enter says that there is no
  // problem, or, where something is marked, that there is.
  const cards = () => $$("[data-evidence]");
  const current = () => document.activeElement && document.activeElement.closest("[data-evidence]");
  const go = card => { if (card) { card.focus(); card.scrollIntoView({ block: "nearest" }); } };
  let after = null; // where to go on once the verdict is in
  document.addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey || !cards().length) return;
    if (e.target.matches("input:not([type=checkbox]), select, textarea")) {
      if (e.key === "Escape" && current()) go(current());
      return;
    }
    const list = cards(), i = list.indexOf(current());
    if (e.key === "j" || e.key === "k") {
      e.preventDefault();
      const next = i < 0 ? 0 : i + (e.key === "j" ? 1 : -1);
      if (next >= list.length && $("[data-next]")) $("[data-next]").focus(); else go(list[Math.max(0, Math.min(next, list.length - 1))]);
    } else if (i >= 0 && e.key === "n") {
      e.preventDefault();
      const note = $("[data-note]", list[i]);
      if (note) note.focus();
    } else if (i >= 0 && e.key === "Enter" && !e.target.matches("a, button") && $("[data-fine]", list[i])) {
      e.preventDefault();
      after = (list[i + 1] || list[i]).id;
      $($("[name=marks]:checked, [name=marks][type=hidden]", list[i]) ? "[data-problem]" : "[data-fine]", list[i]).click();
    } else if (i >= 0 && (e.key === "ArrowLeft" || e.key === "ArrowRight") && $("[data-fine]", list[i])) {
      e.preventDefault();
      const boxes = $$("[name=marks][type=checkbox]", list[i]), at = boxes.indexOf(document.activeElement);
      boxes[at < 0 ? 0 : Math.max(0, Math.min(boxes.length - 1, at + (e.key === "ArrowRight" ? 1 : -1)))].focus();
    } else if (i >= 0 && /^[cxu1-5]$/.test(e.key)) {
      const button = $(`[data-key="${e.key}"]`, list[i]);
      if (button) { e.preventDefault(); after = e.key === "u" ? list[i].id : (list[i + 1] || list[i]).id; button.click(); }
    }
  });
  if ($("[data-lead]")) go(cards()[0]);

  // Words selected with the mouse are marked; forms send bytes of the text.
  const bytes = text => new TextEncoder().encode(text).length;
  const place = (node, offset) => {
    const clause = node.parentElement?.closest(".clause");
    return clause && { clause, at: +clause.dataset.start + bytes(node.textContent.slice(0, offset)) };
  };
  document.addEventListener("mouseup", e => {
    const box = e.target.closest?.(".clauses"), picked = getSelection();
    if (!box || picked.isCollapsed) return;
    const range = picked.getRangeAt(0), from = place(range.startContainer, range.startOffset), to = place(range.endContainer, range.endOffset);
    if (!from || !to || !box.contains(from.clause) || !box.contains(to.clause)) return;
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "marks", value: `${from.at}-${to.at}` });
    const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: `${picked} ×`, title: "去掉这个标记" });
    chip.append(input);
    chip.addEventListener("click", () => chip.remove());
    $("[data-fine]", box.closest("form")).before(chip);
  });
  document.addEventListener("click", e => { if (e.target.closest(".clause") && !getSelection().isCollapsed) e.preventDefault(); });

  // Whatever was pressed, the keyboard goes on where it was; and the numbers in
  // the filter follow.
  let before = null;
  document.addEventListener("htmx:beforeRequest", e => {
    const card = e.target.closest("[data-evidence]");
    if (card) { before = card.dataset.verdict; after ??= card.id; }
  });
  const count = (state, by) => { const o = $(`select[name=state] option[value="${state}"]`); if (o) o.textContent = o.textContent.replace(/\d+/, n => +n + by); };
  document.addEventListener("htmx:afterSettle", e => {
    const card = e.target.closest?.("[data-evidence]");
    if (!card) return; // the progress, which comes along
    const now = card.dataset.verdict, rows = +card.dataset.rows;
    if (before && before !== now) { count(before, -rows); count(now, rows); }
    before = null;
    if (after) { go(document.getElementById(after)); after = null; }
  });
  document.addEventListener("htmx:sendError", () => say("没有连上服务器，刚才的操作没有保存。请检查网络后再试。"));
  const say = text => { const p = document.createElement("p"); p.className = "note bad"; p.textContent = text; $("#messages").replaceChildren(p); };

  // Charts. Options are made here of plain data, so that nothing that buyers
  // or sellers wrote is ever read as markup (tooltips are drawn, not HTML).
  const palette = ["#0b4f8a", "#c2410c", "#1a6a3a", "#7c3aed", "#a8201a", "#0e7490", "#92660a", "#be185d"];
  const base = { color: palette, animation: false, textStyle: { fontFamily: "inherit" }, aria: { enabled: true }, tooltip: { renderMode: "richText", confine: true } };
  const products = (t, period, term) => {
    if (t.classes) { location.href = "/board?" + new URLSearchParams({ period, hazard: t.classes[t.terms.indexOf(term)] }); return; } const v = new URLSearchParams(t.query); location.href = "/products?" + new URLSearchParams({ period, term, keyword: v.get("keyword") || "" });
  };
  const makers = {
    lines: t => [{ ...base, grid: { left: 56, right: 24, top: 84, bottom: 44 }, legend: { type: "plain", top: 0 }, tooltip: { ...base.tooltip, trigger: "axis" },
      xAxis: { type: "category", data: t.periods, axisLabel: { formatter: p => label(t, p) } }, yAxis: { type: "value", name: t.unit, minInterval: 1 },
      // What runs is no part of the line: it would read as a fall.
      series: t.terms.slice(0, 8).flatMap((name, i) => [
        { type: "line", name, symbolSize: 9, connectNulls: false, data: t.cells[i].map((n, j) => t.mined[j] && j !== t.running ? n : null), markPoint: spikes(t, i) },
        { type: "line", name, symbol: "emptyCircle", symbolSize: 9, lineStyle: { width: 0 }, itemStyle: { color: palette[i] }, data: t.cells[i].map((n, j) => t.mined[j] && j === t.running ? n : null) }]) },
      p => p.componentType === "markPoint" ? products(t, p.data.coord[0], p.seriesName) : products(t, p.name, p.seriesName)],
    heat: t => [{ ...base, grid: { left: 96, right: 16, top: 8, bottom: 90 }, tooltip: { ...base.tooltip, formatter: p => `${t.terms[p.value[1]]}　${label(t, t.periods[p.value[0]])}\n${t.unit} ${p.value[2]}` },
      xAxis: { type: "category", data: t.periods, axisLabel: { interval: t.periods.length <= 12 ? 0 : "auto", formatter: p => label(t, p) } }, yAxis: { type: "category", data: t.terms, inverse: true, axisLabel: { interval: 0 } },
      visualMap: { min: 0, max: Math.max(1, ...t.cells.flat()), orient: "horizontal", left: "center", bottom: 0, text: ["多", "少"], inRange: { color: ["#f4f6f8", "#9cc3e4", "#0b4f8a"] } },
      series: [{ type: "heatmap", data: t.cells.flatMap((row, i) => row.map((n, j) => ({ value: [j, i, t.mined[j] ? n : "-"], label: { color: n > Math.max(...t.cells.flat()) / 2 ? "#fff" : "#16202b" } }))), label: { show: t.periods.length <= 12 } }] },
      p => products(t, t.periods[p.value[0]], t.terms[p.value[1]])],
    tree: t => [{ ...base, series: [{ type: "treemap", roam: false, nodeClick: false, breadcrumb: { show: false }, label: { formatter: "{b}\n{c}" }, data: t.hazards.map(h => ({ name: h.name, value: h.value, path: h.path })) }] },
      p => { if (p.data.path) location.href = p.data.path; }],
    bars: t => [{ ...base, grid: { left: 8, right: 48, top: 8, bottom: 28, containLabel: true }, xAxis: { type: "value", name: t.unit, nameLocation: "middle", nameGap: 26, minInterval: 1 },
      yAxis: { type: "category", inverse: true, data: t.products.map(p => p.name), axisLabel: { width: 150, overflow: "truncate" } },
      series: [{ type: "bar", barMaxWidth: 28, data: t.products.map(p => ({ value: p.value, path: p.path })), label: { show: true, position: "right" } }] },
      p => { if (p.data.path) location.href = p.data.path; }],
    regions: t => makers.bars({ products: t.regions, unit: t.unit }),
    product: months => [{ ...base, grid: { left: 56, right: 56, top: 40, bottom: 32 }, legend: { top: 0 }, tooltip: { ...base.tooltip, trigger: "axis" },
      xAxis: { type: "category", data: months.map(m => m.period) },
      yAxis: [{ type: "value", name: "差评率 %" }, { type: "value", name: "元", splitLine: { show: false }, scale: true }],
      series: [{ type: "bar", name: "差评率", barMaxWidth: 48, data: months.map(m => m.reviews ? +(100 * m.negative / m.reviews).toFixed(1) : null) },
        { type: "line", name: "最低价", yAxisIndex: 1, step: "end", symbolSize: 8, connectNulls: true, data: months.map(m => m.low || null) }] }, null],
  };
  // A spike is a number of at least 5 that is more than twice the mean of the
  // mined periods before it, of which there must be two.
  function spikes(t, i) {
    const data = [];
    t.cells[i].forEach((n, j) => {
      if (j === t.running) return;
      const before = t.cells[i].slice(0, j).filter((_, k) => t.mined[k]);
      const mean = before.reduce((a, b) => a + b, 0) / before.length;
      if (before.length >= 2 && n >= 5 && n > 2 * mean) data.push({ coord: [t.periods[j], n], value: "突增" });
    });
    return { symbol: "triangle", symbolSize: 12, symbolOffset: [0, -12], label: { show: data.length === 1 && i < 3, position: "top", fontSize: 11, formatter: "突增", color: palette[i] }, data };
  }
  // A period under an axis; the running one says how much of it has passed.
  function label(t, period) { return t.periods.indexOf(period) === t.running ? `${period}\n${t.elapsed}` : period; }
  const loaded = new Map(); // one request for charts of the same data
  const load = src => { if (!loaded.has(src)) loaded.set(src, fetch(src).then(r => { if (!r.ok) throw new Error(r.status); return r.json(); })); return loaded.get(src); };
  for (const box of $$("[data-chart]")) {
    load(box.dataset.src).then(data => {
      const chart = echarts.init(box), [option, click] = makers[box.dataset.chart](data);
      chart.setOption(option);
      if (click) chart.on("click", click);
      new ResizeObserver(() => chart.resize()).observe(box);
    }).catch(() => { box.textContent = "图没有画出来，请看下面的数字。"; });
  }
})();
