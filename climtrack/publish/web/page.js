// The page: what is pressed, pointed at or typed becomes a new state, and a state becomes numbers and a picture.

const PAGE = JSON.parse(document.getElementById("climtrack-data").textContent);
const language = { code: PAGE.languages[0] };
let sharper = 1;
const words = () => PAGE.words[language.code];
const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const make = (tag, text, parent, kind) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (kind) element.className = kind;
  if (parent) parent.append(element);
  return element;
};
const dayName = (day) => {
  const [month, date] = monthAndDay(day);
  return fill(words().dayMonth, { day: date, month: words().months[month] });
};

function download(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// Sentences about one day, for the eye (readout) and for the screen reader (value text): a value and differences,
// never two values and their difference, whose roundings may disagree; to the decimal of titles and pictures.
function sayDay(model, state) {
  const degrees = (value) => number(value, model.decimals, words().mark) + "\u00a0°C";
  const difference = (value) => signed(value, model.decimals, words().mark) + "\u00a0°C";
  const w = words(), i = state.day - 1, year = model.years.get(model.year), last = model.years.get(model.year - 1);
  const baseline = model.baselines[state.baseline], anomaly = state.mode === "anomaly" && baseline;
  const shown = (v) => (anomaly ? difference(v - baseline.mean[i]) : degrees(v));
  const items = [], now = year[i], before = partner(last, state.day), head = Number.isNaN(now) ? before : now;
  const against = baseline ? fill(w.versusAverage, { baseline: baseline.label }) : "";
  if (!Number.isNaN(now)) items.push([String(model.year), shown(now), "this"]);
  else if (!Number.isNaN(before)) items.push([String(model.year - 1), shown(before), "last"]);
  else items.push([String(model.year), w.noData, "this"]);
  if (!Number.isNaN(now) && !Number.isNaN(before)) items.push([fill(w.versus, { year: model.year - 1 }), difference(now - before), "last"]);
  if (baseline && !Number.isNaN(head))
    items.push(anomaly ? [fill(w.averageOf, { baseline: baseline.label }), degrees(baseline.mean[i]), "average"] : [against, difference(head - baseline.mean[i]), "average"]);
  const more = [...state.picked];
  if (state.near && !state.picked.has(state.near)) more.push(state.near);
  more.forEach((picked, n) => {
    const value = model.years.get(picked)[i];
    if (!Number.isNaN(value)) items.push([String(picked), shown(value), state.picked.has(picked) ? "pick-" + ((n % 4) + 1) : "near"]);
  });
  const soft = model.soft.get(model.year);
  return { items, preliminary: Boolean(soft && soft.has(state.day)) };
}

function chart(section, block) {
  const model = readModel(block), find = (name) => section.querySelector(`[data-is="${name}"]`);
  const state = { mode: "absolute", baseline: 0, day: model.lastDay, near: null, pointing: false, hidden: new Set(), picked: new Set() };
  const whole = () => picture(model, state, readInks(section), words(), block.titles[language.code]);
  const plot = find("plot"), [base, top] = plot.querySelectorAll("canvas"), readout = find("readout"), body = find("rows");
  let drawn = null, inks = null;

  function paint() {
    const width = plot.clientWidth, height = plot.clientHeight, ratio = (window.devicePixelRatio || 1) * sharper;
    if (!width) return;
    inks = readInks(section);
    for (const canvas of [base, top]) { canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio); }
    const ctx = base.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawn = draw(ctx, width, height, model, state, inks, words());
    top.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    point();
  }

  function point() {
    if (drawn) drawCursor(top.getContext("2d"), drawn, model, state, inks);
    const { items, preliminary } = sayDay(model, state), w = words();
    // Over an embedded plot the numbers stand on the side where the pointer is not.
    readout.dataset.side = !state.pointing ? "none" : state.day < 184 ? "right" : "left";
    readout.replaceChildren();
    make("strong", dayName(state.day) + (preliminary ? ` (${w.preliminary})` : ""), readout);
    for (const [name, value, kind] of items) {
      const item = make("span", "", readout, "item " + kind);
      make("span", name + " ", item, "name");
      make("b", value, item);
    }
    plot.setAttribute("aria-valuenow", state.day);
    plot.setAttribute("aria-valuetext", `${dayName(state.day)}: ${items.map(([n, v]) => `${n}: ${v}`).join("; ")}${preliminary ? `; ${w.preliminary}` : ""}`);
  }

  function table() {
    const w = words(), baseline = model.baselines[state.baseline], first = Date.parse(model.start + "T00:00:00Z");
    if (!body) return;  // an embed has none
    body.replaceChildren();
    find("average-head").textContent = baseline ? fill(w.versusAverage, { baseline: baseline.label }) : w.average;
    for (let i = model.values.length - 1; i >= Math.max(0, model.values.length - 30); i--) {
      const date = new Date(first + i * DAY), day = dayOfYear(first + i * DAY), value = model.values[i], row = make("tr", "", body);
      const shown = fill(w.shortDate, { day: date.getUTCDate(), month: w.shortMonths[date.getUTCMonth()], year: date.getUTCFullYear() });
      make("th", shown, row).scope = "row";
      const before = partner(model.years.get(date.getUTCFullYear() - 1), day);
      make("td", Number.isNaN(value) ? w.noData : number(value, 2, w.mark), row);
      make("td", Number.isNaN(value - before) ? "–" : signed(value - before, 2, w.mark), row);
      make("td", Number.isNaN(value) || !baseline ? "–" : signed(value - baseline.mean[day - 1], 2, w.mark), row);
      make("td", Number.isNaN(value) ? "–" : model.preliminary(i) ? w.preliminary : w.final, row);
    }
  }

  function speak() {
    const w = words();
    plot.setAttribute("aria-label", `${block.titles[language.code].title}. ${w.keys}`);
    section.querySelectorAll("[data-year]").forEach((b) => b.setAttribute("aria-pressed", state.picked.has(+b.dataset.year)));
    const named = { this: String(model.year), last: String(model.year - 1), average: fill(w.averageOf, { baseline: (model.baselines[state.baseline] || {}).label }), band: w.band, others: `${model.firstYear}–${model.year - 2}` };
    section.querySelectorAll("[data-show]").forEach((button) => { button.textContent = named[button.dataset.show]; });
    table();
    paint();
  }

  // Switches.
  section.querySelectorAll("[data-mode]").forEach((button) => button.addEventListener("click", () => {
    state.mode = button.dataset.mode;
    section.querySelectorAll("[data-mode]").forEach((b) => b.setAttribute("aria-pressed", b === button));
    paint();
  }));
  const select = find("baseline");
  model.baselines.forEach((b, i) => { make("option", b.label, select).value = i; });
  select.addEventListener("change", () => { state.baseline = +select.value; speak(); });
  section.querySelectorAll("[data-show]").forEach((button) => button.addEventListener("click", () => {
    const name = button.dataset.show, off = !state.hidden.has(name);
    if (off) state.hidden.add(name); else state.hidden.delete(name);
    button.setAttribute("aria-pressed", !off);
    paint();
  }));
  for (const year of [...model.years.keys()].reverse()) {
    if (year > model.year - 2) continue;
    const button = make("button", String(year), find("years"));
    button.type = "button"; button.dataset.year = year; button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      if (!state.picked.delete(year)) state.picked.add(year);
      button.setAttribute("aria-pressed", state.picked.has(year));
      paint();
    });
  }

  // Pointer and keys: a day at a time, a month with Page Up and Page Down, the first and the latest day with Home and End.
  const move = (event) => {
    if (!drawn) return;
    const box = plot.getBoundingClientRect();
    state.pointing = true;
    state.day = drawn.at.day(event.clientX - box.left);
    state.near = nearest(drawn, model, state.day, event.clientY - box.top);
    point();
  };
  plot.addEventListener("pointermove", move);
  plot.addEventListener("pointerdown", move);
  plot.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") { state.near = null; state.pointing = false; state.day = model.lastDay; point(); } });
  plot.addEventListener("keydown", (event) => {
    const month = monthAndDay(state.day)[0], step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    let day = state.day;
    if (step) {
      day += step;
      if (day === 60 && !isLeap(model.year)) day += step;  // a common year has no 29 February
    }
    else if (event.key === "PageUp") day = day === MONTHS[month] ? MONTHS[Math.max(0, month - 1)] : MONTHS[month];
    else if (event.key === "PageDown") day = MONTHS[Math.min(11, month + 1)];
    else if (event.key === "Home") day = 1;
    else if (event.key === "End") day = model.lastDay;
    else return;
    event.preventDefault();
    state.pointing = true;
    state.day = Math.max(1, Math.min(366, day));
    state.near = null;
    point();
  });

  // Downloads are made here from the data in the page; nothing is asked of any server.
  find("csv").addEventListener("click", () => download(block.id + ".csv", new Blob([csv(model, model.baselines[state.baseline])], { type: "text/csv" })));
  find("png").addEventListener("click", () =>
    whole().toBlob((blob) => download(`${block.id}.${state.mode}.${language.code}.png`, blob), "image/png"));

  find("live").hidden = false;
  new ResizeObserver(paint).observe(plot);
  return { speak, paint, whole };
}

