"use strict";
// Everything that comes from the data goes into the page as text or as an attribute's value,
// never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const { crates, links } = data;
const byId = (id) => document.getElementById(id);
const graph = byId("graph"), scene = byId("scene"), panel = byId("panel"), search = byId("search");
const state = { chosen: null, query: "", focus: 0 };

const out = crates.map(() => []), into = crates.map(() => []);
for (const link of links) {
  out[link.from].push(link);
  into[link.to].push(link);
}
const isBuilt = (link) => link.kind !== "dev";

function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function svg(tag, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/* Who needs whom. */

// What a crate's build needs, or with `into` and "from", what needs the crate; itself left out.
function reach(starts, next, end) {
  const found = new Set(starts), open = [...starts];
  while (open.length > 0) {
    for (const link of next[open.pop()]) {
      if (isBuilt(link) && !found.has(link[end])) {
        found.add(link[end]);
        open.push(link[end]);
      }
    }
  }
  return found;
}

function without(set, ...others) {
  return new Set([...set].filter((item) => !others.some((other) => other.has(item))));
}

function surroundings(chosen) {
  const self = new Set([chosen]);
  const closure = reach([chosen], out, "to");
  const dev = out[chosen].filter((link) => !isBuilt(link)).map((link) => link.to);
  const tested = reach([chosen, ...dev], out, "to");
  const above = reach([chosen], into, "from");
  const testers = new Set([...above].flatMap((index) => into[index])
    .filter((link) => !isBuilt(link)).map((link) => link.from));
  return {
    below: without(closure, self),
    tests: without(tested, closure),
    above: without(above, self),
    testers: without(testers, above, self),
  };
}

/* The picture. */

const middle = (crate) => crate.y + data.box / 2;

function curve(x1, y1, x2, y2) {
  if (x1 === x2) return `V${y2}`;
  const bend = (y2 - y1) / 2;
  return `C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}

function path(link) {
  const from = crates[link.from], to = crates[link.to];
  const bottom = from.y + data.box;
  if (to.y > from.y) {
    let d = `M${from.x} ${bottom}`, x = from.x, y = bottom;
    for (const [passX, top, end] of link.route) {
      d += curve(x, y, passX, top) + `V${end}`;
      [x, y] = [passX, end];
    }
    return d + curve(x, y, to.x, to.y);
  }
  if (to.y < from.y) return `M${from.x} ${from.y}` + curve(from.x, from.y, to.x, to.y + data.box);
  const lift = from.y - 22;
  return `M${from.x} ${from.y}C${from.x} ${lift} ${to.x} ${lift} ${to.x} ${to.y}`;
}

for (const [level, top, bottom] of data.levels) {
  byId("levels").append(svg("rect", {
    class: "band", x: -100, y: top - 10, width: data.width + 114, height: bottom - top + 20, rx: 8,
  }));
  const text = svg("text", { class: "level", x: -90, y: top + data.box / 2 + 5 });
  text.textContent = `level ${level}`;
  byId("levels").append(text);
}

// A crate that depends on itself, for its tests, has no line.
const lines = links.filter((link) => link.from !== link.to);
for (const link of lines) {
  const kinds = ["line", link.kind, link.implied && "implied", link.patched && "patched"];
  link.classes = kinds.filter(Boolean).join(" ");
  link.element = svg("path", { class: link.classes, d: path(link) });
  if (!isBuilt(link)) link.element.setAttribute("marker-end", "url(#arrow)");
  if (link.optional) link.element.setAttribute("marker-start", "url(#ring)");
  else if (link.target) link.element.setAttribute("marker-start", "url(#square)");
}

crates.forEach((crate, index) => {
  crate.classes = crate.member ? "crate" : "crate other";
  crate.element = svg("g", {
    role: "button", tabindex: -1, class: crate.classes, "aria-pressed": "false",
    "aria-label": `${crate.name}, level ${crate.level}`,
    transform: `translate(${crate.x - crate.width / 2} ${crate.y})`,
  });
  const title = svg("title");
  title.textContent = `${crate.name}\n${crate.path}`;
  const text = svg("text", { x: crate.width / 2, y: data.box / 2 + 5 });
  text.textContent = crate.name;
  const box = svg("rect", { width: crate.width, height: data.box, rx: 6 });
  crate.element.append(title, box, text);
  crate.element.addEventListener("click", () => { if (!hasMoved) choose(index); });
  crate.element.addEventListener("focus", () => { setFocus(index); show(crate); });
  for (const [event, on] of [["pointerenter", true], ["pointerleave", false]]) {
    crate.element.addEventListener(event, () => touch(index, on));
  }
  byId("crates").append(crate.element);
  crate.text = text;
});

function touch(index, on) {
  for (const link of [...out[index], ...into[index]]) {
    if (link.element) link.element.classList.toggle("touched", on);
  }
}

function matches(crate) {
  const query = state.query.toLowerCase();
  return query !== "" && (crate.name.toLowerCase().includes(query) || crate.path.toLowerCase().includes(query));
}

function draw() {
  const { chosen } = state;
  const around = chosen === null ? null : surroundings(chosen);
  const nodes = crates.map((crate) => [crate.classes]);
  if (around) {
    nodes[chosen].push("chosen");
    for (const role of ["below", "above", "tests"]) {
      for (const index of around[role]) {
        // What depends on the crate and serves its tests as well is shown as the former.
        if (role !== "tests" || !around.above.has(index)) nodes[index].push(role);
      }
    }
  }
  const lower = [], upper = [];
  for (const link of lines) {
    const classes = [link.classes];
    const touches = link.from === chosen || link.to === chosen;
    if (around) {
      const isIn = (role, index) => index === chosen || around[role].has(index);
      if (isBuilt(link) && isIn("below", link.from) && isIn("below", link.to)) classes.push("below");
      else if (isBuilt(link) && isIn("above", link.from) && isIn("above", link.to)) classes.push("above");
      else if (isBuilt(link) && around.tests.has(link.from)) classes.push("tests");
      else if (touches) classes.push("tests");
      if (touches) {
        classes.push("direct");
        if (link.from === chosen) nodes[link.to].push("direct");
        else if (isBuilt(link)) nodes[link.from].push("direct");
      }
    }
    // Of the crate that is lit, the lines of its own tests are there as well.
    const isWanted = (!link.implied || byId("implied").checked)
      && (isBuilt(link) || byId("dev").checked || link.from === chosen);
    link.element.setAttribute("class", classes.join(" "));
    if (isWanted) (classes.length > 1 ? upper : lower).push(link.element);
  }
  byId("lines").replaceChildren(...lower, ...upper);
  crates.forEach((crate, index) => {
    if (matches(crate)) nodes[index].push("match");
    crate.element.setAttribute("class", nodes[index].join(" "));
    crate.element.setAttribute("aria-pressed", String(index === chosen));
  });
  graph.classList.toggle("lit", chosen !== null || state.query !== "");
  byId("fit-lit").disabled = lit().length === crates.length;
  describe(around);
}

/* The panel. */

const button = (index) => html("button", { type: "button", onclick: () => choose(index, true) }, crates[index].name);

function marks(entry, name) {
  const words = [];
  if (entry.optional) words.push("optional");
  if (entry.target !== null) words.push(entry.target);
  if (entry.key !== name && entry.through === null) words.push(`as ${entry.key}`);
  if (entry.through !== null) words.push([...entry.through, "[patch]"].join(", "));
  return words.join(" · ");
}

// Links by kind; `end` is the crate at the other end.
function lists(title, all, end) {
  const parts = [html("h3", {}, `${title} (${all.length})`)];
  if (all.length === 0) parts.push(html("p", { class: "quiet" }, "none in this workspace"));
  for (const kind of ["normal", "build", "dev"]) {
    const items = all.flatMap((link) => {
      const entries = link.entries.filter((entry) => entry.kind === kind);
      if (entries.length === 0) return [];
      const item = html("li", {}, button(link[end]));
      for (const entry of entries) {
        const words = marks(entry, crates[link.to].name);
        if (words !== "") item.append(html("span", { class: "mark" }, words));
        item.append(html("span", { class: "place" }, entry.place));
      }
      return [item];
    });
    if (items.length > 0) parts.push(html("h4", {}, `${kind} (${items.length})`), html("ul", {}, ...items));
  }
  return parts;
}

function facts(rows) {
  const list = html("dl", { class: "facts" });
  for (const [term, key, text] of rows) {
    const title = html("dt");
    if (key) title.append(html("span", { class: `key ${key}` }));
    title.append(term);
    list.append(title, html("dd", {}, text));
  }
  return list;
}

function describe(around) {
  if (around && state.query === "") return describeCrate(around);
  const found = crates.map((_, index) => index).filter((index) => state.query === "" || matches(crates[index]));
  const parts = [];
  if (state.query !== "") {
    parts.push(html("h3", { style: "margin-top:0" }, `${count(found.length, "crate")} of ${crates.length}`));
  } else {
    parts.push(html("p", { class: "quiet" }, "Choose a crate to see what it needs and what needs it."));
  }
  for (const [level] of data.levels) {
    const items = found.filter((index) => crates[index].level === level).map((index) => html("li", {}, button(index)));
    if (items.length > 0) parts.push(html("h3", {}, `level ${level}`), html("ul", {}, ...items));
  }
  panel.replaceChildren(...parts);
}

function describeCrate({ below, above, tests, testers }) {
  const chosen = state.chosen, crate = crates[chosen];
  const direct = out[chosen].filter((link) => isBuilt(link) && link.to !== chosen).length;
  const needs = below.size === 0 ? "no other crate" : `${count(below.size, "other crate")} of ${crates.length - 1}, ${direct} directly`;
  panel.replaceChildren(
    html("button", { type: "button", class: "close", "aria-label": "Let go", title: "Let go (Esc)", onclick: () => choose(null) }, "×"),
    html("h2", {}, crate.name),
    html("p", { class: "quiet" }, crate.path === "." ? "the workspace root" : crate.path),
    facts([
      ["level", null, String(crate.level) + (crate.member ? "" : ", no member of the workspace")],
      ["closure", "below", needs],
      ["its tests", "tests", tests.size === 0 ? "no more than that" : `${tests.size} more`],
      ["needed by", "above", (above.size === 0 ? "no other crate" : count(above.size, "crate")) + (testers.size === 0 ? "" : `, and by the tests of ${testers.size} more`)],
    ]),
    ...lists("Depends on", out[chosen], "to"),
    ...lists("Dependents", into[chosen], "from"),
  );
  panel.scrollTop = 0;
}

function say(text) {
  byId("status").textContent = text;
}

function choose(index, isFromAfar = false) {
  state.chosen = index;
  state.query = search.value = "";
  draw();
  const name = index === null ? "" : crates[index].name;
  try {
    history.replaceState(null, "", index === null ? location.pathname + location.search : `#${encodeURIComponent(name)}`);
  } catch {
    // In a frame that may not touch its address, the page works without.
  }
  if (index === null) return say("nothing is lit");
  setFocus(index);
  const { below, above } = surroundings(index);
  say(`${name} needs ${count(below.size, "crate")}, ${above.size} need it`);
  if (isFromAfar) {
    show(crates[index], true);
    panel.focus({ preventScroll: true });
  }
}

