"""Rules of style that no formatter knows. Prints each breach as file:line: rule; exit code 1.

The tables below are the rules: which target may import what, and which words do not occur.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINE_LIMIT = 100
FILE_LIMIT = 350  # lines; nine of ten files stay below
FUNCTION_LIMIT = 70  # lines

# What a target may import of ours and of Foundation. Arrows point down.
IMPORTS = {
    "Ledger": set(),
    "Transparency": {"Crypto"},
    "EventLog": {"Transparency", "CLZ4", "CCRC32C", "Glibc", "Synchronization", "Dispatch"},
    "Secrets": {"Transparency", "Crypto", "Glibc"},
    "Projection": {"Ledger", "GRDB", "Foundation"},
    "CloudTrail": {"Ledger", "CZlib", "Glibc", "Foundation", "FoundationEssentials"},
    "LedgerStore": {
        "Ledger", "Transparency", "EventLog", "Secrets", "Projection", "Dispatch", "Foundation",
        "Glibc", "Synchronization",
    },
    "Gateway": {
        "CloudTrail", "Ledger", "LedgerStore", "Crypto", "CryptoExtras", "Foundation",
        "FoundationEssentials", "Glibc", "HTTPTypes", "Hummingbird", "HummingbirdCore",
        "HummingbirdTLS", "Logging", "NIOCore", "NIOPosix", "NIOSSL", "ServiceLifecycle",
        "Synchronization", "UnixSignals",
    },
    "keyledgerd": {"ArgumentParser", "Foundation", "Gateway", "LedgerStore", "Logging"},
    "keyledger": {
        "ArgumentParser", "AsyncHTTPClient", "CloudTrail", "EventLog", "Foundation", "Ledger",
        "LedgerStore", "NIOCore", "NIOHTTP1", "NIOPosix", "Secrets", "Synchronization",
        "Transparency",
    },
}

FORBIDDEN = [
    (r"\btry!", "try! hides an error"),
    (r"\bas!", "as! hides an error"),
    (r"\b(TODO|FIXME|XXX)\b", "unfinished work is an issue, not a comment"),
    (r"\b(?!FileManager\b)\w+(Manager|Helper|Utils|Util)\b", "a name that says nothing"),
    (r"(?<![.\"`])\bpublic\b(?![\"`])", "public: this is a program, not a library for others"),
    (r"\bfatalError\(", "fatalError: say why with a precondition, or throw"),
    (r"/(work|root|home)/\w", "a path of one machine"),
]
UNCHECKED = "@unchecked Sendable"


def swift_files():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "Sources/*.swift", "Tests/*.swift"],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [ROOT / name for name in sorted(listed) if (ROOT / name).exists()]


def function_lengths(lines):
    """(line, length) of each function, by the indentation of its closing brace."""
    start = None
    for number, line in enumerate(lines, 1):
        opened = re.match(r"^( *)(?:[\w@()]+ )*(?:func|init)\b.*", line)
        if opened and start is None:
            start, indent = number, opened.group(1)
        elif start and line.startswith(indent + "}") and not line[len(indent) + 1:].strip():
            yield start, number - start + 1
            start = None
        elif start and opened and len(opened.group(1)) <= len(indent):
            start, indent = number, opened.group(1)


def check(path):
    name = path.relative_to(ROOT)
    target = name.parts[1]
    text = path.read_text()
    lines = text.split("\n")
    is_source = name.parts[0] == "Sources"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LIMIT:
            yield f"{name}:{number}: {len(line)} columns, at most {LINE_LIMIT}"
        if not is_source:
            continue
        code = line.split("//")[0]
        for pattern, reason in FORBIDDEN:
            if re.search(pattern, line if "path of" in reason or "unfinished" in reason else code):
                yield f"{name}:{number}: {reason}"
        imported = re.match(r"^(?:(?:package|internal|private) )?import (?:\w+ )?(\w+)", line)
        if imported and imported.group(1) not in IMPORTS.get(target, set()):
            yield f"{name}:{number}: {target} does not import {imported.group(1)}"
        if UNCHECKED in code:
            before = "\n".join(lines[max(0, number - 12):number])
            if not re.search(r"///? .*([Uu]nchecked: |[Ii]nvariant|[Ss]afe|only|lock|once)", before):
                yield f"{name}:{number}: {UNCHECKED} without its invariant beside it"
    if is_source:
        for number, length in function_lengths(lines):
            if length > FUNCTION_LIMIT:
                yield f"{name}:{number}: a function of {length} lines, at most {FUNCTION_LIMIT}"


def main():
    files = swift_files()
    breaches = [breach for path in files for breach in check(path)]
    sources = [path for path in files if path.relative_to(ROOT).parts[0] == "Sources"]
    long = [path for path in sources if len(path.read_text().split("\n")) > FILE_LIMIT]
    if len(long) * 10 > len(sources):
        breaches.append(f"{len(long)} of {len(sources)} files are over {FILE_LIMIT} lines")
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
