"""A private Redis and a running crmsync in a temporary folder, for examples and pictures.

The folder looks as the top of the repository does after `make run`: `.run/redis.sock`, `.run/journal` and
`.build/release/crmsync` are where the guide says, so that commands work as they are written.
"""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BASE = "/make-server-b43c05fb"
TOKEN = "token-0123456789abcdef"


def program(path=None):
    """The program to run: the one that is named, else the newest that was built here."""
    if path:
        return os.path.abspath(path)
    built = [os.path.join(ROOT, ".build", kind, "crmsync") for kind in ("debug", "release")]
    built = [path for path in built if os.path.exists(path)]
    if not built:
        raise SystemExit("crmsync is not built: run `make build`, or name a program with --program")
    return max(built, key=os.path.getmtime)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_met, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_met():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds} s in vain: {what}")
        time.sleep(0.05)


class Place:
    """The folder, its Redis and its service. Use it in a `with` statement: the end stops both and deletes the folder."""

    def __init__(self, program, settings=None, starts_service=True):
        self.folder = tempfile.mkdtemp(prefix="crmsync-", dir="/tmp")
        self.port = free_port()
        self.program = program
        # A busy machine is no outage.
        self.settings = {"ADMIN_TOKEN": TOKEN, "REDIS_TIMEOUT_SECONDS": "10", **(settings or {})}
        self.starts_service = starts_service
        self.redis = self.service = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in (self.service, self.redis):
            if process and process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def redis_url(self):
        return f"unix:{self.folder}/.run/redis.sock"

    def environment(self):
        """What a process in the folder gets: nothing of the caller's settings."""
        kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TZ") if name in os.environ}
        paths = [self.folder, os.path.dirname(shutil.which("redis-server")), os.environ.get("PATH", "")]
        return {**kept, "PATH": ":".join(paths), "HOME": self.folder, "CURL_HOME": self.folder, "USER": "anna",
                "STORY": os.path.join(ROOT, ".make", "story.py")}

    def start(self):
        run = os.path.join(self.folder, ".run")
        release = os.path.join(self.folder, ".build", "release")
        for path in (run, release):
            os.makedirs(path)
        for place in (self.folder, release):
            os.symlink(self.program, os.path.join(place, "crmsync"))
        # Without a terminal, curl would draw its progress between the lines of its answer.
        with open(os.path.join(self.folder, ".curlrc"), "w") as file:
            file.write("silent\nshow-error\n")
        # At a terminal redis-cli quotes and numbers what it prints, in `$(…)` it does not.
        with open(os.path.join(self.folder, "redis-cli"), "w") as file:
            file.write("#!/bin/sh\n[ \"$(readlink /proc/$$/fd/1)\" != \"$TERMINAL\" ] || set -- --no-raw \"$@\"\n"
                       f"exec {shutil.which('redis-cli')} \"$@\"\n")
        os.chmod(os.path.join(self.folder, "redis-cli"), 0o755)
        self.start_redis()
        if self.starts_service:
            self.start_service()

    def start_redis(self):
        run = os.path.join(self.folder, ".run")
        self.redis = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", f"{run}/redis.sock", "--dir", run, "--appendonly", "yes",
             "--appendfsync", "always", "--save", "", "--hash-max-listpack-value", "256", "--maxmemory", "1gb",
             "--logfile", f"{run}/redis.log"],
            env=self.environment(), stdin=subprocess.DEVNULL)
        wait_until(self.redis_answers, "redis-server does not start")

    def redis_answers(self):
        answer = subprocess.run(
            ["redis-cli", "-s", f"{self.folder}/.run/redis.sock", "ping"], capture_output=True, text=True)
        return answer.stdout.strip() == "PONG"

    def start_service(self):
        settings = {
            "PORT": str(self.port), "REDIS_URL": self.redis_url, "JOURNAL_DIR": f"{self.folder}/.run/journal",
            **self.settings,
        }
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.service = subprocess.Popen(
                [os.path.join(self.folder, "crmsync"), "serve"], env={**self.environment(), **settings},
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self.service_answers, "crmsync does not start")

    def service_answers(self):
        if self.service.poll() is not None:
            with open(os.path.join(self.folder, "log")) as log:
                raise SystemExit("crmsync ended: " + log.read())
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False
