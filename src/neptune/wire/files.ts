/**
 * Signed URLs of files, in JSON.
 *
 * @module
 */
import { Schema } from "effect";

/** A request for URLs. */
export interface CreateSignedUrlsRequest {
  readonly files: ReadonlyArray<{
    readonly project_identifier: string;
    readonly path: string;
    readonly permission: "read" | "write";
  }>;
}

/** {@link CreateSignedUrlsRequest} */
export const CreateSignedUrlsRequest: Schema.Codec<CreateSignedUrlsRequest> = Schema.Struct({
  files: Schema.Array(Schema.Struct({
    project_identifier: Schema.String,
    path: Schema.String,
    permission: Schema.Literals(["read", "write"]),
  })),
});

/** URLs, in the order of the request. */
export interface CreateSignedUrlsResponse {
  readonly files: ReadonlyArray<{
    readonly project_identifier: string;
    readonly path: string;
    readonly url: string;
    readonly provider: string;
  }>;
}

/** {@link CreateSignedUrlsResponse} */
export const CreateSignedUrlsResponse: Schema.Codec<CreateSignedUrlsResponse> = Schema.Struct({
  files: Schema.Array(Schema.Struct({
    project_identifier: Schema.String,
    path: Schema.String,
    url: Schema.String,
    provider: Schema.String,
  })),
});
