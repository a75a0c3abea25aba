"""Orders a transfer over Redis, tells it a new auth code, and waits for its end.

DOMORDER_REDIS, DOMORDER_NS, DOMORDER_SHARDS, DOMORDER_ACCOUNT, DOMAIN, and files with the codes: WRONG_CODE_FILE,
RIGHT_CODE_FILE.
"""

import json
import os
import pathlib
import sys

import redis

NS = os.environ.get("DOMORDER_NS", "domorder")
SHARDS = int(os.environ.get("DOMORDER_SHARDS", "1"))
FINAL = {"succeeded", "failed", "cancelled"}


class Domorder:
    """What a billing system needs of domorder."""

    def __init__(self, url: str):
        # A read blocks for 30 s below: the socket has to wait for longer than that.
        self.redis = redis.Redis.from_url(url, decode_responses=True, socket_timeout=45)
        # Where reading goes on, a shard: kept by a real billing system in its own database, with what it did of it.
        self.places = {f"{{{NS}:{shard}}}:events": "0" for shard in range(SHARDS)}

    def order(self, document: dict) -> None:
        self.redis.xadd(f"{NS}:intake", {"order": json.dumps(document)})

    def signal(self, document: dict) -> None:
        self.redis.xadd(f"{NS}:intake", {"signal": json.dumps(document)})

    def events(self):
        """Every event, oldest first, without end. An event may come twice after a restart: its `id` tells."""
        while True:
            for stream, entries in self.redis.xread(self.places, count=100, block=30_000):
                for place, fields in entries:
                    yield json.loads(fields["event"])
                    self.places[stream] = place


def main() -> int:
    domorder = Domorder(os.environ.get("DOMORDER_REDIS", "redis://127.0.0.1:6379"))
    domain = os.environ["DOMAIN"]
    key = f"transfer-{domain}"
    domorder.order(
        {
            "idempotency_key": key,
            "kind": "transfer",
            "account": os.environ["DOMORDER_ACCOUNT"],
            "domain": domain,
            "auth_code": pathlib.Path(os.environ["WRONG_CODE_FILE"]).read_text().strip(),
        }
    )
    for event in domorder.events():
        view = event["data"]
        if view["idempotency_key"] != key:
            continue
        print(view["state"], view["reason"] or "")
        if view["needs"] == "auth_code" and view["attempts"] == 1:
            code = pathlib.Path(os.environ["RIGHT_CODE_FILE"]).read_text().strip()
            domorder.signal({"order": view["id"], "signal": "auth-code", "auth_code": code})
        if view["state"] in FINAL:
            return 0 if view["state"] == "succeeded" else 1
    return 1


if __name__ == "__main__":
    sys.exit(main())
