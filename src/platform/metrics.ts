// What the operator's Prometheus reads: how long requests take, how many are at work, how full the pool is, how many steps cases
// made. Labels are route patterns and codes only, never an id, so that the number of series stays small and nothing is personal.

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = {
  readonly registry: Registry;
  request(labels: { method: string; route: string; status: number }, seconds: number): void;
  steps(count: number): void;
  job(identifier: string, outcome: 'done' | 'failed'): void;
  /** Reads a number when Prometheus asks. */
  gauge(name: string, help: string, read: () => number): void;
};

const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'gongdun_http_request_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers: [registry],
  });
  const steps = new Counter({
    name: 'gongdun_case_steps_total',
    help: 'Case actions written',
    registers: [registry],
  });
  const jobs = new Counter({
    name: 'gongdun_jobs_total',
    help: 'Jobs by their outcome',
    labelNames: ['identifier', 'outcome'],
    registers: [registry],
  });
  return {
    registry,
    request: ({ method, route, status }, seconds) => {
      requests.observe({ method, route, status: String(status) }, seconds);
    },
    steps: (count) => {
      steps.inc(count);
    },
    job: (identifier, outcome) => {
      jobs.inc({ identifier, outcome });
    },
    gauge: (name, help, read) => {
      void new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
  };
}
