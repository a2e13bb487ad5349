// What pages need of JavaScript: progress, the keyboard of the review, charts.
// Everything else works without it.
"use strict";
(() => {
  const $ = (s, root = document) => root.querySelector(s);
  const $$ = (s, root = document) => [...root.querySelectorAll(s)];

  // Filters apply at once; forms that cannot be undone ask first.
  document.addEventListener("change", e => { if (e.target.matches("[data-auto]")) e.target.form.submit(); });
  document.addEventListener("submit", e => { const q = e.submitter?.dataset.confirm || e.target.dataset.confirm; if (q && !confirm(q)) e.preventDefault(); });

  // Tables: what is not asked for stays out of the address; selected rows are
  // counted, and those of a page are selected at once.
  document.addEventListener("submit", e => {
    if (!e.target.matches(".tableform")) return;
    const blank = [...e.target.elements].filter(i => i.name && !i.value);
    for (const i of blank) i.disabled = true;
    setTimeout(() => { for (const i of blank) i.disabled = false; });
  });
  for (const form of $$("form[data-bulk]")) {
    const boxes = () => [...form.elements].filter(i => i.type === "checkbox" && i.name === form.dataset.bulk);
    const all = Object.assign(document.createElement("input"), { type: "checkbox" }), label = document.createElement("label");
    label.className = "check";
    label.append(all, " 全选本页");
    form.prepend(label);
    const tell = () => {
      const list = boxes(), n = list.filter(i => i.checked).length;
      $("[data-count]", form).textContent = n ? `已选 ${n} 行：` : "选中的行：";
      all.checked = n > 0 && n === list.length;
      all.indeterminate = n > 0 && n < list.length;
      for (const b of $$("button", form)) b.disabled = !n;
    };
    let last = null; // with Shift, all rows from the one before
    document.addEventListener("click", e => {
      const list = boxes(), at = list.indexOf(e.target);
      if (at < 0) return;
      if (e.shiftKey && last !== null) for (const i of list.slice(Math.min(at, last), Math.max(at, last) + 1)) i.checked = e.target.checked;
      last = at;
      tell();
    });
    all.addEventListener("change", () => { for (const i of boxes()) i.checked = all.checked; tell(); });
    document.addEventListener("htmx:afterSettle", tell);
    addEventListener("pageshow", tell);
    tell();
  }

  // File inputs in Chinese: the browser's own words are those of its language.
  for (const input of $$("input[type=file]")) {
    const button = Object.assign(document.createElement("span"), { className: "button", textContent: "选择文件" });
    const name = Object.assign(document.createElement("span"), { className: "hint", textContent: "没有选择文件" });
    const box = Object.assign(document.createElement("span"), { className: "file" });
    button.setAttribute("aria-hidden", "true");
    input.before(box);
    box.append(input, button, name);
    input.classList.add("sr");
    input.addEventListener("change", () => { name.textContent = [...input.files].map(f => f.name).join("、") || "没有选择文件"; });
    button.addEventListener("click", e => { if (!input.closest("label")) { e.preventDefault(); input.click(); } });
  }

  // The slash goes to the search.
  document.addEventListener("keydown", e => {
    const box = $("#search");
    if (e.key !== "/" || !box || e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input:not([type=checkbox]), select, textarea")) return;
    e.preventDefault();
    box.focus();
    box.select();
  });

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
  // Colours are those of the page, light or dark.
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const look = () => {
    const axis = { axisLine: { lineStyle: { color: colour("--edge") } }, axisTick: { lineStyle: { color: colour("--edge") } }, axisLabel: { color: colour("--ink") },
      nameTextStyle: { color: colour("--soft") }, splitLine: { lineStyle: { color: colour("--line") } } };
    const text = { textStyle: { color: colour("--ink") } };
    return { ...text, color: colour("--charts").split(" "), categoryAxis: axis, valueAxis: axis, legend: text, visualMap: text, treemap: { label: { color: colour("--heat-high") } },
      tooltip: { ...text, backgroundColor: colour("--paper"), borderColor: colour("--edge") }, bar: { label: { color: colour("--ink") } } };
  };
  const ramp = () => ["--heat-0", "--heat-1", "--heat-2"].map(colour);
  const onHeat = (n, most) => colour(n > most * colour("--heat-turn") ? "--heat-high" : "--heat-low"); // what can be read there
  const base = { animation: false, textStyle: { fontFamily: "inherit" }, aria: { enabled: true }, tooltip: { renderMode: "richText", confine: true } };
  const products = (t, period, term) => {
    if (t.classes) { location.href = "/board?" + new URLSearchParams({ period, hazard: t.classes[t.terms.indexOf(term)] }); return; } const v = new URLSearchParams(t.query); location.href = "/products?" + new URLSearchParams({ period, term, keyword: v.get("keyword") || "" });
  };
  const makers = {
    lines: t => [{ ...base, grid: { left: 56, right: 24, top: 84, bottom: 44 }, legend: { type: "plain", top: 0 }, tooltip: { ...base.tooltip, trigger: "axis" },
      xAxis: { type: "category", data: t.periods, axisLabel: { formatter: p => label(t, p) } }, yAxis: { type: "value", name: t.unit, minInterval: 1 },
      // What runs is no part of the line: it would read as a fall.
      series: t.terms.slice(0, 8).flatMap((name, i) => [
        { type: "line", name, symbolSize: 9, connectNulls: false, data: t.cells[i].map((n, j) => t.mined[j] && j !== t.running ? n : null), markPoint: spikes(t, i) },
        { type: "line", name, symbol: "emptyCircle", symbolSize: 9, lineStyle: { width: 0 }, itemStyle: { color: colour("--charts").split(" ")[i] }, data: t.cells[i].map((n, j) => t.mined[j] && j === t.running ? n : null) }]) },
      p => p.componentType === "markPoint" ? products(t, p.data.coord[0], p.seriesName) : products(t, p.name, p.seriesName)],
    heat: t => [{ ...base, grid: { left: 96, right: 16, top: 8, bottom: 90 }, tooltip: { ...base.tooltip, formatter: p => `${t.terms[p.value[1]]}　${label(t, t.periods[p.value[0]])}\n${t.unit} ${p.value[2]}` },
      xAxis: { type: "category", data: t.periods, axisLabel: { interval: t.periods.length <= 12 ? 0 : "auto", formatter: p => label(t, p) } }, yAxis: { type: "category", data: t.terms, inverse: true, axisLabel: { interval: 0 } },
      visualMap: { min: 0, max: Math.max(1, ...t.cells.flat()), orient: "horizontal", left: "center", bottom: 0, text: ["多", "少"], inRange: { color: ramp() } },
      series: [{ type: "heatmap", data: t.cells.flatMap((row, i) => row.map((n, j) => ({ value: [j, i, t.mined[j] ? n : "-"], label: { color: onHeat(n, Math.max(...t.cells.flat())) } }))), label: { show: t.periods.length <= 12 } }] },
      p => products(t, t.periods[p.value[0]], t.terms[p.value[1]])],
    tree: t => [{ ...base, series: [{ type: "treemap", roam: false, nodeClick: false, breadcrumb: { show: false }, label: { formatter: "{b}\n{c}" }, data: t.hazards.map(h => ({ name: h.name, value: h.value, path: h.path })) }] },
      p => { if (p.data.path) location.href = p.data.path; }],
    bars: t => [{ ...base, grid: { left: 8, right: 48, top: 8, bottom: 28, containLabel: true }, xAxis: { type: "value", name: t.unit, nameLocation: "middle", nameGap: 26, minInterval: 1 },
      yAxis: { type: "category", inverse: true, data: t.products.map(p => p.name), axisLabel: { width: 150, overflow: "truncate" } },
      series: [{ type: "bar", barMaxWidth: 28, data: t.products.map(p => ({ value: p.value, path: p.path })), label: { show: true, position: "right" } }] },
      p => { if (p.data.path) location.href = p.data.path; }],
    // Two dimensions are a heat map, time is a line, the rest are bars.
    pivot: t => {
      const names = t.lines.map(r => r.name), open = p => { const r = t.lines[p.dataIndex]; if (r && r.path) location.href = r.path; };
      const tip = { ...base.tooltip }, most = Math.max(1, ...t.lines.flatMap(r => r.cells || []));
      if (t.columns.length) return [{ ...base, title: { text: t.unit, textStyle: { fontSize: 13, fontWeight: "normal", color: colour("--ink") } }, grid: { left: 8, right: 16, top: 36, bottom: 84, containLabel: true },
        tooltip: { ...tip, formatter: p => `${names[p.value[1]]}　${t.columns[p.value[0]].name}\n${t.unit} ${p.value[2]}` },
        xAxis: { type: "category", data: t.columns.map(c => c.name), axisLabel: { interval: 0, rotate: t.columns.length > 6 ? 30 : 0, width: 90, overflow: "truncate" } }, yAxis: { type: "category", data: names, inverse: true, axisLabel: { interval: 0, width: 130, overflow: "truncate" } },
        visualMap: { min: 0, max: most, orient: "horizontal", left: "center", bottom: 0, text: ["多", "少"], inRange: { color: ramp() } },
        series: [{ type: "heatmap", label: { show: true }, data: t.lines.flatMap((r, i) => (r.cells || []).map((n, j) => ({ value: [j, i, n], label: { color: onHeat(n, most) } }))) }] },
        p => { const r = t.lines[p.value[1]]; if (r && r.path) location.href = r.path; }];
      const before = t.lines.some(r => r.before !== undefined);
      if (!before && t.lines.every(r => /^\d{4}-\d\d/.test(r.key))) return [{ ...base, grid: { left: 56, right: 24, top: 40, bottom: 44 }, tooltip: { ...tip, trigger: "axis" },
        xAxis: { type: "category", data: names }, yAxis: { type: "value", name: t.unit, minInterval: 1 }, series: [{ type: "line", symbolSize: 7, data: t.lines.map(r => r.total) }] }, open];
      return [{ ...base, grid: { left: 8, right: 56, top: before ? 36 : 8, bottom: 28, containLabel: true }, legend: before ? { top: 0 } : undefined, tooltip: { ...tip, trigger: "axis" },
        xAxis: { type: "value", name: t.unit, nameLocation: "middle", nameGap: 26 }, yAxis: { type: "category", inverse: true, data: names, axisLabel: { width: 150, overflow: "truncate" } },
        series: [{ type: "bar", name: "这一段", barMaxWidth: 24, data: t.lines.map(r => r.total), label: { show: true, position: "right" } },
          ...(before ? [{ type: "bar", name: "比较的一段", barMaxWidth: 24, itemStyle: { opacity: .5 }, data: t.lines.map(r => r.before ?? null) }] : [])] }, open];
    },
    regions: t => makers.bars({ products: t.regions, unit: t.unit }),
    product: months => [{ ...base, grid: { left: 56, right: 56, top: 40, bottom: 32 }, legend: { top: 0 }, tooltip: { ...base.tooltip, trigger: "axis" },
      xAxis: { type: "category", data: months.map(m => m.period) },
      yAxis: [{ type: "value", name: "全部差评率 %" }, { type: "value", name: "元", splitLine: { show: false }, scale: true }],
      series: [{ type: "bar", name: "全部差评率", barMaxWidth: 48, data: months.map(m => m.reviews ? +(100 * m.negative / m.reviews).toFixed(1) : null) },
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
    return { symbol: "triangle", symbolSize: 12, symbolOffset: [0, -12], label: { show: data.length === 1 && i < 3, position: "top", fontSize: 11, formatter: "突增", color: colour("--charts").split(" ")[i] }, data };
  }
  // A period under an axis; the running one says how much of it has passed.
  function label(t, period) { return t.periods.indexOf(period) === t.running ? `${period}\n${t.elapsed}` : period; }
  const loaded = new Map(); // one request for charts of the same data
  const load = src => { if (!loaded.has(src)) loaded.set(src, fetch(src).then(r => { if (!r.ok) throw new Error(r.status); return r.json(); })); return loaded.get(src); };
  // A picture for documents, of points or of lines.
  const save = (href, type) => Object.assign(document.createElement("a"), { download: `${document.title.split(" ")[0]}.${type}`, href }).click();
  const offer = (box, each) => {
    const files = Object.assign(document.createElement("p"), { className: "hint noprint files" });
    files.append("下载图 ");
    for (const type of ["PNG", "SVG"]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "plain small", textContent: type });
      button.addEventListener("click", () => each(type.toLowerCase()));
      files.append(button, " ");
    }
    box.after(files);
  };
  // Maps are drawn on the server; a file of one has its colours in itself.
  for (const map of $$("svg[data-map]")) {
    offer(map, type => {
      const copy = map.cloneNode(true), from = $$("rect, text", map), [, , width, height] = map.getAttribute("viewBox").split(" ").map(Number);
      $$("rect, text", copy).forEach((shape, i) => {
        const look = getComputedStyle(from[i]);
        for (const name of ["fill", "stroke", "stroke-width", "font-size", "font-weight", "font-family", "text-anchor"]) shape.setAttribute(name, shape.tagName === "text" && name.startsWith("stroke") ? "none" : look.getPropertyValue(name));
      });
      for (const a of $$("a", copy)) a.replaceWith(...a.childNodes); // a document has no pages behind it
      for (const [name, value] of [["xmlns", "http://www.w3.org/2000/svg"], ["width", width], ["height", height]]) copy.setAttribute(name, value);
      const ground = Object.assign(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
      for (const [name, value] of [["width", width], ["height", height], ["fill", colour("--paper")]]) ground.setAttribute(name, value);
      copy.prepend(ground);
      const source = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
      if (type === "svg") { save(source, type); return; }
      const picture = new Image();
      picture.onload = () => {
        const sheet = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
        sheet.getContext("2d").drawImage(picture, 0, 0, 2 * width, 2 * height);
        save(sheet.toDataURL("image/png"), type);
      };
      picture.src = source;
    });
  }
  // Dates that are typed hold in place of a span.
  for (const form of $$("form")) if (form.elements.span) for (const name of ["from", "to"]) form.elements[name]?.addEventListener("change", () => { form.elements.span.value = ""; });

  for (const box of $$("[data-chart]")) {
    const within = box.nextElementSibling?.matches("script[type='application/json']") && box.nextElementSibling;
    (within ? Promise.resolve(JSON.parse(within.textContent)) : load(box.dataset.src)).then(data => {
      // Charts are drawn of lines. On paper, where boxes have no height of their own,
      // the drawing keeps its size and shrinks to the sheet as a whole.
      let chart;
      const paper = matchMedia("print");
      const draw = () => {
        const size = chart && paper.matches ? { width: chart.getWidth(), height: chart.getHeight() } : {};
        if (chart) chart.dispose();
        chart = echarts.init(box, look(), { ...size, renderer: "svg" });
        const [option, click] = makers[box.dataset.chart](data);
        chart.setOption(option);
        if (click) chart.on("click", click);
        if (paper.matches) $("svg", box)?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
      };
      draw();
      // The picture with its numbers.
      offer(box, type => {
        const copy = document.createElement("div");
        const picture = echarts.init(copy, look(), { renderer: type === "png" ? "canvas" : "svg", width: chart.getWidth(), height: chart.getHeight() });
        picture.setOption(makers[box.dataset.chart](data)[0]);
        save(picture.getDataURL({ type, pixelRatio: 2, backgroundColor: colour("--paper") }), type);
        picture.dispose();
      });
      new ResizeObserver(() => { if (!paper.matches) chart.resize(); }).observe(box);
      paper.addEventListener("change", draw);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    }).catch(() => { box.textContent = "图没有画出来，请看下面的数字。"; });
  }
})();
