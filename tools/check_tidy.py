"""Fails if clang-tidy finds a fault (.clang-tidy) in the C++ files that changed: `check_tidy.py [BUILD] [--all]`.

Those are the files that differ from the last commit, and those of that commit; for a header, its .cc file. --all checks
every file, which takes three minutes on two cores, and is for a change of .clang-tidy. BUILD is a build folder with
compile_commands.json. Without clang-tidy, which tools/setup.sh puts in .venv, and without git the exit code is 77,
which ctest counts as skipped.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# clang cannot read what GCC compiled before (a precompiled header), nor do its warnings count.
DROPPED = re.compile(r"-include \S*cmake_pch\.hxx|-fpch-preprocess|-Winvalid-pch|-Werror|^.*?(?=\S+\+\+ )")


def apart(command: dict) -> list[dict]:
    """The commands of the files that are compiled together (CMAKE_UNITY_BUILD), each alone."""
    if "/Unity/" not in command["file"]:
        return [command]
    files = re.findall(r'#include "(.*)"', pathlib.Path(command["file"]).read_text())
    return [{**command, "file": f, "command": command["command"].replace(command["file"], f)} for f in files]


def changed_files() -> list[str]:
    def listed(*command: str) -> list[str]:
        run = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True)
        return run.stdout.splitlines() if run.returncode == 0 else []

    names = listed("diff", "--name-only", "HEAD") + listed("show", "--name-only", "--format=", "HEAD")
    return names + listed("ls-files", "--others", "--exclude-standard")


def main() -> int:
    known = ROOT / ".venv/bin/clang-tidy"
    tidy = str(known) if known.exists() else shutil.which("clang-tidy")
    if tidy is None or not shutil.which("git"):
        print("tidy: skipped, since there is no clang-tidy (tools/setup.sh puts one in .venv) or no git")
        return 77
    folders = [argument for argument in sys.argv[1:] if argument != "--all"]
    build = pathlib.Path(folders[0] if folders else ROOT / "build/release")
    commands = sum(map(apart, json.loads((build / "compile_commands.json").read_text())), [])
    for command in commands:
        command["command"] = DROPPED.sub("", command["command"])
    compiled = {command["file"] for command in commands}
    names = compiled if "--all" in sys.argv else {str((ROOT / n).with_suffix(".cc")) for n in changed_files()}
    files = sorted(name for name in names & compiled if not name.endswith("_test.cc") and "/.venv/" not in name)

    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "compile_commands.json").write_text(json.dumps(commands))

        def check(file: str) -> str:
            run = subprocess.run([tidy, "-p", folder, "--quiet", file], cwd=ROOT, capture_output=True, text=True)
            if run.returncode and not run.stdout.strip():
                return f"{file}: clang-tidy failed\n{run.stderr}"
            return run.stdout

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as threads:
            found = [text for text in threads.map(check, files) if text.strip()]
    print("\n".join(found))
    print(f"{len(files)} files checked, faults in {len(found)} of them")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
