/**
 * What the back end counts, for an application to export.
 *
 * @module
 */
import { Metric } from "effect";

/** Requests that were sent, tries again included, by endpoint. */
export const requests: Metric.Counter<number> = Metric.counter("neptune_requests_total", {
  description: "HTTP requests sent to Neptune",
  incremental: true,
});

/** Requests that were sent again, by endpoint. */
export const retries: Metric.Counter<number> = Metric.counter("neptune_retries_total", {
  description: "HTTP requests to Neptune that were sent again after a failure",
  incremental: true,
});

/** Bytes of answers, by endpoint. */
export const bytes: Metric.Counter<number> = Metric.counter("neptune_response_bytes_total", {
  description: "Bytes received from Neptune, decompressed",
  incremental: true,
});

/** Points of series. */
export const points: Metric.Counter<number> = Metric.counter("neptune_points_total", {
  description: "Points of series received from Neptune",
  incremental: true,
});
