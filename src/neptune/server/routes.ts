/**
 * Which request is answered by what.
 *
 * @module
 */
import { Effect, type Scope, Semaphore } from "effect";
import {
  HttpIncomingMessage,
  HttpRouter,
  type HttpServerError,
  type HttpServerRequest,
  type HttpServerResponse,
} from "effect/http";
import type { NeptuneSource } from "../NeptuneSource.ts";
import * as Attributes from "../wire/attributes.ts";
import * as Files from "../wire/files.ts";
import { paths } from "../wire/paths.ts";
import * as Search from "../wire/search.ts";
import * as Series from "../wire/series.ts";
import {
  attributeDefinitionsOfRun,
  attributesOfRun,
  queryAttributeDefinitions,
  queryAttributes,
} from "./attributes.ts";
import type { Authorization } from "./authorization.ts";
import { ANY_FILE, download, signedUrls } from "./files.ts";
import * as FloatSeries from "./floatSeries.ts";
import * as Http from "./http.ts";
import { type Failure, json, parameter, protobuf, protobufStream } from "./http.ts";
import * as Identifiers from "./Identifiers.ts";
import { otherSeries } from "./otherSeries.ts";
import { listProjects, projectOf } from "./projects.ts";
import { globalSearch, search } from "./search.ts";
import * as StartUp from "./startUp.ts";
import { timeseriesBuckets } from "./timeseriesBuckets.ts";

type Request = HttpServerRequest.HttpServerRequest;

type Endpoint = (
  request: Request,
) => Effect.Effect<HttpServerResponse.HttpServerResponse, Failure, Scope.Scope>;

/** So many requests read points at a time, which bounds the memory that they take. */
const READING = 4;

type App<E> = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  E,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>;

/** Answers every request; it never fails. */
export const make = (
  source: NeptuneSource,
  authorization: Authorization,
): Effect.Effect<App<never>> =>
  Effect.gen(function* () {
    const router = yield* HttpRouter.make;

    const open = (method: "GET" | "POST", path: string, endpoint: Endpoint) =>
      router.add(
        method,
        path as HttpRouter.PathInput,
        (request) => Http.refusing(endpoint(request)),
      );

    /** For those only who have been let in. */
    const guarded = (method: "GET" | "POST", path: string, endpoint: Endpoint) =>
      open(
        method,
        path,
        (request) => Effect.andThen(StartUp.authorized(authorization, request), endpoint(request)),
      );

    yield* open("GET", paths.clientConfig, StartUp.clientConfig);
    yield* open("GET", StartUp.DISCOVERY, StartUp.discovery);
    yield* open("GET", paths.oauthToken, StartUp.exchange(authorization));
    yield* open("POST", StartUp.TOKENS, StartUp.refresh(authorization));

    const identifiers = Identifiers.make(source);

    yield* guarded("GET", paths.project, (request) =>
      Effect.gen(function* () {
        const id = yield* parameter(request, "projectIdentifier");
        return json(yield* projectOf(identifiers, id));
      }));

    yield* guarded("GET", paths.projects, (request) =>
      Effect.map(listProjects(source, Http.urlOf(request).searchParams), (list) =>
        json(list)));

    const searchBody = Http.bodyAs(Search.SearchParams);
    yield* guarded("POST", paths.search, (request) =>
      Effect.gen(function* () {
        const project = yield* parameter(request, "projectIdentifier");
        const body = yield* searchBody(request);
        return yield* protobufStream(search(source, identifiers, project, body));
      }));

    const globalSearchBody = Http.bodyAs(Search.GlobalSearchParams);
    yield* guarded("POST", paths.globalSearch, (request) =>
      Effect.gen(function* () {
        const body = yield* globalSearchBody(request);
        return yield* protobufStream(globalSearch(source, identifiers, body));
      }));

    const definitionsBody = Http.bodyAs(Attributes.QueryAttributeDefinitionsBody);
    yield* guarded("POST", paths.queryAttributeDefinitions, (request) =>
      Effect.gen(function* () {
        const body = yield* definitionsBody(request);
        return json(yield* queryAttributeDefinitions(source, identifiers, body));
      }));

    const attributesBody = Http.bodyAs(Attributes.QueryAttributesBody);
    yield* guarded("POST", paths.queryAttributes, (request) =>
      Effect.gen(function* () {
        const project = yield* parameter(request, "projectIdentifier");
        const body = yield* attributesBody(request);
        return protobuf(yield* queryAttributes(source, identifiers, project, body));
      }));

    const attributesOfRunBody = Http.bodyAs(Attributes.AttributeQuery);
    yield* guarded("POST", paths.attributesOfRun, (request) =>
      Effect.gen(function* () {
        const run = yield* parameter(request, "holderIdentifier");
        const body = yield* attributesOfRunBody(request);
        return protobuf(yield* attributesOfRun(source, identifiers, run, body));
      }));

    yield* guarded("GET", paths.attributeDefinitionsOfRun, (request) =>
      Effect.gen(function* () {
        const run = yield* parameter(request, "experimentIdentifier");
        const types = Http.urlOf(request).searchParams.getAll("attributeType");
        return protobuf(yield* attributeDefinitionsOfRun(source, identifiers, run, types));
      }));

    const reading = Semaphore.makeUnsafe(READING);
    const floatSeries = FloatSeries.make(source, identifiers, reading);
    const floatSeriesBody = Http.bodyAs(Series.FloatSeriesRequest);
    yield* guarded("POST", paths.floatSeries, (request) =>
      Effect.gen(function* () {
        const body = yield* floatSeriesBody(request);
        return yield* protobufStream(floatSeries(body));
      }));

    const seriesBody = Http.bodyAs(Series.SeriesRequest);
    yield* guarded("POST", paths.series, (request) =>
      Effect.gen(function* () {
        const body = yield* seriesBody(request);
        const oldStrings =
          Http.urlOf(request).searchParams.get("useDeprecatedStringFields") !== "false";
        return yield* protobufStream(otherSeries(source, identifiers, reading, body, oldStrings));
      }));

    yield* guarded("POST", paths.timeseriesBuckets, (request) =>
      Effect.gen(function* () {
        const body = new Uint8Array(yield* request.arrayBuffer);
        return protobuf(yield* timeseriesBuckets(source, identifiers, reading, body));
      }));

    const signedUrlsBody = Http.bodyAs(Files.CreateSignedUrlsRequest);
    for (
      const [path, provider] of [[paths.signedUrl, "gcp"], [paths.azureSignedUrl, "azure"]] as const
    ) {
      yield* guarded("POST", path, (request) =>
        Effect.gen(function* () {
          const body = yield* signedUrlsBody(request);
          return json(yield* signedUrls(identifiers, authorization, request, provider, body));
        }));
    }
    yield* open("GET", ANY_FILE, (request) =>
      download(source, authorization, request));

    return Effect.provideService(
      // What fails outside of the endpoints is that there is none.
      Http.logged(Http.refusing(router.asHttpEffect() as App<HttpServerError.HttpServerError>)),
      HttpIncomingMessage.MaxBodySize,
      Http.MAX_BODY,
    );
  });
