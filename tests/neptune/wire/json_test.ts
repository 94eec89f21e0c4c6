import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Schema } from "effect";
import {
  QueryAttributeDefinitionsBody,
  QueryAttributeDefinitionsResult,
  QueryAttributesBody,
} from "../../../src/neptune/wire/attributes.ts";
import { AccessTokenClaims, ApiToken } from "../../../src/neptune/wire/authorization.ts";
import {
  CreateSignedUrlsRequest,
  CreateSignedUrlsResponse,
} from "../../../src/neptune/wire/files.ts";
import { SearchParams } from "../../../src/neptune/wire/search.ts";
import { FloatSeriesRequest, SeriesRequest } from "../../../src/neptune/wire/series.ts";

/** A body recorded from a real client is read, and nothing in it is lost. */
const recorded = <A>(name: string, schema: Schema.Codec<A>, json: string): void =>
  Deno.test(`recorded ${name}`, () => {
    deepStrictEqual(Schema.decodeUnknownSync(schema)(JSON.parse(json)), JSON.parse(json));
  });

recorded(
  "search, neptune-query",
  SearchParams,
  String
    .raw`{"attributeFilters": [{"path": "sys/name"}, {"path": "sys/id"}], "experimentLeader": true, "pagination": {"limit": 10000, "offset": 0}, "sorting": {"sortBy": {"name": "sys/creation_time", "type": "datetime"}, "dir": "descending"}, "query": {"query": "((${"`"}sys/name${"`"}:string MATCHES \"exp\") AND (${"`"}sys/name${"`"}:string NOT MATCHES \"foo\")) OR ((${"`"}sys/name${"`"}:string MATCHES \"x\\\"y\\\\d\"))"}}`,
);
recorded(
  "search, the original",
  SearchParams,
  `{"attributeFilters": [], "experimentLeader": false, "pagination": {"limit": 2, "offset": 0}, "query": {"query": ""}, "sorting": {"aggregationMode": "none", "sortBy": {"name": "config/lr", "type": "float"}, "dir": "descending"}}`,
);
recorded(
  "definitions, neptune-query",
  QueryAttributeDefinitionsBody,
  `{"attributeFilter": [{"attributeType": "float"}, {"attributeType": "int"}], "attributeNameFilter": {"mustMatchAny": [{"mustMatchRegexes": ["config/"], "mustNotMatchRegexes": ["note"]}, {"mustMatchRegexes": ["loss"]}]}, "experimentIdsFilter": ["acme/demo/DEM-1", "acme/demo/DEM-2"], "nextPage": {"limit": 10000}, "projectIdentifiers": ["acme/demo"]}`,
);
recorded(
  "definitions, the answer",
  QueryAttributeDefinitionsResult,
  `{"entries": [{"name": "config/lr", "type": "float"}, {"name": "metrics/loss", "type": "floatSeries"}], "nextPage": {"limit": 10000}}`,
);
recorded(
  "values, the original",
  QueryAttributesBody,
  `{"attributeNameFilter": {"mustMatchRegexes": ["metrics/"]}, "attributeNamesFilter": null, "experimentIdsFilter": ["aaaaaaaa-0000-4000-8000-000000000001"], "nextPage": {"limit": 10000, "nextPageToken": null}}`,
);
recorded(
  "float series, neptune-query",
  FloatSeriesRequest,
  `{"perSeriesPointsLimit": 2, "requests": [{"requestId": "0", "series": {"attribute": "metrics/loss", "holder": {"identifier": "acme/demo/DEM-1", "type": "experiment"}, "includePreview": true, "lineage": "FULL", "lineageEntityType": "EXPERIMENT"}}], "order": "descending", "stepRange": {"from": 0.0, "to": null}}`,
);
recorded(
  "other series, neptune-query",
  SeriesRequest,
  `{"requests": [{"requestId": "0", "series": {"attribute": "logs/msg", "holder": {"identifier": "acme/demo/DEM-1", "type": "experiment"}, "lineage": "FULL", "lineageEntityType": "EXPERIMENT"}, "searchAfter": {"finished": false, "token": "2"}}], "order": "descending", "stepRange": {"from": null, "to": null}}`,
);
recorded(
  "signed URLs",
  CreateSignedUrlsRequest,
  `{"files": [{"path": "p/f.txt", "permission": "read", "project_identifier": "acme/demo"}]}`,
);
recorded(
  "signed URLs, the answer",
  CreateSignedUrlsResponse,
  `{"files": [{"project_identifier": "acme/demo", "path": "p/f.txt", "url": "http://127.0.0.1:8080/blob/p/f.txt?sig=1", "provider": "gcp"}]}`,
);

Deno.test("unknown members are ignored", () => {
  deepStrictEqual(
    Schema.decodeUnknownSync(QueryAttributesBody)({ experimentIdsFilter: ["a"], new: { x: 1 } }),
    { experimentIdsFilter: ["a"] },
  );
});

Deno.test("the recorded token and access token are read", () => {
  const token =
    "eyJhcGlfYWRkcmVzcyI6Imh0dHA6Ly8xMjcuMC4wLjE6ODA4MCIsImFwaV91cmwiOiJodHRwOi8vMTI3LjAuMC4xOjgwODAiLCJhcGlfa2V5IjoibG9jYWwifQ==";
  strictEqual(
    Schema.decodeUnknownSync(ApiToken)(JSON.parse(atob(token))).api_url,
    "http://127.0.0.1:8080",
  );
  const claims =
    "eyJleHAiOjQxMDI0NDQ4MDAsImF6cCI6Im5lcHR1bmUtY2xpIiwiaXNzIjoiaHR0cDovLzEyNy4wLjAuMTo4MDgwL2F1dGgvcmVhbG1zL25lcHR1bmUifQ";
  deepStrictEqual(Schema.decodeUnknownSync(AccessTokenClaims)(JSON.parse(atob(claims))), {
    exp: 4102444800,
    azp: "neptune-cli",
    iss: "http://127.0.0.1:8080/auth/realms/neptune",
  });
});
