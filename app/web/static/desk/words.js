// How things are said: the words of the register's codes, and days as people write them.

const WORDS = {
  bilateral_talks: "Bilateral talks",
  senior_officials: "Senior officials",
  defence_force: "Defence Force",
  in_progress: "In progress",
};

export const PATHS = {
  bilateral_talks: "bilateral-talks",
  visit: "visits",
  dialogue: "dialogues",
  exercise: "exercises",
  deployment: "deployments",
};

export const KINDS = Object.keys(PATHS);
export const STATUSES = ["proposed", "planned", "confirmed", "in_progress", "completed", "postponed", "cancelled"];
export const LEVELS = ["ministerial", "principal", "senior_officials", "working"];
export const LEADS = ["ministry", "defence_force", "joint"];

export const words = (code) =>
  WORDS[code] ?? (code ? code[0].toUpperCase() + code.slice(1).replaceAll("_", " ") : "Not said");

const LOCALE = "en-NZ";
const form = (options) => new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", ...options });
const LONG = form({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const SHORT = form({ day: "numeric", month: "short", year: "numeric" });
const MONTH = form({ month: "long", year: "numeric" });
const BRIEF = form({ month: "short" });
const BRIEF_YEAR = form({ month: "short", year: "numeric" });
const number = new Intl.NumberFormat(LOCALE);

export const count = (value) => number.format(value);
export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

export const asDate = (day) => new Date(`${day}T00:00:00Z`);
export const asDay = (date) => date.toISOString().slice(0, 10);
export const longDay = (day) => LONG.format(asDate(day));
// Days stay in one line.
export const shortDay = (day) => SHORT.format(asDate(day)).replaceAll(" ", "\u00a0");
export const monthName = (day) => (day.slice(5, 7) === "01" ? BRIEF_YEAR : BRIEF).format(asDate(day));
export const month = (day) => MONTH.format(asDate(day));

// The day that it is at home, wherever the screen stands.
export function today(zone = "Pacific/Auckland") {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date());
}

export function plus(day, days) {
  const date = asDate(day);
  date.setUTCDate(date.getUTCDate() + days);
  return asDay(date);
}

export function plusMonths(day, months) {
  const date = asDate(`${day.slice(0, 7)}-01`);
  date.setUTCMonth(date.getUTCMonth() + months);
  return asDay(date);
}

export function monday(day) {
  return plus(day, -((asDate(day).getUTCDay() + 6) % 7));
}

// When an engagement is, as exactly as that is known.
export function when({ starts_on: first, ends_on: last, date_precision: precision, starts_at: at, timezone }) {
  if (precision === "year") return first.slice(0, 4);
  if (precision === "quarter") return `Quarter ${Math.ceil(Number(first.slice(5, 7)) / 3)} of ${first.slice(0, 4)}`;
  if (precision === "month") return month(first);
  if (!last) return `From ${shortDay(first)}`;
  if (last !== first) return `${shortDay(first)} to ${shortDay(last)}`;
  return at && timezone ? `${longDay(first)}, ${clock(at, timezone)}` : longDay(first);
}

export function clock(at, timezone) {
  return new Intl.DateTimeFormat(LOCALE, {
    timeZone: timezone, hour: "2-digit", minute: "2-digit", hour12: false, timeZoneName: "short",
  }).format(new Date(at));
}

// How many days lie between two.
export const ago = (day, now) => Math.round((asDate(now) - asDate(day)) / 86400000);
