// Drawing: one function paints a view of a model on a canvas of any size, on screen and into the downloaded picture.

const FONT = '"climtrack sans","Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif';
const font = (size, weight) => `${weight || 400} ${size}px ${FONT}`;

// Inks of the theme in force, as the style sheet names them.
function readInks(element) {
  const style = getComputedStyle(element), inks = {};
  for (const name of ["paper", "ink", "last", "last-text", "average", "old", "recent", "soft", "faint", "grid", "axis", "pick-1", "pick-2", "pick-3", "pick-4"])
    inks[name] = style.getPropertyValue("--" + name).trim();
  return inks;
}

const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
function mix(from, to, share) {
  const a = channels(from), b = channels(to);
  return `rgb(${a.map((v, i) => Math.round(v + (b[i] - v) * share)).join(",")})`;
}
const clear = (hex, alpha) => `rgba(${channels(hex).join(",")},${alpha})`;

// What is on show: each year's line, the average and its band, in the units of the chosen view.
function view(model, state) {
  const baseline = model.baselines[state.baseline];
  const anomaly = state.mode === "anomaly" && baseline;
  const line = (year) => {
    const row = model.years.get(year);
    return anomaly ? row.map((v, i) => v - baseline.mean[i]) : row;
  };
  const average = baseline ? baseline.mean.map((v) => (anomaly ? 0 : v)) : null;
  const band = baseline ? baseline.spread.map((s, i) => [average[i] - 2 * s, average[i] + 2 * s]) : null;
  let low = Infinity, high = -Infinity;
  const seen = (v) => { if (v < low) low = v; if (v > high) high = v; };
  const envelope = Array.from({ length: 366 }, () => [Infinity, -Infinity]);
  for (const year of model.years.keys())
    line(year).forEach((v, i) => {
      if (Number.isNaN(v)) return;
      seen(v);
      if (year < model.year - 1) { envelope[i][0] = Math.min(envelope[i][0], v); envelope[i][1] = Math.max(envelope[i][1], v); }
    });
  if (band) band.forEach(([a, b]) => { seen(a); seen(b); });
  return { baseline, anomaly, line, average, band, envelope, low, high };
}

// Where things stand: pixels of days and degrees; the widest name at a line's end has its room, whatever the font.
function frame(width, height, seen, ending) {
  const small = width < 520, left = small ? 34 : 46, right = Math.max(small ? 62 : 84, ending), top = 18, bottom = 26;
  const pad = (seen.high - seen.low) * 0.04, low = seen.low - pad, high = seen.high + pad;
  const x = (day) => left + ((day - 1) / 365) * (width - left - right);
  const y = (value) => top + ((high - value) / (high - low)) * (height - top - bottom);
  return { small, left, right, top, bottom, low, high, x, y, width, height,
    day: (px) => Math.max(1, Math.min(366, Math.round(((px - left) / (width - left - right)) * 365) + 1)) };
}

// A line that breaks at gaps; 29 February is no gap in a year that has none.
function trace(ctx, at, values, year, from, to) {
  ctx.beginPath();
  let pen = false;
  for (let day = from || 1; day <= (to || 366); day++) {
    const value = values[day - 1];
    if (day === 60 && Number.isNaN(value) && year && !isLeap(year)) continue;
    if (Number.isNaN(value)) { pen = false; continue; }
    if (pen) ctx.lineTo(at.x(day), at.y(value)); else ctx.moveTo(at.x(day), at.y(value));
    pen = true;
  }
}

// The area between two lines, day by day; days without both are left open.
function wash(ctx, at, pairs, ink) {
  const known = pairs.map((pair, i) => [i + 1, pair[0], pair[1]]).filter((p) => Number.isFinite(p[1]) && Number.isFinite(p[2]));
  ctx.beginPath();
  known.forEach(([day, low]) => ctx.lineTo(at.x(day), at.y(low)));
  known.reverse().forEach(([day, , high]) => ctx.lineTo(at.x(day), at.y(high)));
  ctx.closePath();
  ctx.fillStyle = ink;
  ctx.fill();
}

// Text with a halo of the background, so that lines never run through it.
function label(ctx, inks, text, x, y, ink, size, weight, align) {
  ctx.font = font(size, weight);
  ctx.textAlign = align || "left";
  ctx.lineJoin = "round";
  ctx.lineWidth = 4;
  ctx.strokeStyle = inks.paper;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = ink;
  ctx.fillText(text, x, y);
}

