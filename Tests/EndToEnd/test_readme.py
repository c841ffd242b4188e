"""The commands in the README are run as written, and their output is what it shows."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def console_blocks():
    return re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.S)


def commands():
    """(command, the output shown) of every console block, in order."""
    for block in console_blocks():
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def matches(shown, printed):
    pattern = "".join(".*" if piece == "…" else re.escape(piece) for piece in re.split("(…)", shown))
    return re.fullmatch(pattern, printed)


def test_every_command_in_the_readme_prints_what_the_readme_shows(tmp_path):
    binary = pathlib.Path(os.environ.get("KEYLEDGER_BIN", ROOT / ".build/release/keyledger"))
    assert binary.exists(), f"missing: {binary}; build first"
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    environment = dict(os.environ, PATH=f"{binary.resolve().parent}:{os.environ['PATH']}")
    environment.pop("KEYLEDGER_DATA", None)
    seen = 0
    for command, shown in commands():
        if command.startswith("export ") and "=" in command:
            name, value = command.removeprefix("export ").split("=", 1)
            environment[name] = value
            continue
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        assert done.returncode == 0, f"$ {command}\n{done.stdout}"
        printed = done.stdout.replace("\r\n", "\n").splitlines()
        expected = shown.splitlines()
        assert len(printed) == len(expected), f"$ {command}\n{done.stdout}"
        for want, got in zip(expected, printed):
            assert matches(want, got), f"$ {command}\nshown:   {want}\nprinted: {got}"
        seen += 1
    assert seen >= 8, "the README shows too few commands"


def test_every_file_the_readme_links_to_is_there():
    links = re.findall(r"\]\((?!http)([^)#]+)", (ROOT / "README.md").read_text())
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


@pytest.mark.skipif(shutil.which("swift") is None, reason="not run: Swift is not in PATH")
def test_quickstart_ends_by_itself_and_shows_the_story():
    done = subprocess.run(
        [str(ROOT / "tools/quickstart")], text=True, capture_output=True, timeout=900,
        stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr[-3000:]
    for sign in ("added            50", "nothing new", "key.revoked", "verdict        ok"):
        assert sign in done.stdout + done.stderr, sign


@pytest.mark.parametrize("tool", ["setup", "quickstart", "test"])
def test_a_wrong_flag_of_a_tool_ends_with_2_and_says_so(tool):
    done = subprocess.run(
        [str(ROOT / "tools" / tool), "--nonsense"], text=True, capture_output=True, timeout=60)
    assert done.returncode == 2
    assert "--nonsense" in done.stderr
