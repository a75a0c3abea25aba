"""Splits what kustomize built: Kubernetes' own resources to the first file, the others as a JSON list to the second."""

import json
import sys

import yaml

resources = [resource for resource in yaml.safe_load_all(sys.stdin) if resource]
custom = [resource for resource in resources if resource["apiVersion"].split("/")[0] in ("monitoring.coreos.com", "keda.sh")]
own = [resource for resource in resources if resource not in custom]
with open(sys.argv[1], "w", encoding="utf-8") as file:
    yaml.safe_dump_all(own, file)
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(custom, file)
