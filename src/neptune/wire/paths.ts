/**
 * Where the endpoints are. Paths must match to the letter: nobody follows redirects.
 *
 * @module
 */

const RETRIEVAL = "/api/leaderboard/v1";
const STORAGE = "/api/storagebridge/v1";

/** The path of each endpoint below the base URL. */
export const paths = {
  clientConfig: "/api/backend/v1/clients/config",
  oauthToken: "/api/backend/v1/authorization/oauth-token",
  project: "/api/backend/v1/projects/get",
  projects: "/api/backend/v1/projects",
  search: `${RETRIEVAL}/proto/leaderboard/entries/search/`,
  globalSearch: `${RETRIEVAL}/proto/leaderboard/entries/global/search/`,
  queryAttributeDefinitions: `${RETRIEVAL}/leaderboard/attributes/definitions/query`,
  queryAttributes: `${RETRIEVAL}/proto/leaderboard/attributes/query`,
  attributesOfRun: `${RETRIEVAL}/proto/attributes/attributes`,
  attributeDefinitionsOfRun: `${RETRIEVAL}/proto/attributes/queryAttributeDefinitions`,
  floatSeries: `${RETRIEVAL}/proto/attributes/series/float`,
  series: `${RETRIEVAL}/proto/attributes/series`,
  timeseriesBuckets: `${RETRIEVAL}/proto/attributes/timeseries/buckets`,
  signedUrl: `${STORAGE}/signedUrl`,
  azureSignedUrl: `${STORAGE}/azure/signedUrl`,
} as const;

/** Where the token endpoint is below the issuer, or below what a server calls its realm. */
export const TOKEN_ENDPOINT = "/protocol/openid-connect/token";
