/**
 * Routes of analysts and their programs: GraphQL, and reports as pages and as JSON.
 * @module
 */
import type { Principal } from "@/server/auth/permissions.ts";
import { graphqlHandler } from "@/server/graphql/yoga.ts";
import { readBody } from "@/server/http/body.ts";
import { HttpError, json } from "@/server/http/responses.ts";
import { storedReport } from "@/server/jobs/report.ts";
import { reportHtml } from "@/server/report/html.ts";
import { type Handler, known, type RouteContext, type Routes, SMALL } from "./route.ts";

const SUBSCRIPTIONS = 100; // a browser with many tabs has a dozen
/** Key of the route of reports, whose paths differ. */
export const REPORTS = "/reports/:report";
/** Path of a report: its id, and its form. */
export const REPORT_PATH =
  /^\/reports\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(html|json)$/;
/** A report has no script, and its styles within. */
const REPORT_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** Who opens GraphiQL: the page itself needs no permission. */
const NOBODY: Principal = {
  kind: "session",
  accountId: undefined,
  name: "nobody",
  limitKey: "nobody",
  permissions: new Set(),
};

/** The routes. */
export async function analystRoutes(context: RouteContext): Promise<Routes> {
  const { options, services } = context;
  const answerGraphQL = await graphqlHandler(services, {
    development: options.development ?? false,
    operations: options.operations ?? new Map(),
    subscriptions: options.limit?.subscriptions ?? SUBSCRIPTIONS,
  });

  const graphql: Handler = async (request, info) => {
    if (options.development && request.method === "GET" && !request.headers.has("authorization")) {
      // The GraphiQL page; what it asks carries the token.
      return await answerGraphQL(request, { principal: NOBODY });
    }
    const principal = await known(context, request, info);
    const body = request.method === "POST" ? await readBody(request, SMALL) : undefined;
    return await answerGraphQL(request, { principal, body });
  };

  const health: Handler = async () => {
    await services.sql`select 1`;
    return json(200, { status: "ok" });
  };

  return {
    "/graphql": { GET: graphql, POST: graphql },
    [REPORTS]: { GET: (request, info) => report(context, request, info) },
    "/healthz": { GET: health },
  };
}

/** A stored report, as its path's ending asks. */
async function report(
  context: RouteContext,
  request: Request,
  info: Parameters<Handler>[1],
): Promise<Response> {
  const principal = await known(context, request, info);
  if (!principal.permissions.has("read")) {
    throw new HttpError(403, "forbidden", 'This needs the permission "read".');
  }
  const [, id, form] = REPORT_PATH.exec(new URL(request.url).pathname)!;
  const stored = await storedReport(context.services.sql, id!);
  if (!stored) throw new HttpError(404, "no-report", "There is no such report, or not yet.");
  if (form === "json") return json(200, stored);
  return new Response(reportHtml(stored), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": REPORT_CSP,
      "cache-control": "no-store",
    },
  });
}