const charts = PAGE.charts.map((block) => chart(document.getElementById(block.id), block));

function speakAll(code) {
  language.code = code;
  document.documentElement.lang = code;
  document.querySelectorAll("[data-lang]").forEach((e) => { e.hidden = e.lang !== code; });
  document.querySelectorAll("[data-say]").forEach((e) => e.setAttribute("aria-pressed", e.dataset.say === code));
  document.querySelectorAll("[data-aria]").forEach((e) => e.setAttribute("aria-label", words()[e.dataset.aria]));
  charts.forEach((c) => c.speak());
}

// Dark or light: the reader's setting, until the button says otherwise; drawn pictures follow.
const dark = matchMedia("(prefers-color-scheme: dark)"), root = document.documentElement;
const darkNow = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
const themeButton = document.getElementById("theme");
function showTheme() {
  themeButton.setAttribute("aria-pressed", darkNow());
  document.querySelectorAll("source[data-dark]").forEach((e) => {
    e.dataset.media = e.dataset.media || e.media;
    e.media = root.dataset.theme ? e.dataset.media.replace("(prefers-color-scheme: dark)", darkNow() ? "all" : "not all") : e.dataset.media;
  });
  charts.forEach((c) => c.paint());
}
themeButton.addEventListener("click", () => { root.dataset.theme = darkNow() ? "light" : "dark"; showTheme(); });
dark.addEventListener("change", showTheme);

