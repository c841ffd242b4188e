"""The commands in the README are run as written, and their output is what it shows."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PATIENCE = 60
"""Seconds for a command to end, or for one in the background to be ready."""
SERVICE, SITE, API = 8080, 8081, 3001
"""The ports of the README; each is another one here, that is free."""


def console_blocks():
    """The (command, output shown) of each console block, in order."""
    for block in re.findall(r"```console\n(.*?)```", README.read_text(), re.S):
        parts = re.split(r"^\$ ", block, flags=re.M)[1:]
        yield [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


def matches(shown, printed):
    pattern = "".join(".*" if piece == "…" else re.escape(piece) for piece in re.split("(…)", shown))
    return re.fullmatch(pattern, printed)


def free_ports(count):
    """Ports that were free a moment ago; all held at once, so that no two are the same."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


class Terminal:
    """Somebody who types the README's commands one after the other."""

    def __init__(self, place):
        self.place = place
        self.background = []
        service, site, api, other = free_ports(4)
        self.ports = {SERVICE: service, SITE: site, API: api}
        binary = pathlib.Path(os.environ.get("KEYLEDGER_BIN", ROOT / ".build/release/keyledger"))
        assert binary.exists(), f"missing: {binary}; build first"
        self.environment = dict(os.environ, PATH=f"{binary.resolve().parent}:{os.environ['PATH']}")
        self.environment |= {
            "KEYLEDGER_ADDRESS": f"127.0.0.1:{service}", "ZAZMIC_SITE": f"http://:{site}",
            "ZAZMIC_UPSTREAM": f"127.0.0.1:{api}", "AZEN_SITE": f"http://:{other}",
            # Caddy's own files, and no fixed port for its administration.
            "CADDY_ADMIN": f"unix/{place}/caddy.sock", "XDG_DATA_HOME": str(place),
            "XDG_CONFIG_HOME": str(place)}
        self.environment.pop("KEYLEDGER_DATA", None)
        (place / "tools").symlink_to(ROOT / "tools")

    def moved(self, text):
        """A text of the README with the ports in use here."""
        for shown, used in self.ports.items():
            text = re.sub(rf":{shown}\b", f":{used}", text)
        return text

    def export(self, assignment):
        name, value = assignment.split("=", 1)
        done = subprocess.run(
            ["bash", "-c", f'printf %s "{value}"'], cwd=self.place, env=self.environment,
            text=True, capture_output=True, timeout=PATIENCE, check=True)
        self.environment[name] = done.stdout

    def run(self, command):
        """What a command prints that must succeed."""
        done = subprocess.run(
            ["bash", "-c", self.moved(command)], cwd=self.place, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE)
        assert done.returncode == 0, f"$ {command}\n{done.stdout}"
        return done.stdout

    def start(self, command, lines):
        """What a command in the background prints until it is ready: so many lines, or none but it
        takes connections."""
        process = subprocess.Popen(
            ["bash", "-c", "exec " + self.moved(command)], cwd=self.place, env=self.environment,
            text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.background.append(process)
        named = re.search(r"127\.0\.0\.1:(\d+)", self.moved(command))
        self.wait_for(process, int(named[1]) if named else self.ports[SITE])
        return "".join(process.stdout.readline() for _ in range(lines))

    def wait_for(self, process, port):
        for _ in range(PATIENCE * 20):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                try:
                    process.wait(0.05)
                except subprocess.TimeoutExpired:
                    continue
                break
        pytest.fail(f"{process.args[-1]}: nothing listens on port {port}")

    def close(self):
        for process in reversed(self.background):
            process.terminate()
            process.wait(PATIENCE)
            process.stdout.close()


def compare(command, shown, printed):
    printed, expected = printed.replace("\r\n", "\n").splitlines(), shown.splitlines()
    assert len(printed) == len(expected), f"$ {command}\n" + "\n".join(printed)
    for want, got in zip(expected, printed):
        assert matches(want, got), f"$ {command}\nshown:   {want}\nprinted: {got}"


def test_every_command_in_the_readme_prints_what_the_readme_shows(tmp_path):
    terminal, seen = Terminal(tmp_path), 0
    try:
        for block in console_blocks():
            needed = [command.split()[0] for command, _ in block]
            if "caddy" in needed and shutil.which("caddy") is None:
                continue
            for command, shown in block:
                if command.startswith("export "):
                    terminal.export(command.removeprefix("export "))
                    continue
                shown = terminal.moved(shown)
                if command.endswith(" &"):
                    lines = len(shown.splitlines())
                    printed = terminal.start(command.removesuffix(" &"), lines)
                else:
                    printed = terminal.run(command)
                compare(command, shown, printed)
                seen += 1
    finally:
        terminal.close()
    assert seen >= 8, "the README shows too few commands"


def test_every_file_the_readme_links_to_is_there():
    links = re.findall(r"\]\((?!http)([^)#]+)", README.read_text())
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


@pytest.mark.skipif(shutil.which("swift") is None, reason="not run: Swift is not in PATH")
def test_quickstart_ends_by_itself_and_shows_the_story():
    done = subprocess.run(
        [str(ROOT / "tools/quickstart")], text=True, capture_output=True, timeout=900,
        stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr[-3000:]
    said = done.stdout + done.stderr
    for sign in (
            "HTTP/1.1 200", "HTTP/1.1 401", "HTTP/1.1 403", "HTTP/1.1 429", "Retry-After:",
            "You have exceeded the rate limit of 10 requests per minute",
            "Account temporarily blocked due to repeated task failures", "Insufficient balance.",
            '"Invalid API key","code":403', "abuse_blocked", "rate_limited", "disabled",
            "added            50", "nothing new", "key.revoked", "verdict        ok"):
        assert sign in said, sign
    assert said.count("verdict        ok") == 3
    assert str(ROOT) not in done.stdout


@pytest.mark.skipif(shutil.which("swift") is None, reason="not run: Swift is not in PATH")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_quickstart_serves_until_it_is_told_to_end(number, tmp_path):
    port, = free_ports(1)
    with subprocess.Popen(
            [str(ROOT / "tools/quickstart"), "--serve", "--port", str(port), "--data",
             str(tmp_path / "data"), "tools/sample"],
            cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if line == f"listening on http://127.0.0.1:{port}\n":
                break
        socket.create_connection(("127.0.0.1", port)).close()
        process.send_signal(number)
        said.append(process.stdout.read())
        assert process.wait(PATIENCE) == 0, "".join(said)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


@pytest.mark.parametrize("tool", ["setup", "quickstart", "test"])
def test_a_wrong_flag_of_a_tool_ends_with_2_and_says_so(tool):
    done = subprocess.run(
        [str(ROOT / "tools" / tool), "--nonsense"], text=True, capture_output=True, timeout=60)
    assert done.returncode == 2
    assert "--nonsense" in done.stderr


@pytest.mark.parametrize("flags", [["--port"], ["--port", "x"], ["--port", "65536"], ["--data"]])
def test_a_flag_of_quickstart_without_its_value_ends_with_2(flags):
    done = subprocess.run(
        [str(ROOT / "tools/quickstart"), *flags], text=True, capture_output=True, timeout=60)
    assert done.returncode == 2 and flags[0] in done.stderr
