// Numbers only: unpacking, calendar, rounding. Nothing here touches the document, so it is tested by itself.

// Digits of the packed numbers: printable ASCII that is safe inside JSON and HTML. "!" stands for a missing value.
const DIGITS = (() => {
  let all = "";
  for (let code = 35; code < 127; code++) if (!"&'<>\\`~".includes(String.fromCharCode(code))) all += String.fromCharCode(code);
  return all.slice(0, 84);
})();
const HALF = 42;

// Text → numbers. Each value is the difference from the last known one, folded so that small differences of either
// sign are small (0, -1, 1, -2 … → 0, 1, 2, 3 …), in base 42; digits from 42 on say that more follow.
function unpack(text) {
  const place = new Int8Array(128).fill(-1);
  for (let i = 0; i < DIGITS.length; i++) place[DIGITS.charCodeAt(i)] = i;
  const out = [];
  let last = 0, folded = 0, weight = 1;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "!") { out.push(NaN); continue; }
    const digit = place[text.charCodeAt(i)];
    folded += (digit % HALF) * weight;
    if (digit >= HALF) { weight *= HALF; continue; }
    last += folded % 2 ? -(folded + 1) / 2 : folded / 2;
    out.push(last);
    folded = 0; weight = 1;
  }
  return out;
}

const DAY = 86400000;
const MONTHS = [1, 32, 61, 92, 122, 153, 183, 214, 245, 275, 306, 336, 367];  // day of year on which each month begins
const isLeap = (year) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

// Day of year on the 366-day calendar: 1 March is 61 in every year, 60 is 29 February and exists in leap years only.
function dayOfYear(time) {
  const date = new Date(time), year = date.getUTCFullYear();
  const count = Math.round((time - Date.UTC(year, 0, 1)) / DAY) + 1;
  return count >= 60 && !isLeap(year) ? count + 1 : count;
}

// Day of year → [month 0–11, day of month].
function monthAndDay(day) {
  let month = 0;
  while (MONTHS[month + 1] <= day) month++;
  return [month, day - MONTHS[month] + 1];
}

// The same day in another year's row; 28 February stands in for 29 February.
const partner = (row, day) => (!row ? NaN : day === 60 && Number.isNaN(row[59]) ? row[58] : row[day - 1]);

// Daily values → one Float64Array of 366 a year; what a year lacks is NaN.
function foldYears(start, values) {
  const first = Date.parse(start + "T00:00:00Z"), years = new Map();
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return;  // a year without any value does not exist
    const time = first + i * DAY, year = new Date(time).getUTCFullYear();
    if (!years.has(year)) years.set(year, new Float64Array(366).fill(NaN));
    years.get(year)[dayOfYear(time) - 1] = value;
  });
  return years;
}

// Half goes away from zero; the tiny push undoes what binary fractions take from a half such as 12.345.
function round(value, decimals) {
  const factor = 10 ** decimals;
  const rounded = Math.sign(value) * Math.floor(Math.abs(value) * factor + 0.5 + 1e-9) / factor;
  return rounded === 0 ? 0 : rounded;  // never −0
}

const number = (value, decimals, mark) => round(value, decimals).toFixed(decimals).replace("-", "−").replace(".", mark);
const signed = (value, decimals, mark) => (round(value, decimals) > 0 ? "+" : "") + number(value, decimals, mark);

// Round steps for an axis: about `count` of 1, 2, 4 or 5 × a power of ten.
function ticks(low, high, count) {
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 4, 5, 10].find((f) => f * power >= raw * 0.999));
  const out = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9; i++) out.push(round(i * step, 6));
  return out;
}

// Right-edge labels kept apart: sorted by wanted height, pushed to at least `gap` by pooling neighbours (least squares).
function spread(wanted, gap, low, high) {
  const order = wanted.map((y, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const pools = [];
  order.forEach((index, rank) => {
    let pool = { sum: wanted[index] - rank * gap, n: 1 };
    while (pools.length && pools[pools.length - 1].sum / pools[pools.length - 1].n > pool.sum / pool.n) {
      const before = pools.pop();
      pool = { sum: before.sum + pool.sum, n: before.n + pool.n };
    }
    pools.push(pool);
  });
  const placed = new Array(wanted.length);
  let rank = 0;
  for (const pool of pools)
    for (let i = 0; i < pool.n; i++, rank++) {
      const most = high - (wanted.length - 1 - rank) * gap, least = low + rank * gap;
      placed[order[rank]] = Math.max(least, Math.min(most, pool.sum / pool.n + rank * gap));
    }
  return placed;
}

// One line a day, numbers with a point whatever the language, so that every program reads it.
function csv(model, baseline) {
  const digits = Math.round(Math.log10(model.scale));
  const lines = ["date,value_degC,status" + (baseline ? ",anomaly_degC_" + baseline.label.replace("–", "_") : "")];
  const first = Date.parse(model.start + "T00:00:00Z");
  model.values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    const time = first + i * DAY;
    const row = [new Date(time).toISOString().slice(0, 10), value.toFixed(digits), model.preliminary(i) ? "preliminary" : "final"];
    if (baseline) row.push(round(value - baseline.mean[dayOfYear(time) - 1], 3).toFixed(3));
    lines.push(row.join(","));
  });
  return lines.join("\r\n") + "\r\n";
}

// The block of data in the page → what the chart asks of it.
function readModel(block) {
  const values = unpack(block.data).map((v) => v / block.scale);
  const years = foldYears(block.start, values);
  const baselines = block.baselines.map((b) => ({
    label: b.label, mean: unpack(b.mean).map((v) => v / 1e6), spread: unpack(b.spread).map((v) => v / 1e6),
  }));
  const preliminary = (i) => block.preliminary.some(([from, n]) => i >= from && i < from + n);
  const first = Date.parse(block.start + "T00:00:00Z"), soft = new Map();
  block.preliminary.forEach(([from, n]) => {
    for (let i = from; i < from + n; i++) {
      const year = new Date(first + i * DAY).getUTCFullYear();
      if (!soft.has(year)) soft.set(year, new Set());
      soft.get(year).add(dayOfYear(first + i * DAY));
    }
  });
  const all = [...years.keys()];
  return { start: block.start, scale: block.scale, decimals: block.decimals, values, years, baselines, preliminary, soft,
    firstYear: all[0], year: all[all.length - 1], lastDay: dayOfYear(first + (values.length - 1) * DAY) };
}
