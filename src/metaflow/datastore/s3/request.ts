/**
 * Requests to S3: signed, sent, and repeated as long as that may help.
 *
 * @module
 */
import { Clock, Effect, Random, Result } from "effect";
import { DataFailure, describe, type MetaflowErrorReason } from "../../MetaflowError.ts";
import { send } from "../../send.ts";
import { type Address, showAddress, urlOf } from "./address.ts";
import type { S3Credentials, S3Settings } from "./settings.ts";
import { sign } from "./sign.ts";

/** What is asked of an object. */
export interface ObjectRequest {
  readonly method: "GET" | "HEAD";
  readonly address: Address;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks; the answer has the object or a part of it, and is `undefined` if there is none. */
export type Ask = (
  request: ObjectRequest,
) => Effect.Effect<Response | undefined, MetaflowErrorReason>;

/** How long to wait for an answer to begin. */
const TIMEOUT = "30 seconds";

/** Statuses of a service that cannot answer at the moment. */
const BUSY = [408, 429, 500, 502, 503, 504];

/** Asks a service that is reached so. */
export const makeAsk = (settings: S3Settings): Ask => {
  const regions = new Map<string, string>();
  let kept: S3Credentials | undefined;

  const credentials = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis;
    if (kept !== undefined && now < (kept.expiration?.getTime() ?? Infinity) - 60_000) return kept;
    return kept = yield* settings.credentials;
  });

  const once = ({ method, address, headers = {} }: ObjectRequest) =>
    Effect.gen(function* () {
      const region = regions.get(address.bucket) ?? settings.region;
      const url = urlOf(settings, region, address);
      const keys = yield* credentials;
      const now = yield* Clock.currentTimeMillis;
      const signed = keys === undefined ? Object.entries(headers) : yield* Effect.tryPromise({
        try: () => sign({ method, url, headers }, keys, region, now),
        catch: (cause) => failure(address, `its request cannot be signed: ${describe(cause)}`),
      });
      // Compressed on its way, an object would not have the size that it says it has.
      const all = [...signed, ["accept-encoding", "identity"] as const];
      const outcome = yield* send(
        settings.fetch,
        url,
        { method, headers: all.map(([name, value]): [string, string] => [name, value]) },
        async (response) => response.ok ? response : await refusalOf(response),
      ).pipe(
        Effect.timeout(TIMEOUT),
        Effect.withSpan("S3.request", { attributes: { method, url } }),
        Effect.result,
      );
      return { region, outcome };
    });

  return (request) =>
    Effect.gen(function* () {
      const { address } = request;
      let isRefreshed = false;
      for (let tried = 1;; tried++) {
        const { region, outcome } = yield* once(request);
        if (Result.isSuccess(outcome)) {
          const answer = outcome.success;
          if (answer instanceof Response) return answer;
          if (isMissing(answer)) return undefined;
          if (settings.endpoint === undefined && (answer.region ?? region) !== region) {
            if (tried === settings.tries) return yield* refused(address, answer);
            regions.set(address.bucket, answer.region!);
            continue;
          }
          if (answer.code === "ExpiredToken" && !isRefreshed) {
            kept = undefined;
            isRefreshed = true;
            continue;
          }
          const mayPass = BUSY.includes(answer.status) || answer.code === "RequestTimeout";
          if (!mayPass || tried === settings.tries) return yield* refused(address, answer);
        } else if (
          tried === settings.tries || outcome.failure instanceof Deno.errors.NotCapable
        ) {
          const cause = outcome.failure;
          return yield* failure(
            address,
            `S3 did not answer (${describe(cause)}). Check the endpoint and the region, and that ` +
              "Deno may connect to them (--allow-net)",
            cause,
          );
        }
        yield* pause(tried);
      }
    });
};

/** Waits before the next try: 0.2 to 0.4 seconds, then twice as long each time, up to 10 seconds. */
export const pause = (tried: number): Effect.Effect<void> =>
  Effect.flatMap(
    Random.nextBetween(0.5, 1),
    (share) => Effect.sleep(Math.min(200 * 2 ** tried, 10_000) * share),
  );

/** An answer that is not what was asked for. */
interface Refusal {
  readonly status: number;
  /** What S3 calls it. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** The region that the bucket is in, if it says so. */
  readonly region: string | undefined;
}

const refusalOf = async (response: Response): Promise<Refusal> => {
  const body = await response.text();
  const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
  return {
    status: response.status,
    code: element("Code"),
    message: element("Message"),
    region: response.headers.get("x-amz-bucket-region") ?? element("Region"),
  };
};

/** There can be a bucket without the object, but not an object without a bucket. */
const isMissing = ({ status, code }: Refusal): boolean => status === 404 && code !== "NoSuchBucket";

const refused = (address: Address, { status, code, message }: Refusal): DataFailure => {
  const said = [code ?? `status ${status}`, message].filter(Boolean).join(": ");
  const advice = status === 403
    ? ". Check the credentials and what they permit; S3 answers so for a missing object, too, to those who may not list its bucket"
    : "";
  return failure(address, `S3 says ${said.replace(/\.$/, "")}${advice}`);
};

/** Why an object is not to be had. */
export const failure = (address: Address, problem: string, cause?: unknown): DataFailure =>
  new DataFailure({ location: showAddress(address), problem, cause });