// Paper is white, and twice as fine as a screen.
let chosen = null;
addEventListener("beforeprint", () => { chosen = root.dataset.theme; root.dataset.theme = "light"; sharper = 2; showTheme(); });
addEventListener("afterprint", () => { if (chosen) root.dataset.theme = chosen; else delete root.dataset.theme; sharper = 1; showTheme(); });

// Copying: by the clipboard where the browser allows it, else a text by the selection; a picture is then downloaded.
async function copy(button) {
  const card = button.closest(".reuse"), kind = button.dataset.copy, text = card.querySelector(`[data-text="${kind}"]`);
  const done = (message) => { card.querySelector("[role=status]").textContent = words()[message]; };
  if (text) {
    try { await navigator.clipboard.writeText(text.textContent); }
    catch {
      text.closest("details").open = true;
      getSelection().selectAllChildren(text);
      if (!document.execCommand("copy")) return done("not_copied");
    }
    return done("copied");
  }
  const shown = card.parentElement.querySelector("img"), section = card.closest("section");
  let canvas = null;
  if (shown) {
    canvas = document.createElement("canvas");
    canvas.width = shown.naturalWidth; canvas.height = shown.naturalHeight;
    canvas.getContext("2d").drawImage(shown, 0, 0);
  } else canvas = charts[PAGE.charts.findIndex((block) => block.id === section.id)].whole();
  try {
    const blob = new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    done("copied");
  } catch { done("not_copied"); }
}
document.querySelectorAll("[data-copy]").forEach((button) => button.addEventListener("click", () => copy(button)));

// An embed tells the page around it how high it would like to be (the message that Embedly's readers know).
function tellHeight() {
  const plot = document.querySelector(".plot"), height = Math.min(420, Math.max(260, innerWidth * 0.58));
  const whole = Math.ceil(document.body.scrollHeight - plot.offsetHeight + height);
  parent.postMessage(JSON.stringify({ context: "iframe.resize", src: location.href, height: whole }), "*");
}

document.querySelectorAll("[data-live]").forEach((e) => { e.hidden = false; });
document.querySelectorAll("[data-say]").forEach((button) => button.addEventListener("click", () => speakAll(button.dataset.say)));
const asked = new URLSearchParams(location.search).get("lang");
speakAll(PAGE.languages.includes(asked) ? asked : PAGE.languages[0]);
showTheme();
document.fonts.ready.then(() => charts.forEach((c) => c.paint()));
if (document.body.className === "embed" && parent !== window) new ResizeObserver(tellHeight).observe(document.querySelector(".caption"));
