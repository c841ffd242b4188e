"""Runs a proxy with its shipped configuration, for as long as a `with` block lasts.

    with run_proxy("caddy", keyledger_url, upstream_url) as proxy:
        ... proxy.zazmic_url, proxy.azen_url

The files of tools/proxies are used as they are: Caddy's addresses come from its environment; in
the others the default addresses, and nothing else, are replaced.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

SHIPPED = Path(__file__).resolve().parents[2] / "tools/proxies"
# What the shipped files say until they are changed.
KEYLEDGER, ZAZMIC, AZEN = ("127.0.0.1", 8080), ("127.0.0.1", 8081), ("127.0.0.1", 8082)
ZAZMIC_API, AZEN_API = ("127.0.0.1", 3001), ("127.0.0.1", 3002)
# A proxy answers in well under a second; a machine that builds at the same time is slower.
START_SECONDS = 30
STOP_SECONDS = 10
PROXIES = ("caddy", "nginx", "envoy")


@dataclass
class Proxy:
    name: str
    zazmic_url: str
    azen_url: str
    log: Path


@contextmanager
def run_proxy(name, keyledger_url, upstream_url, azen_upstream_url=None):
    """The proxy `name` before `upstream_url`, asking keyledger at `keyledger_url`.

    `azen_upstream_url`: where azen's API is another one.
    """
    program = program_of(name)
    with tempfile.TemporaryDirectory(prefix="keyledger-proxy-") as place:
        folder = Path(place)
        zazmic, azen = free_ports(2)
        moved = {KEYLEDGER: address(keyledger_url), ZAZMIC: ("127.0.0.1", zazmic),
                 AZEN: ("127.0.0.1", azen), ZAZMIC_API: address(upstream_url),
                 AZEN_API: address(azen_upstream_url or upstream_url)}
        command, environment = COMMANDS[name](program, folder, moved)
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=folder, env=os.environ | environment,
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            for port in (zazmic, azen):
                wait_for_port(process, port, log)
            yield Proxy(name, f"http://127.0.0.1:{zazmic}", f"http://127.0.0.1:{azen}", log)
        finally:
            stop(process)


def program_of(name):
    """The proxy's program; the test is not run where there is none."""
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    chosen = os.environ.get(f"KEYLEDGER_{name.upper()}_BIN") or shutil.which(name, path=places)
    if not chosen:
        pytest.skip(f"not run: {name} is not installed")
    return chosen


def caddy(program, folder, moved):
    environment = {
        "KEYLEDGER_ADDRESS": text(moved[KEYLEDGER]),
        "ZAZMIC_SITE": f"http://:{moved[ZAZMIC][1]}", "AZEN_SITE": f"http://:{moved[AZEN][1]}",
        "ZAZMIC_UPSTREAM": text(moved[ZAZMIC_API]), "AZEN_UPSTREAM": text(moved[AZEN_API]),
        # Caddy's own: nothing outside the folder, and no fixed port.
        "CADDY_ADMIN": f"unix/{folder}/admin.sock", "HOME": str(folder),
        "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [program, "run", "--config", str(SHIPPED / "Caddyfile"), "--adapter", "caddyfile"]
    return command, environment


def nginx(program, folder, moved):
    # Where a packaged nginx keeps bodies belongs to another user.
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"  {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    shipped = replaced((SHIPPED / "nginx.conf").read_text(), moved, text)
    written = once(shipped, "http {\n", f"http {{\n  access_log off;\n{places}")
    (folder / "nginx.conf").write_text(written)
    settings = f"daemon off; pid {folder}/pid; error_log stderr;"
    if os.geteuid() == 0:
        settings += " user root root;"
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr",
            "-g", settings], {}


def envoy(program, folder, moved):
    def written(pair):
        return "{{ address: {}, port_value: {} }}".format(*pair)

    shipped = replaced((SHIPPED / "envoy.yaml").read_text(), moved, written)
    (folder / "envoy.yaml").write_text(shipped)
    return [program, "-c", str(folder / "envoy.yaml"), "--use-dynamic-base-id",
            "--concurrency", "1", "--log-level", "warning"], {}


COMMANDS = {"caddy": caddy, "nginx": nginx, "envoy": envoy}


def replaced(shipped, moved, written):
    """The file with other addresses; through marks, as a new address may look like an old one."""
    for number, old in enumerate(moved):
        shipped = once(shipped, written(old), f"@address-{number}@")
    for number, new in enumerate(moved.values()):
        shipped = shipped.replace(f"@address-{number}@", written(new))
    return shipped


def once(shipped, old, new):
    assert shipped.count(old) == 1, f"{old!r} is there {shipped.count(old)} times"
    return shipped.replace(old, new)


def address(url):
    parts = urlsplit(url)
    return parts.hostname, parts.port


def text(pair):
    return "{}:{}".format(*pair)


def free_ports(count):
    """Ports that were free a moment ago; all held at once, so that no two are the same."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def wait_for_port(process, port, log):
    """Until the port takes a connection; asks the process between tries whether it still runs."""
    for _ in range(START_SECONDS * 20):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            try:
                process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
    pytest.fail(f"the proxy does not answer on port {port}:\n{log.read_text()[-4000:]}")


def stop(process):
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
