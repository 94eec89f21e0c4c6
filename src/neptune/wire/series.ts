/**
 * The requests for points of series, in JSON.
 *
 * @module
 */
import { Schema } from "effect";
import { maybe } from "./json.ts";

/** One attribute of one run. */
export interface TimeSeries {
  readonly attribute: string;
  /** `type` is `experiment`, for runs too. */
  readonly holder: { readonly identifier: string; readonly type: string };
  readonly includePreview?: boolean | null;
  readonly lineage?: "FULL" | "NONE" | null;
  readonly lineageEntityType?: "RUN" | "EXPERIMENT" | null;
}

const TimeSeries: Schema.Codec<TimeSeries> = Schema.Struct({
  attribute: Schema.String,
  holder: Schema.Struct({ identifier: Schema.String, type: Schema.String }),
  includePreview: maybe(Schema.Boolean),
  lineage: maybe(Schema.Literals(["FULL", "NONE"])),
  lineageEntityType: maybe(Schema.Literals(["RUN", "EXPERIMENT"])),
});

/** Steps from and to, both inclusive. */
export interface StepBounds {
  readonly from?: number | null;
  readonly to?: number | null;
}

const StepBounds: Schema.Codec<StepBounds> = Schema.Struct({
  from: maybe(Schema.Finite),
  to: maybe(Schema.Finite),
});

const order = maybe(Schema.Literals(["ascending", "descending"]));

/** A request for points of float series. */
export interface FloatSeriesRequest {
  readonly requests: ReadonlyArray<{
    /** Comes back in the response. */
    readonly requestId: string;
    readonly series: TimeSeries;
    /** Only points beyond this step, in the direction of `order`; exclusive. */
    readonly afterStep?: number | null;
  }>;
  readonly perSeriesPointsLimit: number;
  readonly order?: "ascending" | "descending" | null;
  readonly stepRange?: StepBounds | null;
}

/** {@link FloatSeriesRequest} */
export const FloatSeriesRequest: Schema.Codec<FloatSeriesRequest> = Schema.Struct({
  requests: Schema.Array(Schema.Struct({
    requestId: Schema.String,
    series: TimeSeries,
    afterStep: maybe(Schema.Finite),
  })),
  perSeriesPointsLimit: Schema.Int,
  order,
  stepRange: maybe(StepBounds),
});

/** A request for points of other series. */
export interface SeriesRequest {
  readonly requests: ReadonlyArray<{
    readonly requestId: string;
    readonly series: TimeSeries;
    /** Where the last response ended. */
    readonly searchAfter?: { readonly finished: boolean; readonly token: string } | null;
  }>;
  /** How many points a series has in all responses together. */
  readonly perSeriesPointsLimit?: number | null;
  readonly order?: "ascending" | "descending" | null;
  readonly stepRange?: StepBounds | null;
}

/** {@link SeriesRequest} */
export const SeriesRequest: Schema.Codec<SeriesRequest> = Schema.Struct({
  requests: Schema.Array(Schema.Struct({
    requestId: Schema.String,
    series: TimeSeries,
    searchAfter: maybe(Schema.Struct({ finished: Schema.Boolean, token: Schema.String })),
  })),
  perSeriesPointsLimit: maybe(Schema.Int),
  order,
  stepRange: maybe(StepBounds),
});
