#!/usr/bin/env bash
# usage: supply.sh [FOLDER]
# What the register is made of: nothing is declared that is not used or used that is not declared, the wheel comes out
# the same wherever it is built, and licences are those of docs/licences.md. Leaves wheel, SBOM (CycloneDX) and the
# requirements with their hashes in the folder, if one is given. `--licences` only writes docs/licences.md anew.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

runtime() {
  uv export --quiet --frozen --no-dev --no-emit-project --output-file "$work/requirements.txt"
  uv venv --quiet "$work/runtime"
  uv pip install --quiet --python "$work/runtime/bin/python" --require-hashes --requirement "$work/requirements.txt"
}

licences() {
  cat <<'MARKDOWN'
# Licences

What the register is installed with, and under which licence. The register itself is GPL-3.0-or-later:
[decision 0013](decisions/0013-dependencies.md). `.ci/supply.sh --licences` writes this page.

MARKDOWN
  uv tool run --quiet --from pip-licenses==5.5.5 pip-licenses --python "$work/runtime/bin/python" \
    --format=markdown --order=name --no-version | sed -E 's/ +\|/ |/g; s/^\|-+\|-+\|$/|---|---|/'
}

runtime
if [ "${1:-}" = --licences ]; then
  licences >docs/licences.md
  exit
fi

uv run --quiet --with deptry==0.25.1 deptry .
licences | diff docs/licences.md - || {
  echo "Licences have changed: look at them, then run .ci/supply.sh --licences" >&2
  exit 1
}

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
for place in here there; do
  git clone --quiet . "$work/$place/sources"
  (cd "$work/$place/sources" && umask "$([ "$place" = here ] && echo 022 || echo 077)" && uv build --quiet --wheel --out-dir "$work/$place/dist")
done
cmp "$work"/here/dist/*.whl "$work"/there/dist/*.whl
sha256sum "$work"/here/dist/*.whl | sed "s|$work/here/dist/||"

uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py environment "$work/runtime" \
  --pyproject pyproject.toml --output-reproducible --output-file "$work/sbom.cdx.json"
python3 - "$work/sbom.cdx.json" "$work/requirements.txt" <<'PYTHON'
import json, re, sys

with open(sys.argv[1], encoding="utf-8") as file:
    named = {each["name"].lower().replace("_", "-"): each["version"] for each in json.load(file)["components"]}
with open(sys.argv[2], encoding="utf-8") as file:
    pinned = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==([^ ;\\]+)(?: ; (.*?))?(?: \\)?$", file.read(), re.MULTILINE)
missing = [name for name, version, when in pinned if not when and named.get(name.replace("_", "-")) != version]
assert not missing, f"not in the SBOM: {missing}"
print(f"{len(named)} components in the SBOM")
PYTHON
if [ -n "${1:-}" ]; then
  mkdir -p "$1"
  cp "$work"/here/dist/*.whl "$work/sbom.cdx.json" "$work/requirements.txt" "$1/"
fi
