#!/usr/bin/env bash
# usage: calendars.sh BASE_URL TOKEN
# Subscribes to a calendar of a served demonstration with the programs that people use: vdirsyncer synchronises twice,
# the second time without a change; khal lists what is in it; ical.js reads it. The token is a contributor's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
url=${1%/}/api/v1
token=$2
tools=$("$here/npm-tools.sh" calendars ical.js@2.2.1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ask() {
  curl --silent --show-error --fail --header "Authorization: Bearer $token" "$@"
}

post() {
  ask --header 'Content-Type: application/json' --data "$2" "$url/$1"
}

field() {
  python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

# What programs get wrong: a clock time in two zones, whole days, letters of several bytes, what is called off.
day=$(date --utc --date='+7 days' +%F)
later=$(date --utc --date='+10 days' +%F)
in_wellington() {
  date --utc --date="TZ=\"Pacific/Auckland\" $day $1" +%FT%TZ
}
post visits '{"title": "Timed in Wellington", "direction": "inbound", "partners": ["AU"], "starts_on": "'"$day"'",
  "starts_at": "'"$(in_wellington 20:30)"'", "ends_at": "'"$(in_wellington 21:30)"'", "timezone": "Pacific/Auckland"}' >"$work/timed.json"
post visits '{"title": "Ōtākou; whole days, \\ and a long line '"$(printf 'ō%.0s' $(seq 100))"'", "direction": "outbound",
  "partners": ["TO"], "starts_on": "'"$day"'", "ends_on": "'"$later"'", "city": "Nukuʻalofa"}' >"$work/days.json"
post visits '{"title": "Called off", "direction": "outbound", "partners": ["FJ"], "starts_on": "'"$later"'"}' >"$work/off.json"
post "visits/$(field id <"$work/off.json")/transitions" '{"to": "cancelled", "reason": "resources"}' >/dev/null
post calendars '{"title": "Visits", "filter": {"kind": "visit"}}' >"$work/calendar.json"
address=$(field address <"$work/calendar.json")

mkdir "$work/folder"
cat >"$work/vdirsyncer.conf" <<CONF
[general]
status_path = "$work/status/"
[pair register]
a = "feed"
b = "folder"
collections = null
conflict_resolution = "a wins"
[storage feed]
type = "http"
url = "$address"
[storage folder]
type = "filesystem"
path = "$work/folder/"
fileext = ".ics"
CONF
vdirsyncer() {
  VDIRSYNCER_CONFIG=$work/vdirsyncer.conf uv tool run --quiet --from vdirsyncer==0.21.0 vdirsyncer "$@" </dev/null 2>&1
}
state_of_folder() {
  (cd "$work/folder" && sha256sum -- * && stat --format='%n %y' -- *)
}
vdirsyncer discover register >"$work/discovered.txt"
vdirsyncer sync register >"$work/first.txt"
state_of_folder >"$work/before.txt"
vdirsyncer sync register >"$work/second.txt"
state_of_folder >"$work/after.txt"
cmp "$work/before.txt" "$work/after.txt"
if grep -Ei 'copying|deleting|conflict|error|warning' "$work/second.txt"; then
  echo 'The second synchronisation changed something.' >&2
  exit 1
fi
events=$(find "$work/folder" -name '*.ics' | wc -l)
[ "$events" -ge 3 ]
echo "vdirsyncer: $events events, and nothing to do the second time"

cat >"$work/khal.conf" <<CONF
[calendars]
[[register]]
path = $work/folder/
readonly = True
[sqlite]
path = $work/khal.db
[locale]
local_timezone = Pacific/Auckland
default_timezone = Pacific/Auckland
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
CONF
uv tool run --quiet --from khal==0.14.1 khal -c "$work/khal.conf" list "$day" 5d >"$work/khal.txt" 2>"$work/khal.log"
grep -q '20:30-21:30 Timed in Wellington' "$work/khal.txt"
grep -q 'Ōtākou; whole days, \\ and a long line' "$work/khal.txt"
grep -q 'Cancelled: Called off' "$work/khal.txt"
echo "khal: $(grep -c . "$work/khal.txt") lines, among them the visit by its clock in Wellington"

cp "$here/calendars/read.mjs" "$work/"
ln -s "$tools/node_modules" "$work/node_modules"
curl --silent --show-error --fail "$address" >"$work/feed.ics"
ask "$url/schedule.ics?from=2020-01-01&to=2030-12-31" >"$work/schedule.ics"
node "$work/read.mjs" "$work/feed.ics" "$work/schedule.ics"

ask --request DELETE "$url/calendars/$(field id <"$work/calendar.json")"
[ "$(curl --silent --output /dev/null --write-out '%{http_code}' "$address")" = 404 ]
echo 'revoked: the address is none any more'
