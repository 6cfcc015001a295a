#!/usr/bin/env bash
# The store of files against a server that speaks S3, which runs in an environment of its own: it is large.
set -euo pipefail

PORT=${PORT:-5055}
uv tool run --quiet --from 'moto[server]==5.2.5' moto_server -H 127.0.0.1 -p "$PORT" >/dev/null 2>&1 &
SERVER=$!
trap 'kill $SERVER 2>/dev/null || true' EXIT

export AWS_ENDPOINT=http://127.0.0.1:$PORT AWS_ALLOW_HTTP=true AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing
for _ in $(seq 100); do
  curl --silent --fail --output /dev/null "$AWS_ENDPOINT/moto-api/" && break
  sleep 0.2
done
curl --silent --fail --output /dev/null --request PUT "$AWS_ENDPOINT/attachments"
TRACKER_TEST_BUCKET=s3://attachments/files uv run pytest tests/stores -n 0
