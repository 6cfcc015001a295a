#!/usr/bin/env bash
# usage: schemathesis.sh BASE_URL TOKEN [option of `schemathesis run`]...
# A bounded run of Schemathesis against a served register: all checks, all phases, one seed. It writes many
# records: give it a database that nobody needs. The token is an administrator's. Limits and exclusions are
# in schemathesis.toml.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
url=${1%/}
export REGISTER_TOKEN=$2
shift 2
reports=${SCHEMATHESIS_REPORTS:-$(mktemp -d)}
# Its own environment: it shares libraries with the register, at other versions.
timeout --signal=INT --kill-after=20 "${SCHEMATHESIS_SECONDS:-1800}" \
  uv tool run --quiet --from schemathesis==4.32.5 schemathesis --config-file "$root/schemathesis.toml" \
  run "$url/openapi.json" --checks all --phases examples,coverage,fuzzing,stateful --wait-for-schema 20 \
  --no-color --report junit --report-dir "$reports" "$@"
