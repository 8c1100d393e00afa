"""Prints every operation that the vendor's SDKs have: service, version, name, method and path, one a line.

`python tests/sdk/operations.py > tests/sdk/operations.txt` writes the list anew, with the SDKs of requirements.txt.
"""

import importlib
import inspect
import re

from obs import ObsClient

CLIENTS = [
    ("functiongraph", "v2", "FunctionGraphClient"),
    ("apig", "v2", "ApigClient"),
    ("vpc", "v2", "VpcClient"),
    ("vpc", "v3", "VpcClient"),
    ("iam", "v3", "IamClient"),
    ("iam", "v5", "IamClient"),
    ("eps", "v1", "EpsClient"),
]
REQUEST = re.compile(r":type request: :class:`[\w.]*\.(\w+)Request`")
# Object storage's client says in its code alone what it sends; what tells its operations apart is in their queries.
SENT = re.compile(r"_make_(get|put|post|delete|head|options)_request\(")
# A method that sends what another one is there for, and one whose operation the API Reference calls otherwise.
HELPERS = {"putFile"}
RENAMED = {"putContent": "PutObject"}


def operations():
    for service, version, client in CLIENTS:
        module = importlib.import_module(f"huaweicloudsdk{service}.{version}")
        for name, method in inspect.getmembers(getattr(module, client), inspect.isfunction):
            described = REQUEST.search(method.__doc__ or "")
            if name.startswith("_") or not described:
                continue
            operation = described.group(1)
            request = getattr(module, f"{operation}Request")()
            info = getattr(getattr(module, client), f"_{name}_http_info")(request)
            yield service, version, operation, info["method"], info["resource_path"]
    seen = set()
    for name, method in inspect.getmembers(ObsClient, inspect.isfunction):
        sent = SENT.search(inspect.getsource(method))
        if not name.startswith("_") and sent and name not in HELPERS and method not in seen:
            seen.add(method)
            yield "obs", "-", RENAMED.get(name, name[0].upper() + name[1:]), sent.group(1).upper(), "-"


for operation in sorted(set(operations())):
    print(*operation)
