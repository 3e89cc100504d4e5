#!/usr/bin/env python3
"""Runs the commands that README.md and the guide show, and compares their output with what the pages show.

    .make/examples.py [--update] [--program PATH] [PAGE...]

Each page gets a private Redis, a running service and one shell, in which its blocks run in order:

  ```sh                 commands; their output is compared with the block that follows at once, if that is marked
  ```output             ```output or ```json. Without such a block the commands only have to succeed
  ```console            lines after `$ ` are commands, the others their output
  <!-- run              commands that the reader does not see, before the next block
  …
  -->
  <!-- not run: … -->   before a block that cannot run here, with the reason
  <!-- for 20 s -->     before a block that would not end: it is stopped once it has printed what the page shows, or
                        after so many seconds
  <!-- fails: 2 -->     before a block whose last command ends with that status
  <!-- any numbers -->  before a block in which any number stands for any other
  <!-- if node -->      before a block that needs a program that may be missing
  <!-- file: a.mjs -->  before a block of any language: it is written to that file
  <!-- service: A=B -->  at the top of a page: settings of its service; `none` starts none

Ids, times, durations, sizes and rates stand for any others of their kind, `…` for any text, and a line `…` for any
lines; spaces do not count. --update writes what the commands print into the pages.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from private import Place, ROOT, program  # noqa: E402

# Seconds that a block may take.
MAX_SECONDS = 60
GUIDE = os.path.join("Sources", "Documentation.docc")
MARKER = re.compile(r"<!-- (not run|for|fails|any numbers|if|file|service):? ?(.*?) ?-->\s*$")
SETTLING = [
    # Where there is no terminal, `crmsync check` reports its progress when it takes long.
    (r"(?m)^checked \d+ %, \d+ keys\n", ""),
    (r"(?<![a-z])(contact|task|activity|event)_[0-9a-z]{26}(?![0-9a-z])", r"\1_ID"),
    (r"\"[0-9a-z]{26}\"", "ULID"),
    (r"\bimport_[0-9a-f]{32}\b", "import_ID"),
    (r"\bc[0-9a-f]{40,}\b", "CURSOR"),
    (r"\b[0-9a-f]{64}\b", "DIGEST"),
    (r"(?<!\d)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?", "TIME"),
    (r"(?<!\d)\d{4}-\d\d(-\d\d)?(?!\d)", "DAY"),
    (r"\b1[5-9]\d{11}\b", "MILLISECONDS"),
    (r"\b\d+ h \d+ min\b|\b\d+(\.\d+)? (s|ms|min|h|days?)\b", "SPAN"),
    (r"\b\d+(\.\d+)? (bytes|kB|MB|GB)\b", "SIZE"),
    (r"\b\d+ a second\b", "RATE"),
    (r"\b(us|duration_us|pid|process|uptime_seconds)([= ]|\":)\d+", r"\1\2N"),
    (r"\"version\":\"[^\"]*\"", "VERSION"),
    (r"\bcrmsync \d+\.\d+\.\d+[^\s,\"]*", "crmsync VERSION"),
    (r"\bcurl/\d+\.\d+\.\d+", "curl/VERSION"),
    (r"\b7\.\d+\.\d+\b", "REDIS"),
    (r"[▁▂▃▄▅▆▇█·]+", "BAR"),
    (r"[ \t]+", " "),
]


class Block:
    """A fenced block: its lines in the page, its language, its text and what was said before it."""

    def __init__(self, language, text, first, last, marks):
        self.language, self.text, self.first, self.last, self.marks = language, text, first, last, marks


def blocks(lines):
    """Fenced blocks and hidden commands of a page, in order."""
    found, marks, index = [], {}, 0
    while index < len(lines):
        line = lines[index]
        if line.startswith("```"):
            end = next(i for i in range(index + 1, len(lines)) if lines[i].rstrip() == "```")
            found.append(Block(line[3:].strip(), "\n".join(lines[index + 1:end]), index + 1, end, marks))
            marks, index = {}, end + 1
            continue
        if line.strip() == "<!-- run":
            end = next(i for i in range(index + 1, len(lines)) if lines[i].strip() == "-->")
            found.append(Block("hidden", "\n".join(lines[index + 1:end]), index + 1, end, marks))
            marks = {}
            index = end + 1
            continue
        mark = MARKER.match(line)
        if mark:
            marks[mark[1]] = mark[2]
        elif line.strip():
            marks = {}
        index += 1
    return found


def settings_of(lines):
    """Settings of the page's service; `None` where it wants none."""
    settings = {}
    for line in lines:
        mark = MARKER.match(line)
        if mark and mark[1] == "service":
            if mark[2] == "none":
                return None
            settings.update(pair.split("=", 1) for pair in mark[2].split())
    return settings