function drawAxes(ctx, at, inks, words, seen) {
  const steps = ticks(at.low, at.high, at.height < 260 ? 4 : 6);
  const decimals = Math.max(0, ...steps.map((v) => (String(v).split(".")[1] || "").length));
  steps.forEach((value, i) => {
    const y = Math.round(at.y(value)) + 0.5;
    ctx.lineWidth = 1;
    ctx.strokeStyle = seen.anomaly && value === 0 ? inks.axis : inks.grid;
    ctx.beginPath(); ctx.moveTo(0, y); ctx.lineTo(at.width - at.right, y); ctx.stroke();
    const text = seen.anomaly ? signed(value, value ? decimals : 0, words.mark) : number(value, decimals, words.mark);
    label(ctx, inks, text + (i === steps.length - 1 ? "\u00a0°C" : ""), 0, y - 4, inks.soft, 12.5);
  });
  const foot = Math.round(at.height - at.bottom) + 0.5, month = (at.x(32) - at.x(1));
  ctx.lineWidth = 1;
  ctx.strokeStyle = inks.axis;
  ctx.beginPath(); ctx.moveTo(at.x(1), foot); ctx.lineTo(at.x(366), foot);
  MONTHS.forEach((day) => { const x = at.x(Math.min(day, 366)); ctx.moveTo(x, foot); ctx.lineTo(x, foot + 5); });
  ctx.stroke();
  for (let m = 0; m < 12; m++)
    label(ctx, inks, month < 30 ? words.initials[m] : words.shortMonths[m], (at.x(MONTHS[m]) + at.x(MONTHS[m + 1] - 1)) / 2, foot + 19, inks.soft, 12.5, 400, "center");
}

// This year: a halo, the final days solid, the preliminary ones dotted, a hollow dot where they end.
function drawThisYear(ctx, at, inks, model, values) {
  const soft = model.soft.get(model.year), end = model.lastDay;
  const firstSoft = soft ? Math.min(...soft) : 367;
  ctx.lineJoin = "round"; ctx.lineCap = "round";
  ctx.strokeStyle = inks.paper; ctx.lineWidth = 5.2;
  trace(ctx, at, values, model.year); ctx.stroke();
  ctx.strokeStyle = inks.ink; ctx.lineWidth = 2.6;
  trace(ctx, at, values, model.year, 1, Math.min(end, firstSoft - 1)); ctx.stroke();
  if (soft) { ctx.setLineDash([0.1, 4.6]); trace(ctx, at, values, model.year, Math.max(1, firstSoft - 1), end); ctx.stroke(); ctx.setLineDash([]); }
  ctx.lineCap = "butt";
  ctx.beginPath(); ctx.arc(at.x(end), at.y(values[end - 1]), 4.2, 0, 7);
  ctx.fillStyle = soft && soft.has(end) ? inks.paper : inks.ink; ctx.fill(); ctx.lineWidth = 2; ctx.stroke();
}

// The whole chart; the answer is where things stand, for the pointer.
function draw(ctx, width, height, model, state, inks, words) {
  ctx.font = font(width < 520 ? 13 : 14, 600);
  const seen = view(model, state), average = seen.baseline ? seen.baseline.label : "";
  const ending = Math.ceil(ctx.measureText(average).width) + 8;
  const at = frame(width, height, seen, ending), show = (name) => !state.hidden.has(name);
  ctx.fillStyle = inks.paper;
  ctx.fillRect(0, 0, width, height);
  drawAxes(ctx, at, inks, words, seen);
  const span = Math.max(1, model.year - 2 - model.firstYear);
  if (show("others")) {
    if (seen.anomaly) wash(ctx, at, seen.envelope, clear(inks.recent, 0.35));
    else
      for (const year of model.years.keys())
        if (year < model.year - 1) {
          ctx.strokeStyle = mix(inks.old, inks.recent, (year - model.firstYear) / span);
          ctx.lineWidth = at.small ? 0.6 : 0.8;
          trace(ctx, at, model.years.get(year), year); ctx.stroke();
        }
  }
  if (seen.band && show("band")) wash(ctx, at, seen.band, clear(inks.average, 0.2));
  const ends = [];
  const named = (values, text, ink) => {
    for (let day = 366; day > 330; day--)
      if (!Number.isNaN(values[day - 1])) { ends.push({ y: at.y(values[day - 1]), text, ink }); return; }
  };
  ctx.lineJoin = "round";
  if (seen.average && show("average")) {
    ctx.strokeStyle = inks.average; ctx.lineWidth = 1.5; ctx.setLineDash([6, 4]);
    trace(ctx, at, seen.average); ctx.stroke(); ctx.setLineDash([]);
    named(seen.average, average, inks.average);
  }
  if (model.years.has(model.year - 1) && show("last")) {
    const values = seen.line(model.year - 1);
    ctx.strokeStyle = inks.last; ctx.lineWidth = 1.7;
    trace(ctx, at, values, model.year - 1); ctx.stroke();
    named(values, String(model.year - 1), inks["last-text"]);
  }
  [...state.picked].forEach((year, i) => {
    const values = seen.line(year), ink = inks["pick-" + ((i % 4) + 1)];
    ctx.strokeStyle = inks.paper; ctx.lineWidth = 3.6; trace(ctx, at, values, year); ctx.stroke();
    ctx.strokeStyle = ink; ctx.lineWidth = 1.7; trace(ctx, at, values, year); ctx.stroke();
    named(values, String(year), ink);
  });
  if (show("this")) {
    const values = seen.line(model.year), end = at.x(model.lastDay), height_ = at.y(values[model.lastDay - 1]);
    drawThisYear(ctx, at, inks, model, values);
    if (end > width - at.right - 30) ends.push({ y: height_, text: String(model.year), ink: inks.ink });
    else {  // above its end and above last year's line beside it, or below where that would be far
      const beside = show("last") && model.years.has(model.year - 1) ? [...seen.line(model.year - 1)].slice(model.lastDay - 1, at.day(end + 44)) : [];
      const top = Math.min(height_, ...beside.filter((v) => !Number.isNaN(v)).map(at.y)) - 9;
      const y = top < height_ - 40 || top < at.top ? height_ + 24 : top;
      label(ctx, inks, String(model.year), end + 9, y, inks.ink, at.small ? 14.5 : 17, 700);
    }
  }
  const places = spread(ends.map((e) => e.y), 16, at.top, height - at.bottom);
  ends.forEach((e, i) => label(ctx, inks, e.text, width - at.right + 6, places[i] + 4, e.ink, at.small ? 13 : 14, 600));
  return { seen, at };
}

