/**
 * Takes what a program exports over OTLP.
 *
 * @module
 */
import { Effect, type Scope } from "effect";

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

/** A span, as OTLP's JSON has it. */
export interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly attributes: ReadonlyArray<Attribute>;
}

interface Metric {
  readonly name: string;
  readonly sum?: {
    readonly dataPoints: ReadonlyArray<
      {
        readonly attributes: ReadonlyArray<Attribute>;
        readonly asDouble?: number;
        readonly asInt?: string;
      }
    >;
  };
}

interface Resource {
  readonly attributes: ReadonlyArray<Attribute>;
}

/** A collector, and what it has been sent. */
export interface Collector {
  readonly endpoint: string;
  readonly spans: Array<Span>;
  /** The services that sent something. */
  readonly services: Set<string>;
  /** The last sum of a counter for some attributes. */
  readonly sumOf: (metric: string, attributes?: Readonly<Record<string, string>>) => number;
  readonly logs: Array<string>;
}

/** The text of an attribute. */
export const textOf = (attributes: ReadonlyArray<Attribute>, key: string): string | undefined =>
  attributes.find((attribute) => attribute.key === key)?.value.stringValue;

/** Starts a collector. */
export const collector: Effect.Effect<Collector, never, Scope.Scope> = Effect.gen(function* () {
  const spans: Array<Span> = [];
  const services = new Set<string>();
  const logs: Array<string> = [];
  let metrics: ReadonlyArray<Metric> = [];

  const take = (path: string, body: Body): void => {
    for (const each of [body.resourceSpans, body.resourceMetrics, body.resourceLogs].flat()) {
      const service = each && textOf(each.resource.attributes, "service.name");
      if (service) services.add(service);
    }
    if (path === "/v1/traces") {
      spans.push(
        ...body.resourceSpans!.flatMap(({ scopeSpans }) => scopeSpans)
          .flatMap(({ spans }) => spans),
      );
    } else if (path === "/v1/metrics") {
      metrics = body.resourceMetrics!.flatMap(({ scopeMetrics }) => scopeMetrics)
        .flatMap(({ metrics }) => metrics);
    } else if (path === "/v1/logs") {
      logs.push(
        ...body.resourceLogs!.flatMap(({ scopeLogs }) => scopeLogs)
          .flatMap(({ logRecords }) => logRecords.map(({ body }) => body.stringValue ?? "")),
      );
    }
  };

  const server = yield* Effect.acquireRelease(
    Effect.sync(() =>
      Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
        take(new URL(request.url).pathname, await request.json());
        return Response.json({});
      })
    ),
    (server) => Effect.promise(() => server.shutdown()),
  );
  return {
    endpoint: `http://127.0.0.1:${server.addr.port}`,
    spans,
    services,
    logs,
    sumOf: (name, wanted = {}) =>
      metrics.filter((metric) => metric.name === name)
        .flatMap(({ sum }) => sum?.dataPoints ?? [])
        .filter(({ attributes }) =>
          Object.entries(wanted).every(([key, value]) => textOf(attributes, key) === value)
        )
        .reduce((sum, { asDouble, asInt }) => sum + Number(asDouble ?? asInt), 0),
  };
});

interface Body {
  readonly resourceSpans?: ReadonlyArray<
    { readonly resource: Resource; readonly scopeSpans: ReadonlyArray<{ spans: Array<Span> }> }
  >;
  readonly resourceMetrics?: ReadonlyArray<
    {
      readonly resource: Resource;
      readonly scopeMetrics: ReadonlyArray<{ metrics: Array<Metric> }>;
    }
  >;
  readonly resourceLogs?: ReadonlyArray<
    {
      readonly resource: Resource;
      readonly scopeLogs: ReadonlyArray<
        { logRecords: Array<{ body: { readonly stringValue?: string } }> }
      >;
    }
  >;
}