def settled(text, has_any_numbers=False):
    for pattern, word in SETTLING + ([(r"\b\d+(\.\d+)?\b", "N")] if has_any_numbers else []):
        text = re.sub(pattern, word, text)
    return "\n".join(line.strip() for line in text.strip("\n").split("\n"))


def fits(shown, printed, block):
    """Whether what a page shows can be what was printed."""
    def pattern(line):
        return "".join(".*" if part == "…" else re.escape(part) for part in re.split("(…)", line))

    has_any_numbers = "any numbers" in block.marks
    lines = settled(shown, has_any_numbers).split("\n")
    whole = "\n".join("@LINES@" if line == "…" else pattern(line) for line in lines)
    whole = re.sub(r"\n?@LINES@\n?", lambda match: r"(?:\n|^)(?:.*\n)*?" if match[0].endswith("\n") else r"(?:\n.*)*", whole)
    return re.fullmatch(whole, settled(printed, has_any_numbers)) is not None


class Shell:
    """One shell for all blocks of a page."""

    def __init__(self, place):
        self.place = place
        environment = {**place.environment(), "PORT": str(place.port), "COLUMNS": "100"}
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=place.folder, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.number = 0
        self.run("export TERMINAL=$(readlink /proc/$$/fd/1)")

    def run(self, commands):
        """What commands print on both outputs, and the status of the last one, or of one before it that failed."""
        self.number += 1
        path = os.path.join(self.place.folder, ".run", "block.sh")
        with open(path, "w") as file:
            file.write(self.here(commands) + "\n")
        mark = f"end-of-block-{self.number}"
        self.process.stdin.write(
            f"failed=0; trap 'failed=$?' ERR\nsource {path}\nlast=$?; trap - ERR\n"
            f"printf '\\n{mark} %d\\n' $((last ? last : failed))\n")
        self.process.stdin.flush()
        printed = []
        # A block that never ends must be marked as one (`for N s`, `not run`), and must not stop everything.
        watchdog = threading.Timer(MAX_SECONDS, os.killpg, (self.process.pid, signal.SIGKILL))
        watchdog.start()
        try:
            for line in self.process.stdout:
                if line.startswith(mark):
                    return self.shown("".join(printed)[:-1]), int(line.split()[1])
                printed.append(line)
        finally:
            watchdog.cancel()
        return self.shown("".join(printed)) + f"\nended, or was ended after {MAX_SECONDS} s", -1

    def run_until(self, is_printed, commands, seconds):
        """What commands that do not end print until it is what was waited for; then they are interrupted."""
        path = os.path.join(self.place.folder, ".run", "live")
        with open(path + ".sh", "w") as file:
            file.write(self.here(commands) + "\n")
        self.run(f"export -p >{path}.env")
        with open(path, "w") as output:
            process = subprocess.Popen(
                ["bash", "-c", f"source {path}.env; export TERMINAL={path}; source {path}.sh"], cwd=self.place.folder,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)

        def printed():
            with open(path, errors="replace") as file:
                return self.shown(file.read())

        deadline = time.monotonic() + float(seconds)
        while not is_printed(printed()) and time.monotonic() < deadline:
            time.sleep(0.05)
        # Nothing more is to follow.
        time.sleep(0.3)
        text = printed()
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        return text, 0

    def here(self, text):
        return text.replace("127.0.0.1:8080", f"127.0.0.1:{self.place.port}")

    def shown(self, text):
        text = text.replace(f"127.0.0.1:{self.place.port}", "127.0.0.1:8080")
        return text.replace(os.path.realpath(self.place.folder), "/home/anna/crmsync").rstrip("\n")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        # With what it left in the background.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def console_parts(text):
    """Commands of a `console` block, each with what it prints."""
    parts = []
    for line in text.split("\n"):
        if line.startswith("$ "):
            parts.append([line[2:], []])
        elif parts and line.startswith("> ") and not parts[-1][1]:
            parts[-1][0] += "\n" + line[2:]
        elif parts:
            parts[-1][1].append(line)
        else:
            raise SystemExit(f"a console block begins with {line!r} and not with `$ `")
    return [(command, "\n".join(shown)) for command, shown in parts]


def prompt(command):
    return "$ " + command.replace("\n", "\n> ")


