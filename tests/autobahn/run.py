"""The Autobahn suite's client against an echo function, directly and through the ingress: equal case by case.

    python3 tests/autobahn/run.py [--cases 1.*,2.*] FGCTL PROGRAMS

FGCTL is the program. PROGRAMS is the folder with `wstest` and its `python`, of the package autobahntestsuite 0.8.2, which
needs Python 2.7. It must not be below /tmp, for an instance has a /tmp of its own:

    python2.7 -m virtualenv target/autobahn && target/autobahn/bin/pip install autobahntestsuite==0.8.2

The function is the suite's own echo server, so nothing of fgctl judges fgctl. Some verdicts swing between OK and
NON-STRICT from one run to the next, directly too: the server closes, and what it said just before may be seen or not. So a
case that differs is run again, until both sides have shown the same verdicts or until they have had their chances.
"""

import argparse
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

GATEWAY = "apig-ws"
CHANCES = 10
# The suite's own server, but for its check that clients name the very port on which it listens: a gateway's is another.
ECHO = """
import sys
from twisted.internet import reactor
from autobahntestsuite.echo import EchoServerFactory
factory = EchoServerFactory(u"ws://127.0.0.1:" + sys.argv[1])
factory.externalPort = None
reactor.listenTCP(int(sys.argv[1]), factory, interface="127.0.0.1")
reactor.run()
"""
NETWORK = ["--vpc", "vpc-default", "--subnet", "subnet-default", "--security-group", "default"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fgctl", type=pathlib.Path)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--cases", default="*", help="cases, by commas")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return run(arguments, pathlib.Path(folder))


def run(arguments, folder):
    # Not resolved: the folder's `python` is a link, and knows its packages by where the link is.
    programs = arguments.programs.absolute()
    wstest, python = str(programs / "wstest"), str(programs / "python")
    fgctl = LocalCloud(str(arguments.fgctl.resolve()), folder)
    direct = free_port()
    server = subprocess.Popen([python, "-c", ECHO, str(direct)], **quiet(folder))
    try:
        files = {"bootstrap": f"#!/bin/sh\nexec '{python}' /opt/function/code/echo.py 8000\n", "echo.py": ECHO}
        address = fgctl.deploy(files)
        listening(direct)
        urls = {"direct": f"ws://127.0.0.1:{direct}/websocket_demo", "ingress": f"ws://{address}/websocket_demo"}
        seen = {"direct": {}, "ingress": {}}
        cases = arguments.cases.split(",")
        for _ in range(CHANCES):
            add(seen, test(wstest, urls, cases, folder))
            cases = different(seen)
            if not cases:
                break
        return compare(seen)
    finally:
        server.kill()
        server.wait()
        fgctl.run("local", "down")


def test(wstest, urls, cases, folder):
    """Runs the suite's client once, and tells its verdicts."""
    reports = folder / "reports"
    specification = {
        "outdir": str(reports),
        "servers": [{"agent": agent, "url": url} for agent, url in urls.items()],
        "cases": cases,
        "exclude-cases": [],
        "exclude-agent-cases": {},
    }
    (folder / "specification.json").write_text(json.dumps(specification))
    client = [wstest, "-m", "fuzzingclient", "-s", str(folder / "specification.json")]
    subprocess.run(client, check=True, **quiet(folder))
    return json.loads((reports / "index.json").read_text())


def add(seen, index):
    for agent, cases in index.items():
        for name, case in cases.items():
            verdict = (case["behavior"], case["behaviorClose"], case["remoteCloseCode"])
            seen[agent].setdefault(name, set()).add(verdict)


def different(seen):
    direct, ingress = seen["direct"], seen["ingress"]
    names = direct.keys() | ingress.keys()
    return sorted((name for name in names if direct.get(name) != ingress.get(name)), key=order)


def order(name):
    return [int(part) for part in name.split(".")]


def compare(seen):
    """Tells where the two differ; 1 if they do, or if nothing was compared."""
    direct, ingress = seen["direct"], seen["ingress"]
    for name in different(seen):
        print(f"{name}: directly {direct.get(name)}, through the ingress {ingress.get(name)}")
    counts = {}
    for verdicts in ingress.values():
        told = " or ".join(sorted({behaviour for behaviour, _, _ in verdicts}))
        counts[told] = counts.get(told, 0) + 1
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    print(f"{len(ingress)} cases, {len(different(seen))} different; through the ingress: {told}")
    return 1 if different(seen) or not ingress else 0


class LocalCloud:
    """A local cloud of this run's own."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.variables = {"HOME": str(folder), "PATH": os.environ["PATH"]}

    def run(self, *line):
        done = subprocess.run(
            [self.program, *line], env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if done.returncode:
            sys.exit(f"fgctl {' '.join(line)}: {done.stderr}")
        return done.stdout

    def deploy(self, files):
        self.run("local", "up", "--detach", "--port", "0", "--ingress-port", "0", "--gateway-delay", "0ms")
        self.variables.update(json.loads(self.run("local", "env", "-o", "json")))
        code = self.folder / "code"
        code.mkdir()
        for name, text in files.items():
            (code / name).write_text(text)
        self.run("gateway", "create", GATEWAY, "--yes", "--wait", *NETWORK)
        self.run("group", "create", "APIGroup_ws", "--gateway", GATEWAY)
        self.run("function", "create", "echo", "--timeout", "900", "--concurrency", "100", "--code", str(code))
        self.run("websocket", "enable", "echo")
        self.run(
            "trigger", "create", "API_echo", "--function", "echo", "--gateway", GATEWAY, "--group", "APIGroup_ws",
            "--auth", "none", "--protocol", "http", "--path", "/websocket_demo", "--timeout", "60000",
        )
        self.run("api", "update", "API_echo", "--gateway", GATEWAY, "--network-architecture", "v2")
        self.run("api", "publish", "API_echo", "--gateway", GATEWAY)
        groups = json.loads(self.run("local", "status", "-o", "json"))["groups"]
        return next(f"127.0.0.1:{group['port']}" for group in groups if group["name"] == "APIGroup_ws")


def quiet(folder):
    log = open(folder / "wstest.log", "ab")
    return {"cwd": folder, "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def listening(port):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("the echo server does not listen")


if __name__ == "__main__":
    sys.exit(main())
