"""The board's expressions as a rules file, for promtool to read: Grafana's variables are filled in first."""

import json
import sys

board = json.load(open(sys.argv[1], encoding="utf-8"))
expressions = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
expressions += [note["expr"] for note in board["annotations"]["list"]]
assert len(expressions) > 40, "the panels were not found"
for name, value in (("$__rate_interval", "5m"), ("$job", ".*"), ("$account", ".*")):
    expressions = [expression.replace(name, value) for expression in expressions]
assert not any("$" in expression for expression in expressions), "a variable that nobody fills in"
rules = [{"record": f"panel:{at}", "expr": expression} for at, expression in enumerate(expressions)]
# JSON is YAML.
json.dump({"groups": [{"name": "board", "rules": rules}]}, sys.stdout)
