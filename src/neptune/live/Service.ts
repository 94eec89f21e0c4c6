/**
 * The endpoints of a server, as functions.
 *
 * @module
 */
import { Effect, Redacted, type Result, type Schema } from "effect";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import type { MalformedMessage } from "../wire/MalformedMessage.ts";
import {
  type AttributeColumns,
  decodeAttributes,
  decodeQueryAttributesResult,
  decodeSearchResult,
  type QueryAttributesResult,
  type SearchResult,
} from "../wire/attributeColumns.ts";
import {
  type AttributeQuery,
  type QueryAttributeDefinitionsBody,
  QueryAttributeDefinitionsResult,
  type QueryAttributesBody,
} from "../wire/attributes.ts";
import type { SeriesAnswer } from "../wire/messages.ts";
import { type CreateSignedUrlsRequest, CreateSignedUrlsResponse } from "../wire/files.ts";
import { decodeFloatSeries, type FloatSeriesResponse } from "../wire/floatSeries.ts";
import { paths } from "../wire/paths.ts";
import { ProjectDTO, ProjectList } from "../wire/projects.ts";
import type { SearchParams } from "../wire/search.ts";
import type { FloatSeriesRequest, SeriesRequest } from "../wire/series.ts";
import { decodeJson, decodeProtobuf } from "./decode.ts";
import type { Session } from "./Session.ts";
import type { Limits } from "./Settings.ts";
import type { Answer, Request, Transport } from "./Transport.ts";

// Loading the generated code takes longer than the rest of the back end; few questions need it.
const messages = Effect.promise(() => import("../wire/messages.ts"));

type Reads<A> = Effect.Effect<A, NeptuneErrorReason>;

/** What a server can be asked, and how large requests may be. */
export interface Service {
  readonly limits: Limits;
  readonly project: (identifier: string) => Reads<ProjectDTO>;
  readonly projects: (offset: number, limit: number) => Reads<ProjectList>;
  readonly search: (project: string, params: SearchParams) => Reads<SearchResult>;
  readonly queryAttributeDefinitions: (
    body: QueryAttributeDefinitionsBody,
  ) => Reads<QueryAttributeDefinitionsResult>;
  readonly queryAttributes: (
    project: string,
    body: QueryAttributesBody,
  ) => Reads<QueryAttributesResult>;
  /** Attributes of one run. */
  readonly attributesOfRun: (run: string, body: AttributeQuery) => Reads<AttributeColumns>;
  /** Definitions of all attributes of one run. */
  readonly definitionsOfRun: (
    run: string,
  ) => Reads<ReadonlyArray<{ readonly name: string; readonly type: string }>>;
  readonly floatSeries: (body: FloatSeriesRequest) => Reads<FloatSeriesResponse>;
  readonly series: (body: SeriesRequest) => Reads<ReadonlyArray<SeriesAnswer>>;
  readonly signedUrls: (body: CreateSignedUrlsRequest) => Reads<CreateSignedUrlsResponse>;
  /** Bytes at a signed URL, which needs no other authorization. */
  readonly download: (
    url: string,
    range: string,
    answers: ReadonlyArray<number>,
  ) => Reads<Answer>;
}

/** The endpoints below a base URL. */
export const make = (
  transport: Transport,
  session: Session,
  baseUrl: string,
  limits: Limits,
): Service => {
  /** Sends an authorised request; once more if its token is not accepted although it lives. */
  const send = (request: Request): Reads<Answer> =>
    Effect.suspend(() => {
      let sent: Redacted.Redacted<string> | undefined;
      const authorized: Request = {
        ...request,
        authorization: Effect.map(session.accessToken, (token) => {
          sent = token;
          return `Bearer ${Redacted.value(token)}`;
        }),
      };
      return transport(authorized).pipe(
        Effect.catchTag("Unauthorized", (refused) =>
          sent === undefined
            ? Effect.fail(refused)
            : Effect.andThen(session.drop(sent), transport(authorized))),
      );
    });

  const requestOf = (
    name: keyof typeof paths,
    query: Readonly<Record<string, string>> = {},
    body?: object,
  ): Request => {
    const search = new URLSearchParams(query).toString();
    const url = baseUrl + paths[name] + (search === "" ? "" : `?${search}`);
    return body === undefined ? { name, method: "GET", url } : {
      name,
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    };
  };

  const json = <A>(schema: Schema.Codec<A>, request: Request): Reads<A> =>
    Effect.flatMap(send(request), ({ body }) => decodeJson(schema, request, body));

  const protobuf = <A>(
    decode: (bytes: Uint8Array) => Result.Result<A, MalformedMessage>,
    request: Request,
  ): Reads<A> => Effect.flatMap(send(request), ({ body }) => decodeProtobuf(decode, request, body));

  return {
    limits,
    project: (projectIdentifier) => json(ProjectDTO, requestOf("project", { projectIdentifier })),
    projects: (offset, limit) =>
      json(
        ProjectList,
        requestOf("projects", {
          userRelation: "viewerOrHigher",
          offset: String(offset),
          limit: String(limit),
        }),
      ),
    search: (projectIdentifier, params) =>
      protobuf(
        decodeSearchResult,
        requestOf("search", { projectIdentifier, type: "run" }, params),
      ),
    queryAttributeDefinitions: (body) =>
      json(
        QueryAttributeDefinitionsResult,
        requestOf("queryAttributeDefinitions", {}, body),
      ),
    queryAttributes: (projectIdentifier, body) =>
      protobuf(
        decodeQueryAttributesResult,
        requestOf("queryAttributes", { projectIdentifier }, body),
      ),
    attributesOfRun: (holderIdentifier, body) =>
      protobuf(
        decodeAttributes,
        requestOf("attributesOfRun", { holderIdentifier, holderType: "experiment" }, body),
      ),
    definitionsOfRun: (experimentIdentifier) =>
      Effect.flatMap(messages, ({ decodeDefinitions }) =>
        protobuf(
          decodeDefinitions,
          requestOf("attributeDefinitionsOfRun", { experimentIdentifier }),
        )),
    floatSeries: (body) => protobuf(decodeFloatSeries, requestOf("floatSeries", {}, body)),
    series: (body) =>
      Effect.flatMap(
        messages,
        ({ decodeSeries }) =>
          protobuf(decodeSeries, requestOf("series", { useDeprecatedStringFields: "false" }, body)),
      ),
    signedUrls: (body) => json(CreateSignedUrlsResponse, requestOf("signedUrl", {}, body)),
    download: (url, range, answers) =>
      transport({ name: "download", method: "GET", url, headers: { range }, answers }),
  };
};