class Page:
    def __init__(self, path, arguments):
        self.path, self.arguments = path, arguments
        with open(os.path.join(ROOT, path)) as file:
            self.lines = file.read().split("\n")
        self.failures, self.count, self.skipped, self.changes = [], 0, [], []

    def fail(self, block, reason):
        self.failures.append(f"{self.path}:{block.first}: {reason}")

    def run(self):
        found = blocks(self.lines)
        runnable = [block for block in found if block.language in ("sh", "console", "hidden")]
        if not [block for block in runnable if "not run" not in block.marks]:
            self.skipped += [block.marks["not run"] for block in runnable]
            return
        settings = settings_of(self.lines)
        with Place(program(self.arguments.program), settings, starts_service=settings is not None) as place:
            shell = Shell(place)
            try:
                self.run_blocks(found, shell, place)
            finally:
                shell.close()
        if self.changes:
            self.update()

    def run_blocks(self, found, shell, place):
        for block, following in zip(found, found[1:] + [None]):
            if "file" in block.marks:
                with open(os.path.join(place.folder, block.marks["file"]), "w") as file:
                    file.write(shell.here(block.text) + "\n")
            if block.language not in ("sh", "console", "hidden"):
                continue
            needed = block.marks.get("if")
            if "not run" in block.marks:
                self.skipped.append(block.marks["not run"])
            elif needed and subprocess.run(["which", needed], capture_output=True).returncode:
                self.skipped.append(f"{needed} is missing")
            elif block.language == "console":
                self.run_console(block, shell)
            else:
                self.run_commands(block, following, shell)
            if shell.process.poll() is not None:
                return self.fail(block, "the shell ended")

    def run_commands(self, block, following, shell):
        printed, status = shell.run(block.text)
        self.count += 1
        self.check_status(block, status, printed)
        is_output = following and following.language in ("output", "json") and not following.marks
        between = self.lines[block.last + 1:following.first - 1] if is_output else ["x"]
        if not is_output or block.language == "hidden" or any(line.strip() for line in between):
            return
        if not fits(following.text, printed, block):
            self.fail(block, f"the page shows\n{following.text}\nand the commands print\n{printed}")
            self.changes.append((following, printed))

    def run_console(self, block, shell):
        whole, is_changed = [], False
        seconds = block.marks.get("for", "").split(" ")[0] or None
        parts = console_parts(block.text)
        for index, (command, shown) in enumerate(parts):
            if seconds:
                printed, status = shell.run_until(lambda text: fits(shown, text, block), command, seconds)
            else:
                printed, status = shell.run(command)
            self.count += 1
            if index == len(parts) - 1 or "fails" not in block.marks:
                self.check_status(block, status, printed)
            if fits(shown, printed, block):
                whole += [prompt(command)] + ([shown] if shown else [])
                continue
            is_changed = True
            self.fail(block, f"{prompt(command)}\nthe page shows\n{shown}\nand it prints\n{printed}")
            whole += [prompt(command)] + ([printed] if printed else [])
        if is_changed:
            self.changes.append((block, "\n".join(whole)))

    def check_status(self, block, status, printed):
        wanted = int(block.marks.get("fails", 0))
        if status != wanted:
            self.fail(block, f"status {status}, not {wanted}\n{printed}")

    def update(self):
        for block, text in sorted(self.changes, key=lambda change: -change[0].first):
            self.lines[block.first:block.last] = text.split("\n")
        if self.arguments.update:
            with open(os.path.join(ROOT, self.path), "w") as file:
                file.write("\n".join(self.lines))


def main():
    parser = argparse.ArgumentParser(description="Runs the commands that the documentation shows.")
    parser.add_argument("--update", action="store_true", help="write what the commands print into the pages")
    parser.add_argument("--program", help="the crmsync to run; the newest that was built here unless given")
    parser.add_argument("pages", nargs="*")
    arguments = parser.parse_args()
    guide = sorted(name for name in os.listdir(os.path.join(ROOT, GUIDE)) if name.endswith(".md"))
    paths = arguments.pages or ["README.md"] + [os.path.join(GUIDE, name) for name in guide]
    began, count, failures, skipped = time.monotonic(), 0, [], []
    for path in paths:
        page = Page(path, arguments)
        page.run()
        count += page.count
        failures += page.failures
        skipped += page.skipped
    for failure in failures:
        print(failure, end="\n\n")
    seconds = time.monotonic() - began
    print(f"{count} examples of {len(paths)} pages in {seconds:.0f} s: {len(failures)} failed, {len(skipped)} not run")
    for reason in sorted(set(skipped)):
        print(f"  not run {skipped.count(reason)} times: {reason}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
