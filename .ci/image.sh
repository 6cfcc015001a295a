#!/usr/bin/env bash
# Builds the container image with the project's own Dockerfile, and runs it: without an engine, by buildah in a chroot, on
# a base of Debian packages. As root on Debian. What it proves: the Dockerfile builds, the image runs as user 10001,
# migrates, serves, is healthy, ends when it is told to. A chroot does not prove a read-only root or dropped capabilities.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for program in buildah mmdebstrap; do
  command -v "$program" >/dev/null && continue
  apt-get update --quiet=2
  apt-get install --quiet=2 --yes --no-install-recommends buildah mmdebstrap </dev/null
done
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
work=$(mktemp -d)
images=(buildah --root "$work/root" --runroot "$work/run")
serving=
finish() {
  [ -z "$serving" ] || kill -- "-$serving" 2>/dev/null || true
  "${images[@]}" umount --all >/dev/null 2>&1 || true
  "${images[@]}" rm --all >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

# How this machine reaches its package registries is lent to the build, and does not stay in the image.
lent=()
for each in /etc/pip.conf /etc/xdg/pip /etc/uv /etc/ssl/certs /usr/local/share/ca-certificates /etc/resolv.conf; do
  [ ! -e "$each" ] || lent+=(--volume "$each:$each:ro")
done
for each in PIP_CERT SSL_CERT_FILE REQUESTS_CA_BUNDLE; do
  [ -z "${!each:-}" ] || lent+=(--volume "${!each}:${!each}:ro")
done
settings=()
while IFS= read -r each; do settings+=(--env "$each"); done < <(env | grep -E '^(UV_(DEFAULT_INDEX|INDEX|INDEX_URL|NATIVE_TLS)|PIP_(INDEX_URL|CERT)|SSL_CERT_FILE|HTTPS?_PROXY|https?_proxy)=' || true)

printf 'A base with CPython 3.13, of Debian packages\n'
sources=$(sed 's/bookworm/trixie/g' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
mmdebstrap --quiet --variant=minbase --include=ca-certificates,python3,python3-venv trixie "$work/base.tar" ${sources:+-} \
  <<<"$sources"
base=$("${images[@]}" from scratch)
"${images[@]}" add --quiet "$base" "$work/base.tar" /
rm "$work/base.tar"
"${images[@]}" run "$base" -- ln -s /usr/bin/python3 /usr/local/bin/python
"${images[@]}" commit --quiet --rm "$base" localhost/python:3.13-slim >/dev/null

printf 'The image\n'
git archive --format=tar HEAD | (mkdir "$work/context" && tar -x -C "$work/context")
"${images[@]}" build --quiet --format docker --pull-never --build-arg BASE_IMAGE=localhost/python:3.13-slim \
  "${lent[@]}" "${settings[@]}" --file Dockerfile --tag localhost/engagement-tracker:test "$work/context"

run=$("${images[@]}" from --pull-never localhost/engagement-tracker:test)
inside() { "${images[@]}" run "$run" -- "$@"; }
test "$(inside id -u)" = 10001
inside tracker migrate
token=$(inside tracker token create --name image --role reader)
"${images[@]}" inspect --type image localhost/engagement-tracker:test >"$work/image.json"
read -ra command < <(python3 -c 'import json, sys
config = json.load(open(sys.argv[1]))["OCIv1"]["config"]
print(*config["Entrypoint"], *config["Cmd"])' "$work/image.json")
printf 'It runs: %s\n' "${command[*]}"
setsid "${images[@]}" run "$run" -- "${command[@]}" >"$work/log" 2>&1 &
serving=$!
for _ in $(seq 60); do
  curl --silent --fail --output /dev/null --max-time 2 http://127.0.0.1:8000/readyz && break
  kill -0 "$serving" || { cat "$work/log" >&2; exit 1; }
  sleep 1
done
curl --silent --show-error --fail --header "Authorization: Bearer $token" 'http://127.0.0.1:8000/api/v1/partners?limit=2'
printf '\n'
mapfile -t check < <(python3 -c 'import json, sys
print(*json.load(open(sys.argv[1]))["Docker"]["config"]["Healthcheck"]["Test"][1:], sep="\n")' "$work/image.json")
inside "${check[@]}"
printf 'It is healthy, by its own check.\n'
kill -TERM -- "-$serving"
wait "$serving" || true
serving=
if curl --silent --output /dev/null --max-time 2 http://127.0.0.1:8000/livez; then echo "It goes on after it was told to end." >&2; exit 1; fi
printf 'It ends when it is told to. %s\n' "$("${images[@]}" images --format '{{.Name}} {{.Size}}' | grep engagement-tracker)"
