#!/usr/bin/env bash
# usage: openapi_lint.sh OPENAPI.json
# Lints the OpenAPI document with Spectral and Redocly. Errors and warnings fail; only a rule that
# .spectral.yaml or redocly.yaml switches off, with its reason, is let through.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
document=$(realpath "$1")
tools=$("$here/npm-tools.sh" lint @stoplight/spectral-cli@6.16.3 @redocly/cli@2.77.0)

export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
cd "$root"
status=0
"$tools/node_modules/.bin/spectral" lint "$document" --ruleset .spectral.yaml --fail-severity=warn || status=1
"$tools/node_modules/.bin/redocly" lint "$document" --config redocly.yaml --max-problems=200 || status=1
exit "$status"
