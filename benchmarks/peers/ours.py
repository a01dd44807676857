"""Sceneseek as a user runs it: `index FOLDER STORE`, and `ask STORE` through the service (queries on stdin, JSON)."""

import json
import re
import subprocess
import sys
import time

import httpx

SCENESEEK = [sys.executable, "-m", "sceneseek"]


def ask(store: str) -> None:
    command = [*SCENESEEK, "serve", "--port", "0", "--library", store]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr is not None
        address = re.search(r"http://\S+", service.stderr.readline())
        if address is None:
            sys.exit(f"the service did not start: {service.stderr.read()}")
        with httpx.Client(base_url=address[0], timeout=120) as client:
            print(json.dumps([answer(client, query) for query in json.load(sys.stdin)]))
        service.terminate()


def answer(client: httpx.Client, query: str) -> dict[str, object]:
    began = time.perf_counter()
    reply = client.post("/v1/search", json={"query": query, "limit": 100, "per_video": 1})
    took_ms = (time.perf_counter() - began) * 1000
    if reply.status_code == 503:
        return {"videos": [], "best_s": None, "says": "no index yet", "ms": took_ms}
    moments = reply.raise_for_status().json()["moments"]
    return {
        "videos": [moment["video"] for moment in moments],
        "best_s": moments[0]["best_s"] if moments else None,
        "says": f"{moments[0]['confidence']} confidence" if moments else "nothing found",
        "ms": took_ms,
    }


if __name__ == "__main__":
    if sys.argv[1] == "ask":
        ask(sys.argv[2])
    else:
        # The others read no words.
        pictures = ["index", sys.argv[2], "--library", sys.argv[3], "--only", "visual"]
        sys.exit(subprocess.run([*SCENESEEK, *pictures]).returncode)
