"""Installs what the register is measured beside, from the package registries, at the versions that are pinned here.

uv run python benchmarks/peers/install.py

Django REST Framework and Node come as Python packages into an environment of their own, PostGraphile and Directus as
npm packages, without their install scripts. It takes some minutes, a gigabyte, and no compiler.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "var/peers"
NPM = ("postgraphile", "directus")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder to install into")
    parser.add_argument("--only", default=f"drf,{','.join(NPM)}", help="these of them, comma separated")
    options = parser.parse_args()
    python = options.data.absolute() / "python"
    run("uv", "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(python))
    requirements = ("--requirements", str(HERE / "requirements.txt"))
    run("uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *requirements)
    for name in NPM:
        if name in options.only.split(","):
            folder = options.data.absolute() / name
            folder.mkdir(parents=True, exist_ok=True)
            for each in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name / each, folder)
            search = f"{python / 'bin'}{os.pathsep}{os.environ['PATH']}"
            command = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            run(*command, cwd=folder, env=os.environ | {"PATH": search})


def run(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    print("+", *command, file=sys.stderr, flush=True)
    subprocess.run(command, cwd=cwd, env=env, check=True)


if __name__ == "__main__":
    main()
