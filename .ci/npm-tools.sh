#!/usr/bin/env bash
# usage: npm-tools.sh NAME PACKAGE@VERSION...
# Installs npm packages once into a folder of the cache and prints that folder. No install scripts run.
set -euo pipefail
name=$1
shift
folder=${XDG_CACHE_HOME:-$HOME/.cache}/engagement-tracker-ci/$name-$(printf '%s\n' "$@" | cksum | cut -d' ' -f1)
if [ ! -e "$folder/installed" ]; then
  rm -rf "$folder"
  mkdir -p "$folder"
  printf '{"private": true}\n' > "$folder/package.json"
  # TypeScript's newest major is not yet in openapi-typescript's peer range, hence the older rules for peers.
  npm install --prefix "$folder" --ignore-scripts --legacy-peer-deps --no-audit --no-fund --silent --save-exact "$@" >&2
  touch "$folder/installed"
fi
printf '%s\n' "$folder"
