//! Throughput, latency and size, beside a plain apalis-redis worker.