/* Moving and zooming. */

const camera = { x: 0, y: 0, scale: 1 };

function place() {
  scene.setAttribute("transform", `translate(${camera.x} ${camera.y}) scale(${camera.scale})`);
  const isFar = camera.scale < 0.75;
  if (isFar !== scene.classList.contains("far")) {
    scene.classList.toggle("far", isFar);
    label();
  }
}

// From afar, names fill their boxes. In neither case, nor in whatever font there is, may they be
// wider than these.
function label() {
  const room = scene.classList.contains("far") ? 6 : 10;
  for (const { text, width } of crates) {
    text.removeAttribute("textLength");
    if (text.getComputedTextLength() > width - room) {
      text.setAttribute("textLength", width - room);
      text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    }
  }
}

function zoom(factor, x = graph.clientWidth / 2, y = graph.clientHeight / 2) {
  const scale = Math.min(4, Math.max(0.05, camera.scale * factor));
  camera.x = x - ((x - camera.x) * scale) / camera.scale;
  camera.y = y - ((y - camera.y) * scale) / camera.scale;
  camera.scale = scale;
  place();
}

function move(x, y) {
  camera.x += x;
  camera.y += y;
  place();
}

function lit() {
  const classes = ["chosen", "below", "above", "tests", "match"];
  const found = crates.filter((crate) => classes.some((name) => crate.element.classList.contains(name)));
  return found.length > 0 ? found : crates;
}

