"""The Autobahn suite's server against `fgctl connect --echo`: what it says of our client, class by class.

    python3 tests/autobahn/client.py [--cases 1.*,2.*] FGCTL PROGRAMS

FGCTL is the program, best a release. PROGRAMS is the folder with `wstest`; run.py beside this tells how to get it.

Each case is a process of its own, as a person would start it. It passes where the suite says OK, NON-STRICT or INFORMATIONAL
of what was said and of how it was closed; the classes 12 and 13 are of an extension that is not offered.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

from run import free_port, listening, order, quiet

GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}
EXTENSION = {"12", "13"}
# The suite's cases of speed take seconds each, and its patience is counted in seconds too.
PATIENCE = 120


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fgctl", type=pathlib.Path)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--cases", default="*", help="cases, by commas")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return run(arguments, pathlib.Path(folder))


def run(arguments, folder):
    port = free_port()
    specification = {
        "url": f"ws://127.0.0.1:{port}",
        "outdir": str(folder / "reports"),
        "cases": arguments.cases.split(","),
        "exclude-cases": [],
        "exclude-agent-cases": {},
    }
    (folder / "specification.json").write_text(json.dumps(specification))
    # `wstest` is not resolved: it knows its packages by where it is.
    wstest = [str(arguments.programs.absolute() / "wstest"), "-m", "fuzzingserver", "-u", "0"]
    server = subprocess.Popen([*wstest, "-s", str(folder / "specification.json")], **quiet(folder))
    try:
        listening(port)
        client = Client(arguments.fgctl.resolve(), specification["url"], folder)
        client.run_all()
        return told(json.loads((folder / "reports" / "index.json").read_text())["fgctl"])
    finally:
        server.kill()
        server.wait()


class Client:
    """Our client, one process for each connection."""

    def __init__(self, program, url, folder):
        self.program, self.url, self.folder = program, url, folder

    def run_all(self):
        for case in range(1, int(self.connect("getCaseCount", "--count", "1")) + 1):
            self.connect(f"runCase?case={case}&agent=fgctl", "--echo")
        self.connect("updateReports?agent=fgctl", "--echo")

    def connect(self, path, *options):
        done = subprocess.run(
            [self.program, "connect", f"{self.url}/{path}", *options],
            env={"HOME": str(self.folder)}, cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE,
        )
        # 9 says that the other side broke the protocol or closed for a reason, which is what many cases are about.
        if done.returncode not in (0, 9):
            sys.exit(f"{path}: exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
        return done.stdout


def told(cases):
    """Tells the verdicts by class, and each that is not good; 1 if there is one, or if there was no case."""
    classes = collections.defaultdict(collections.Counter)
    bad = 0
    for name in sorted(cases, key=order):
        kind, case = name.split(".")[0], cases[name]
        classes[kind][case["behavior"]] += 1
        allowed = GOOD | {"UNIMPLEMENTED"} if kind in EXTENSION else GOOD
        if not {case["behavior"], case["behaviorClose"]} <= allowed:
            bad += 1
            print(f"{name}: {case['behavior']}, closed: {case['behaviorClose']}, code {case['remoteCloseCode']}")
    for kind, counts in classes.items():
        print(f"{kind:>3}: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    print(f"{len(cases)} cases, {bad} failed")
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
