"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const table = byId("matrix");
  const frame = byId("frame");
  const story = byId("story");
  const head = table.tHead.rows[0];
  const counts = table.tHead.rows[1];

  // ---- what there is ----

  const rows = [];
  for (const body of table.tBodies) {
    for (const tr of body.rows) {
      if (tr.classList.contains("group")) continue;
      const [name, title, category] = data.privileges[rows.length];
      rows.push({
        at: rows.length, tr, body, name, title: title || "", category, cells: [...tr.cells], count: Number(tr.cells[1].textContent),
        grave: (category || "").toLowerCase() === "destructive", stories: new Map(),
      });
    }
  }
  const columns = data.subjects.map(([kind, name], at) => ({
    at, name: kind + name, head: head.cells[at + 2], count: Number(counts.cells[at + 2].textContent), hidden: false,
  }));
  rows.forEach((row) => {
    const pairs = data.cells[row.at];
    for (let at = 0; at < pairs.length; at += 2) row.stories.set(pairs[at], pairs[at + 1]);
  });
  const bodies = [...table.tBodies];
  const flat = document.createElement("tbody");
  const rowOf = new Map(rows.map((row) => [row.tr, row]));
  const headCells = [...head.cells];
  const countCells = [...counts.cells];

  // What each sign means, in the words of the legend.
  const words = {};
  for (const item of byId("legend").children) {
    const sign = item.querySelector("b");
    words[item.dataset.m] = item.textContent.slice(sign.textContent.length).trim();
  }
  const letters = (cell) => (cell.className ? cell.className.split(" ") : ["o"]);
  const describe = (cell) => letters(cell).map((letter) => words[letter]).join(", ");
  // From nothing to all: what counts when a column is sorted by.
  const weights = { e: 12, i: 10, d: 8, n: 4, u: 2, c: -1, p: -1 };
  const weight = (cell) => letters(cell).reduce((sum, letter) => sum + (weights[letter] || 0), 0);

  // ---- the state, which the address keeps ----

  const initial = () => ({ privileges: "", subjects: "", category: "", marks: "", grave: false, grouped: true, rows: "name", up: false, columns: "name", left: false });
  let state = initial();
  const keys = { p: "privileges", s: "subjects", c: "category", m: "marks", r: "rows", k: "columns" };
  const flags = { d: "grave", u: "up", l: "left" };

  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    state = initial();
    for (const [key, name] of Object.entries(keys)) if (given.has(key)) state[name] = given.get(key);
    for (const [key, name] of Object.entries(flags)) state[name] = given.has(key);
    state.grouped = !given.has("f");
    const options = [...byId("of-category").options].map((option) => option.value);
    if (!options.includes(state.category)) state.category = "";
  }

  function write() {
    const kept = new URLSearchParams();
    const plain = initial();
    for (const [key, name] of Object.entries(keys)) if (state[name] !== plain[name]) kept.set(key, state[name]);
    for (const [key, name] of Object.entries(flags)) if (state[name]) kept.set(key, "1");
    if (!state.grouped) kept.set("f", "1");
    const text = kept.toString();
    try {
      history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
    } catch {
      // Some browsers refuse it to pages from files; nothing else depends on it.
    }
  }

  // ---- sorting and filtering ----

  const collator = new Intl.Collator("en", { numeric: true });
  const byName = (a, b) => collator.compare(a.name, b.name);
  // Where both are sorted by each other, the index is that of the original table.
  const columnNamed = (name) => columns.find((column) => column.name === name);
  const rowNamed = (name) => rows.find((row) => row.name === name);

  function sortedRows(shown) {
    const sign = state.up ? -1 : 1;
    const column = state.rows.startsWith("of:") ? columnNamed(state.rows.slice(3)) : null;
    const value = column ? (row) => weight(row.cells[column.at + 2]) : (row) => row.count;
    if (state.rows === "name" || (state.rows !== "count" && !column)) return shown.sort((a, b) => sign * byName(a, b));
    const values = new Map(shown.map((row) => [row, value(row)]));
    return shown.sort((a, b) => sign * (values.get(b) - values.get(a)) || byName(a, b));
  }

  function sortedColumns() {
    const sign = state.left ? -1 : 1;
    const row = state.columns.startsWith("of:") ? rowNamed(state.columns.slice(3)) : null;
    const value = row ? (column) => weight(row.cells[column.at + 2]) : (column) => column.count;
    if (state.columns === "name" || (state.columns !== "count" && !row)) return [...columns].sort((a, b) => sign * (a.at - b.at));
    return [...columns].sort((a, b) => sign * (value(b) - value(a)) || a.at - b.at);
  }

  const holds = (text, query) => {
    const lower = text.toLowerCase();
    return query.trim().toLowerCase().split(/\s+/).every((word) => lower.includes(word));
  };

  let order = columns.map((column) => column.at);
  let shownRows = rows;
  let shownColumns = columns;

  function apply() {
    const isMarked = (cell) => letters(cell).some((letter) => state.marks.includes(letter));
    let some = rows.filter((row) =>
      holds(row.name + " " + row.title, state.privileges) && (!state.category || row.category === state.category) && (!state.grave || row.grave));
    let across = sortedColumns().filter((column) => holds(column.name, state.subjects));
    if (state.marks) {
      const marked = some.map((row) => [row, across.filter((column) => isMarked(row.cells[column.at + 2]))]);
      some = marked.filter(([, found]) => found.length > 0).map(([row]) => row);
      const found = new Set(marked.flatMap(([, found]) => found));
      across = across.filter((column) => found.has(column));
      table.dataset.marks = [...state.marks].join(" ");
    } else {
      delete table.dataset.marks;
    }
    shownRows = sortedRows(some);
    shownColumns = across;
    arrange();
    tell();
    write();
  }

  // Brings the table into the order of the state. What stays is not touched: a table may have many cells.
  function arrange() {
    const wanted = sortedColumns().map((column) => column.at);
    if (wanted.some((at, place) => order[place] !== at)) {
      order = wanted;
      const place = (tr, cells) => tr.append(...order.map((at) => cells[at + 2]));
      place(head, headCells);
      place(counts, countCells);
      rows.forEach((row) => place(row.tr, row.cells));
    }
    const shown = new Set(shownColumns);
    for (const column of columns) {
      if (column.hidden === !shown.has(column)) continue;
      column.hidden = !shown.has(column);
      headCells[column.at + 2].hidden = column.hidden;
      countCells[column.at + 2].hidden = column.hidden;
      rows.forEach((row) => { row.cells[column.at + 2].hidden = column.hidden; });
    }
    const visible = new Set(shownRows);
    rows.forEach((row) => { row.tr.hidden = !visible.has(row); });
    if (state.grouped) {
      if (flat.isConnected) {
        flat.remove();
        table.append(...bodies);
      }
      shownRows.forEach((row) => row.body.append(row.tr));
      bodies.forEach((body) => { body.hidden = ![...body.rows].some((tr) => rowOf.has(tr) && !tr.hidden); });
      shownRows = bodies.flatMap((body) => [...body.rows].filter((tr) => rowOf.has(tr) && !tr.hidden).map((tr) => rowOf.get(tr)));
    } else {
      if (!flat.isConnected) {
        bodies.forEach((body) => body.remove());
        table.append(flat);
      }
      shownRows.forEach((row) => flat.append(row.tr));
    }
    byId("none").hidden = shownRows.length > 0 && shownColumns.length > 0;
  }

  // Says how it is sorted and how much is shown, in the controls too.
  function tell() {
    table.querySelectorAll("[aria-sort]").forEach((cell) => cell.removeAttribute("aria-sort"));
    const mark = (cell, up) => cell && cell.setAttribute("aria-sort", up ? "ascending" : "descending");
    const column = state.rows.startsWith("of:") && columnNamed(state.rows.slice(3));
    if (column) mark(column.head, state.up);
    else if (state.rows === "count") mark(headCells[1], state.up);
    else mark(headCells[0], !state.up);
    const row = state.columns.startsWith("of:") && rowNamed(state.columns.slice(3));
    if (row) mark(row.cells[0], state.left);
    else if (state.columns === "count") mark(countCells[0], state.left);

    const number = (shown, all, noun) => (shown === all ? "" : `${shown} of `) + `${all} ${all === 1 ? noun.replace(/s$/, "") : noun}`;
    byId("shown").textContent =
      number(shownRows.length, rows.length, "privileges") + ", " + number(shownColumns.length, columns.length, byId("kind").textContent);
    const set = (id, value) => { if (byId(id).value !== value) byId(id).value = value; };
    set("of-privileges", state.privileges);
    set("of-subjects", state.subjects);
    set("of-category", state.category);
    const choice = byId("of-columns");
    [...choice.options].slice(2).forEach((option) => option.remove());
    if (row) choice.append(new Option("by " + row.name, state.columns));
    choice.value = row ? state.columns : state.columns === "count" ? "count" : "name";
    byId("is-grave").checked = state.grave;
    byId("is-grouped").checked = state.grouped;
    byId("legend").querySelectorAll("li").forEach((item) => {
      item.firstChild.setAttribute("aria-pressed", String(state.marks.includes(item.dataset.m)));
    });
    if (!isShown(focused)) rove(shownRows.length > 0 && shownColumns.length > 0 ? shownRows[0].cells[shownColumns[0].at + 2] : headCells[0]);
  }

  // A head sorts the one way, then the other, then not at all.
  function sortBy(cell) {
    const turn = (key, flag, value) => {
      if (state[key] !== value) Object.assign(state, { [key]: value, [flag]: false });
      else if (!state[flag]) state[flag] = true;
      else Object.assign(state, { [key]: "name", [flag]: false });
    };
    const row = rowOf.get(cell.parentNode);
    const at = headCells.indexOf(cell);
    if (row) turn("columns", "left", "of:" + row.name);
    else if (cell === countCells[0]) turn("columns", "left", "count");
    else if (at === 0) turn("rows", "up", "name");
    else if (at === 1) turn("rows", "up", "count");
    else turn("rows", "up", "of:" + columns[at - 2].name);
    apply();
    focus(cell);
  }

  // ---- moving with the keyboard: one cell of the grid is in the order of tabs ----

  let focused = null;
  // The column whose head shows that a cell below it has the focus.
  let lit = null;
  const target = (cell) => (cell.firstElementChild && cell.firstElementChild.tagName === "BUTTON" ? cell.firstElementChild : cell);
  const isShown = (cell) => cell && cell.isConnected && !cell.hidden && !cell.parentNode.hidden && !cell.parentNode.parentNode.hidden;

  function rove(cell) {
    if (focused) target(focused).tabIndex = -1;
    focused = cell;
    target(cell).tabIndex = 0;
    const column = columnOf(cell);
    if (rowOf.has(cell.parentNode) && column) cell.setAttribute("aria-label", describe(cell));
  }

  function focus(cell) {
    rove(cell);
    target(cell).focus({ preventScroll: true });
    bringIntoView(cell);
  }

  // Heads stick to the edges and would cover the cell.
  function bringIntoView(cell) {
    if (table.tHead.contains(cell) && headCells.indexOf(cell) === 0) return;
    const box = cell.getBoundingClientRect();
    const outer = frame.getBoundingClientRect();
    const top = outer.top + (table.tHead.contains(cell) ? 0 : table.tHead.offsetHeight);
    const left = outer.left + (columnOf(cell) || cell.cellIndex === 1 ? headCells[0].offsetWidth : 0);
    const isSheet = !story.hidden && getComputedStyle(story).position === "absolute";
    const bottom = isSheet ? story.getBoundingClientRect().top : outer.top + frame.clientHeight;
    const right = outer.left + frame.clientWidth;
    if (box.top < top) frame.scrollTop -= top - box.top + 4;
    else if (box.bottom > bottom) frame.scrollTop += box.bottom - bottom + 4;
    if (box.left < left) frame.scrollLeft -= left - box.left + 4;
    else if (box.right > right) frame.scrollLeft += box.right - right + 4;
  }

  function columnOf(cell) {
    const cells = rowOf.has(cell.parentNode) ? rowOf.get(cell.parentNode).cells : cell.parentNode === head ? headCells : countCells;
    return columns[cells.indexOf(cell) - 2];
  }

  function move(event) {
    const lines = [headCells, countCells, ...shownRows.map((row) => row.cells)];
    const order = [0, 1, ...shownColumns.map((column) => column.at + 2)];
    const cells = rowOf.has(focused.parentNode) ? rowOf.get(focused.parentNode).cells : focused.parentNode === head ? headCells : countCells;
    let down = lines.indexOf(cells);
    let across = order.indexOf(cells.indexOf(focused));
    const page = 10;
    switch (event.key) {
      case "ArrowDown": down += 1; break;
      case "ArrowUp": down -= 1; break;
      case "PageDown": down += page; break;
      case "PageUp": down -= page; break;
      case "ArrowRight": across += 1; break;
      case "ArrowLeft": across -= 1; break;
      case "Home": across = 0; if (event.ctrlKey) down = 0; break;
      case "End": across = order.length - 1; if (event.ctrlKey) down = lines.length - 1; break;
      default: return false;
    }
    down = Math.min(Math.max(down, 0), lines.length - 1);
    across = Math.min(Math.max(across, 0), order.length - 1);
    focus(lines[down][order[across]]);
    if (!story.hidden && isExplained(focused)) explain(focused);
    return true;
  }

  // ---- why a cell is as it is ----

  const isExplained = (cell) => rowOf.has(cell.parentNode) && Boolean(columnOf(cell));

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const bdi = (text) => make("bdi", {}, text);
  const code = (text) => make("code", { dir: "auto" }, text);
  const list = (texts) => texts.flatMap((text, at) => (at === 0 ? [code(text)] : [", ", code(text)]));
  const spot = (at) => (at ? [make("code", { class: "at" }, `${data.files[at[0]]}:${at[1]}:${at[2]}`)] : []);
  // What leads to a step, by what it is.
  const link = (what) => (what.startsWith("group:") ? "in " : what.startsWith("role:") ? "has " : "counts as ");

  function entryOf(entry, own) {
    const steps = [make("li", {}, bdi(own))];
    for (const [what, at] of entry.path) steps.push(make("li", {}, make("span", { class: "dim" }, link(what)), bdi(what), ...spot(at)));
    const scope = entry.scope ? [" on ", code(entry.scope)] : [" everywhere"];
    steps.push(make("li", { class: entry.effect }, make("b", {}, entry.effect), ...scope, ...spot(entry.at)));
    return make("ol", {}, ...steps);
  }

  function reasons(ground, own, target) {
    ground.by.forEach((at) => target.append(entryOf(data.entries[at], own)));
    if (ground.by.length === 0 && ground.why.includes("default-grant")) target.append(make("p", {}, "No entry has an opinion, and the default grants."));
    if (ground.by.length === 0 && ground.why.includes("default-deny")) target.append(make("p", {}, "No entry has an opinion, and the default denies."));
    if (ground.missing) {
      const sets = ground.missing.map((set) => make("li", {}, ...set.flatMap((text, at) => (at === 0 ? [code(text)] : [" and ", code(text)]))));
      target.append(make("p", {}, ground.missing.length === 1 ? "Missing:" : "Missing, one of these:"), make("ul", {}, ...sets));
    }
  }

  function groundOf(ground, own, isGranted) {
    const part = make("section", {});
    const isEverywhere = ground.on && ground.on[0] === "everywhere";
    const where = isEverywhere ? ["Everywhere"] : ground.on ? ["On ", ...list(ground.on)] : [];
    const when = ground.when ? [where.length ? ", when " : "When ", code(ground.when.replace(/`/g, ""))] : [];
    if (where.length + when.length > 0) part.append(make("p", {}, ...where, ...when));
    if (ground.example && !isGranted) {
      part.append(make("p", { class: "dim" }, "For example with ", ...list(ground.example.map(([name, value]) => `${name} = ${value}`))));
    }
    part.append(make("p", { class: "dim" }, ground.why.join(", ")));
    reasons(ground, own, part);
    for (const inner of ground.included || []) {
      part.append(make("p", {}, "It includes ", code(inner.privilege), ", which gets: ", inner.why[0]));
      reasons(inner, own, part);
    }
    return part;
  }

  function explain(cell) {
    const row = rowOf.get(cell.parentNode);
    const column = columnOf(cell);
    table.querySelectorAll("[data-told]").forEach((told) => told.removeAttribute("data-told"));
    const close = make("button", { type: "button", class: "close", "aria-label": "Close the explanation" }, "\u00d7");
    close.addEventListener("click", hide);
    const mark = make("b", { class: letters(cell)[0] }, cell.textContent.trim());
    story.replaceChildren(
      close,
      make("h2", {}, bdi(row.name), ...(row.title ? [make("span", {}, bdi(row.title))] : [])),
      make("p", {}, "for ", make("b", {}, bdi(column.name)), ...(row.category ? [make("span", { class: "dim" }, ", category ", bdi(row.category))] : [])),
      make("p", { class: "mark" }, mark, describe(cell)),
    );
    cell.setAttribute("data-told", "");
    const grounds = row.stories.has(column.at) ? data.stories[row.stories.get(column.at)] : [];
    const isGranted = letters(cell).some((letter) => "eid".includes(letter));
    for (const at of grounds) story.append(groundOf(data.grounds[at], column.name, isGranted));
    if (grounds.length === 0) {
      const nothing = "No entry that speaks of it reaches this column, and no default grants it.";
      story.append(make("p", {}, cell.className ? "The page holds no explanation of this cell." : nothing));
    }
    story.hidden = false;
    story.scrollTop = 0;
    bringIntoView(cell);
  }

  function hide() {
    story.hidden = true;
    table.querySelectorAll("[data-told]").forEach((told) => told.removeAttribute("data-told"));
    if (focused) focus(focused);
  }

  // ---- what the reader does ----

  function enliven() {
    table.setAttribute("role", "grid");
    table.setAttribute("aria-readonly", "true");
    table.classList.add("live");
    const button = (cell, content) => {
      const made = make("button", { type: "button", tabindex: "-1", title: content.textContent });
      content.replaceWith(made);
      made.append(...(content.tagName === "BDI" ? [bdi(content.textContent)] : content.childNodes));
    };
    headCells.forEach((cell) => button(cell, cell.firstElementChild));
    button(counts.cells[0], counts.cells[0].firstElementChild);
    rows.forEach((row) => {
      button(row.cells[0], row.cells[0].firstElementChild);
      row.cells[0].title = row.title ? `${row.name}: ${row.title}` : row.name;
    });
    bodies.forEach((body) => {
      const name = body.rows[0].classList.contains("group") && body.rows[0].querySelector("bdi");
      if (name) body.setAttribute("aria-label", name.textContent);
    });
    for (const item of byId("legend").children) {
      const made = make("button", { type: "button", "aria-pressed": "false", title: "Show where this mark is" }, ...item.childNodes);
      item.append(made);
      made.addEventListener("click", () => {
        const letter = item.dataset.m;
        state.marks = state.marks.includes(letter) ? state.marks.replace(letter, "") : state.marks + letter;
        apply();
      });
    }
    byId("grave").hidden = !rows.some((row) => row.grave);
    byId("of-category").parentNode.hidden = byId("of-category").options.length < 3;
    byId("tools").hidden = false;
    // Where there is room, the tools are always shown.
    const wide = window.matchMedia("(min-width: 52.01rem)");
    const unfold = () => { byId("tools").open = wide.matches; };
    wide.addEventListener("change", unfold);
    unfold();
    byId("keys").hidden = false;
  }

  const reset = () => { state = initial(); apply(); };
  const follow = (id, event, name, read) => byId(id).addEventListener(event, () => { state[name] = read(byId(id)); apply(); });

  function listen() {
    follow("of-privileges", "input", "privileges", (input) => input.value);
    follow("of-subjects", "input", "subjects", (input) => input.value);
    follow("of-category", "change", "category", (input) => input.value);
    follow("of-columns", "change", "columns", (input) => { state.left = false; return input.value; });
    follow("is-grave", "change", "grave", (input) => input.checked);
    follow("is-grouped", "change", "grouped", (input) => input.checked);
    byId("reset").addEventListener("click", reset);
    byId("none").querySelector("button").addEventListener("click", reset);
    window.addEventListener("hashchange", () => { read(); apply(); });

    table.addEventListener("click", (event) => {
      const cell = event.target.closest("th, td");
      if (!cell || cell.scope === "rowgroup") return;
      if (event.target.closest("button")) sortBy(cell);
      else if (cell.tagName === "TD") { focus(cell); if (isExplained(cell)) explain(cell); }
    });
    table.addEventListener("mouseover", (event) => {
      const cell = event.target.closest("td");
      if (cell && !cell.title && isExplained(cell)) cell.title = `${columnOf(cell).name}, ${rowOf.get(cell.parentNode).name}: ${describe(cell)}`;
    });
    table.addEventListener("focusin", (event) => {
      const cell = event.target.closest("th, td");
      if (cell && cell !== focused) rove(cell);
      lit = columnOf(cell);
      if (lit) lit.head.classList.add("on");
    });
    table.addEventListener("focusout", () => lit && lit.head.classList.remove("on"));
    table.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey) return;
      const isChosen = event.key === "Enter" || event.key === " ";
      if (isChosen && focused.tagName === "TD") {
        if (isExplained(focused)) explain(focused);
        event.preventDefault();
      } else if (move(event)) {
        event.preventDefault();
      }
    });
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target.matches("input[type=search], select");
      if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
        byId("tools").open = true;
        byId("of-privileges").select();
        byId("of-privileges").focus();
        event.preventDefault();
      } else if (event.key === "Escape" && !story.hidden) {
        hide();
      } else if (event.key === "Escape" && isTyping && !event.target.value && focused) {
        focus(focused);
      }
    });
  }

  if (!counts || rows.length === 0) return;
  enliven();
  listen();
  read();
  apply();
})();
