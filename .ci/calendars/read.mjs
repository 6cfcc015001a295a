// Reads calendar files with ical.js: every event has an id, times and a summary; zones are those that are used.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zones = calendar.getAllSubcomponents("vtimezone").map((each) => new ICAL.Timezone(each));
  for (const zone of zones) ICAL.TimezoneService.register(zone);
  const events = calendar.getAllSubcomponents("vevent").map((each) => new ICAL.Event(each));
  assert.ok(events.length >= 3, `${file}: ${events.length} events`);
  assert.equal(new Set(events.map((each) => each.uid)).size, events.length);
  const used = new Set();
  for (const event of events) {
    assert.match(event.uid, /^[0-9a-f-]{36}@/);
    assert.ok(event.summary.length > 0);
    assert.ok(event.startDate.year > 1900 && event.startDate.compare(event.endDate) <= 0, event.uid);
    assert.ok(event.sequence >= 1);
    const zone = event.component.getFirstProperty("dtstart").getParameter("tzid");
    if (!zone) continue;
    used.add(zone);
    const [own] = zones.filter((each) => each.tzid === zone);
    assert.ok(own, `${zone} is not told`);
    // By the zone as the file tells it, it is the same instant as by the zone as this machine knows it.
    const local = { timeZone: zone, dateStyle: "short", timeStyle: "medium", hourCycle: "h23" };
    const there = new Intl.DateTimeFormat("sv-SE", local).format(event.startDate.convertToZone(ICAL.Timezone.utcTimezone).toJSDate());
    assert.equal(there, event.startDate.toString().replace("T", " "), event.uid);
  }
  assert.deepEqual(zones.map((each) => each.tzid).sort(), [...used].sort());
  console.log(`ical.js: ${events.length} events, zones: ${[...used].sort().join(", ") || "none"}`);
}