// The day under the cursor: a hairline, a dot on each line that speaks, and the year nearest to the pointer.
function drawCursor(ctx, drawn, model, state, inks) {
  const { seen, at } = drawn, x = at.x(state.day), show = (name) => !state.hidden.has(name);
  ctx.clearRect(0, 0, at.width, at.height);
  if (!state.pointing) return;
  ctx.strokeStyle = inks.axis; ctx.lineWidth = 1;
  ctx.beginPath(); ctx.moveTo(x, at.top); ctx.lineTo(x, at.height - at.bottom); ctx.stroke();
  if (state.near) {
    const values = seen.line(state.near);
    ctx.strokeStyle = inks.soft; ctx.lineWidth = 1.6; trace(ctx, at, values, state.near); ctx.stroke();
    label(ctx, inks, String(state.near), x + (x > at.width - at.right - 50 ? -8 : 8), at.y(values[state.day - 1]) - 8, inks.soft, 13, 600, x > at.width - at.right - 50 ? "right" : "left");
  }
  const dot = (value, ink) => {
    if (value === undefined || Number.isNaN(value)) return;
    ctx.beginPath(); ctx.arc(x, at.y(value), 4, 0, 7); ctx.fillStyle = ink; ctx.fill();
    ctx.strokeStyle = inks.paper; ctx.lineWidth = 1.5; ctx.stroke();
  };
  if (seen.average && show("average")) dot(seen.average[state.day - 1], inks.average);
  [...state.picked].forEach((year, i) => dot(seen.line(year)[state.day - 1], inks["pick-" + ((i % 4) + 1)]));
  if (model.years.has(model.year - 1) && show("last")) dot(seen.line(model.year - 1)[state.day - 1], inks.last);
  if (show("this")) dot(seen.line(model.year)[state.day - 1], inks.ink);
}

// The older year whose line runs nearest to a point, if one lies within 14 pixels.
function nearest(drawn, model, day, py) {
  let best = null, least = 14;
  for (const year of model.years.keys()) {
    if (year >= model.year - 1) continue;
    const distance = Math.abs(drawn.at.y(drawn.seen.line(year)[day - 1]) - py);
    if (distance < least) { least = distance; best = year; }
  }
  return best;
}

// The view as a picture of 2400 × 1350 with title, subtitle and source, ready for a post.
function picture(model, state, inks, words, titles) {
  const canvas = document.createElement("canvas");
  canvas.width = 2400; canvas.height = 1350;
  const ctx = canvas.getContext("2d");
  ctx.scale(2, 2);
  ctx.fillStyle = inks.paper; ctx.fillRect(0, 0, 1200, 675);
  const baseline = model.baselines[state.baseline], anomaly = state.mode === "anomaly" && baseline;
  const average = baseline ? words.averageOf.replace("{baseline}", baseline.label) : "";
  const title = anomaly ? titles.place : titles.title, subtitle = anomaly ? `${words.anomaly}, ${baseline.label}. ${titles.until}` : titles.subtitle;
  let size = 30;
  do { ctx.font = font(size, 700); size -= 1; } while (size > 16 && ctx.measureText(title).width > 1128);
  ctx.fillStyle = inks.ink; ctx.fillText(title, 36, 58);
  ctx.font = font(16); ctx.fillStyle = inks.soft; ctx.fillText(subtitle, 36, 86, 1128);
  const notes = [titles.source, titles.notice];
  if (baseline) notes.unshift(`${average}; ${words.shaded}${anomaly ? `; ${words.envelope.replace("{first}", model.firstYear).replace("{last}", model.year - 2)}` : ""}`);
  ctx.font = font(12); ctx.fillStyle = inks.faint;
  notes.filter(Boolean).forEach((line, i, all) => ctx.fillText(line, 36, 660 - 16 * (all.length - 1 - i), 1128));
  const inner = document.createElement("canvas");
  inner.width = 2256; inner.height = 1020;
  const paint = inner.getContext("2d");
  paint.scale(2, 2);
  draw(paint, 1128, 510, model, state, inks, words);
  ctx.drawImage(inner, 36, 100, 1128, 510);
  return canvas;
}
