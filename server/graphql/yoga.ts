/**
 * GraphQL over HTTP: Yoga with every limit at parse or validation, and compiled execution.
 * @module
 */
import { useGraphQlJit } from "@envelop/graphql-jit";
import { blockFieldSuggestionsPlugin } from "@escape.tech/graphql-armor-block-field-suggestions";
import { maxAliasesPlugin } from "@escape.tech/graphql-armor-max-aliases";
import { maxDepthPlugin } from "@escape.tech/graphql-armor-max-depth";
import { maxDirectivesPlugin } from "@escape.tech/graphql-armor-max-directives";
import { maxTokensPlugin } from "@escape.tech/graphql-armor-max-tokens";
import { useCSRFPrevention } from "@graphql-yoga/plugin-csrf-prevention";
import { getLogger } from "@logtape/logtape";
import { type DocumentNode, GraphQLError, Kind } from "graphql";
import { createYoga, isAsyncIterable, type Plugin } from "graphql-yoga";
import { uuidv7 } from "@/server/ids.ts";
import type { Context, Services } from "./context.ts";
import { costRule } from "./cost.ts";
import { UserError } from "./errors.ts";
import { Live, Places } from "./live.ts";
import { loaders, sharedLoaders } from "./loaders.ts";
import { type Operations, usePersistedOperations } from "./persisted.ts";
import { schema } from "./schema.ts";

/** What the caller of the handler gives beside the request. */
export interface Given extends Pick<Context, "principal"> {
  /** The body of a POST, read and bounded already. */
  readonly body?: Uint8Array;
  /** Called where the answer is a stream of events. */
  readonly onLive?: () => void;
}

const log = getLogger(["habit", "graphql"]);

/** Largest operation that anyone needs: the console's largest has 400 tokens. */
const LIMITS = { tokens: 2_000, depth: 12, aliases: 30, directives: 50 };

const useCostLimit: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule(costRule);
  },
};

/** Yoga would limit a body's size by two streams and a request of its own: 0.2 ms of each. */
const useGivenBody: Plugin<object, Given> = {
  onRequestParse({ requestParser, serverContext: { body }, setRequestParser }) {
    if (!requestParser || !body) return;
    const text = () => new TextDecoder().decode(body);
    const read = { text, json: () => JSON.parse(text()) } as unknown as Request;
    setRequestParser(() => requestParser(read));
  },
};

const useLive: Plugin<Given> = {
  onSubscribe: ({ args }) => ({
    onSubscribeResult({ result }) {
      if (isAsyncIterable(result)) args.contextValue.onLive?.();
    },
  }),
};

/** An error of ours goes out as it is; anything else is logged under an id that the caller gets. */
function maskError(error: unknown): Error {
  const { originalError, path, message } = error as GraphQLError;
  // Compiled execution wraps ours in errors of its own class, which have no extensions.
  const ours = [originalError, error].find((it) => it instanceof GraphQLError && it.extensions);
  if (ours instanceof GraphQLError && (ours.extensions.code || !ours.originalError)) {
    const { nodes, extensions } = ours;
    return new GraphQLError(ours.message, { nodes, path, extensions });
  }
  if (originalError instanceof UserError) {
    return new GraphQLError(originalError.message, {
      path,
      extensions: { code: originalError.code, field: originalError.field },
    });
  }
  const id = uuidv7(Date.now());
  log.error("A resolver failed; the caller got this id.", {
    id,
    path,
    message,
    error: originalError,
  });
  return new GraphQLError(`Something failed on the server; its log has more under ${id}.`, {
    path,
    extensions: { code: "INTERNAL_SERVER_ERROR", id },
  });
}

/** The compiler keeps one operation a document, whichever was named first, and would run it again. */
function hasOneOperation({ definitions }: DocumentNode): boolean {
  return definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length === 1;
}

/** The GraphiQL page from npm rather than from elsewhere on the Web; development only. */
async function offlineGraphiQL() {
  const name = "@graphql-yoga/render-graphiql@5.24.1"; // 18 MB: fetched when first wanted
  const { renderGraphiQL } = await import(`npm:${name}`);
  return renderGraphiQL;
}

/** How to answer. */
export interface GraphQLOptions {
  /** Adds GraphiQL, and lets sessions run any operation. */
  readonly development: boolean;
  /** Operations that are run by their hash. */
  readonly operations: Operations;
  /** Subscriptions that one token or session may have open at a time. */
  readonly subscriptions: number;
}

function isNews({ headers }: Request): boolean {
  return headers.get("accept")?.includes("text/event-stream") ?? false;
}

/** What decides on a subscription's answers: what is asked, and what may be seen. */
function newsKey({ url, headers }: Request, { principal, body }: Given): string {
  const proven = headers.has("authorization") || headers.has("x-habit"); // see useCSRFPrevention
  const asked = body ? new TextDecoder().decode(body) : url;
  return JSON.stringify([asked, proven, principal.kind, [...principal.permissions].sort()]);
}

/** Answers a request to /graphql. */
export type GraphQLHandler = (request: Request, given: Given) => Promise<Response>;

/** Answers GraphQL requests. */
export async function graphqlHandler(
  services: Services,
  { development, operations, subscriptions }: GraphQLOptions,
): Promise<GraphQLHandler> {
  const shared = sharedLoaders(services.sql, services.now);
  const yoga = createYoga<Given, Context>({
    schema,
    graphqlEndpoint: "/graphql",
    landingPage: false,
    graphiql: development,
    ...(development && { renderGraphiQL: await offlineGraphiQL() }),
    cors: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: false, // Given.body has an end
    logging: false,
    maskedErrors: { maskError, isDev: false },
    context: ({ principal, request }) => //
    ({ ...services, principal, loaders: isNews(request) ? shared : loaders(services.sql) }),
    plugins: [
      useGivenBody,
      useLive,
      usePersistedOperations(operations, !development && operations.size > 0),
      useCSRFPrevention({ requestHeaders: ["x-habit", "authorization"] }),
      maxTokensPlugin({ n: LIMITS.tokens }),
      maxDepthPlugin({ n: LIMITS.depth, ignoreIntrospection: true }),
      maxAliasesPlugin({ n: LIMITS.aliases }),
      maxDirectivesPlugin({ n: LIMITS.directives }),
      blockFieldSuggestionsPlugin(),
      useCostLimit,
      useGraphQlJit({}, { enableIf: ({ document }) => hasOneOperation(document) }),
    ] as Plugin[],
  });
  const live = new Live(services.now);
  services.news.on("habit_access", () => void live.endAll());
  const places = new Places(subscriptions);
  return async (request, given) => {
    if (!isNews(request)) return await yoga.handleRequest(request, given);
    const leave = places.take(given.principal.limitKey);
    const start = async () => {
      let live = false;
      const onLive = () => live = true;
      const response = await yoga.handleRequest(request, { ...given, onLive });
      return { response, live };
    };
    return await live.answer(newsKey(request, given), start, leave);
  };
}