function fit(wanted) {
  let [left, top, right, bottom] = [-114, -20, data.width + 28, data.height + 20];
  if (wanted.length < crates.length) {
    left = Math.min(...wanted.map((crate) => crate.x - crate.width / 2)) - 28;
    right = Math.max(...wanted.map((crate) => crate.x + crate.width / 2)) + 28;
    top = Math.min(...wanted.map((crate) => crate.y)) - 24;
    bottom = Math.max(...wanted.map((crate) => crate.y)) + data.box + 24;
  }
  const width = graph.clientWidth, height = graph.clientHeight;
  camera.scale = Math.min(1.4, width / (right - left), height / (bottom - top));
  camera.x = (width - (left + right) * camera.scale) / 2;
  camera.y = (height - (top + bottom) * camera.scale) / 2;
  place();
}

// Brings a crate into sight.
function show(crate, isCentred = false) {
  const x = camera.x + crate.x * camera.scale, y = camera.y + middle(crate) * camera.scale;
  const width = graph.clientWidth, height = graph.clientHeight, edge = 60;
  const isSeen = x > edge && x < width - edge && y > edge && y < height - edge;
  if (!isSeen || (isCentred && camera.scale < 0.5)) {
    if (isCentred) camera.scale = Math.max(camera.scale, 0.8);
    camera.x = width / 2 - crate.x * camera.scale;
    camera.y = height / 2 - middle(crate) * camera.scale;
    place();
  }
}

const pointers = new Map();
let hasMoved = false;

