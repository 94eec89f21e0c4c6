/**
 * Requests to a metadata service, and what its answers mean.
 *
 * @module
 */
import { Effect, Redacted, Result, Semaphore } from "effect";
import { describe, MetadataFailure, ServiceFailure, Unsupported } from "../../MetaflowError.ts";
import { send } from "../../send.ts";
import type { ServiceSettings } from "./settings.ts";

/** An answer, of whatever status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A metadata service. */
export interface Service {
  readonly url: string;
  /** What is at a path; `undefined` if there is nothing. */
  readonly get: (path: string) => Effect.Effect<Found | undefined, ServiceError>;
  /** One request with a body, which is not repeated. */
  readonly patch: (path: string, body: unknown) => Effect.Effect<Answer, ServiceFailure>;
  /** Fails unless the service answers at all. */
  readonly ping: Effect.Effect<void, ServiceFailure>;
  /** Fails for a service that is older than something that it is asked for. */
  readonly require: (
    version: string,
    feature: string,
  ) => Effect.Effect<void, ServiceFailure | Unsupported>;
}

/** What asking a service can fail with. */
export type ServiceError = ServiceFailure | MetadataFailure;

/** What a service has at a path. */
export interface Found {
  readonly json: unknown;
  readonly headers: Headers;
}

/** Statuses of a service, or of a gateway before it, that cannot answer at the moment. */
const BUSY = [429, 502, 503, 504];

/** A service that is reached so. */
export const make = (settings: ServiceSettings): Service => {
  const { url, tries, concurrency } = settings;
  const limit = Semaphore.makeUnsafe(concurrency);
  let version: string | undefined;

  const once = (
    method: string,
    path: string,
    body?: string,
  ): Effect.Effect<Answer, ServiceFailure> =>
    send(
      settings.fetch,
      url + path,
      {
        method,
        headers: [
          ...Redacted.value(settings.headers),
          ...body === undefined ? [] : [["content-type", "application/json"] as [string, string]],
        ].map(([name, value]): [string, string] => [name, value]),
        ...body === undefined ? {} : { body },
      },
      async (response): Promise<Answer> => ({
        status: response.status,
        headers: response.headers,
        body: await response.text(),
      }),
    ).pipe(
      Effect.timeout(settings.timeout),
      limit.withPermit,
      Effect.mapError((cause) => unanswered(url, path, cause)),
      Effect.withSpan("MetadataService.request", { attributes: { method, path } }),
    );

  /** Repeats a request that changes nothing. Before each pause, it waits twice as long. */
  const patiently = (
    path: string,
    pause: number,
    isBusy: (status: number) => boolean,
  ): Effect.Effect<Answer, ServiceFailure> =>
    Effect.gen(function* () {
      for (let tried = 1;; tried++) {
        const outcome = yield* Effect.result(once("GET", path));
        const again = Result.match(outcome, {
          onFailure: (failure) => failure.isTransient,
          onSuccess: ({ status }) => isBusy(status),
        });
        if (!again || tried === tries) return yield* Effect.fromResult(outcome);
        yield* Effect.sleep(pause * 2 ** (tried - 1));
      }
    });

  const ping = Effect.gen(function* () {
    const answer = yield* patiently(
      "/ping",
      500,
      (status) => BUSY.includes(status) || status === 500,
    );
    if (answer.status >= 300) return yield* refused("/ping", answer);
    version = answer.headers.get("METADATA_SERVICE_VERSION") ?? "0";
  });

  return {
    url,
    get: (path) =>
      Effect.gen(function* () {
        const answer = yield* patiently(path, 1000, (status) => BUSY.includes(status));
        if (answer.status === 404) return undefined;
        if (answer.status >= 300) return yield* refused(path, answer);
        return { json: yield* parse(url + path, answer.body), headers: answer.headers };
      }),
    patch: (path, body) => once("PATCH", path, JSON.stringify(body)),
    ping: Effect.mapError(
      ping,
      (failure) =>
        new ServiceFailure({
          ...failure,
          problem: `Metaflow service [${url}] unreachable. ${failure.problem}`,
        }),
    ),
    require: (minimum, feature) =>
      Effect.gen(function* () {
        if (version === undefined) yield* ping;
        if (isAtLeast(version ?? "0", minimum)) return;
        return yield* new Unsupported({
          feature: `${feature} by the metadata service ${url}, which is of version ${version},`,
          advice: `Please upgrade it to at least version ${minimum}.`,
        });
      }),
  };
};

/** Whether a version is another one or newer. Parts that are no numbers count as nothing. */
export const isAtLeast = (version: string, minimum: string): boolean => {
  const [own, least] = [version, minimum].map((text) =>
    text.split(".").map((part) => Number.parseInt(part) || 0)
  );
  for (let i = 0; i < least!.length; i++) {
    const difference = (own![i] ?? 0) - least![i]!;
    if (difference !== 0) return difference > 0;
  }
  return true;
};

const unanswered = (url: string, path: string, cause: unknown): ServiceFailure =>
  new ServiceFailure({
    problem:
      `Metadata request (${path}) failed: ${url} did not answer (${describe(cause)}). Check ` +
      "that it is the URL of the metadata service, that the service is up, and that Deno may " +
      "connect to it (--allow-net).",
    httpCode: undefined,
    response: undefined,
    cause,
  });

const MAX_SHOWN = 1000;

/** A status that is no success. */
export const refused = (path: string, { status, headers, body }: Answer): ServiceFailure => {
  const location = headers.get("location");
  const advice = status === 401 || status === 403
    ? ". Set METAFLOW_SERVICE_AUTH_KEY or METAFLOW_SERVICE_HEADERS"
    : location !== null
    ? `. It refers to ${location}; give the URL that it has now`
    : "";
  return new ServiceFailure({
    problem: `Metadata request (${path}) failed (code ${status}): ${
      body.slice(0, MAX_SHOWN)
    }${advice}`,
    httpCode: status,
    response: body,
  });
};

/** The JSON of an answer, whatever type it says it is of. */
export const parse = (location: string, body: string): Effect.Effect<unknown, MetadataFailure> =>
  Effect.try({
    try: (): unknown => JSON.parse(body),
    catch: (cause) =>
      new MetadataFailure({
        location,
        problem: `it answers with what is no JSON (${describe(cause)}). Is it a metadata service?`,
        cause,
      }),
  });
