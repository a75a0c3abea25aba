// Holds the custom resources of a JSON list on standard input against their operators' schemas.
// Required fields and types are checked; the schemas let unknown fields pass.
import { readFileSync } from "node:fs";
import { PrometheusRule, ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1";

const kinds = { PrometheusRule, ScaledObject, ServiceMonitor };
const found = new Set();
for (const resource of JSON.parse(readFileSync(0, "utf8"))) {
  const Kind = kinds[resource.kind];
  if (!Kind) throw new Error(`no schema is at hand for ${resource.apiVersion} ${resource.kind}`);
  const { apiVersion, kind, ...rest } = resource;
  const model = new Kind(rest);
  if (model.apiVersion !== apiVersion) throw new Error(`${kind}: ${apiVersion} is not ${model.apiVersion}`);
  model.validate();
  found.add(kind);
}
if (found.size !== Object.keys(kinds).length) throw new Error(`only ${[...found]} were found`);
