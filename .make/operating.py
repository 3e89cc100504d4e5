#!/usr/bin/env python3
"""Compares what operators get with the source: a name that is written in two places is the same in both.

Metrics of the alert rules, alerts and their page, settings of the examples, the base path of the
proxies. Then runs the unit tests of the alert rules, where promtool is installed.
"""
import glob
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.chdir(ROOT)


def read(*patterns):
    """The text of all files that match."""
    paths = sorted(path for pattern in patterns for path in glob.glob(pattern, recursive=True))
    return "\n".join(open(path).read() for path in paths)


def names_of(pattern, text):
    return set(re.findall(pattern, text, re.MULTILINE))


def missing(what, names, where, place):
    return [f"{what} {name} is not in {place}" for name in sorted(names - where)]


def problems():
    rules = read(".make/prometheus/crmsync.rules.yml")
    source = read("Sources/Service/**/*.swift")
    metrics = names_of(r'"(crmsync_[a-z_]+)"', source)
    metrics |= {metric + "_bucket" for metric in metrics}
    yield from missing("The metric", names_of(r"\b(crmsync_[a-z_]+)\b", rules), metrics, "Sources/Service")

    alerts = names_of(r"alert: (\w+)", rules)
    page = names_of(r"\b(Crmsync[A-Z]\w+)", read("Sources/Documentation.docc/Monitoring.md"))
    yield from missing("The alert", alerts, page, "Monitoring.md")
    yield from missing("The alert", page, alerts, "crmsync.rules.yml")
    tests = names_of(r"alertname: (\w+)", read(".make/prometheus/*.test.yml"))
    yield from missing("The alert", alerts, tests, "a unit test")

    settings = names_of(r'Setting\(\s*"([A-Z_]+)"', source)
    example = names_of(r"^#?([A-Z_]+)=", read(".make/systemd/crmsync.env"))
    yield from missing("The setting", example, settings, "Setting.all")
    manifest = names_of(r"\{name: ([A-Z_]+), value", read(".make/kubernetes/crmsync.yaml"))
    yield from missing("The setting", manifest, settings, "Setting.all")

    base = re.search(r'"BASE_PATH", \.text, \.value\("([^"]+)"\)', source)[1]
    for path in (".make/proxy/nginx.conf", ".make/proxy/Caddyfile"):
        yield from missing("The path", names_of(r"(/make-server-\w+)", read(path)), {base}, "Setting.all")


def main():
    found = list(problems())
    print("\n".join(found), end="\n" if found else "")
    if shutil.which("promtool"):
        tests = sorted(glob.glob(".make/prometheus/*.test.yml"))
        if subprocess.run(["promtool", "test", "rules", *tests], stdout=subprocess.DEVNULL).returncode:
            found.append("promtool")
    if found:
        sys.exit(1)
    print("What operators get is in order.")


main()