graph.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  if (pointers.size === 0) hasMoved = false;
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, startX: event.clientX, startY: event.clientY });
});
window.addEventListener("pointermove", (event) => {
  const pointer = pointers.get(event.pointerId);
  if (!pointer) return;
  const [dx, dy] = [event.clientX - pointer.x, event.clientY - pointer.y];
  if (Math.hypot(event.clientX - pointer.startX, event.clientY - pointer.startY) > 4) {
    hasMoved = true;
    graph.classList.add("moving");
  }
  if (!hasMoved) return;
  if (pointers.size === 2) {
    const other = [...pointers.entries()].find(([id]) => id !== event.pointerId)[1];
    const frame = graph.getBoundingClientRect();
    const before = Math.hypot(pointer.x - other.x, pointer.y - other.y);
    const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    zoom(after / Math.max(1, before), other.x - frame.left, other.y - frame.top);
  } else {
    move(dx, dy);
  }
  [pointer.x, pointer.y] = [event.clientX, event.clientY];
});
for (const name of ["pointerup", "pointercancel"]) {
  window.addEventListener(name, (event) => {
    pointers.delete(event.pointerId);
    if (pointers.size === 0) graph.classList.remove("moving");
  });
}
graph.addEventListener("click", (event) => {
  if (!hasMoved && !event.target.closest(".crate") && state.chosen !== null) choose(null);
});
graph.addEventListener("wheel", (event) => {
  event.preventDefault();
  const frame = graph.getBoundingClientRect();
  const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
  zoom(Math.exp(-Math.max(-120, Math.min(120, step)) / 400), event.clientX - frame.left, event.clientY - frame.top);
}, { passive: false });

/* Keys. */

// One crate takes part in the order of the Tab key; the arrow keys move that part on.
function setFocus(index) {
  if (crates.length === 0) return;
  crates[state.focus].element.setAttribute("tabindex", -1);
  state.focus = index;
  crates[index].element.setAttribute("tabindex", 0);
}

const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function neighbour(index, [dx, dy]) {
  const here = crates[index];
  let best = null, least = Infinity;
  crates.forEach((crate, other) => {
    const [x, y] = [crate.x - here.x, crate.y - here.y];
    const along = x * dx + y * dy, across = Math.abs(x * dy) + Math.abs(y * dx);
    if (other === index || along <= 0 || (dx !== 0 && y !== 0)) return;
    const cost = dy === 0 ? along : along * 4 + across;
    if (cost < least) [best, least] = [other, cost];
  });
  return best;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === search) {
    if (event.key === "Enter") {
      const found = crates.findIndex((crate) => crate.name === state.query);
      const first = found >= 0 ? found : crates.findIndex(matches);
      if (first >= 0) choose(first, true);
    } else if (event.key === "Escape") {
      search.value = state.query = "";
      draw();
      search.blur();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      panel.querySelector("li button")?.focus();
    }
    return;
  }
  const direction = directions[event.key];
  const isInGraph = event.target.closest?.("#stage");
  if (event.key === "/") search.focus();
  else if (event.key === "Escape" && byId("legend").open) byId("legend").open = false;
  else if (event.key === "Escape") choose(null);
  else if (event.key === "+" || event.key === "=") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else if (event.key === "0") fit(crates);
  else if (event.key === "f") fit(lit());
  else if (direction && event.shiftKey) move(-60 * direction[0], -60 * direction[1]);
  else if (direction && isInGraph) {
    const next = neighbour(state.focus, direction);
    if (next !== null) crates[next].element.focus({ preventScroll: true });
  } else if ((event.key === "Enter" || event.key === " ") && event.target.closest?.(".crate")) choose(state.focus);
  else return;
  event.preventDefault();
});

search.addEventListener("input", () => {
  state.query = search.value.trim();
  draw();
  if (state.query !== "") say(`${count(crates.filter(matches).length, "crate")} found`);
});
for (const [id, isMeant] of [["implied", (link) => link.implied], ["dev", (link) => !isBuilt(link)]]) {
  byId(id).addEventListener("change", draw);
  byId(id).closest("label").hidden = !lines.some(isMeant);
}
byId("in").addEventListener("click", () => zoom(1.25));
byId("out").addEventListener("click", () => zoom(0.8));
byId("fit").addEventListener("click", () => fit(crates));
byId("fit-lit").addEventListener("click", () => fit(lit()));

/* The start. */

byId("title").append(data.title, html("small", {}, [
  count(crates.length, "crate"), count(links.length, "link"), count(data.levels.length, "level"),
].join(", ")));

// `page.html#crate` lights that crate up.
function fromAddress() {
  const index = crates.findIndex((crate) => `#${encodeURIComponent(crate.name)}` === location.hash);
  if (index >= 0) choose(index, true);
}
window.addEventListener("hashchange", fromAddress);
setFocus(0);
draw();
label();
fit(crates);
fromAddress();
