#!/usr/bin/env python3
"""Checks the links and the form of README.md and the guide, and writes the guide as DocC wants it.

    .make/docs.py FOLDER    copies the guide to FOLDER, with its links between pages as `doc:` links

On a code host a link between pages is a relative one, `[Events](Events.md#amounts)`, and its anchor is the heading in
lower case. DocC knows pages and headings by their names: `[Events](doc:Events#Amounts)`. It would accept the relative
link without a word, and serve a dead one.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GUIDE = os.path.join("Sources", "Documentation.docc")
LANDING = "crmsync.md"
MAX_COLUMNS = 120
MAX_README_LINES = 220
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
FILE = re.compile(r"`((?:Sources|Tests|docker|\.make|\.media)(?:/[^`\s*<]+)?)`")
TYPE = re.compile(r"\| `(\w+)` \| `(Sources/\S+\.swift)` \|")


def read(path):
    with open(os.path.join(ROOT, path)) as file:
        return file.read().split("\n")


def prose(lines):
    """The lines outside fenced blocks and comments, with their numbers."""
    is_code = is_comment = False
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            is_code = not is_code
        elif line.startswith("<!--") and not is_code:
            is_comment = "-->" not in line
        elif is_comment:
            is_comment = "-->" not in line
        elif not is_code:
            yield number, line


def headings(lines):
    """The anchors of a page: as a code host makes them, with the names by which DocC knows them."""
    found = {}
    for _, line in prose(lines):
        match = re.match(r"#{2,6} (.+)", line)
        if match:
            title = match[1].strip()
            found[re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")] = title.replace(" ", "-")
    return found


def check(paths):
    """What is wrong with the pages, one line each."""
    pages = {path: read(path) for path in paths}
    anchors = {path: headings(lines) for path, lines in pages.items()}
    problems = []
    linked = set()
    problems += [problem for path, lines in pages.items() for problem in check_source(path, lines)]
    for path, lines in pages.items():
        for number, line in prose(lines):
            place = f"{path}:{number}"
            if len(line) > MAX_COLUMNS:
                problems.append(f"{place}: {len(line)} columns, and {MAX_COLUMNS} are allowed")
            targets = [match[2] for match in LINK.finditer(line)] + re.findall(r'src(?:set)?="([^"]+)"', line)
            for target in targets:
                if re.match(r"https?:|mailto:", target):
                    continue
                name, _, anchor = target.partition("#")
                file = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
                if not os.path.exists(os.path.join(ROOT, file)):
                    problems.append(f"{place}: there is no {file}")
                elif anchor and anchor not in anchors.get(file, {}):
                    problems.append(f"{place}: {file} has no heading #{anchor}")
                if path == os.path.join(GUIDE, LANDING):
                    linked.add(file)
    for path in paths:
        if path.startswith(GUIDE) and not path.endswith(LANDING) and path not in linked:
            problems.append(f"{path}: the landing page {LANDING} does not link to it")
    if len(pages["README.md"]) - 1 > MAX_README_LINES:
        problems.append(f"README.md: {len(pages['README.md']) - 1} lines, and {MAX_README_LINES} are allowed")
    return problems


def check_source(path, lines):
    """Files that a page names and that do not exist, and types that are not declared where it says."""
    problems = []
    for number, line in prose(lines):
        for name in FILE.findall(line):
            # A hidden file, such as docker/.env, is the reader's own.
            if not os.path.basename(name).startswith(".") and not os.path.exists(os.path.join(ROOT, name)):
                problems.append(f"{path}:{number}: there is no {name}")
        for name, file in TYPE.findall(line):
            declaration = re.compile(rf"\b(class|struct|enum|protocol) {name}\b")
            if os.path.exists(os.path.join(ROOT, file)) and not any(map(declaration.search, read(file))):
                problems.append(f"{path}:{number}: {file} declares no {name}")
    return problems


def write(folder, names):
    """Copies the pages with `doc:` links."""
    anchors = {name: headings(read(os.path.join(GUIDE, name))) for name in names}

    def target(match):
        name, _, anchor = match[2].partition("#")
        if name not in anchors:
            return match[0]
        fragment = "#" + anchors[name][anchor] if anchor else ""
        return f"{match[1]}doc:{name[:-3]}{fragment}{match[3]}"

    for name in names:
        lines = read(os.path.join(GUIDE, name))
        numbers = {number for number, _ in prose(lines)}
        for number in numbers:
            line = lines[number - 1]
            # Within a page.
            line = re.sub(r"\]\(#", f"]({name}#", line)
            lines[number - 1] = LINK.sub(target, line)
        with open(os.path.join(folder, name), "w") as file:
            file.write("\n".join(lines))


def main():
    names = sorted(name for name in os.listdir(os.path.join(ROOT, GUIDE)) if name.endswith(".md"))
    problems = check(["README.md"] + [os.path.join(GUIDE, name) for name in names])
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(1)
    write(sys.argv[1], names)


main()
